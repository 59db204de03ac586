"""Settings, read from the environment; docs/settings.md lists every variable.

Without any configuration this is a working single-machine site on SQLite.
"""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from canon.environment import (
    env,
    is_loopback,
    read_boolean,
    read_cache,
    read_choice,
    read_database,
    read_log_format,
    read_mail,
    read_metrics_port,
    read_number,
    read_providers,
    read_replicas,
    read_secret_key,
    read_sentry_dsn,
    read_site_url,
)
from canon.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

# What differs from site to site.

DEBUG = read_boolean("DEBUG", default=False)
DATA_DIR = Path(env.str("CANON_DATA", default=str(BASE_DIR / "var"))).resolve()
SECRET_KEY = read_secret_key(DATA_DIR / "secret_key")
SITE_URL = read_site_url()
HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname, "localhost", "127.0.0.1", "[::1]"]
)
DATABASES = {"default": read_database(DATA_DIR / "canon.sqlite3"), **read_replicas()}
DATABASE_ROUTERS = ["canon.replica.Router"] if "replica" in DATABASES else []
CACHES = {"default": read_cache()}
# A cache that is a table would be one query more, not less.
SESSION_ENGINE = "django.contrib.sessions.backends." + (
    "db" if "DatabaseCache" in CACHES["default"]["BACKEND"] else "cached_db"
)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=f"AI Canon <canon@{urlsplit(SITE_URL).hostname}>"
)
globals().update(read_mail(DATA_DIR / "mail"))
SOCIALACCOUNT_PROVIDERS, PROVIDER_ORIGINS = read_providers()
LINK_CHECK_ALLOW_PRIVATE = read_boolean("LINK_CHECK_ALLOW_PRIVATE", default=False)
# Who tries the site out on their own machine need not find their telephone first.
ADMIN_REQUIRE_MFA = read_boolean(
    "ADMIN_REQUIRE_MFA", default=not DEBUG and not all(map(is_loopback, ALLOWED_HOSTS))
)
LOG_FORMAT = read_log_format(debug=DEBUG)
LOG_LEVEL = read_choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
REQUEST_ID_HEADER = env.str("REQUEST_ID_HEADER", default="")
SLOW_QUERY_MS = read_number("SLOW_QUERY_MS", default=500, most=3_600_000)
METRICS_PORT = read_metrics_port()
METRICS_HOST = env.str("METRICS_HOST", default="127.0.0.1")
SENTRY_DSN = read_sentry_dsn()

# What Canon is made of.

INSTALLED_APPS = [
    "modeltranslation",
    "canon",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    # Each brings an HTTP client along, which a site without them shall not carry.
    *(f"allauth.socialaccount.providers.{name}" for name in SOCIALACCOUNT_PROVIDERS),
    "django_filters",
    "django_htmx",
    "reversion",
    "template_partials",
    "csp",
    "whitenoise.runserver_nostatic",
    "accounts.desk_config.DeskConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "canon.observing.observe",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "canon.compression.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LastSeenMiddleware",
    "accounts.middleware.TimeZoneMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "canon.middleware.ExpiredSessionMiddleware",
]

if "replica" in DATABASES:
    MIDDLEWARE.append("canon.replica.read_for_guests")

ROOT_URLCONF = "canon.urls"
WSGI_APPLICATION = "canon.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "canon.context_processors.site",
            ],
        },
    },
]

# Who signs in.

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "item_list"
LOGOUT_REDIRECT_URL = "item_list"
SESSION_COOKIE_AGE = 90 * 24 * 3600  # also what a guest has marked lives this long
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None  # asked at sign-in
ACCOUNT_CHANGE_EMAIL = True  # a reader has one address, and a new one takes its place
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Codes rather than links: they work where mail is read on another device, and need no address.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 10 * 60
# A mistyped address is not changed here, which would tell that it has no account yet.
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = False
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"suggest": "3/m/user,10/d/user"}  # beside allauth's own
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_ISSUER = "AI Canon"
MFA_TOTP_TOLERANCE = 1  # telephones' clocks are off by seconds
MFA_FORMS = {
    "authenticate": "accounts.app_codes.AuthenticateOnceForm",
    "reauthenticate": "accounts.app_codes.ReauthenticateOnceForm",
    "activate_totp": "accounts.app_codes.ActivateOnceForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow http on localhost only
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Languages: English has no prefix, Chinese has /zh-hans/.

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["canon.formats"]
MODELTRANSLATION_LANGUAGES = ("en", "zh-hans")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)


def label_text(name: str, language: str) -> str:
    """Return the label of a text in one language, which goes by what it calls itself."""
    own = {"en": "English", "zh-hans": "中文"}
    return gettext("%(text)s (%(language)s)") % {"text": name, "language": own[language]}


MODELTRANSLATION_BUILD_LOCALIZED_VERBOSE_NAME = label_text
USE_TZ = True
TIME_ZONE = "UTC"

# Files.

FIXTURE_DIRS = [BASE_DIR / "fixtures"]
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Before Django's own: nothing larger than it allows is kept, not even for a moment.
FILE_UPLOAD_HANDLERS = [
    "canon.upload_limits.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Security.

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        # Browsers hold the redirect that answers a form to this too.
        "form-action": [SELF, *PROVIDER_ORIGINS],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Beside those that Django sends. What a browser could lend a page and none of ours uses is denied.
PROTECTIVE_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        [
            "publickey-credentials-create=(self)",
            "publickey-credentials-get=(self)",
            "clipboard-write=(self)",
            *(
                f"{name}=()"
                for name in (
                    *("accelerometer", "autoplay", "browsing-topics", "camera"),
                    *("display-capture", "encrypted-media", "fullscreen", "geolocation"),
                    *("gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer"),
                    *("microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock"),
                    *("serial", "usb", "xr-spatial-tracking"),
                )
            ),
        ]
    ),
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "canon.views.csrf_failure"
if HTTPS:
    # Gunicorn never speaks TLS itself: where readers type https, a proxy stands in front.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    CSRF_TRUSTED_ORIGINS = [SITE_URL]

LOGGING = logging_settings(LOG_FORMAT, LOG_LEVEL, tells_all=DEBUG)
