"""Advice from the figures, and drift of the voice: once an hour, over all brands. Requirements: JDG-5, PER-5."""

from collections import defaultdict, deque
from dataclasses import asdict
from statistics import fmean
from typing import Any

from django.conf import settings

from agents.advice import services as advice
from agents.advice.models import Advice, AdviceKind
from agents.calibration import moving, selectors
from agents.calibration.moving import Moved
from agents.calibration.selectors import Only
from agents.ladder import services as ladder
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.tasks.models import Verdict
from chimera.core import tenancy
from chimera.core.brands import selectors as brands
from governance.thresholds import selectors as thresholds

ACTOR = "worker:calibration"
VOICE = "voice"
AGENTS_MAX = 200  # of a brand in one round, those with the newest decisions


def run() -> dict[str, int]:
    """Look at every brand: what is advised, and which agents drifted. Returns counts."""
    advised = dropped = 0
    for brand_id in brands.ids():
        with tenancy.brand(brand_id, actor=ACTOR):
            advised += len(advise(brand_id=brand_id))
        with tenancy.brand(brand_id, actor=ACTOR):
            dropped += len(drop_drifted(brand_id=brand_id))
    return {"advised": advised, "dropped": dropped}


def advise(*, brand_id: int) -> list[Advice]:
    """Advice about the brand's threshold and its agents', where the figures ask for one. In the brand's context.

    An agent is looked at by itself once it has decisions enough of its own.
    """
    lately = selectors.decisions(only=Only(brand_id=brand_id)).values_list("agent_id", flat=True)
    agents = list(dict.fromkeys(lately[: settings.CALIBRATION_ROWS_MAX]))[:AGENTS_MAX]
    made = [_advised(brand_id, f"brand:{brand_id}", [f"brand:{brand_id}"], Only(brand_id=brand_id))]
    for agent_id in agents:
        scopes = [f"brand:{brand_id}", f"agent:{agent_id}"]
        made.append(_advised(brand_id, scopes[1], scopes, Only(brand_id=brand_id, agent_id=agent_id)))
    return [one for one in made if one is not None]


def _advised(brand_id: int, scope: str, scopes: list[str], only: Only) -> Advice | None:
    if selectors.decisions(only=only).count() < settings.CALIBRATION_DECISIONS_MIN:
        return None
    found = selectors.calibration(only=only)
    now_bp = thresholds.strictest(scopes=scopes, kind="").act_above_bp
    own_bp = thresholds.strictest(scopes=[scope], kind="").act_above_bp
    changed_max = settings.CALIBRATION_CHANGED_MAX_BP / 10_000
    to = moving.wanted(now_bp=now_bp, steps=found.steps, changed_max=changed_max)
    # What another scope holds up cannot be loosened here.
    if to is None or (to.act_above_bp < now_bp and own_bp < now_bp):
        advice.overtake(brand_id=brand_id, kind=AdviceKind.THRESHOLD, scope=scope)
        return None
    here = [step for step in found.steps if step.act_above_bp <= now_bp][-1]
    return advice.offer_threshold(
        brand_id=brand_id,
        scope=scope,
        act_above_bp=to.act_above_bp,
        why=_why(here, to, found.decisions, changed_max),
        figures={"decisions": found.decisions, "now": _figures(here), "then": _figures(to)},
    )


def _why(here: Moved, to: Moved, decisions: int, changed_max: float) -> str:
    word = "Tighten" if to.act_above_bp > here.act_above_bp else "Loosen"
    then = "none" if to.changed is None else f"{to.changed:.1%}"
    return (
        f"{word} from {here.act_above_bp / 10_000:.2f} to {to.act_above_bp / 10_000:.2f}: by {decisions} decisions "
        f"humans would change {here.changed or 0:.1%} of what acts now and {then} then; at most {changed_max:.1%} "
        f"is wanted. {here.acts:.0%} act alone now and {to.acts:.0%} then."
    )


def _figures(step: Moved) -> dict[str, Any]:
    return asdict(step)


def drop_drifted(*, brand_id: int) -> list[Agent]:
    """Lower agents whose voice has moved away from itself since they stand on their rung. In the brand's context."""
    posts = settings.TRUST_DRIFT_POSTS
    rungs = Agent.objects.filter(brand_id=brand_id).exclude(status=TrustRung.PROBATION)
    since = dict(rungs.values_list("id", "rung_since"))
    voices: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=4 * posts))
    newest = Verdict.objects.filter(brand_id=brand_id).order_by("-id")
    for agent_id, made_at, findings in newest.values_list("task__agent_id", "made_at", "findings")[
        : settings.CALIBRATION_ROWS_MAX
    ].iterator():
        if agent_id in since and made_at > since[agent_id] and len(voices[agent_id]) < 4 * posts:
            voices[agent_id].extend(
                f["score_bp"] for f in findings if f["policy"] == VOICE and f["score_bp"] is not None
            )
    dropped = []
    for agent_id, scores in sorted(voices.items()):
        if len(scores) < 4 * posts:
            continue
        late, before = fmean(list(scores)[:posts]), fmean(list(scores)[posts:])
        if before - late >= settings.TRUST_DRIFT_BP:
            why = f"The voice drifted: {late / 10_000:.2f} over the last {posts} posts, {before / 10_000:.2f} before."
            dropped.append(ladder.drifted(agent_id=agent_id, why=why))
    return dropped
