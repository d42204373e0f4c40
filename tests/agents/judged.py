"""Verdicts and posts for tests of what comes after judging: one publishing task, judged as often as a test wants."""

from datetime import timedelta
from itertools import count
from typing import Any

from agents.goals.models import Goal
from agents.personas import services as personas
from agents.personas import soul
from agents.personas.models import Agent
from agents.tasks.models import Artifact, Task, Verdict
from chimera.core import canonical, clock
from chimera.core.clock import Now
from governance import transitions
from publishing.models import Post
from tests import people
from tests.governance.rows import post

SCORED = ("grounding", "relevance", "voice", "craft")
_numbers = count(1)


def agent(*, brand_id: int, rung: str = "PROBATION") -> Agent:
    """An agent with a soul, without account and budget: the application may make one."""
    made = Agent.objects.create(brand_id=brand_id, handle="bea_unscrews", name="Bea Tornquist", status="PROBATION")
    source = (people.SOULS / "bea_unscrews.md").read_bytes()
    personas.write_soul(agent=made, soul=soul.parse(source, origin="bea.md"))
    for step in ("SUPERVISED", "AUTONOMOUS")[: ("PROBATION", "SUPERVISED", "AUTONOMOUS").index(rung)]:
        personas.promote(agent=made, to=personas.TrustRung(step), reason="a test trusts it")
    made.refresh_from_db()
    return made


def task(*, agent: Agent) -> Task:
    """A publishing task of a goal of its own."""
    deadline = clock.now() + timedelta(hours=20)
    common = {"brand_id": agent.brand_id, "agent": agent, "soul_id": agent.soul_id, "deadline": deadline}
    goal = Goal.objects.create(cause=f"test:{next(_numbers)}", wish="A toaster", status="PROPOSED", **common)
    return Task.objects.create(
        goal=goal, kind="publish", outward=True, status="READY", queue="think", scopes=agent.scopes, **common
    )


def verdict(
    *,
    task: Task,
    composite_bp: int | None = 9_500,
    route: str = "ACCEPT",
    ruling: str = "ALLOW",
    objects: str = "",
    routing: dict[str, Any] | None = None,
    text: str = "",
) -> Verdict:
    """A verdict on new content. `objects` is a rule that escalates; `routing` what the score was held against."""
    number = next(_numbers)
    front = task.agent.soul.front  # type: ignore[union-attr]
    said = text or f"Toaster number {number} works again."
    payload = {"platform": "plaza", "text": said, "media": [], "ai_generated": True}
    findings = [
        {
            "policy": name,
            "outcome": "PASS",
            "reason": "Measured.",
            "score_bp": composite_bp,
            "span": "",
            "about": "draft",
        }
        for name in SCORED
    ]
    if objects:
        findings.append({**findings[0], "policy": objects, "outcome": "ESCALATE", "score_bp": None})
    artifact = Artifact.objects.create(
        brand_id=task.brand_id, task=task, fence=number, payload=payload, content_hash=canonical.digest(payload)
    )
    return Verdict.objects.create(
        brand_id=task.brand_id,
        task=task,
        artifact=artifact,
        fence=number,
        content_hash=artifact.content_hash,
        snapshot={
            "payload": payload,
            "agent": {"handle": task.agent.handle, "name": task.agent.name, "rung": task.agent.status},
            "soul": {"version": 1, **{k: front[k] for k in ("name", "interests", "voice", "directives")}},
            "trend": {"title": "Repair café mends a toaster", "sources": ["Harbour Post"]},
            "neighbours": [],
            "measures": {"voice_bp": composite_bp},
            "judged_offline": True,
            "estimate_usd_micros": 15_000,
            **({"routing": routing} if routing is not None else {}),
        },
        findings=findings,
        composite_bp=composite_bp,
        offline=True,
        ruling=ruling,
        reasons=[],
        route=route,
    )


def published(*, verdict: Verdict, approval: str = "judge") -> Post:
    """The post of what a verdict let out, live."""
    made = post(
        brand_id=verdict.brand_id, key=str(verdict.task_id), payload=verdict.snapshot["payload"], approval=approval
    )
    return transitions.move(row=made, to="PUBLISHED", platform_id=f"p{made.pk}", published_at=Now(), due_at=None)
