"""The addresses of accounts: ours, then allauth's."""

from django.urls import include, path

from accounts import provider_views, views

urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("delete/", views.delete_account, name="delete_account"),
    path("delete/confirm/", views.confirm_deletion, name="confirm_deletion"),
    path("sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("3rdparty/", include("allauth.socialaccount.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("google/login/", provider_views.google_login, name="google_login"),
    path("github/login/", provider_views.github_login, name="github_login"),
    path(
        "oidc/<str:provider_id>/login/",
        provider_views.openid_connect_login,
        name="openid_connect_login",
    ),
]
