"""How dates and times are written, where Django’s own habit is not ours."""
