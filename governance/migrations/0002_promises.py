"""What the database promises for governance: the record, the arrows, tenancy, budgets that cannot be overspent."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

ROOMS = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial"), ("core", "0002_promises")]

    operations = [
        sqlops.sql_file(ROOMS / "audit" / "sql" / "record.sql"),
        sqlops.append_only("governance_auditevent"),
        sqlops.audited("core_brand", subject="core.brand", body=["slug"], versioned=False),
        sqlops.tenant("governance_attempt"),
        sqlops.tenant("governance_budgetlimit", app="SELECT"),
        sqlops.audited(
            "governance_budgetlimit",
            subject="governance.budgetlimit",
            versioned=False,
            body=["scope", "limit_usd_micros"],
        ),
        sqlops.tenant("governance_budget", app="SELECT", operator="SELECT"),
        sqlops.tenant("governance_hold", app="SELECT", operator="SELECT"),
        sqlops.guarded(
            "governance_hold", arrows={"HELD": ["SETTLED", "VOID"], "SETTLED": [], "VOID": []}, initial=["HELD"]
        ),
        sqlops.audited(
            "governance_hold",
            subject="governance.hold",
            task_column="about",
            body=["amount_usd_micros", "settled_usd_micros", "scopes", "day"],
        ),
        sqlops.fleet("governance_control", operator="SELECT, INSERT, UPDATE"),
        sqlops.guarded("governance_control", arrows={"IN_FORCE": ["LIFTED"], "LIFTED": []}, initial=["IN_FORCE"]),
        sqlops.audited("governance_control", subject="governance.control", body=["scope", "kind"]),
        sqlops.tenant("governance_effect", operator="SELECT"),
        sqlops.guarded(
            "governance_effect",
            arrows={
                "INTENDED": ["SENT", "REFUTED"],
                "SENT": ["CONFIRMED", "REFUTED", "IN_DOUBT"],
                "IN_DOUBT": ["CONFIRMED", "REFUTED"],
                "CONFIRMED": [],
                "REFUTED": [],
            },
            initial=["INTENDED"],
        ),
        sqlops.audited(
            "governance_effect",
            subject="governance.effect",
            task_column="task",
            body=["subject", "kind", "key", "payload_hash", "grant_jti", "sent_fence", "platform_id"],
        ),
        sqlops.fleet("governance_grantused", app="", operator="SELECT", connector="SELECT, INSERT"),
        sqlops.append_only("governance_grantused"),
        sqlops.tenant("governance_reviewitem"),
        sqlops.guarded(
            "governance_reviewitem",
            arrows={
                "PENDING": ["APPROVED", "REJECTED", "EXPIRED", "WITHDRAWN"],
                "APPROVED": [],
                "REJECTED": [],
                "EXPIRED": [],
                "WITHDRAWN": [],
            },
            initial=["PENDING"],
        ),
        sqlops.audited(
            "governance_reviewitem",
            subject="governance.reviewitem",
            task_column="task",
            body=["subject", "kind", "content_hash", "decided_by", "reason_code", "consumed_at"],
        ),
        sqlops.sql_file(ROOMS / "budgets" / "sql" / "budgets.sql"),
        sqlops.sql_file(ROOMS / "grants" / "sql" / "grants.sql"),
        sqlops.sql_file(ROOMS / "reviews" / "sql" / "reviews.sql"),
    ]
