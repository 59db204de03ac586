"""The addresses of accounts: ours before allauth's."""

from django.urls import include, path

from accounts import views

urlpatterns = [
    path("preferences/", views.preferences, name="preferences"),
    path("delete/", views.delete_account, name="delete_account"),
    path("", include("allauth.urls")),
]
