"""Reads settings from the environment; a value that cannot be used stops the start.

Every function raises ImproperlyConfigured with one sentence that names the variable.
"""

import importlib.util
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from canon.configuration import DECLARED


class DeclaredEnvironment(environ.Env):  # type: ignore[misc]  # it has no types
    """The environment, of which only what `canon/configuration.py` declares can be read."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return a variable. Raises LookupError if it is not declared."""
        if var not in DECLARED:
            raise LookupError(f"{var} is not declared in canon/configuration.py.")
        return super().get_value(var, *args, **kwargs)


env = DeclaredEnvironment()


def read_boolean(name: str, *, default: bool) -> bool:
    """Return a yes-or-no variable.

    Raises ImproperlyConfigured unless its value is one of true, false, yes, no, on, off, 1, 0.
    """
    value = env.str(name, default=str(default)).strip().lower()
    if value not in {"true", "yes", "on", "1", "false", "no", "off", "0"}:
        raise ImproperlyConfigured(f"{name} must be true or false, not “{value}”.")
    return value in {"true", "yes", "on", "1"}


def read_number(name: str, *, default: int, most: int) -> int:
    """Return a whole number from 0 to `most`. Raises ImproperlyConfigured for anything else."""
    value = env.str(name, default=str(default)).strip()
    if not (value.isascii() and value.isdecimal() and len(value) < 10 and int(value) <= most):
        raise ImproperlyConfigured(f"{name} must be a number from 0 to {most}, not “{value}”.")
    return int(value)


def read_choice(name: str, choices: tuple[str, ...], *, default: str) -> str:
    """Return one of `choices`, in any case. Raises ImproperlyConfigured for anything else."""
    value = env.str(name, default=default).strip()
    for choice in choices:
        if choice.lower() == value.lower():
            return choice
    raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}, not “{value}”.")


def read_log_format(*, debug: bool) -> str:
    """Return how the log looks: for the eye where somebody looks on, for machines elsewhere."""
    default = "text" if debug or sys.stderr.isatty() else "json"
    return read_choice("LOG_FORMAT", ("json", "text"), default=default)


def need_package(name: str, package: str, module: str) -> None:
    """Raise ImproperlyConfigured unless the package that the variable `name` needs is there."""
    if importlib.util.find_spec(module) is None:
        raise ImproperlyConfigured(
            f"{name} needs the package {package}: install requirements-operate.txt, or unset it."
        )


def read_sentry_dsn() -> str:
    """Return the address of the project at Sentry, empty if there is none.

    Raises ImproperlyConfigured if the package for it is missing or the address is none.
    """
    address = str(env.str("SENTRY_DSN", default=""))
    if address:
        need_package("SENTRY_DSN", "sentry-sdk", "sentry_sdk")
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.username or len(parts.path) < 2:
            raise ImproperlyConfigured(
                "SENTRY_DSN must look like https://key@sentry.example.org/1."
            )
    return address


def read_metrics_port() -> int:
    """Return the port on which metrics are served, 0 if they are off.

    Raises ImproperlyConfigured if the package for it is missing.
    """
    port = read_number("METRICS_PORT", default=0, most=65535)
    if port:
        need_package("METRICS_PORT", "prometheus-client", "prometheus_client")
    return port


def is_loopback(host: str) -> bool:
    """Tell whether a name of ALLOWED_HOSTS is one by which only this machine is reached."""
    return host in {"localhost", "127.0.0.1", "[::1]", "::1"}


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
    return read_database_url("DATABASE_URL", f"sqlite:///{fallback}")


def read_replicas() -> dict[str, Any]:
    """Return Django's settings of the copy in REPLICA_URL by its alias; nothing if there is none.

    Raises ImproperlyConfigured unless it is SQLite or PostgreSQL.
    """
    if not env.str("REPLICA_URL", default=""):
        return {}
    return {"replica": {**read_database_url("REPLICA_URL"), "TEST": {"MIRROR": "default"}}}


def read_database_url(name: str, default: str = "") -> dict[str, Any]:
    """Return Django's settings of the database whose address is in the variable `name`.

    Raises ImproperlyConfigured unless it is SQLite or PostgreSQL.
    """
    address = env.str(name, default=default)
    scheme = address.partition(":")[0]
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"{name} must begin with sqlite:/// or postgresql://, "
            f"not “{scheme}”."  # the rest may hold a password
        )
    try:
        database: dict[str, Any] = env.db_url_config(address)
    except ValueError as error:  # without the address, which may hold a password
        raise ImproperlyConfigured(
            f"{name} must look like postgresql://user:password@host:5432/name."
        ) from error
    if scheme != "sqlite":
        # A page says soon that the database is away, rather than when a browser gives up.
        database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    else:
        # WAL lets readers read while one writes; IMMEDIATE takes the write lock at the start of
        # a transaction, so that two writers wait for each other rather than fail half-way.
        database["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    # Opening a connection for each request would cost more than all its queries.
    database["CONN_MAX_AGE"] = 60
    database["CONN_HEALTH_CHECKS"] = True
    # PgBouncer gives each transaction another connection, on which no cursor of the last one is.
    database["DISABLE_SERVER_SIDE_CURSORS"] = read_boolean("PGBOUNCER", default=False)
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
