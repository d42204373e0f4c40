"""The roles as a table: what each may look at and do, by codename. Nothing else gives a permission.

A permission that no app has (an app that is not installed) is left out. Requirements: REV-8.
"""

from collections.abc import Mapping
from dataclasses import dataclass

REVIEWER, FINANCE, OPERATOR, AUDITOR = "reviewer", "finance approver", "operator", "auditor"


def _view(app: str, *models: str) -> frozenset[str]:
    return frozenset(f"{app}.view_{model}" for model in models)


# What belongs to brands, and what belongs to the fleet: a person who works for some brands only is shown the first.
_WORK = (
    _view("agents", "agent", "soul", "goal", "task", "campaign", "archivedgoal", "blueprint")
    | _view("publishing", "post", "trend", "account", "mention", "blackout")
    | _view("governance", "reviewitem", "effect", "auditevent", "brandpolicy", "threshold", "foureyes", "notice")
)
_MONEY = _view("governance", "budgetlimit", "budget", "entry", "fleetlimit")
_FLEET = (
    _view("agents", "advice", "cohort", "rollout", "node")
    | _view("publishing", "feed", "fleetblackout", "quota")
    | _view("core", "circuit")
    | _view("governance", "control", "grantkey", "server", "checkpoint", "person", "numbers", "subscription", "letter")
    | _view("django_celery_beat", "periodictask", "intervalschedule", "crontabschedule")
)
_SCHEDULE = frozenset(
    f"django_celery_beat.{act}_{model}"
    for model in ("periodictask", "intervalschedule", "crontabschedule")
    for act in ("add", "change")
)


@dataclass(frozen=True, kw_only=True)
class Role:
    """What a person with this role may do. `may_be_bound`: to some brands only; who acts on the fleet may not."""

    name: str
    does: str
    permissions: frozenset[str]
    may_be_bound: bool


ROLES: Mapping[str, Role] = {
    one.name: one
    for one in (
        Role(
            name=REVIEWER,
            does="decides reviews",
            permissions=_WORK
            | {
                "governance.decide_reviewitem",
                "publishing.add_bar",
                "publishing.add_hiding",
                "publishing.ask_reversal",
            },
            may_be_bound=True,
        ),
        Role(
            name=FINANCE,
            does="sets budgets; approves payments over the limit, once there are payments",
            permissions=_WORK
            | _MONEY
            | {
                "governance.add_budgetlimit",
                "governance.change_budgetlimit",
                "governance.add_fleetlimit",
                "governance.change_fleetlimit",
                "governance.approve_payment",
            },
            may_be_bound=False,
        ),
        Role(
            name=OPERATOR,
            does="runs the fleet: campaigns, cohorts, rules, stops, servers, keys, the schedule",
            permissions=_WORK
            | _MONEY
            | _FLEET
            | _SCHEDULE
            | {
                "agents.run_campaign",
                "agents.run_cohort",
                "agents.decide_advice",
                "agents.edit_plan",
                "agents.steer_goal",
                "governance.add_subscription",
                "governance.change_subscription",
                "governance.delete_subscription",
                "governance.test_subscription",
                "publishing.add_account",
                "publishing.add_bar",
                "publishing.ask_reversal",
                "publishing.add_hiding",
                "governance.add_brandpolicy",
                "governance.change_brandpolicy",
                "governance.impose_control",
                "governance.decide_server",
                "governance.revoke_grantkey",
                "governance.set_threshold",
                "governance.set_foureyes",
                "governance.unclaim_reviewitem",
            },
            may_be_bound=False,
        ),
        Role(
            name=AUDITOR,
            does="sees everything and changes nothing",
            permissions=_WORK | _MONEY | _FLEET,
            may_be_bound=True,
        ),
    )
}
