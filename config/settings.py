"""Django's settings, built from the checked environment; production may only be stricter than what stands here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF

from clinical.clients.scopes import VERBS
from config.environment import ROOT, VAR, Mode, Role, environment
from config.logging import logging_configuration

ENV = environment()
BASE_DIR = ROOT
IS_PRODUCTION = ENV.mode is Mode.PRODUCTION

SECRET_KEY = ENV.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = ENV.allowed_hosts
CSRF_TRUSTED_ORIGINS = ENV.trusted_origins

INSTALLED_APPS = [
    "config",
    "clinical",
    "predictions",
    "mlops",
    "assistant",
    "config.admin_apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "corsheaders",
    "csp",
    "django_celery_beat",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.secure_headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.trusted_request_id",
    "django_structlog.middlewares.RequestMiddleware",
    "config.middleware.request_log",
    "config.middleware.session_limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.ErrorsAsPages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.page_frame",
            ],
        },
    },
]

# --- data: the application's role owns no table; `owner` is used by prepare_database alone -------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **dj_database_url.parse(ENV.database_url, conn_max_age=600, conn_health_checks=True),
    },
}
if ENV.database_owner_url:
    DATABASES["owner"] = {**dj_database_url.parse(ENV.database_owner_url, conn_max_age=0)}
for _database in DATABASES.values():
    _limits = "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
    # for clinical.rows alone, whose statements find their rows by unique keys: Django's own cursors prepare nothing
    _database.setdefault("OPTIONS", {}).update(options=f"{_limits} -c plan_cache_mode=force_generic_plan", prepare_threshold=1)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.redis_url.get_secret_value()}}

# --- people and sessions ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "clinical.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "config.accounts.StaffAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
# django-axes counts failures, in PostgreSQL, so a dead Redis neither opens nor shuts the door; and a whole hospital signs in
# from one address, so a limit by address would shut the door at the change of shift
ACCOUNT_RATE_LIMITS = {"login_failed": None, "login": None}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Wardlight"
MFA_TOTP_TOLERANCE = 1  # one period either way (RFC 6238, 5.2): a code typed as it changes still counts
MFA_FORMS = {"authenticate": "config.second_factor.SignInCodeForm", "reauthenticate": "config.second_factor.ConfirmCodeForm"}
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
# W006: a hospital stands behind one address, so counting by address would lock out a whole ward for one typist
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_IPWARE_PROXY_COUNT = ENV.proxy_hops
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["username", "login", "password"]
SESSION_COOKIE_AGE = int(timedelta(hours=ENV.session_absolute_hours).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "config.views.csrf_refused"
SESSION_IDLE_SECONDS = ENV.session_idle_minutes * 60
SESSION_ABSOLUTE_SECONDS = SESSION_COOKIE_AGE

# --- transport and content ---------------------------------------------------------------------------------------------------
_over_tls = not ENV.insecure_http
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _over_tls
SESSION_COOKIE_NAME = "__Host-session" if _over_tls else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _over_tls else "csrf"
SECURE_SSL_REDIRECT = _over_tls
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if _over_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _over_tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.proxy_hops else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# --- doors for systems: tokens and no sessions, JSON and no pages -----------------------------------------------------------
SERVES_API = ENV.role is Role.API or ENV.mode is Mode.TEST  # a process that shows pages never loads a model
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # a door names its own; what names none is open to nobody
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["clinical.doors.strict_json.StrictJsonParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "clinical.doors.problems.handler",
    "URL_FORMAT_OVERRIDE": None,  # what is spoken is told by Accept, and no parameter of an address changes it
    "UNAUTHENTICATED_USER": None,
}
CALLS_PER_MINUTE = ENV.calls_per_minute
CALL_LOG_SECONDS = 0 if ENV.mode is Mode.TEST else 2
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
TOKEN_SECONDS = 300  # the most that SMART Backend Services asks for
OAUTH2_PROVIDER = {
    "OAUTH2_VALIDATOR_CLASS": "clinical.clients.tokens.ClientValidator",
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",  # knows client credentials, and no other grant
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # the digest of a token is kept, and not the token
    # the security practice of RFC 9700, for the grants that are not offered too: whoever adds one starts from what is safe
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": TOKEN_SECONDS,
    "SCOPES": VERBS,
}
# browsers that run an EHR may ask for cards, and for nothing else
CORS_URLS_REGEX = r"^/cds-services"
CORS_ALLOWED_ORIGINS = ENV.cors_origins
SMART_ISSUERS = ENV.smart_issuers
SMART_HOSTS = ENV.smart_hosts

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if ENV.mode is not Mode.TEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = ENV.mode is Mode.TEST

# --- ours ----------------------------------------------------------------------------------------------------------------
DATASET = ENV.dataset
ARTEFACTS = ENV.artefacts
LAKE = ENV.lake
DEMO_LOGINS = ENV.demo_logins
MLFLOW_TRACKING_URI = ENV.mlflow_tracking_uri
MLFLOW_EXPERIMENT = ENV.mlflow_experiment
MLFLOW_MODEL_PREFIX = ENV.mlflow_model_prefix
GATE_PROFILE = ENV.gate_profile
TRAINING = ENV.training
TRAINING_STORE = ENV.training_store
TRAINING_FOLDER = VAR / "training" if ENV.training_store.startswith("s3://") else ENV.training_store
TRAINING_THREADS = ENV.training_threads
TRAINING_MOST_SECONDS = ENV.training_most_seconds
SAGEMAKER_ROLE = ENV.sagemaker_role
SAGEMAKER_IMAGE = ENV.sagemaker_image
SAGEMAKER_INSTANCE = ENV.sagemaker_instance
SAGEMAKER_SPOT = ENV.sagemaker_spot
SAGEMAKER_WAIT_SECONDS = ENV.sagemaker_wait_seconds
SAGEMAKER_SUBNETS = ENV.sagemaker_subnets
SAGEMAKER_SECURITY_GROUPS = ENV.sagemaker_security_groups
AWS_REGION = ENV.aws_region
AWS_ENDPOINT = ENV.aws_endpoint
AWS_KMS_KEY = ENV.aws_kms_key
EVENTS_QUEUE = ENV.events_queue
EVENTS_DATA = ENV.events_data
RUN_SEED = ENV.run_seed
RUN_HOLD_SECONDS = ENV.run_hold_seconds
AUTO_PROMOTE = ENV.auto_promote
REDIS_URL = ENV.redis_url.get_secret_value()
SIGNING_KEY = ENV.signing_key.get_secret_value() if ENV.signing_key else ""
VERIFY_KEYS = ENV.verify_keys
CHAMPION_POLL_SECONDS = ENV.champion_poll_seconds
UPLOAD_MOST_BYTES = ENV.upload_most_mebibytes * 2**20
UPLOAD_MOST_ROWS = ENV.upload_most_rows
UPLOAD_KEEP_HOURS = ENV.upload_keep_hours
SITE_TIMEZONE = ENV.site_timezone
HL7_KEEP_DAYS = ENV.hl7_keep_days
OUTCOME_LAG_DAYS = ENV.outcome_lag_days
RETRAIN_ON_DRIFT = ENV.retrain_on_drift
RETRAIN_COOLDOWN_DAYS = ENV.retrain_cooldown_days
PUBLIC_ADDRESS = ENV.public_address
API_ADDRESS = ENV.api_address
WEBHOOK_HOSTS = ENV.webhook_hosts
JWKS_HOSTS = ENV.jwks_hosts
LOOPBACK_WEBHOOKS = not IS_PRODUCTION

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# without a mail server no channel can send; what is written then stays in this process
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if ENV.smtp_host else 'locmem'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = ENV.smtp_host, ENV.smtp_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = ENV.smtp_user, ENV.smtp_password.get_secret_value()
EMAIL_USE_TLS, EMAIL_USE_SSL = ENV.smtp_security == "starttls", ENV.smtp_security == "tls"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = ENV.email_from

DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # no line tells it, so nobody works it out
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # config.middleware.trusted_request_id lets only plain tokens through
LOGGING = logging_configuration(level=ENV.log_level)
LOGGING_CONFIG = "config.logging.configure"

from config.celery_settings import *  # noqa: E402, F403  one namespace: Celery reads CELERY_* from here
