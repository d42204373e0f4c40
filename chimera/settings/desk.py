"""The desk: templates, middleware and the look of the admin."""

from typing import Any

from chimera.settings.base import CHECKOUT

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [CHECKOUT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "chimera.core.tenancy.middleware.DeskTransaction",
]


def _bell(request: Any) -> str:
    """The script of the bell on every page; its address is not known before the settings are."""
    from django.templatetags.static import static

    return static("notices/bell.js")


UNFOLD = {
    "SITE_TITLE": "Chimera",
    "SITE_HEADER": "Chimera desk",
    "SITE_SYMBOL": "diversity_3",
    "SHOW_HISTORY": False,
    "SCRIPTS": [_bell],
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "agents.admin_board.home",
    "SIDEBAR": {
        "show_search": False,
        "navigation": [
            {
                "title": "Desk",
                "items": [
                    {"title": "Board", "icon": "dashboard", "link": "/admin/"},
                    {"title": "Reviews", "icon": "fact_check", "link": "/admin/governance/reviewitem/?status=PENDING"},
                    {"title": "Numbers", "icon": "monitoring", "link": "/admin/governance/reviewanswer/numbers/"},
                    {"title": "Posts", "icon": "send", "link": "/admin/publishing/post/"},
                    {"title": "Agents", "icon": "groups", "link": "/admin/agents/agent/"},
                    {"title": "Calibration", "icon": "show_chart", "link": "/admin/agents/advice/calibration/"},
                    {"title": "Thresholds", "icon": "compress", "link": "/admin/governance/threshold/"},
                    {"title": "Campaigns", "icon": "campaign", "link": "/admin/agents/campaign/"},
                    {"title": "Cohorts", "icon": "workspaces", "link": "/admin/agents/cohort/"},
                    {"title": "Rollouts", "icon": "science", "link": "/admin/agents/rollout/"},
                    {
                        "title": "Plans that wait",
                        "icon": "hourglass_top",
                        "link": "/admin/agents/blueprint/?status=HELD",
                    },
                    {"title": "Goals", "icon": "flag", "link": "/admin/agents/goal/"},
                    {"title": "Tasks", "icon": "account_tree", "link": "/admin/agents/task/"},
                    {"title": "Trends", "icon": "trending_up", "link": "/admin/publishing/trend/"},
                    {"title": "Budgets", "icon": "payments", "link": "/admin/governance/budgetlimit/"},
                    {"title": "Ledger", "icon": "receipt_long", "link": "/admin/governance/entry/"},
                    {"title": "Brand rules", "icon": "rule", "link": "/admin/governance/brandpolicy/"},
                    {"title": "Two people", "icon": "group", "link": "/admin/governance/foureyes/"},
                    {"title": "People", "icon": "badge", "link": "/admin/governance/person/"},
                    {"title": "Controls", "icon": "front_hand", "link": "/admin/governance/control/"},
                    {"title": "Notices", "icon": "notifications", "link": "/admin/governance/notice/"},
                    {"title": "Who is told", "icon": "contact_mail", "link": "/admin/governance/subscription/"},
                    {"title": "Letters", "icon": "mail", "link": "/admin/governance/letter/"},
                    {"title": "Grant keys", "icon": "key", "link": "/admin/governance/grantkey/"},
                    {"title": "MCP servers", "icon": "extension", "link": "/admin/governance/server/"},
                    {"title": "Nodes", "icon": "dns", "link": "/admin/agents/node/"},
                    {"title": "Circuits", "icon": "power", "link": "/admin/core/circuit/"},
                    {"title": "Record", "icon": "history", "link": "/admin/governance/auditevent/"},
                    {"title": "Checkpoints", "icon": "verified", "link": "/admin/governance/checkpoint/"},
                ],
            }
        ],
    },
}
