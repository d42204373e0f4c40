"""A run as the templates need it: boxes with their words, the same as a table, money as people read it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from agents.blueprints import selectors as blueprints
from agents.replay.shadow import Outcome
from agents.runs import editing, layout, places, shadowing, step
from agents.runs.layout import Box, Drawing
from agents.runs.models import ShadowRun
from agents.runs.states import ShadowStatus
from agents.runs.values import Node, Run
from chimera.core import money

STEERS, EDITS = "agents.steer_goal", "agents.edit_plan"
NAME_CHARS_MAX = 24


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One node with its box; `label` is all of it for a screen reader."""

    node: Node
    box: Box
    name: str
    money: str
    label: str


def page(request: HttpRequest, *, run: Run, opened: int | None = None) -> dict[str, Any]:
    """For the whole page. `opened` is the task whose panel is open."""
    return {
        "run": run,
        **live(run=run),
        "opened": opened,
        "may_steer": request.user.has_perm(STEERS),
        "may_edit": request.user.has_perm(EDITS),
        "waits": run.plan == "HELD",
    }


def live(*, run: Run) -> dict[str, Any]:
    """For the part that is read again while something moves."""
    needs = {node.key: node.needs for node in run.nodes}
    drawing = layout.drawn(nodes=list(needs), needs=needs) if run.nodes else None
    shadow = shadowing.newest(goal_id=run.goal)
    is_replaying = shadow is not None and shadow.status in (ShadowStatus.WAITING, ShadowStatus.RUNNING)
    return {
        "run": run,
        "poll_s": settings.RUN_POLL_S,
        "drawing": drawing,
        "drawn": _drawn(run, drawing) if drawing else [],
        "spent": money.show(run.spent_usd_micros),
        "held": money.show(run.held_usd_micros),
        "estimate": money.show(run.estimate_usd_micros),
        "is_live": run.is_moving or is_replaying,
        "is_replaying": is_replaying,
        "shadow": _shadow(shadow) if shadow else None,
        "places": places.places(run=run) if any(node.outward and node.id for node in run.nodes) else [],
        "said": _said(run),
    }


def live_part(request: HttpRequest, *, run: Run, seen: str) -> SafeString | None:
    """The part alone, or None when the page shows it already: `seen` is the digest that it came with."""
    context = live(run=run)
    body = render_to_string("admin/runs/live.html", {**context, "seen": ""}, request=request)
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    if digest == seen:
        return None
    return render_to_string("admin/runs/live.html", {**context, "seen": digest, "is_part": True}, request=request)


def panel(request: HttpRequest, *, run: Run, node: Node) -> dict[str, Any]:
    """For the panel of one step."""
    inside = step.inside(brand_id=run.brand, node=node)
    return {
        "run": run,
        "poll_s": settings.RUN_POLL_S,
        "node": node,
        "node_spent": money.show(inside.spent_usd_micros),
        "node_held": money.show(inside.held_usd_micros),
        "inside": inside,
        "may_steer": request.user.has_perm(STEERS),
        "may_retry": node.key != "plan" and run.plan == "STARTED",
        "may_cancel": run.is_open or bool(node.post and node.post["status"] in ("SCHEDULED", "HELD")),
    }


def panel_part(request: HttpRequest, *, run: Run, node: Node, seen: str) -> SafeString | None:
    """The panel alone, or None when the page shows it already."""
    context = {**panel(request, run=run, node=node), "token": ""}
    body = render_to_string("admin/runs/step.html", {**context, "seen": "", "is_bare": True}, request=request)
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    if digest == seen:
        return None
    return render_to_string("admin/runs/step.html", {**context, "seen": digest}, request=request)


def _drawn(run: Run, drawing: Drawing) -> list[Drawn]:
    boxes = {box.key: box for box in drawing.boxes}
    return [
        Drawn(node=node, box=boxes[node.key], name=_short(node.key), money=_money(node), label=_label(node))
        for node in run.nodes
    ]


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARS_MAX else f"{name[: NAME_CHARS_MAX - 1]}…"


def _money(node: Node) -> str:
    if node.held_usd_micros:
        return f"{money.show(node.spent_usd_micros)} + {money.show(node.held_usd_micros)} held"
    return money.show(node.spent_usd_micros) if node.spent_usd_micros else ""


def _label(node: Node) -> str:
    tries = "" if not node.attempts else "1 try" if node.attempts == 1 else f"{node.attempts} tries"
    after = f"after {', '.join(node.needs)}" if node.needs else "first"
    return ", ".join(part for part in (node.key, node.seen.word, tries, _money(node), after) if part)


def _said(run: Run) -> str:
    """What a screen reader is told when it changes."""
    laid = [node for node in run.nodes if node.key != "plan"]
    done = sum(node.status == "DONE" for node in laid)
    now = [f"{node.key}: {node.seen.word}" for node in laid if node.status not in ("DONE", "BLOCKED", "")]
    if run.plan == "HELD":
        return f"Goal {run.goal}: its plan of {len(laid)} steps waits for a look."
    return f"Goal {run.goal} is {run.status.lower()}: {done} of {len(laid)} steps done. {'; '.join(now[:5])}".strip()


def _shadow(row: ShadowRun) -> dict[str, Any]:
    """A replay with its results in words."""
    results = [
        {
            "task": one["task"],
            "kind": one["kind"],
            "fence": one["fence"],
            "word": _WORDS.get(one["outcome"], one["outcome"]),
            "same": one["same"],
            "hash": one["recorded_hash"][:12],
            "now": one["replayed_hash"][:12],
            "calls": one["calls"],
            "why": one["why"],
            "verdict": one["verdict"],
        }
        for one in row.results
    ]
    return {"row": row, "results": results, "all_same": bool(results) and all(one["same"] for one in results)}


_WORDS = {Outcome.SAME: "same hash", Outcome.DIFFERS: "differs", Outcome.CANNOT: "cannot be made again"}


def revisions(*, goal_id: int) -> list[dict[str, Any]]:
    """The edits of a plan, for people."""
    blueprint = blueprints.of_goal(goal_id=goal_id)
    return editing.told(revisions=blueprints.revisions(blueprint=blueprint)) if blueprint else []
