"""Reads settings from the environment; a value that cannot be used stops the start.

Every function raises ImproperlyConfigured with one sentence that names the variable.
"""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def read_boolean(name: str, *, default: bool) -> bool:
    """Return a yes-or-no variable.

    Raises ImproperlyConfigured unless its value is one of true, false, yes, no, on, off, 1, 0.
    """
    value = env.str(name, default=str(default)).strip().lower()
    if value not in {"true", "yes", "on", "1", "false", "no", "off", "0"}:
        raise ImproperlyConfigured(f"{name} must be true or false, not “{value}”.")
    return value in {"true", "yes", "on", "1"}


def read_site_url() -> str:
    """Return the address readers type, without a slash at the end.

    Raises ImproperlyConfigured unless it is an http or https address without a path.
    """
    address = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # brackets without an end, a port that is no number
        is_usable = False
    if not is_usable or parts.path or parts.query:
        raise ImproperlyConfigured(
            f"SITE_URL must look like https://canon.example.org, not “{address}”."
        )
    return str(address)


def read_secret_key(keeper: Path) -> str:
    """Return SECRET_KEY, or the key kept in the file `keeper`, made at the first start.

    Raises ImproperlyConfigured if the key is too short or the file cannot be written.
    """
    key = env.str("SECRET_KEY", default="")
    if key:
        if len(key) < 50:
            raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters.")
        return str(key)
    try:
        keeper.parent.mkdir(parents=True, exist_ok=True)
        try:
            with keeper.open("x") as file:
                keeper.chmod(0o600)
                file.write(secrets.token_urlsafe(64))
        except FileExistsError:
            pass
        return keeper.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"the secret key cannot be kept in {keeper} ({error.strerror}): "
            "set SECRET_KEY, or CANON_DATA to a folder that can be written."
        ) from error


def read_database(fallback: Path) -> dict[str, Any]:
    """Return Django's settings of the database in DATABASE_URL, or of the SQLite file `fallback`.

    Raises ImproperlyConfigured unless it is SQLite or PostgreSQL.
    """
    address = env.str("DATABASE_URL", default=f"sqlite:///{fallback}")
    scheme = address.partition(":")[0]
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with sqlite:/// or postgresql://, "
            f"not “{scheme}”."  # the rest may hold a password
        )
    try:
        database: dict[str, Any] = env.db_url_config(address)
    except ValueError as error:  # without the address, which may hold a password
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name."
        ) from error
    if scheme == "sqlite":
        # WAL lets readers read while one writes; IMMEDIATE takes the write lock at the start of
        # a transaction, so that two writers wait for each other rather than fail half-way.
        database["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        database["CONN_MAX_AGE"] = 60
        database["CONN_HEALTH_CHECKS"] = True
    return database


def read_cache() -> dict[str, Any]:
    """Return Django's settings of the cache in CACHE_URL, or of a table in the database.

    Rate limits are counted there, so that it must be one that all processes share. Raises
    ImproperlyConfigured unless it is Redis.
    """
    address = env.str("CACHE_URL", default="")
    if not address:
        return {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "django_cache",
            "OPTIONS": {"MAX_ENTRIES": 50_000},
        }
    scheme = address.partition(":")[0]
    if scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured(
            f"CACHE_URL must begin with redis:// or rediss://, not “{scheme}”."
        )
    return dict(env.cache_url_config(address))


def read_mail(folder: Path) -> dict[str, Any]:
    """Return Django's settings of the mail server in EMAIL_URL, or of files in `folder`.

    Raises ImproperlyConfigured unless it is an SMTP server.
    """
    address = env.str("EMAIL_URL", default="")
    if not address:
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"EMAIL_BACKEND": backend, "EMAIL_FILE_PATH": str(folder)}
    scheme = address.partition(":")[0]
    if scheme not in {"smtp", "smtp+tls", "smtp+ssl"}:
        raise ImproperlyConfigured(
            f"EMAIL_URL must begin with smtp://, smtp+tls:// or smtp+ssl://, not “{scheme}”."
        )
    return {**env.email_url_config(address), "EMAIL_TIMEOUT": 20}


def read_providers() -> tuple[dict[str, Any], list[str]]:
    """Return allauth's settings of the providers one can sign in through, and their origins.

    Raises ImproperlyConfigured if a provider is configured by half.
    """
    providers: dict[str, Any] = {}
    origins: list[str] = []
    known = {"google": "https://accounts.google.com", "github": "https://github.com"}
    for name, origin in known.items():
        variables = [f"{name.upper()}_CLIENT_ID", f"{name.upper()}_CLIENT_SECRET"]
        if values := read_together(variables):
            client_id, secret = values
            providers[name] = {"APPS": [{"client_id": client_id, "secret": secret}]}
            origins.append(origin)
    variables = ["OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"]
    if values := read_together(variables):
        server, client_id, secret = values
        app = {
            "provider_id": "oidc",
            "name": env.str("OIDC_NAME", default=urlsplit(server).hostname),
            "client_id": client_id,
            "secret": secret,
            "settings": {"server_url": server},
        }
        providers["openid_connect"] = {"APPS": [app]}
        parts = urlsplit(server)
        origins.append(f"{parts.scheme}://{parts.netloc}")
    return providers, origins


def read_together(names: list[str]) -> list[str]:
    """Return the values of variables that make sense only together, or nothing if none is set.

    Raises ImproperlyConfigured if some are set and some are not.
    """
    values = [env.str(name, default="") for name in names]
    if any(values) and not all(values):
        missing = ", ".join(name for name, value in zip(names, values, strict=True) if not value)
        raise ImproperlyConfigured(f"{' and '.join(names)} go together: set {missing} too.")
    return values if all(values) else []
