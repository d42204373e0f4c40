"""Shooting: providers make a picture for each scene of a script, and clips where they fit the tier; judged here.

Nobody waits: what is asked for are rows of their own (`publishing.media.making`), and this task is given back until
they have ended. Requirements: GEN-3, GEN-4, GEN-7.
"""

import logging
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from agents.tasks.models import Task
from agents.worker.base import Hopeless, Kind, Landed, NotYet, Params, Proposal, Work
from chimera.core import clock, mp4, shadow, storage
from chimera.core.calls.services import Recorder
from chimera.core.errors import Denied, Stopped
from chimera.core.money import Allowance
from publishing.media.consistency import apart
from publishing.media.consistency.apart import Referred
from publishing.media.consistency.base import PASS_BP, Verdict
from publishing.media.figures.base import traits_of
from publishing.media.films import base as films
from publishing.media.films import shooting
from publishing.media.films.shooting import Given, Makers, Plan, Shoot
from publishing.media.making import selectors as makings
from publishing.media.making import services as making
from publishing.media.making.models import Making
from publishing.media.studio import frames

log = logging.getLogger("chimera.worker")

FRAMES = 3  # of a clip, looked at


class ScenesParams(Params):
    """Nothing: what is shown is the script's to say."""


class Shooting(Kind):
    """Asks for pictures and clips, and says which of them show the persona. What was paid is on the makings' rows."""

    name = "scenes"
    queue = "render"
    params = ScenesParams
    signed = ("scenes", "spent_usd_micros", "note")  # what others made, which a replay asks nobody for
    asks = (("script",),)

    @property
    def waits(self) -> bool:
        """For others' work, looked after now and then."""
        return True

    @property
    def lasts_s(self) -> int:
        """Seconds that providers usually need for pictures and a clip."""
        return 120

    def estimate_usd_micros(self) -> int:
        """What the scenes of a usual film cost, at the makers' prices."""
        chosen = shooting.makers()
        return shooting.estimate_usd_micros(chosen=chosen) if chosen else 0

    def given(self) -> dict[str, Any]:
        """Who makes scenes here."""
        chosen = shooting.makers()
        return {"makers": {"image": chosen.image, "clip": chosen.clip} if chosen else {}}

    def load(self, *, task: Task) -> dict[str, Any]:
        """The persona's reference pictures, [] while none are on record."""
        traits = traits_of(handle=task.agent.handle, visual=task.soul.front["visual"])
        known = apart.known(belongs_to=task.agent.subject, traits=traits)
        return {"references": [{"sha256": one.sha256, "head": list(one.head)} for one in known]}

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """The pictures and clips by scene, with how like the persona they are. Raises NotYet while they are made."""
        said = work.inputs["makers"]
        if not said or shadow.holds():  # a replay asks nobody to make anything
            return Proposal(payload=_payload(work=work, given=(), spent=0, note="Drawn on this machine."))
        assert recorder.ours is not None, "whoever works holds the row"
        references = _references(work, recorder)
        plan = Plan(
            about=work.subject,
            shots=films.shots_of(scenes=work.upstream["script"]["scenes"]),
            traits=traits_of(handle=work.soul["handle"], visual=work.soul["visual"]),
            face=references[0],
            makers=Makers(image=said["image"], clip=said["clip"]),
        )

        def judge(sha256: str, draw: int) -> Verdict:
            return work.once(
                f"{sha256}:{draw}",
                lambda: apart.judged(
                    picture=storage.get(sha256), references=references, handle=str(work.soul["handle"]), draw=draw
                ),
            )

        with recorder.ours():
            rows = _rows(work)
        try:
            stands = plan.stands(rows=rows, judge=judge)
        except Denied as bad:
            raise Hopeless(f"The scenes cannot be shot: {bad}") from bad
        if not stands.is_over:
            try:
                _ask(work, recorder, stands)
            except Stopped:
                raise
            except Denied as bad:
                raise Hopeless(f"The scenes cannot be shot: {bad}") from bad
            raise NotYet(_how_far(stands), after_s=settings.STUDIO_POLL_S)
        given = [_moves_well(one, references, str(work.soul["handle"])) for one in stands.given]
        doubt = [one.score_bp for one in given if one.sha256 and not one.passes]
        spent = sum(row.spent_usd_micros for row in rows.values())
        return Proposal(
            payload=_payload(work=work, given=given, spent=spent, note=_missing(given, rows)),
            confidence_bp=min(doubt) if doubt else None,
        )

    def land(self, *, landed: Sequence[Landed]) -> list[str]:
        """Write down how like the persona the pictures are."""
        for one in landed:
            traits = one.payload["traits"]
            for scene in one.payload["scenes"]:
                if scene["sha256"]:
                    apart.note(
                        brand_id=one.task.brand_id,
                        belongs_to=one.task.agent_subject,
                        traits_digest=traits,
                        sha256=scene["sha256"],
                        score_bp=scene["score_bp"],
                        draw=scene["draws"],
                        parts=scene["parts"],
                    )
        return []


