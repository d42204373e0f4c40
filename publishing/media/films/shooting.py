"""Scenes that providers make: a picture for each, and a clip where it fits the tier of a post. GEN-3, GEN-4, GEN-7.

Whoever shoots asks here again and again: what was asked for is found by its key, which is made from the request, so
that the same scene is paid once. What cannot be had is done without: the scene shows the picture before it, and where
there is none at all the figures are drawn on this machine.
"""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings

from chimera.core import canonical, money, registry
from chimera.core.prices import selectors as prices
from publishing.media.consistency.apart import Referred
from publishing.media.consistency.base import DRAWS_MAX, Outcome, Verdict
from publishing.media.figures.base import Traits
from publishing.media.films import wording
from publishing.media.films.base import Shot
from publishing.media.making import costs
from publishing.media.making import services as making
from publishing.media.making.base import (
    CLIP_SECONDS_USUAL,
    CannotMake,
    ClipRequest,
    Cost,
    ImageRequest,
    Maker,
    Request,
)
from publishing.media.making.costs import Estimate, Line
from publishing.media.making.models import Making
from publishing.media.making.states import ENDED, MakingStatus

NOBODY = "none"  # of the settings: draw on this machine even where a provider could
IMAGES_BY = (("ideogram", "ideogram"), ("gemini_image", "gemini"))  # maker, and whose server it needs
CLIPS_BY = (("runway", "runway"), ("gemini_video", "gemini"))
USUAL_SCENES = 3

Judge = Callable[[str, int], Verdict]  # of the picture with this hash, as which draw


@dataclass(frozen=True, kw_only=True)
class Makers:
    """Who makes pictures of scenes, and who makes clips of them ("": nobody)."""

    image: str
    clip: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One making to be asked for."""

    key: str
    maker: str
    request: Request


@dataclass(frozen=True, kw_only=True)
class Given:
    """What came of one scene. `sha256` "" is: no picture of its own; `clip` "" is: it stands still."""

    scene: int
    sha256: str = ""
    clip: str = ""
    maker: str = ""
    draws: int = 0
    score_bp: int = 0
    passes: bool = True
    parts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Shoot:
    """How a shoot stands: what is still to be asked for, how much of it runs, and the scenes as they are by now."""

    wanted: tuple[Wanted, ...]
    underway: int
    given: tuple[Given, ...]

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return not self.wanted and not self.underway


def makers() -> Makers | None:
    """Who makes scenes here: what the settings name, else who can be reached; None: they are drawn on this machine."""
    image = _chosen(settings.FILM_IMAGES_BY, IMAGES_BY)
    return Makers(image=image, clip=_chosen(settings.FILM_CLIPS_BY, CLIPS_BY)) if image else None


def _chosen(said: str, known: Sequence[tuple[str, str]]) -> str:
    if said:
        return "" if said == NOBODY else said
    return next((name for name, vendor in known if settings.STUDIO_URLS.get(vendor)), "")


def estimate_usd_micros(*, chosen: Makers) -> int:
    """What the scenes of a usual film cost: a picture for each of three, and the clips that fit. Raises UnknownPrice,
    CannotMake."""
    shots = [Shot(template="title", lines=("x",), ms=4_000, pose="talk", place="studio")] * USUAL_SCENES
    face = Referred(sha256="0" * 64, head=(0, 0, 0, 0))
    lines = [_dearest(chosen.image, _picture(None, one, face, 1, 1)) for one in shots]
    for one in shots:
        request = _clip(chosen.clip, Given(scene=1, sha256=face.sha256), one) if chosen.clip else None
        line = _dearest(chosen.clip, request) if request else None
        lines += [line] if line and _fits([*lines, line]) else []
    return sum(line.usd_micros for line in lines)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a film's scenes are shot from. `face` is the reference picture that shows the persona; `about` the task."""

    about: str
    shots: tuple[Shot, ...]
    traits: Traits
    face: Referred
    makers: Makers

    def stands(self, *, rows: Mapping[str, Making], judge: Judge) -> Shoot:
        """How it stands with these makings (by key), and what is to be asked for next.

        Pictures first, all of them; then clips, from the first scene on, while a post stays within its tier. What was
        asked for before counts. Raises CannotMake, UnknownPrice.
        """
        spent = [_known(row) for row in rows.values()]
        wanted: list[Wanted] = []
        underway = 0
        given: list[Given] = []
        for number, shot in enumerate(self.shots, 1):
            found, asks, runs = self._scene(number, shot, rows, judge, spent)
            given.append(found)
            wanted += asks
            underway += runs
        if self.makers.clip and not wanted and not underway:
            for place, (one, shot) in enumerate(zip(given, self.shots, strict=True)):
                found, asks, runs = self._moving(one, shot, rows, spent)
                given[place] = found
                wanted += asks
                underway += runs
        return Shoot(wanted=tuple(wanted), underway=underway, given=tuple(given))

    def _scene(
        self, number: int, shot: Shot, rows: Mapping[str, Making], judge: Judge, spent: list[Line]
    ) -> tuple[Given, list[Wanted], int]:
        """The picture of one scene: the best of those that came, asked for anew while it is not like the persona."""
        best = Given(scene=number)
        for draw in range(1, DRAWS_MAX + 1):
            request = _picture(self.traits, shot, self.face, number, draw)
            row = rows.get(self._key(request))
            if row is None:
                line = costs.line(maker=self.makers.image, request=request)
                if not _fits([*spent, line]):
                    break  # the best of what came is shown, or what the scene before it shows
                spent.append(line)
                return best, [Wanted(key=self._key(request), maker=self.makers.image, request=request)], 0
            if comes(row):
                return best, [], 1
            if row.status != MakingStatus.MADE:
                break  # the same words would be refused again
            verdict = judge(row.content_hash, draw)
            if not best.sha256 or verdict.score_bp > best.score_bp:
                best = Given(
                    scene=number,
                    sha256=row.content_hash,
                    maker=row.maker,
                    draws=draw,
                    score_bp=verdict.score_bp,
                    passes=verdict.outcome is Outcome.PASS,
                    parts=verdict.parts,
                )
            if verdict.outcome is not Outcome.AGAIN:
                break
        return best, [], 0

    def _moving(
        self, one: Given, shot: Shot, rows: Mapping[str, Making], spent: list[Line]
    ) -> tuple[Given, list[Wanted], int]:
        """The clip of a scene whose picture passes; where none comes the picture is shown."""
        request = _clip(self.makers.clip, one, shot) if one.sha256 and one.passes else None
        if request is None:
            return one, [], 0
        key = self._key(request)
        row = rows.get(key)
        if row is None:
            line = costs.line(maker=self.makers.clip, request=request)
            if not _fits([*spent, line]):
                return one, [], 0
            spent.append(line)
            return one, [Wanted(key=key, maker=self.makers.clip, request=request)], 0
        if comes(row):
            return one, [], 1
        if row.status != MakingStatus.MADE:
            return one, [], 0
        return replace(one, clip=row.content_hash), [], 0

    def _key(self, request: Request) -> str:
        """The name of a making, made from what is asked: the same scene again is found, another one is new."""
        return f"{self.about}:{canonical.digest(request.model_dump(mode='json'))[:24]}"


