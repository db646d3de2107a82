"""All settings, read once from the environment; a production that lacks one fails at start, by name."""

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from chengdong import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("CHENGDONG_VAR") or BASE_DIR / "var").resolve()
VAR.mkdir(parents=True, exist_ok=True)

PRODUCTION = os.environ.get("CHENGDONG_ENV", "development") == "production"
DEBUG = os.environ.get("CHENGDONG_DEBUG", "") == "1"
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("CHENGDONG_DEBUG=1 cannot be used with CHENGDONG_ENV=production.")


def _required(name: str) -> str:
    """The variable's value; outside production, a value made once and kept in var/."""
    if value := os.environ.get(name):
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set in production (see docs/operations.md).")
    kept = VAR / f"{name.lower()}.txt"
    if not kept.exists():
        whole = VAR / f"{kept.name}.{os.getpid()}"
        whole.touch(mode=0o600)
        whole.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):  # another process was first: its value counts
            kept.hardlink_to(whole)
        whole.unlink()
    return kept.read_text()


def _given(name: str, elsewhere: str) -> str:
    """The variable's value; outside production, the one that suits this machine."""
    value = os.environ.get(name, "").strip()
    if not value and PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set in production (see docs/operations.md).")
    return value or elsewhere


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _hex(name: str, value: str) -> str:
    """The value, if it is a key of 32 bytes; a shorter one would do its work badly and say nothing."""
    if not re.fullmatch("[0-9a-fA-F]{64}", value):
        raise ImproperlyConfigured(f"{name}: a key is exactly 64 hexadecimal digits (openssl rand -hex 32).")
    return value


def _older_key(part: str) -> tuple[int, str]:
    version, _, value = part.partition(":")
    if not re.fullmatch("[0-9]{1,9}", version):
        raise ImproperlyConfigured("FIELD_KEYS_OLD must read 1:key,2:key (version and key of each).")
    return int(version), _hex("FIELD_KEYS_OLD", value)


SECRET_KEY = _required("SECRET_KEY")
FIELD_KEY = _hex("FIELD_KEY", _required("FIELD_KEY"))
"""Hex key, 64 digits; older keys stay readable through FIELD_KEYS_OLD ("1:hex,2:hex")."""
FIELD_KEY_VERSION = int(os.environ.get("FIELD_KEY_VERSION", "1"))
FIELD_KEYS_OLD = dict(_older_key(part) for part in _parts(os.environ.get("FIELD_KEYS_OLD", "")))
INDEX_KEY = _hex("INDEX_KEY", _required("INDEX_KEY"))
"""Keys the blind index only, so that lookups outlive a change of FIELD_KEY; 64 digits, never changed."""
FIELD_CIPHER = os.environ.get("FIELD_CIPHER", "sm4")
ALLOWED_HOSTS = _parts(_given("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1],testserver"))
CSRF_TRUSTED_ORIGINS = _parts(os.environ.get("CSRF_TRUSTED_ORIGINS", ""))

INSTALLED_APPS = [
    "accounts.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "pgtrigger",
    "pghistory",
    "csp",
    "django_prometheus",
    "accounts",
    "grids",
    "matters",
    "incidents",
    "landlords",
    "mediation",
    "patrols",
    "digests",
    "checkups",
    "stats",
    "chengdong.apps.ChengdongConfig",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shared.compression.TextCompression",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "grids.signed_in.SignedIn",
    "django_otp.middleware.OTPMiddleware",
    "grids.middleware.SessionDuties",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
    "chengdong.errors.DomainErrors",
]

ROOT_URLCONF = "chengdong.urls"
WSGI_APPLICATION = "chengdong.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "shared.jinja.environment",
            "auto_reload": DEBUG,
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "chengdong.shell.shell",
            ],
        },
    },
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
    },
]

EMBEDDED_DATABASE = not os.environ.get("DATABASE_URL")
if PRODUCTION and EMBEDDED_DATABASE:
    raise ImproperlyConfigured("DATABASE_URL must be set in production (see docs/operations.md).")
