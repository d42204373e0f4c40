"""What is judged: the outward payload whole, with everything that policies may look at. Frozen, canonical, no floats.

Shape:
    payload     exactly what will be published (see publishing.connectors.base.Connector.publish)
    agent       handle, name, rung
    soul        version, what the persona is and says, its own topics and links, and its backstory
    rules       what the brand decided: version, topics, domains, quiet hours, blackout; `blackouts` ahead, if any
    steps       the kinds of the plan that a finding may be about
    trend       title, sources, expires_at, relevance_bp, similarity_bp
    drawn       the words that the writer put on the picture, or on the screen of the video
    citations   the facts that the text uses: text, title, source, url
    facts       every fact that research found
    limits      text_max, images_max, image_bytes_max, video, label_field, sponsor_field of the platform
    media       size_bytes, width, height, likeness by content hash
    neighbours  recent posts of the brand: subject, text, hash
    fleet       the nearest text and image among all own posts of the last days, and from where on they are one
    schedule    when the post is ready, when it may go out, and what it waits for
    model_judge who sits in the model's seat (provider, model), who wrote, and the opinion, or why there is none
    offline     whether the text was written without a model; judged_offline: whether the verdict is
    estimate_usd_micros
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from agents.tasks import selectors
from agents.tasks.models import Task
from agents.worker import opinions, siblings, when
from agents.worker.base import drafted
from agents.worker.together import Together
from chimera.core import registry
from chimera.core.llm import tiers
from governance.policies import selectors as policies
from publishing.connectors.base import Connector
from publishing.fingerprints import selectors as fingerprints
from publishing.fingerprints.selectors import Asked, Near
from publishing.media import selectors as media
from publishing.posts import selectors as posts

NEIGHBOURS_MAX = 50
OF_THE_SOUL = ("name", "interests", "voice", "directives", "forbidden_topics")
# Of souls that were written before these fields were known, and of what a caller leaves out.
MAYBE_OF_THE_SOUL: dict[str, Any] = {
    "handle": "",
    "audience": "",
    "sensitive_topics": [],
    "links": [],
    "quiet_hours": None,
    "backstory": "",
}


def take(*, task: Task, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Freeze what is known about this payload; inside a transaction. Rows taken together are read together."""
    trend, goal = task.goal.trend, task.goal
    if task.together is None:
        media_facts, neighbours, rules = _shared([payload])
        beside = siblings.beside(rows=[task])[task.pk]
        near = _near([payload], media_facts, [beside.values()])[0]
        upstream = selectors.upstream(task=task)
        said = _said([task.subject])
    else:
        media_facts, neighbours, rules = task.together.read("shared", _shared_by_all)
        beside = task.together.read("beside", _beside_all)[task.pk]
        near = task.together.read("near", _near_all)[task.pk]
        upstream = {kind: made.payload for kind, made in task.together.taken[task.pk].upstream.items()}
        said = task.together.read("opinions", _said_of_all)
    return freeze(
        payload=payload,
        agent={"handle": task.agent.handle, "name": task.agent.name, "rung": task.agent.status},
        soul={**task.soul.front, "version": task.soul.version, "backstory": task.soul.backstory},
        trend={
            "title": trend.title if trend else goal.wish,
            "sources": list(trend.sources) if trend else [],
            "expires_at": trend.expires_at.isoformat() if trend else None,
            "relevance_bp": goal.relevance_bp,
            "similarity_bp": goal.similarity_bp,
        },
        upstream=upstream,
        media={key: media_facts[key] for key in _hashes(payload) if key in media_facts},
        neighbours=[one for one in neighbours if one["task"] != task.subject and one["task"] not in beside],
        estimate_usd_micros=task.plan.estimate_usd_micros if task.plan else 0,
        rules=rules,
        near=near,
        model_judge=opinions.seat(payload=payload, writer=opinions.writer_of(upstream), found=said),
    )