def comes(row: Making) -> bool:
    """Whether it is waited for: a doubt is for people, and what was called off may take its time to end."""
    return row.status not in (*ENDED, MakingStatus.IN_DOUBT) and row.cancel_asked_at is None


def _picture(traits: Traits | None, shot: Shot, face: Referred, number: int, draw: int) -> ImageRequest:
    words = wording.picture(traits=traits, pose=shot.pose, place=shot.place) if traits else "x"
    seed = int.from_bytes(hashlib.sha256(f"{face.sha256}:{number}:{draw}".encode()).digest()[:4], "big") >> 1
    return ImageRequest(prompt=words, reference_sha256s=(face.sha256,), seed=seed, negative=wording.NEVER)


def _clip(maker: str, one: Given, shot: Shot) -> ClipRequest | None:
    """As long as the scene, or nearly; None where this maker has no such length."""
    needed = math.ceil(shot.ms / 1_000)
    first = min(max(2, needed), CLIP_SECONDS_USUAL)
    for seconds in (*range(first, CLIP_SECONDS_USUAL + 1), *range(first, 1, -1)):
        request = ClipRequest(image_sha256=one.sha256, prompt=wording.MOVES, seconds=seconds)
        try:
            _cost(maker, request)
        except CannotMake:
            continue
        return request
    return None


def _dearest(maker: str, request: Request) -> Line:
    """What a making costs by the dearest price of whatever day: for estimates, which depend on no clock."""
    cost, model = _cost(maker, request)
    usd_micros = prices.most_usd_micros(item=cost.item, count=cost.count)
    return Line(maker=maker, model=model, cost=cost, usd_micros=usd_micros)


def _cost(maker: str, request: Request) -> tuple[Cost, str]:
    found = registry.get("MAKERS", maker, Maker)
    return found.cost(request=request, model=found.model), found.model


def _known(row: Making) -> Line:
    """What a making has cost, or may still."""
    cost = Cost(item=row.item, count=row.count)
    ended = row.status in ENDED
    usd_micros = row.spent_usd_micros if ended else making.worst_case_usd_micros(making=row)
    return Line(maker=row.maker, model=row.model, cost=cost, usd_micros=usd_micros)


def _fits(lines: Sequence[Line]) -> bool:
    """Whether a post with these makings stays below the tier."""
    besides = money.usd(settings.FILM_BESIDES_USD)
    return costs.is_within_tier(estimate=Estimate(lines=tuple(lines), besides_usd_micros=besides))