def _references(work: Work, recorder: Recorder) -> list[Referred]:
    """The persona's reference set; drawn and written down where none is on record."""
    known = [Referred(sha256=one["sha256"], head=tuple(one["head"])) for one in work.inputs["references"]]
    if known:
        return known
    traits = traits_of(handle=work.soul["handle"], visual=work.soul["visual"])
    made = apart.drawn(traits=traits)
    assert recorder.ours is not None
    with recorder.ours() as task:
        owner = task.agent.subject
        apart.note_references(brand_id=work.brand_id, belongs_to=owner, traits_digest=traits.digest, references=made)
        return apart.known(belongs_to=owner, traits=traits)  # somebody else's, where they were first


def _rows(work: Work) -> dict[str, Making]:
    return {row.key: row for row in makings.of(about=work.subject)}


def _ask(work: Work, recorder: Recorder, stands: Shoot) -> None:
    """Ask for what is wanted, and call off what takes too long; in one transaction with the look that the task is
    ours: whoever cancels it finds what was asked for."""
    assert recorder.ours is not None
    with recorder.ours() as task:
        for one in stands.wanted:
            making.ask(
                brand_id=work.brand_id,
                key=one.key,
                about=work.subject,
                scopes=task.scopes,
                maker=one.maker,
                request=one.request,
            )
        now = clock.now()
        for row in _rows(work).values():
            if shooting.comes(row) and (now - row.asked_at).total_seconds() > settings.FILM_SHOOT_S_MAX:
                making.cancel_one(making_id=row.pk, note="It took too long for its film; what has come is shown.")


def _how_far(stands: Shoot) -> str:
    done = sum(bool(one.sha256) for one in stands.given)
    clips = sum(bool(one.clip) for one in stands.given)
    moving = f", {clips} clips" if clips else ""
    waits = len(stands.wanted) + stands.underway
    return f"Scenes are made: {done} of {len(stands.given)} pictures{moving} are there, {waits} more are waited for."


def _moves_well(one: Given, references: Sequence[Referred], handle: str) -> Given:
    """The scene; without its clip where a frame of it does not show the persona, or none can be read."""
    if not one.clip:
        return one
    with tempfile.TemporaryDirectory(prefix="chimera-clip-") as folder:
        path = Path(folder) / "clip.mp4"
        with storage.open(one.clip) as file, path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        try:
            with path.open("rb") as read:
                ms = mp4.read(read).duration_ms
            shown = frames.sampled(clip=path, duration_ms=ms, count=FRAMES)
        except Denied as bad:
            log.warning("a clip of %s is left out: %s", handle, bad)
            return replace(one, clip="")
    least = min(apart.judged(picture=frame, references=references, handle=handle, draw=1).score_bp for frame in shown)
    parts = {**one.parts, "clip_frames": least}
    return replace(one, parts=parts) if least >= PASS_BP else replace(one, clip="", parts=parts)


def _missing(given: Sequence[Given], rows: Mapping[str, Making]) -> str:
    """What did not come, in the words of whoever was to make it."""
    lost = [f"{row.maker}: {row.note or row.status}" for row in rows.values() if row.status != "MADE"]
    without = [str(one.scene) for one in given if not one.sha256]
    said = [f"Scenes {', '.join(without)} have no picture of their own."] if without else []
    return " ".join([*said, *lost])[:2000]


def _payload(*, work: Work, given: Sequence[Given], spent: int, note: str) -> dict[str, Any]:
    traits = traits_of(handle=work.soul["handle"], visual=work.soul["visual"])
    return {
        "scenes": [
            {
                "scene": one.scene,
                "sha256": one.sha256,
                "clip": one.clip,
                "maker": one.maker,
                "draws": one.draws,
                "score_bp": one.score_bp,
                "passes": one.passes,
                "parts": dict(one.parts),
            }
            for one in given
        ],
        "traits": traits.digest,
        "spent_usd_micros": spent,
        "note": note,
    }
