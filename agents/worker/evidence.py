"""What is judged: the outward payload whole, with everything that policies may look at. Frozen, canonical, no floats.

Shape:
    payload     exactly what will be published (see publishing.connectors.base.Connector.publish)
    agent       handle, name, rung
    soul        version, interests, voice, directives, forbidden_topics
    trend       title, sources, expires_at, relevance_bp, similarity_bp
    citations   the facts that the text uses: text, title, source, url
    facts       every fact that research found
    limits      text_max, images_max, image_bytes_max, label_field of the platform
    media       size_bytes, width, height by content hash
    neighbours  recent posts of the brand: subject, text, hash
    offline     whether the text was written without a model; judged_offline: whether the verdict is
    estimate_usd_micros
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from agents.tasks import selectors
from agents.tasks.models import Task
from chimera.core import registry
from publishing.connectors.base import Connector
from publishing.media import selectors as media
from publishing.posts import selectors as posts

NEIGHBOURS_MAX = 50


def take(*, task: Task, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Freeze what is known about this payload; inside a transaction."""
    upstream = selectors.upstream(task=task)
    trend, goal = task.goal.trend, task.goal
    return freeze(
        payload=payload,
        agent={"handle": task.agent.handle, "name": task.agent.name, "rung": task.agent.status},
        soul={**task.soul.front, "version": task.soul.version},
        trend={
            "title": trend.title if trend else goal.wish,
            "sources": list(trend.sources) if trend else [],
            "expires_at": trend.expires_at.isoformat() if trend else None,
            "relevance_bp": goal.relevance_bp,
            "similarity_bp": goal.similarity_bp,
        },
        upstream=upstream,
        media=media.facts(hashes=[item["sha256"] for item in payload.get("media", [])]),
        neighbours=posts.neighbours(count_max=NEIGHBOURS_MAX, but_task=task.subject),
        estimate_usd_micros=task.plan.estimate_usd_micros if task.plan else 0,
    )


def freeze(
    *,
    payload: Mapping[str, Any],
    agent: Mapping[str, Any],
    soul: Mapping[str, Any],
    trend: Mapping[str, Any],
    upstream: Mapping[str, Mapping[str, Any]],
    media: Mapping[str, Any],
    neighbours: Sequence[Mapping[str, Any]],
    estimate_usd_micros: int,
) -> dict[str, Any]:
    """The snapshot of these parts (see above); `soul` is the front matter with `version`. Touches no database."""
    connector = registry.get("CONNECTORS", payload["platform"], Connector)
    draft = upstream.get("draft", {})
    return {
        "payload": payload,
        "agent": dict(agent),
        "soul": {
            "version": soul["version"],
            **{key: soul[key] for key in ("name", "interests", "voice", "directives", "forbidden_topics")},
        },
        "trend": dict(trend),
        "citations": draft.get("citations", []),
        "facts": upstream.get("research", {}).get("facts", []),
        "limits": {
            "text_max": connector.limits.text_max,
            "images_max": connector.limits.images_max,
            "image_bytes_max": connector.limits.image_bytes_max,
            "label_field": connector.label_field,
        },
        "media": media,
        "neighbours": neighbours,
        "offline": bool(draft.get("offline", False)),
        # No model has a seat among the policies yet: every verdict is made of rules and embeddings.
        "judged_offline": settings.MODELS_BY_TIER["judge"] == ["offline"],
        "estimate_usd_micros": estimate_usd_micros,
    }
