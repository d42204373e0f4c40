"""Where the post of a run stands: on each platform, and what became of it there. PUB-1, PUB-2, PUB-4."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.runs.values import Run
from agents.runs.words import Look
from agents.tasks.models import Artifact
from chimera.core import registry
from publishing.connectors.base import Connector
from publishing.posts.models import Post

_READ = ("id", "task", "payload", "url", "note", "published_at")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One platform. `label` says in words how the AI label goes with it, `task` whose step it is; `post` is None before
    it is accepted, and `url` "" before it is out or where nobody knows it."""

    platform: str
    title: str
    handle: str
    task: int | None
    step: str
    seen: Look
    post: int | None
    text: str
    label: str
    media: tuple[Mapping[str, Any], ...]
    poster: str  # hash of the picture that stands for a video, "" where there is none
    url: str
    note: str
    published_at: datetime | None


def places(*, run: Run) -> list[Place]:
    """The outward steps of a run, in the order of the plan; one query, one more where a post shows a video. At the
    desk, over all brands."""
    outward = [node for node in run.nodes if node.outward]
    names = [node.subject for node in outward if node.post]
    rows = {row["task"]: row for row in Post.objects.filter(brand_id=run.brand, task__in=names).values(*_READ)}
    posters = _posters(run) if any(_shows_video(row["payload"]) for row in rows.values()) else {}
    found = []
    for node in outward:
        row: Mapping[str, Any] = rows.get(node.subject, {})
        payload: Mapping[str, Any] = row.get("payload", {})
        platform = str(payload.get("platform") or node.params.get("platform") or "")
        found.append(
            Place(
                platform=platform,
                title=title(platform) if platform else "the first account that can publish",
                handle=str(payload.get("account_handle", "")),
                task=node.id,
                step=node.key,
                seen=node.seen,
                post=row.get("id"),
                text=str(payload.get("text", "")),
                label=_label(payload),
                media=tuple(payload.get("media") or ()),
                poster=next((posters.get(one["sha256"], "") for one in payload.get("media") or ()), ""),
                url=str(row.get("url", "")),
                note=str(row.get("note", "")) or node.note,
                published_at=row.get("published_at"),
            )
        )
    return found


def _shows_video(payload: Mapping[str, Any]) -> bool:
    return any(one.get("kind") == "video" for one in payload.get("media") or ())


def _posters(run: Run) -> dict[str, str]:
    """By the hash of each video of the run's films the hash of its poster."""
    made = Artifact.objects.filter(brand_id=run.brand, task__goal_id=run.goal, task__kind="film").order_by("fence")
    return {
        one["sha256"]: one["poster"]["sha256"]
        for payload in made.values_list("payload", flat=True)
        for one in payload.get("renditions", {}).values()
    }


def title(platform: str) -> str:
    """A platform in sentences."""
    try:
        connector = registry.get("CONNECTORS", platform, Connector)
    except registry.NotOnSwitchboard:
        return platform
    return str(getattr(connector, "title", platform))


def _label(payload: Mapping[str, Any]) -> str:
    if not payload:
        return ""
    said = "labelled as AI-generated" if payload.get("ai_generated") is True else "without a label"
    return f"{said}, labelled as paid" if payload.get("sponsorship", "none") != "none" else said
