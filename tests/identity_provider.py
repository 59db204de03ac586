"""A real OpenID Connect provider for one test: a second Django site with allauth.idp.

`python -m tests.identity_provider PORT FOLDER REDIRECT_URI` serves it on 127.0.0.1. It knows one
person, and one site that may ask about them.
"""

import sys
from pathlib import Path

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.core.management import call_command

ADDRESS = "ada@example.org"
PASSWORD = "an unlikely phrase"
CLIENT_ID = "canon"
CLIENT_SECRET = "a secret between the two"

urlpatterns = []


def make_key() -> str:
    """Return a new RSA key in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def configure(folder: Path) -> None:
    """Make this process a site of its own, with its database in `folder`."""
    settings.configure(
        SECRET_KEY="k" * 50,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="tests.identity_provider",
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "idp.db"}},
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "allauth",
            "allauth.account",
            "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        IDP_OIDC_PRIVATE_KEY=make_key(),
        USE_TZ=True,
    )
    django.setup()


def fill(redirect_uri: str) -> None:
    """Make the person, and the site that may ask about them."""
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("ada", ADDRESS, PASSWORD)
    EmailAddress.objects.create(user=user, email=ADDRESS, primary=True, verified=True)
    client = Client(
        id=CLIENT_ID,
        name="Canon",
        scopes="openid\nprofile\nemail",
        redirect_uris=redirect_uri,
        skip_consent=True,
    )
    client.set_secret(CLIENT_SECRET)
    client.save()


def main(port: str, folder: str, redirect_uri: str) -> None:
    """Serve the provider until it is stopped."""
    configure(Path(folder))
    from django.urls import include, path

    urlpatterns.extend(
        [
            path("accounts/", include("allauth.account.urls")),
            path("", include("allauth.idp.urls")),
        ]
    )
    # The resolver imports this file by its name, and must find what is added here.
    sys.modules["tests.identity_provider"] = sys.modules["__main__"]
    fill(redirect_uri)
    call_command("runserver", f"127.0.0.1:{port}", use_reloader=False, verbosity=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
