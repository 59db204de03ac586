"""Who you are: the user model and, later in the request, who is signed in."""