DATABASE_URL = os.environ.get("DATABASE_URL") or embedded.url(VAR)
DATABASES = {
    "default": {
        **dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True),
        "ATOMIC_REQUESTS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5
# The rule (domain.md, Personal data) locks the account: counting by address would let one guesser with
# many addresses go
# on, and lock out a village office behind one address. axes.W006 warns of lockouts that hang on what a
# caller may change
# at will (user agent, cookie); the username is what he wants to guess, so the warning does not apply here.
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "shared.addresses.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_VERBOSE = False

# Only a cache that all processes share may hold sessions: with one cache per process a sign-out or a
# given code would be
# known to one of them and not to the others.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db" if REDIS_URL else "accounts.sessions"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "chengdong.errors.csrf_failed"
SECURE_SSL_REDIRECT = PRODUCTION and os.environ.get("SECURE_SSL_REDIRECT", "1") == "1"
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
PROXY_HOPS = int(os.environ.get("PROXY_HOPS", "0"))
"""How many own proxies stand before the portal: so many entries of X-Forwarded-For are believed."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH: list[str] = []

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", VAR / "vendor")]
(VAR / "vendor").mkdir(exist_ok=True)
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", VAR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": os.environ.get(
            "STATICFILES_BACKEND", "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "grids.signed_in.HolderKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["grids.api_scope.HasRight"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["shared.renderers.OrjsonRenderer", "shared.renderers.CsvRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "shared.parsers.OrjsonParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PAGINATION_CLASS": "shared.pages.KeysetPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "shared.problems.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_THROTTLE_RATES": {"login": "20/min"},
    "NUM_PROXIES": PROXY_HOPS,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Token",
    "TOKEN_TTL": None,
    "TOKEN_MODEL": "accounts.ApiKey",
}
KNOX_TOKEN_MODEL = "accounts.ApiKey"  # noqa: S105 -- the name of a model
SPECTACULAR_SETTINGS = {
    "TITLE": "城东街道社会治理平台 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "HazardLevelEnum": "incidents.levels.HazardLevel",
        "PartyKindEnum": "mediation.models.Party.Kind",
        "DigestKindEnum": "digests.models.DigestKind",
        "BulletinKindEnum": "digests.models.Bulletin.Kind",
        "CaseResultEnum": "mediation.models.Dispute.Result",
        "VisitResultEnum": "grids.models.Visit.Result",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

CELERY_BROKER_URL = REDIS_URL or "filesystem://"
if not REDIS_URL:
    _broker = VAR / "broker"
    _broker.mkdir(exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker),
        "data_folder_out": str(_broker),
        "control_folder": str(VAR / "broker-control"),
        "polling_interval": 0.05,
    }
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "chengdong.tasks.sweep", "schedule": 30.0, "options": {"expires": 25}},
    "erase_expired": {"task": "chengdong.tasks.erase_expired", "schedule": crontab(hour=3, minute=30)},
}

NOTICE_WEBHOOK_URL = os.environ.get("NOTICE_WEBHOOK_URL", "")
NOTICE_WEBHOOK_SECRET = os.environ.get("NOTICE_WEBHOOK_SECRET", "")
NOTICE_LEASE_SECONDS = int(os.environ.get("NOTICE_LEASE_SECONDS", "60"))
ROBOT_URLS = {
    "wecom": os.environ.get("WECOM_ROBOT_URL", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={key}"),
    "dingtalk": os.environ.get(
        "DINGTALK_ROBOT_URL", "https://oapi.dingtalk.com/robot/send?access_token={token}"
    ),
    "feishu": os.environ.get("FEISHU_ROBOT_URL", "https://open.feishu.cn/open-apis/bot/v2/hook/{token}"),
}
"""Where group robots are spoken to: a private deployment (政务微信, 专有钉钉) has its own address."""
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "465"))
EMAIL_USE_SSL = os.environ.get("EMAIL_SECURITY", "ssl") == "ssl"
EMAIL_USE_TLS = os.environ.get("EMAIL_SECURITY", "ssl") == "starttls"
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "") or EMAIL_HOST_USER or "chengdong@localhost"
PUBLIC_URL = _given("PUBLIC_URL", "http://127.0.0.1:8000")
WECHAT_APP_ID = os.environ.get("WECHAT_APP_ID", "")
WECHAT_APP_SECRET = os.environ.get("WECHAT_APP_SECRET", "")
WECHAT_URL = os.environ.get("WECHAT_URL", "https://api.weixin.qq.com")
MAP_TILE_URL = os.environ.get("MAP_TILE_URL", "")
PAPER_FONTS = os.environ.get("PAPER_FONTS", "")
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": "ext://shared.logs.RENDERER",
            "foreign_pre_chain": "ext://shared.logs.PROCESSORS",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
}
