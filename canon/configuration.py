"""Every variable that configures a site: the one list, from which docs/settings.md is written.

`canon/environment.py` reads no variable that is not declared here.
"""

from __future__ import annotations

from typing import NamedTuple


class Variable(NamedTuple):
    """A variable of the environment, as it is told to operators."""

    name: str
    default: str
    meaning: str


GROUPS: dict[str, tuple[Variable, ...]] = {
    "The site": (
        Variable(
            "SITE_URL",
            "`http://127.0.0.1:8000`",
            "the address readers type; with `https://` cookies become secure, HSTS is sent, and "
            "the proxy in front must set `X-Forwarded-Proto` and `X-Forwarded-For`",
        ),
        Variable(
            "ALLOWED_HOSTS",
            "the host of `SITE_URL`, and this machine",
            "host names to answer to, with commas between them",
        ),
        Variable(
            "SECRET_KEY",
            "made at the first start, kept in `secret_key` in `CANON_DATA`",
            "signs sessions and tokens; at least 50 characters",
        ),
        Variable(
            "CANON_DATA",
            "`var/`",
            "the folder of everything that is not code: database, key, mail, static files",
        ),
        Variable("DEBUG", "`false`", "Django's debug pages; never on a public site"),
    ),
    "What it stands on": (
        Variable(
            "DATABASE_URL",
            "SQLite in `CANON_DATA`",
            "for PostgreSQL: `postgresql://user:password@host/name`",
        ),
        Variable(
            "PGBOUNCER",
            "`false`",
            "PgBouncer stands in front of the database and pools transactions: nothing is then "
            "kept from one transaction to the next",
        ),
        Variable(
            "REPLICA_URL",
            "none",
            "a streaming replica of the database: the canon is read there for guests without a "
            "session, and follows the primary by moments",
        ),
        Variable(
            "CACHE_URL",
            "a table in the database",
            "Redis or Valkey: `redis://host:6379/0`; it needs the package `redis`. Sessions are "
            "then read from there, and kept in the database too",
        ),
        Variable(
            "EMAIL_URL",
            "mail is written to files in `mail` in `CANON_DATA`",
            "the SMTP server: `smtp://user:password@host:25`, or `smtp+tls://` with STARTTLS, or "
            "`smtp+ssl://`",
        ),
        Variable(
            "DEFAULT_FROM_EMAIL",
            "`AI Canon <canon@…>` with the host of `SITE_URL`",
            "whom mail comes from",
        ),
    ),
    "Who comes in": (
        Variable(
            "ADMIN_REQUIRE_MFA",
            "`true`; `false` with `DEBUG`, and where all of `ALLOWED_HOSTS` is this machine",
            "the admin is entered only with a second factor: a passkey, or codes from an app",
        ),
        Variable(
            "GOOGLE_CLIENT_ID",
            "none",
            "sign-in through Google; the address to register there is `SITE_URL` with "
            "`/accounts/google/login/callback/`",
        ),
        Variable("GOOGLE_CLIENT_SECRET", "none", "goes with it"),
        Variable(
            "GITHUB_CLIENT_ID",
            "none",
            "sign-in through GitHub; `/accounts/github/login/callback/`",
        ),
        Variable("GITHUB_CLIENT_SECRET", "none", "goes with it"),
        Variable(
            "OIDC_SERVER_URL",
            "none",
            "sign-in through any OpenID Connect provider; `/accounts/oidc/oidc/login/callback/`",
        ),
        Variable("OIDC_CLIENT_ID", "none", "goes with it"),
        Variable("OIDC_CLIENT_SECRET", "none", "goes with it"),
        Variable("OIDC_NAME", "the provider's host", "what the button calls that provider"),
    ),
    "Serving": (
        Variable("HOST", "`127.0.0.1`", "where `manage.py serve` listens"),
        Variable("PORT", "`8000`", "its port"),
        Variable("WEB_CONCURRENCY", "`2`", "gunicorn's worker processes"),
    ),
    "Watching it": (
        Variable(
            "LOG_FORMAT",
            "`text` on a terminal and with `DEBUG`, else `json`",
            "how the lines of the log look",
        ),
        Variable(
            "LOG_LEVEL",
            "`INFO`",
            "what Canon logs of itself: `DEBUG`, `INFO` (a line for each request), `WARNING`, "
            "`ERROR`",
        ),
        Variable(
            "REQUEST_ID_HEADER",
            "none: each request gets an id of ours",
            "the header in which the proxy in front sends an id, as `X-Request-ID`; only if it "
            "never passes on the one a browser sent",
        ),
        Variable(
            "SLOW_QUERY_MS",
            "`500`",
            "log statements a request waits that many milliseconds for, without their values; "
            "`0` logs none",
        ),
        Variable(
            "METRICS_PORT",
            "`0`: off",
            "serve metrics for Prometheus on this port; it needs the package `prometheus-client`",
        ),
        Variable(
            "METRICS_HOST",
            "`127.0.0.1`",
            "where that port listens; it asks nobody for a password",
        ),
        Variable(
            "SENTRY_DSN",
            "none",
            "send errors to Sentry, without personal data; it needs the package `sentry-sdk`",
        ),
    ),
    "The canon": (
        Variable(
            "LINK_CHECK_ALLOW_PRIVATE",
            "`false`",
            "let `check_links` ask private addresses too: for a canon of links within a company",
        ),
    ),
}

DECLARED = frozenset(variable.name for group in GROUPS.values() for variable in group)

INTRODUCTION = """\
# Settings

Everything is read from the environment, and nothing needs to be set on a single machine. A value
that cannot be used stops the start with one sentence.

`manage.py settings_table` writes this page from `canon/configuration.py`.
"""


def settings_table() -> str:
    """Return docs/settings.md: all variables, group by group."""
    parts = [INTRODUCTION]
    for title, variables in GROUPS.items():
        parts.append(f"## {title}\n\n| variable | default | meaning |\n|---|---|---|")
        parts += [f"| `{name}` | {default} | {meaning} |" for name, default, meaning in variables]
        parts[-1] += "\n"
    return "\n".join(parts)
