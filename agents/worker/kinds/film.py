"""Filming: a script becomes a video for each platform of the persona, with its figure in each scene, signed and stored.

On the render queue, one at a time in a process and beside its other work: ffmpeg is another program, so pictures go on
being drawn meanwhile. Requirements: GEN-3, GEN-4, GEN-5, GEN-6.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from agents.tasks.models import Task
from agents.worker import likeness
from agents.worker.base import Hopeless, Kind, Landed, Params, Proposal, Work
from agents.worker.kinds import script as scripting
from chimera.core import registry, shadow
from chimera.core.calls.services import Recorder
from chimera.core.errors import Denied, Stopped
from chimera.core.money import Allowance
from publishing.connectors.base import Connector, consents
from publishing.media import services as media
from publishing.media.consistency import apart
from publishing.media.consistency.apart import Referred
from publishing.media.figures.base import traits_of
from publishing.media.films import base as films
from publishing.media.films import services as making
from publishing.media.films.base import Film, Order, Shown
from publishing.media.studio.renditions import for_platform, sized
from publishing.readiness import selectors as readiness

PLATFORM = "plaza"  # where there is no account yet
USUALLY_S = 30
HOLDS_S = 3_600  # films of a process wait for each other, and the second look comes at the end

_one = threading.Lock()  # films of this process: two at a time would be slower, and larger


class FilmParams(Params):
    """Nothing: what is shown is the script's to say."""


class Filming(Kind):
    """Draws, checks, renders, signs and stores: time on this machine, and a second look where a model sees pictures."""

    name = "film"
    queue = "render"
    params = FilmParams
    signed = ("renditions", "figures", "references")  # what `order`, the hash of all that they depend on, stands for
    asks = (("script",),)

    @property
    def waits(self) -> bool:
        """For ffmpeg: so that a film in work holds back no picture."""
        return True

    @property
    def lasts_s(self) -> int:
        """Seconds that a film usually takes."""
        return USUALLY_S

    @property
    def holds_s(self) -> int:
        """Until its turn has come and it is made."""
        return HOLDS_S

    def estimate_usd_micros(self) -> int:
        """What a second look at its least figure usually costs."""
        return likeness.estimate_usd_micros()

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """The most that a second look may cost; 0 where nobody sees pictures."""
        return likeness.worst_case_usd_micros(work=work)

    def given(self) -> dict[str, Any]:
        """How wide videos are made here."""
        return {"width": settings.FILM_WIDTH}

    def load(self, *, task: Task) -> dict[str, Any]:
        """Where the persona can publish, and its reference pictures, [] while none are on record."""
        able = readiness.able(every={task.agent.subject}, consents=consents())[task.agent.subject]
        traits = traits_of(handle=task.agent.handle, visual=task.soul.front["visual"])
        known = apart.known(belongs_to=task.agent.subject, traits=traits)
        return {
            "platforms": sorted(able) or [PLATFORM],
            "references": [{"sha256": one.sha256, "head": list(one.head)} for one in known],
        }

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """The hashes of the renditions by name, which platform gets which, and how like the persona the figures are.

        Below the gate of consistency the film is as unsure as its worst figure, so a human decides about the post.
        """
        order, of_platform = _order(work)
        if shadow.holds():  # nothing is rendered in a replay: whether the same would be is compared
            nothing = Film(drawn=(), rendered=(), references=())
            likeness.again(work=work, about=order.key, allowance=allowance, recorder=recorder)
            figures = _figures(work, nothing)
            return Proposal(
                payload=_payload(work=work, order=order, of_platform=of_platform, made=nothing, figures=figures)
            )

        def tell(words: str) -> None:
            if recorder.may_call is not None:
                recorder.may_call()  # a stop ends it here; what is finished is kept
            if recorder.tell is not None:
                recorder.tell(words)

        try:
            with _one:
                made = making.make(
                    order=order, folder=settings.FILMS_DIR, tell=tell, seconds_max=settings.FILM_MAKE_S_MAX
                )
        except Stopped:
            raise  # it waits until it is lifted, and is gone on with
        except Denied as bad:
            raise Hopeless(f"The film cannot be made: {bad}") from bad
        figures = likeness.looked(
            work=work,
            figures=_figures(work, made),
            made=made,
            about=order.key,
            allowance=allowance,
            recorder=recorder,
        )
        doubt = [int(one["score_bp"]) for one in figures if not one.get("passes", True)]
        return Proposal(
            payload=_payload(work=work, order=order, of_platform=of_platform, made=made, figures=figures),
            confidence_bp=min(doubt) if doubt else None,
        )

    def land(self, *, landed: Sequence[Landed]) -> list[str]:
        """Make the assets known: videos, the pictures that stand for them, and how like the persona the figures are."""
        for one in landed:
            brand_id, owner, said = one.task.brand_id, one.task.agent_subject, one.payload
            for rendition in said["renditions"].values():
                media.register_video(brand_id=brand_id, sha256=rendition["sha256"], maker=making.MAKER)
                media.register(brand_id=brand_id, payload=rendition["poster"])
            apart.note_references(
                brand_id=brand_id,
                belongs_to=owner,
                traits_digest=said["traits"],
                references=[
                    Referred(sha256=row["sha256"], head=tuple(row["head"]), asset=row["asset"])
                    for row in said["references"]
                ],
            )
            for figure in said["figures"]:
                apart.note(
                    brand_id=brand_id,
                    belongs_to=owner,
                    traits_digest=said["traits"],
                    sha256=figure["sha256"],
                    score_bp=figure["score_bp"],
                    draw=figure["draws"],
                    parts=figure["parts"],
                )
        return []


