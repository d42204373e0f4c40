"""What runs: apps, database, the switches of the main line."""

from pathlib import Path
from typing import Any

import environ

from chimera.core.pool import Standing

CHECKOUT = Path(__file__).resolve().parent.parent.parent
env = environ.Env()
environ.Env.read_env(CHECKOUT / ".env")

# What this process is in the database: app, operator, connector or migrator (docs/adr/0003).
CHIMERA_ROLE: str = env.str("CHIMERA_ROLE", default="operator").removeprefix("chimera_")
CHIMERA_HOME = Path(env.str("CHIMERA_HOME", default=str(CHECKOUT / ".chimera")))
SWITCHBOARD: str = env.str("SWITCHBOARD", default="chimera.switchboard")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin.apps.SimpleAdminConfig",  # the desk's pages are loaded by the URLs, where the desk is served
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_celery_beat",
    "csp",
    "chimera.core",
    "governance",
    "publishing",
    "agents",
    "chimera.embedded",
]

_database: dict[str, Any] = env.db_url("DATABASE_URL", default="postgres://nobody@127.0.0.1:1/chimera")
_database["ENGINE"] = "django.db.backends.postgresql"
_options: dict[str, Any] = dict(_database.get("OPTIONS") or {})
if CHIMERA_ROLE == "migrator":
    # Tables belong to an owner that nobody logs in as.
    _options["options"] = "-c role=chimera_owner"
elif _pool := env.int("DATABASE_POOL_MAX", default=0):
    # A database that comes back is tried again at once: the pool's own pauses between tries double without end.
    _options["pool"] = {"min_size": 1, "max_size": _pool, "timeout": 5, "reconnect_timeout": 3}
    # Each getting of a connection is checked, which costs no round trip.
    _options["pool"]["connection_class"] = Standing
    _database["CONN_HEALTH_CHECKS"] = True
_database["OPTIONS"] = _options
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A query on a brand table outside of a brand raises; production sets this off and logs it.
TENANCY_STRICT: bool = env.bool("TENANCY_STRICT", default=True)

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-us"
WSGI_APPLICATION = "chimera.wsgi.application"
ROOT_URLCONF = "chimera.urls"
STATIC_URL = "static/"
STATIC_ROOT = CHIMERA_HOME / "static"
WHITENOISE_USE_FINDERS = True  # one machine: served from where the packages keep them

# Where outside acts go. The connector holds the platform's credentials; callers show the service token.
CONNECTORS: dict[str, dict[str, str]] = {
    "plaza": {
        "url": env.str("PLAZA_CONNECTOR_URL", default="http://127.0.0.1:8801/mcp"),
        "service_token": env.str("SERVICE_TOKEN", default=""),
        "platform_url": env.str("PLAZA_URL", default="http://127.0.0.1:8802"),
        "platform_token": env.str("PLAZA_TOKEN", default="demo-token"),
    },
    # Plaza without idempotency keys (looked up), and without a listing as well (blind): not on the usual switchboard.
    "plaza-b": {
        "url": env.str("PLAZA_B_CONNECTOR_URL", default="http://127.0.0.1:8811/mcp"),
        "service_token": env.str("SERVICE_TOKEN", default=""),
        "platform_url": env.str("PLAZA_B_URL", default="http://127.0.0.1:8812"),
        "platform_token": env.str("PLAZA_TOKEN", default="demo-token"),
    },
    "plaza-c": {
        "url": env.str("PLAZA_C_CONNECTOR_URL", default="http://127.0.0.1:8821/mcp"),
        "service_token": env.str("SERVICE_TOKEN", default=""),
        "platform_url": env.str("PLAZA_C_URL", default="http://127.0.0.1:8822"),
        "platform_token": env.str("PLAZA_TOKEN", default="demo-token"),
    },
}
# X: `api_url` is what the connector asks, `platform_url` what people see. The app's id and secret are the connector's.
CONNECTORS["x"] = {
    "url": env.str("X_CONNECTOR_URL", default="http://127.0.0.1:8831/mcp"),
    "service_token": env.str("SERVICE_TOKEN", default=""),
    "platform_url": env.str("X_SITE_URL", default="https://x.com"),
    "api_url": env.str("X_API_URL", default="https://api.x.com"),
    "client_id": env.str("X_CLIENT_ID", default=""),
    "client_secret": env.str("X_CLIENT_SECRET", default=""),
    "webhook_secret": env.str("X_WEBHOOK_SECRET", default=""),
    "bearer_token": env.str("X_BEARER_TOKEN", default=""),
}
# Instagram: `token_url` takes codes, and `media_url` is where Instagram reaches the connector to fetch pictures.
CONNECTORS["instagram"] = {
    "url": env.str("INSTAGRAM_CONNECTOR_URL", default="http://127.0.0.1:8841/mcp"),
    "service_token": env.str("SERVICE_TOKEN", default=""),
    "platform_url": env.str("INSTAGRAM_SITE_URL", default="https://www.instagram.com"),
    "api_url": env.str("INSTAGRAM_API_URL", default="https://graph.instagram.com"),
    "token_url": env.str("INSTAGRAM_TOKEN_URL", default="https://api.instagram.com/oauth/access_token"),
    "client_id": env.str("INSTAGRAM_CLIENT_ID", default=""),
    "client_secret": env.str("INSTAGRAM_CLIENT_SECRET", default=""),
    "media_url": env.str("INSTAGRAM_MEDIA_URL", default=""),
    "webhook_token": env.str("INSTAGRAM_WEBHOOK_TOKEN", default=""),
}
MEDIA_ROOT = CHIMERA_HOME / "media"

# Whether verdicts made without a model may act alone. On for the demo, whose platform is simulated.
OFFLINE_VERDICTS_MAY_ACT: bool = env.bool("OFFLINE_VERDICTS_MAY_ACT", default=False)

DEMO_BRAND = "demo"
FEED_TIMEOUT_S: float = env.float("FEED_TIMEOUT_S", default=15.0)  # for one feed as a whole
TREND_WINDOW_S = 4 * 3600
TREND_LIFE_S = 24 * 3600
TREND_ITEM_AGE_MAX_S = 72 * 3600
RELEVANCE_MIN_BP = 7_500
SIMILARITY_MIN_BP = 1_500  # wordllama's true hits lie at 0.16 to 0.38
REVIEW_DEADLINE_S = 12 * 3600
POST_USUALLY_COSTS_USD = "0.50"
DEFAULT_AGENT_BUDGET_USD = "2.00"
DEFAULT_BRAND_BUDGET_USD = "20.00"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["err"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
