"""Preferences, and the end of an account."""

from django.http import HttpRequest, HttpResponse


def preferences(request: HttpRequest) -> HttpResponse:
    """To be written."""
    return HttpResponse(status=501)


def delete_account(request: HttpRequest) -> HttpResponse:
    """To be written."""
    return HttpResponse(status=501)
