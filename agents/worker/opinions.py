"""The opinion of a model about a post: asked when the post is proposed, read when it is judged.

Whoever sits in the judge's seat is of another maker than the writer, sees the finished post with its facts and nothing
of how it came about, and is paid from the post's own hold. What it says comes from outside: it stays marked, and the
writer is told a sentence of ours instead. A judge who cannot be asked is a human's business, not an obstacle.
Requirements: JDG-1, JDG-3, SAF-1, GEN-2.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from agents.worker.base import Work, drafted
from chimera.core import canonical, prompts, taint
from chimera.core.calls import asking
from chimera.core.calls.models import CallRecord
from chimera.core.calls.services import Recorder
from chimera.core.errors import Unavailable
from chimera.core.llm import tiers, usual
from chimera.core.llm.base import Provider, Request
from chimera.core.llm.schemas import Opinion
from chimera.core.money import Allowance

SEAT = "judge"
HAND = "operator"  # who "wrote" what the operator dictated
USUAL_TOKENS = (1_600, 500)


def able() -> list[str]:
    """Who could sit there now, by name and in order; which of them may depends on the writer."""
    return [one.name for one in tiers.listed(tier="judge") if one.outside and not one.missing(tier="judge")]


def estimate_usd_micros() -> int:
    """What an opinion usually costs."""
    return usual.estimate_usd_micros(tier="judge", tokens=USUAL_TOKENS)


def worst_case_usd_micros(*, work: Work, payload: Mapping[str, Any]) -> int:
    """The most that asking for an opinion may cost."""
    judges = _judges(work)
    return asking.worst_case_usd_micros(providers=judges, request=_about(work, payload)) if judges else 0


def ask(*, work: Work, payload: Mapping[str, Any], allowance: Allowance, recorder: Recorder) -> None:
    """Ask whoever sits there about this payload; what came of it stands among the attempt's calls. Raises Stopped."""
    judges = _judges(work)
    if not judges:
        return
    request = _about(work, payload)
    try:
        asking.ask(recorder=recorder, providers=judges, request=request, allowance=allowance)
    except Unavailable as error:
        if not any(call.seat == SEAT for call in recorder.calls):
            recorder.keep_unasked(request=request, error=error)


def writer_of(upstream: Mapping[str, Mapping[str, Any]]) -> str:
    """Whose words the post is: a provider's name, or the operator's."""
    if "dictated" in upstream:
        return HAND
    return str(drafted(upstream).get("provider", tiers.NOBODY))


def _judges(work: Work) -> list[Provider]:
    """Those whom `load` found able, without the writer's maker."""
    names = work.inputs.get("judges", ())
    if not names:
        return []
    return [one for one in tiers.seat(writer=writer_of(work.upstream)).providers if one.name in names]


def _about(work: Work, payload: Mapping[str, Any]) -> Request:
    return work.once(f"opinion:{canonical.digest(dict(payload))}", lambda: _request(work, payload))


def _request(work: Work, payload: Mapping[str, Any]) -> Request:
    facts = drafted(work.upstream).get("citations", [])
    research = work.upstream.get("research", {})
    variables = {
        "persona": {key: work.soul[key] for key in ("name", "audience", "voice", "directives", "forbidden_topics")},
        "post": {"text": payload["text"], "alts": [one["alt"] for one in payload["media"]]},
        "sponsorship": payload["sponsorship"],
        "facts": [{key: fact[key] for key in ("text", "source")} for fact in facts],
        "content_hash": canonical.digest(dict(payload)),
    }
    prompt, prompt_hash = prompts.render("judge", variables)
    sources = ", ".join(research.get("sources", [])) or "the post"
    return Request(
        purpose=SEAT,
        tier="judge",
        prompt=prompt,
        prompt_hash=prompt_hash,
        variables=variables,
        schema=Opinion,
        output_tokens_max=700,
        origin=f"a model that has read {sources}",
    )


def heard(*, subjects: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The last opinion about each content, by content hash; in the brand's context, one query."""
    calls = CallRecord.objects.filter(subject__in=subjects, seat=SEAT).order_by("id")
    return {str(call.request["variables"]["content_hash"]): _as_seat(call) for call in calls}


def seat(*, payload: Mapping[str, Any], writer: str, found: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The seat as it stands in the snapshot: who sits there, who wrote, and the opinion of this very content."""
    said = found.get(canonical.digest(dict(payload)))
    if said is not None:
        return {**said, "writer": writer}
    chosen = tiers.seat(writer=writer)
    why = chosen.why or ("it has not seen this text" if found else "it was not asked")
    return {"provider": chosen.first, "writer": writer, "opinion": None, "why": why}


def _as_seat(call: CallRecord) -> dict[str, Any]:
    if call.answer is None:
        return {"provider": call.provider, "model": call.model, "opinion": None, "why": call.failure}
    opinion = Opinion.model_validate(call.answer)
    said = taint.Tainted(opinion.reason, f"a model ({call.model})")
    return {
        "provider": call.provider,
        "model": call.model,
        "opinion": {
            "score_bp": opinion.score_bp,
            "objection": opinion.objection,
            "span": opinion.words_objected_to,
            "reason": taint.to_json(said),
        },
        "why": "",
    }
