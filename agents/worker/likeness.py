"""The second look at a film: its figure that is least like the persona, by a model that is shown pictures.

Asked once for a film whose figures all pass the gate, where somebody with a key sees pictures; without one nothing is
asked and nothing set aside. An answer may lower the score, so that a human decides; an outage, a refusal and nonsense
leave the score as it stands. Requirements: GEN-4, GOV-1.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from agents.worker.base import Work
from chimera.core import storage
from chimera.core.calls.services import Recorder
from chimera.core.errors import ChimeraError, Stopped
from chimera.core.llm import tiers
from chimera.core.llm.base import Provider
from chimera.core.money import Allowance
from publishing.media.consistency import vision
from publishing.media.consistency.base import PASS_BP
from publishing.media.consistency.vision import ModelJudge
from publishing.media.figures.base import traits_of
from publishing.media.films import wording
from publishing.media.films.base import Film
from publishing.media.likeness import Unreadable

log = logging.getLogger("chimera.worker")

PART = "vision"  # beside the measures of this machine
# Which maker of models made the pictures: it does not judge its own while somebody else can.
_DRAWERS = {"gemini_image": "google"}


def estimate_usd_micros() -> int:
    """What it usually costs."""
    found = tiers.lookers(drawer="")
    return found[0].usual_usd_micros(tier=vision.TIER, tokens=vision.USUAL_TOKENS) if found else 0


def worst_case_usd_micros(*, work: Work) -> int:
    """The most that it may cost; 0 where nobody sees pictures."""
    found = _lookers(work)
    return vision.worst_case_usd_micros(providers=found, looks=_looks(work)) if found else 0


def looked(
    *,
    work: Work,
    figures: Sequence[Mapping[str, Any]],
    made: Film,
    about: str,
    allowance: Allowance,
    recorder: Recorder,
) -> list[dict[str, Any]]:
    """The figures; the least alike with a lower score where a model says so. Raises Stopped."""
    told = [dict(one) for one in figures]
    found = _lookers(work)
    if not found or not told or not all(one.get("passes", True) for one in told):
        return told  # below the gate a human decides already
    least = min(told, key=lambda one: int(one["score_bp"]))
    judge = _judge(work, found, about, allowance, recorder)
    try:
        said_bp = judge.likeness_bp(
            picture=made.least or storage.get(least["sha256"]),
            references=[storage.get(one.sha256) for one in made.references[: vision.REFERENCES]],
        )
    except Stopped:
        raise
    except (ChimeraError, Unreadable) as error:
        log.warning("nobody took a second look at %s: %s", work.subject, error)
        return told
    score_bp = min(int(least["score_bp"]), said_bp)
    least |= {"score_bp": score_bp, "passes": score_bp >= PASS_BP, "parts": {**least["parts"], PART: said_bp}}
    return told


def again(*, work: Work, about: str, allowance: Allowance, recorder: Recorder) -> None:
    """In a replay: the same question, where one is on record. What it led to stands in the figures, as it was kept."""
    if not recorder.remembers(seat=vision.SEAT):
        return
    judge = _judge(work, tiers.listed(tier=vision.TIER), about, allowance, recorder)
    try:
        judge.again_bp()
    except ChimeraError as error:  # as then; a question that is another one is among what the recorder refused
        log.info("the second look at %s gave nothing: %s", work.subject, error)


def _judge(
    work: Work, providers: Sequence[Provider], about: str, allowance: Allowance, recorder: Recorder
) -> ModelJudge:
    return ModelJudge(providers=providers, looks=_looks(work), about=about, recorder=recorder, allowance=allowance)


def _lookers(work: Work) -> tuple[Provider, ...]:
    scenes = (work.upstream.get("scenes") or {}).get("scenes") or []
    drawers = {_DRAWERS[one["maker"]] for one in scenes if one.get("maker") in _DRAWERS}
    return tiers.lookers(drawer=min(drawers, default=""))


def _looks(work: Work) -> str:
    return wording.person(traits=traits_of(handle=work.soul["handle"], visual=work.soul["visual"]))
