"""Scripting: a short video out of a draft, scene by scene; every word on the screen is the draft's or its sources'.

Requirements: GEN-2, GEN-3, SAF-6.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Self

from django.conf import settings
from pydantic import Field, model_validator

from agents.worker.base import CannotPropose, Hopeless, Kind, Params, Proposal, Work
from agents.worker.kinds.draft import writers
from chimera.core import prompts
from chimera.core.calls import asking
from chimera.core.calls.services import Recorder
from chimera.core.errors import Denied
from chimera.core.llm import schemas, tiers, usual
from chimera.core.llm.base import Request, Why
from chimera.core.money import Allowance
from publishing.media.figures.base import SETTINGS
from publishing.media.films import base as films
from publishing.media.images.base import MOTIFS
from publishing.media.studio import layouts
from publishing.media.studio.base import SECONDS_MAX, SECONDS_MIN, TEMPLATES, Look
from publishing.media.studio.renditions import RENDITIONS

USUAL_TOKENS = (1_500, 600)
_WORD = re.compile(r"\w+")
OURS = frozenset(("source",))  # the only word on a screen that no draft has to have


class ScriptParams(Params):
    """How long the video may be; longer than usual only where an operator asks for it."""

    seconds_max: int | None = Field(
        default=None, ge=round(SECONDS_MIN), le=round(SECONDS_MAX), title="Seconds of the video at most"
    )


class Scripting(Kind):
    """Asks the writer for scenes; their words are compared with the draft, their time with how fast people read."""

    name = "script"
    params = ScriptParams
    asks = (("draft",),)

    @property
    def waits(self) -> bool:
        """As the writers do, unless all of them work in this process."""
        return tiers.any_outside(tier="write")

    def _request(self, work: Work) -> Request:
        draft = work.upstream["draft"]
        variables = {
            "persona": {"name": work.soul["name"], "voice": work.soul["voice"]},
            "draft": {
                "text": draft["text"],
                "title": draft["poster_title"],
                "kicker": draft["poster_kicker"],
                "citations": [{"text": one["text"], "sources": list(one["sources"])} for one in draft["citations"]],
            },
            "templates": [{"name": name, **vars(one)} for name, one in TEMPLATES.items()],
            "poses": list(films.FILMED),
            "places": list(SETTINGS),
            "ms_max": 1000 * seconds_max(work),
            "reading": films.reading(),
            "feedback": [dict(entry) for entry in work.feedback],
            "seed": work.goal["cause"],
        }
        prompt, prompt_hash = prompts.render("script", variables)
        return Request(
            purpose="script",
            tier="write",
            prompt=prompt,
            prompt_hash=prompt_hash,
            variables=variables,
            schema=_schema(work),
            origin="a model's words about a draft",
        )

    def worst_case_usd_micros(self, *, work: Work) -> int:
        """What the writers may cost together."""
        found = writers()
        if not any(writer.outside for writer in found):
            return 0
        return asking.worst_case_usd_micros(providers=found, request=work.once("request", lambda: self._request(work)))

    def estimate_usd_micros(self) -> int:
        """What the first writer usually asks for a script."""
        return usual.estimate_usd_micros(tier="write", tokens=USUAL_TOKENS)

    def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
        """Scenes with their milliseconds, poses and places, and what the video shows in words. Raises CannotPropose."""
        request = work.once("request", lambda: self._request(work))
        answer = asking.ask(recorder=recorder, providers=writers(), request=request, allowance=allowance)
        if answer.why == Why.REFUSED:
            raise Hopeless(f"The writer gave no script: {answer.failure}.")
        if not isinstance(answer.value, schemas.Script):
            raise CannotPropose(f"The writer gave no script: {answer.failure}")
        scenes = _timed(answer.value)
        return Proposal(
            payload={
                "scenes": scenes,
                "ms": sum(one["ms"] for one in scenes),
                "alt": described(scenes=scenes, name=work.soul["name"]),
                "offline": answer.offline,
                "model": answer.model,
                "provider": answer.provider,
            }
        )


def seconds_max(work: Work) -> int:
    """How long the video may be."""
    return int(work.params.get("seconds_max") or settings.FILM_SECONDS_MAX)


def look(*, soul: Mapping[str, Any], cause: str) -> Look:
    """The persona's look; the seed turns its motifs and movements, for each goal in another way."""
    visual = soul["visual"]
    seed = int.from_bytes(hashlib.sha256(cause.encode()).digest()[:6], "big")
    motif = visual["motif"] if visual["motif"] in MOTIFS else MOTIFS[0]
    return Look(**{part: visual[part] for part in ("background", "ink", "accent")}, motif=motif, seed=seed)


def described(*, scenes: list[dict[str, Any]], name: str) -> str:
    """What somebody who sees no video should know: how long it is, who is in it, and every word on the screen."""
    seconds = round(sum(one["ms"] for one in scenes) / 1000)
    # Captions go on from line to line; everywhere else a line stands for itself.
    said = [[" ".join(one["lines"])] if one["template"] == "story" else one["lines"] for one in scenes]
    words = " ".join(_stopped(line) for lines in said for line in lines)
    return f"Video of {seconds} seconds without sound. {name}, a virtual character, drawn. On screen: {words}"


def _stopped(text: str) -> str:
    return text if text.endswith((".", "!", "?", "”")) else f"{text}."


def _timed(value: schemas.Script) -> list[dict[str, Any]]:
    scenes = [one.model_dump(mode="json") for one in value.scenes]
    return films.timed(scenes=scenes, ms_min=round(SECONDS_MIN * 1000))


def _schema(work: Work) -> type[schemas.Script]:
    """The form of a script of this very draft: what is wrong with an answer goes back to the writer as a sentence."""
    draft = work.upstream["draft"]
    said = [draft["text"], draft["poster_title"], draft["poster_kicker"]]
    for one in draft["citations"]:
        said += [one["text"], one["title"], *one["sources"]]
    known = {word for text in said for word in _WORD.findall(str(text).casefold())} | OURS
    longest_ms, shown = 1000 * seconds_max(work), look(soul=work.soul, cause=str(work.goal["cause"]))

    class Script(schemas.Script):
        """A script whose words are the draft's, that can be read in its time, and that can be set."""

        @model_validator(mode="after")
        def _is_of_the_draft(self) -> Self:
            for number, scene in enumerate(self.scenes, 1):
                for line in scene.lines:
                    for word in _WORD.findall(line.casefold()):
                        if word not in known:
                            raise ValueError(f'scene {number} says "{word}", which is neither in the post nor a source')
                if scene.pose not in films.FILMED or scene.place not in SETTINGS:
                    raise ValueError(f"scene {number}: choose pose and place from the lists")
            scenes = _timed(self)
            if (ms := sum(one["ms"] for one in scenes)) > longest_ms:
                raise ValueError(
                    f"it takes {ms / 1000:g} s to read; {longest_ms / 1000:g} s are the most (an operator may ask for "
                    "more: manage.py goal --video --seconds)"
                )
            try:
                whole = films.script(shots=films.shots_of(scenes=scenes), look=shown, handle=str(work.soul["handle"]))
                for number in range(1, len(scenes) + 1):
                    layouts.layout(script=whole, number=number, rendition=RENDITIONS["instagram"])
            except Denied as bad:
                raise ValueError(str(bad)) from bad
            return self

    return Script
