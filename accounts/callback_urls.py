"""The addresses that providers lead back to: one each, whatever the language."""

from django.urls import path

from accounts import provider_views as views

urlpatterns = [
    path("google/login/callback/", views.google_callback, name="google_callback"),
    path("github/login/callback/", views.github_callback, name="github_callback"),
    path(
        "oidc/<str:provider_id>/login/callback/",
        views.openid_connect_callback,
        name="openid_connect_callback",
    ),
]