def _said(subjects: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What models said of these tasks' content; where nobody can sit in the judge's seat nothing is read."""
    return opinions.heard(subjects=subjects) if tiers.any_outside(tier="judge") else {}


def _said_of_all(together: Together) -> dict[str, dict[str, Any]]:
    return _said([taken.subject for taken in together.taken.values()])


def _payloads(together: Together) -> dict[int, Mapping[str, Any]]:
    return {pk: taken.made.payload for pk, taken in together.taken.items() if taken.made is not None}


def _hashes(payload: Mapping[str, Any]) -> list[str]:
    return [item["sha256"] for item in payload.get("media", [])]


def _shared(payloads: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    hashes = [key for payload in payloads for key in _hashes(payload)]
    return media.facts(hashes=hashes) if hashes else {}, posts.neighbours(count_max=NEIGHBOURS_MAX), when.rules()


def _shared_by_all(together: Together) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    return _shared(list(_payloads(together).values()))


def _near(
    payloads: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], beside: Sequence[Collection[int]]
) -> list[Near]:
    asked = [
        Asked(
            text=one["text"],
            images=[(key, facts.get(key, {}).get("likeness")) for key in _hashes(one)],
            but=list(ids),
        )
        for one, ids in zip(payloads, beside, strict=True)
    ]
    return fingerprints.near(asked=asked, days=settings.FLEET_DAYS)


def _near_all(together: Together) -> dict[int, Near]:
    facts = together.read("shared", _shared_by_all)[0]
    payloads, beside = _payloads(together), together.read("beside", _beside_all)
    near = _near(list(payloads.values()), facts, [beside[pk].values() for pk in payloads])
    return dict(zip(payloads, near, strict=True))


def _beside_all(together: Together) -> dict[int, dict[str, int]]:
    return siblings.beside(rows=list(together.rows.values()))


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
    rules: Mapping[str, Any] = policies.NOTHING_SAID,
    near: Near | None = None,
    model_judge: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The snapshot of these parts (see above); `soul` is the front matter with `version`. Touches no database.

    Without `near` the fleet was not asked and quiet hours are not looked at, without `model_judge` nobody sits in the
    model's seat: so a preview, which never goes out.
    """
    connector = registry.get("CONNECTORS", payload["platform"], Connector)
    draft = drafted(upstream)
    seat = dict(model_judge or {"provider": tiers.NOBODY, "writer": opinions.writer_of(upstream), "opinion": None})
    return {
        "payload": payload,
        "agent": dict(agent),
        "soul": {
            "version": soul["version"],
            **{key: soul[key] for key in OF_THE_SOUL},
            **{key: soul.get(key, default) for key, default in MAYBE_OF_THE_SOUL.items()},
        },
        "rules": dict(rules),
        "steps": sorted(upstream),
        "trend": dict(trend),
        "drawn": _drawn(draft, upstream.get("script", {})),
        "citations": draft.get("citations", []),
        "facts": upstream.get("research", {}).get("facts", []),
        "limits": {
            "text_max": connector.limits.text_max,
            "images_max": connector.limits.images_max,
            "image_bytes_max": connector.limits.image_bytes_max,
            "video": connector.limits.video.frozen() if connector.limits.video else None,
            "label_field": connector.label_field,
            "sponsor_field": connector.sponsor_field,
        },
        "media": media,
        "neighbours": neighbours,
        "fleet": {
            "days": settings.FLEET_DAYS if near else 0,
            "text": near.text if near else None,
            "image": near.image if near else None,
            "text_block_bp": settings.FLEET_TEXT_BLOCK_BP,
            "image_block_bits": settings.FLEET_IMAGE_BLOCK_BITS,
        },
        "schedule": _schedule(near.as_of if near else None, rules=rules, soul=soul, platform=payload["platform"]),
        "model_judge": seat,
        "offline": bool(draft.get("offline", False)),
        "judged_offline": seat["opinion"] is None,
        "estimate_usd_micros": estimate_usd_micros,
    }


def _drawn(draft: Mapping[str, Any], script: Mapping[str, Any]) -> list[str]:
    if script:
        return [str(line) for scene in script["scenes"] for line in scene["lines"]]
    return [str(draft[key]) for key in ("poster_title", "poster_kicker") if draft.get(key)]


def _schedule(
    at: datetime | None, *, rules: Mapping[str, Any], soul: Mapping[str, Any], platform: str
) -> dict[str, Any]:
    if at is None:
        return {"ready": None, "goes_out": None, "why": ""}
    found = when.opening(at=at, rules=rules, soul=soul, platform=platform)
    return {"ready": at.isoformat(), "goes_out": found.at.isoformat(), "why": found.why}