def medium(*, film: Mapping[str, Any], platform: str) -> dict[str, Any]:
    """What a post on this platform shows of the film: its rendition, or the poster where no video is taken."""
    found = film["renditions"][film["platforms"].get(platform) or next(iter(film["renditions"]))]
    if registry.get("CONNECTORS", platform, Connector).limits.video is None:
        return {"sha256": found["poster"]["sha256"], "alt": film["alt"]}
    return {"sha256": found["sha256"], "alt": film["alt"], "kind": "video"}


def _order(work: Work) -> tuple[Order, dict[str, str]]:
    """What is to be made, and the name of each platform's rendition."""
    if work.inputs["width"] not in films.WIDTHS:
        raise Hopeless(f"FILM_WIDTH is {work.inputs['width']}; set it to one of {', '.join(map(str, films.WIDTHS))}.")
    wanted = {name: for_platform(platform=name) for name in work.inputs["platforms"]}
    return Order(
        shots=films.shots_of(scenes=work.upstream["script"]["scenes"]),
        look=scripting.look(soul=work.soul, cause=str(work.goal["cause"])),
        traits=traits_of(handle=work.soul["handle"], visual=work.soul["visual"]),
        handle=str(work.soul["handle"]),
        references=tuple(Referred(sha256=one["sha256"], head=tuple(one["head"])) for one in work.inputs["references"]),
        renditions={one.name: sized(of=one, width=work.inputs["width"]) for one in wanted.values()},
        given=_given(work),
    ), {name: one.name for name, one in wanted.items()}


def _scenes(work: Work) -> list[Mapping[str, Any]]:
    """The scenes that providers made, where at least one has a picture."""
    found = list((work.upstream.get("scenes") or {}).get("scenes") or [])
    return found if any(one["sha256"] for one in found) else []


def _given(work: Work) -> tuple[Shown, ...]:
    """What each scene shows of them; one without a picture of its own shows the one before it, or the first."""
    scenes = _scenes(work)
    shown = next((one["sha256"] for one in scenes if one["sha256"]), "")
    given = []
    for one in scenes:
        shown = one["sha256"] or shown
        given.append(Shown(picture=shown, clip=one["clip"]))
    return tuple(given)


def _figures(work: Work, made: Film) -> list[dict[str, Any]]:
    """The pictures of the persona in it, drawn here or by a provider, each with how like it is."""
    if scenes := _scenes(work):
        shots = work.upstream["script"]["scenes"]
        names = ("scene", "sha256", "draws", "score_bp", "passes", "parts")
        return [
            {**{name: one[name] for name in names}, "size": "", "pose": shot["pose"], "place": shot["place"]}
            for one, shot in zip(scenes, shots, strict=True)
            if one["sha256"]
        ]
    return [
        {
            "scene": one.scene,
            "size": one.size,
            "pose": one.pose,
            "place": one.place,
            "sha256": one.sha256,
            "draws": one.draws,
            "score_bp": one.score_bp,
            "passes": one.passes,
            "parts": dict(one.parts),
        }
        for one in made.drawn
    ]


def _payload(
    *, work: Work, order: Order, of_platform: Mapping[str, str], made: Film, figures: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    script = work.upstream["script"]
    return {
        "alt": script["alt"],
        "ms": script["ms"],
        "platforms": dict(of_platform),
        "renditions": {
            one.name: {
                "sha256": one.sha256,
                "size_bytes": one.size_bytes,
                "width": one.width,
                "height": one.height,
                "ms": one.ms,
                "poster": one.poster,
            }
            for one in made.rendered
        },
        "figures": [dict(one) for one in figures],
        "order": order.key,
        "traits": order.traits.digest,
        "references": [
            {"sha256": one.sha256, "head": list(one.head), "asset": one.asset}
            for one in made.references
            if one.asset is not None
        ],
        "maker": making.MAKER,
    }
