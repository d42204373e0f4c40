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


# The side of every page: what is looked at daily first; name, icon, address.
NAVIGATION: dict[str, list[tuple[str, str, str]]] = {
    "Today": [
        ("Board", "dashboard", "/admin/"),
        ("Reviews", "fact_check", "/admin/governance/reviewitem/?status=PENDING"),
        ("Numbers", "monitoring", "/admin/governance/reviewanswer/numbers/"),
        ("Notices", "notifications", "/admin/governance/notice/"),
    ],
    "Work": [
        ("Posts", "send", "/admin/publishing/post/"),
        ("Inbox", "forum", "/admin/publishing/mention/"),
        ("Goals", "flag", "/admin/agents/goal/"),
        ("Plans that wait", "hourglass_top", "/admin/agents/blueprint/?status=HELD"),
        ("Tasks", "account_tree", "/admin/agents/task/"),
        ("Trends", "trending_up", "/admin/publishing/trend/"),
        ("Campaigns", "campaign", "/admin/agents/campaign/"),
    ],
    "Agents": [
        ("Agents", "groups", "/admin/agents/agent/"),
        ("Cohorts", "workspaces", "/admin/agents/cohort/"),
        ("Rollouts", "science", "/admin/agents/rollout/"),
        ("Calibration", "show_chart", "/admin/agents/advice/calibration/"),
        ("Thresholds", "compress", "/admin/governance/threshold/"),
    ],
    "Money": [
        ("Budgets", "payments", "/admin/governance/budgetlimit/"),
        ("Ledger", "receipt_long", "/admin/governance/entry/"),
    ],
    "Rules and stops": [
        ("Controls", "front_hand", "/admin/governance/control/"),
        ("Brand rules", "rule", "/admin/governance/brandpolicy/"),
        ("Two people", "group", "/admin/governance/foureyes/"),
        ("Grant keys", "key", "/admin/governance/grantkey/"),
        ("MCP servers", "extension", "/admin/governance/server/"),
    ],
    "People": [
        ("People", "badge", "/admin/governance/person/"),
        ("Who is told", "contact_mail", "/admin/governance/subscription/"),
        ("Letters", "mail", "/admin/governance/letter/"),
    ],
    "Machines": [
        ("Nodes", "dns", "/admin/agents/node/"),
        ("Circuits", "power", "/admin/core/circuit/"),
    ],
    "Record": [
        ("Record", "history", "/admin/governance/auditevent/"),
        ("Checkpoints", "verified", "/admin/governance/checkpoint/"),
    ],
}

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
            {"title": title, "items": [{"title": name, "icon": icon, "link": link} for name, icon, link in items]}
            for title, items in NAVIGATION.items()
        ],
    },
}
