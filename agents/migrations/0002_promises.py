"""What the database promises for agents."""

from pathlib import Path

from django.db import migrations

from chimera.core import sqlops

CLAIM = Path(__file__).parent.parent.parent / "governance" / "leases" / "sql" / "claim.sql"


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial"), ("publishing", "0002_promises")]

    operations = [
        sqlops.tenant("agents_agent"),
        sqlops.composite_key("agents_agent", "soul_id", "agents_soul"),
        sqlops.guarded(
            "agents_agent",
            arrows={
                "PROBATION": ["SUPERVISED"],
                "SUPERVISED": ["AUTONOMOUS", "PROBATION"],
                "AUTONOMOUS": ["SUPERVISED", "PROBATION"],
            },
            initial=["PROBATION"],
        ),
        sqlops.audited("agents_agent", subject="agents.agent", body=["soul_id", "posts_per_day"]),
        sqlops.tenant("agents_soul", app="SELECT, INSERT", operator="SELECT, INSERT"),
        sqlops.composite_key("agents_soul", "agent_id", "agents_agent"),
        sqlops.append_only("agents_soul"),
        sqlops.audited(
            "agents_soul", subject="agents.soul", versioned=False, body=["agent_id", "version", "content_hash"]
        ),
        sqlops.tenant("agents_goal"),
        sqlops.composite_key("agents_goal", "agent_id", "agents_agent"),
        sqlops.composite_key("agents_goal", "soul_id", "agents_soul"),
        sqlops.composite_key("agents_goal", "trend_id", "publishing_trend"),
        sqlops.guarded(
            "agents_goal",
            arrows={
                "PROPOSED": ["ACTIVE", "FAILED", "CANCELLED"],
                "ACTIVE": ["DONE", "FAILED", "CANCELLED"],
                "DONE": [],
                "FAILED": [],
                "CANCELLED": [],
            },
            initial=["PROPOSED"],
        ),
        sqlops.audited("agents_goal", subject="agents.goal", body=["agent_id", "soul_id", "trend_id", "relevance_bp"]),
        sqlops.tenant("agents_plan"),
        sqlops.composite_key("agents_plan", "goal_id", "agents_goal"),
        sqlops.audited(
            "agents_plan",
            subject="agents.plan",
            versioned=False,
            body=["goal_id", "estimate_usd_micros", "retries", "returns"],
        ),
        sqlops.tenant("agents_task"),
        sqlops.composite_key("agents_task", "goal_id", "agents_goal"),
        sqlops.composite_key("agents_task", "plan_id", "agents_plan"),
        sqlops.composite_key("agents_task", "agent_id", "agents_agent"),
        sqlops.composite_key("agents_task", "soul_id", "agents_soul"),
        sqlops.guarded(
            "agents_task",
            arrows={
                "BLOCKED": ["READY", "CANCELLED"],
                "READY": ["JUDGING", "DONE", "HELD", "CANCELLED"],
                "JUDGING": ["ACCEPTED", "HELD", "BLOCKED", "REJECTED", "CANCELLED"],
                "HELD": ["ACCEPTED", "READY", "BLOCKED", "REJECTED", "EXPIRED", "CANCELLED"],
                "ACCEPTED": ["DONE", "HELD", "CANCELLED"],
                "DONE": ["READY", "BLOCKED"],
                "REJECTED": [],
                "EXPIRED": [],
                "CANCELLED": [],
            },
            initial=["BLOCKED", "READY"],
        ),
        sqlops.audited(
            "agents_task",
            subject="agents.task",
            task_column="id",
            body=["goal_id", "kind", "soul_id"],
            also=["fence", "attempts"],
        ),
        sqlops.sql_file(CLAIM, table="agents_task", subject="agents.task"),
        sqlops.tenant("agents_dependency", app="SELECT, INSERT"),
        sqlops.composite_key("agents_dependency", "predecessor_id", "agents_task"),
        sqlops.composite_key("agents_dependency", "successor_id", "agents_task"),
        sqlops.append_only("agents_dependency"),
        sqlops.tenant("agents_artifact", app="SELECT, INSERT", operator="SELECT"),
        sqlops.composite_key("agents_artifact", "task_id", "agents_task"),
        sqlops.append_only("agents_artifact"),
        sqlops.tenant("agents_verdict", app="SELECT, INSERT", operator="SELECT"),
        sqlops.composite_key("agents_verdict", "task_id", "agents_task"),
        sqlops.composite_key("agents_verdict", "artifact_id", "agents_artifact"),
        sqlops.append_only("agents_verdict"),
    ]
