"""A model that is shown pictures as a judge of likeness, where one has a key. What it says may only lower a score.

It sees two references, one picture and a few words of ours, small and without what is hidden in files. Who does not
answer has said nothing. Requirements: GEN-4, GEN-1, SAF-1.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from chimera.core import prompts
from chimera.core.calls import asking
from chimera.core.calls.services import Recorder
from chimera.core.errors import Unavailable
from chimera.core.llm import pictures
from chimera.core.llm.base import Provider, Request
from chimera.core.llm.pictures import Picture
from chimera.core.llm.schemas import Likeness
from chimera.core.money import Allowance
from publishing.media.likeness import PIXELS_MAX, Unreadable

SEAT = "likeness"
TIER = "judge"
REFERENCES = 2
USUAL_TOKENS = (4_000, 300)
SIDE = 768  # of what is sent, in pixels: a face is told apart, and nobody is paid for more
_QUALITY = 88


class NoOpinion(Unavailable):
    """Whoever was asked gave none; says why."""


@dataclass(frozen=True, kw_only=True)
class ModelJudge:
    """A `VisionJudge`. `providers` in their order, `looks` in words of ours, `about` the hash of what is judged."""

    providers: Sequence[Provider]
    looks: str
    about: str
    recorder: Recorder
    allowance: Allowance

    def likeness_bp(self, *, picture: bytes, references: Sequence[bytes]) -> int:
        """0 (somebody else) to 10,000 (the same person). Raises NoOpinion, Unavailable, Stopped."""
        seen = [pictures.of(small(one)) for one in (*references[:REFERENCES], picture)]
        return self._asked(seen)

    def again_bp(self) -> int:
        """What the record of a replay says; what was shown is named there. Raises as `likeness_bp`."""
        return self._asked(self.recorder.shown(seat=SEAT))

    def _asked(self, seen: Sequence[Picture]) -> int:
        request = _request(looks=self.looks, about=self.about, seen=seen)
        try:
            answer = asking.ask(
                recorder=self.recorder, providers=self.providers, request=request, allowance=self.allowance
            )
        except Unavailable as error:
            if not any(call.seat == SEAT for call in self.recorder.calls):
                self.recorder.keep_unasked(request=request, error=error)
            raise
        if not isinstance(answer.value, Likeness):
            raise NoOpinion(f"No model judged the likeness: {answer.failure}")
        return answer.value.likeness * 100


def worst_case_usd_micros(*, providers: Sequence[Provider], looks: str) -> int:
    """The most that one opinion may cost: a picture counts alike whatever it shows, so none has to be there yet."""
    if not providers:
        return 0
    stand_ins = [Picture(sha256="0" * 64)] * (REFERENCES + 1)
    request = _request(looks=looks, about="0" * 64, seen=stand_ins)
    return asking.worst_case_usd_micros(providers=providers, request=request)


def small(content: bytes) -> bytes:
    """A picture as it is sent: JPEG, at most SIDE pixels a side, without its metadata. Raises Unreadable."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                raise Unreadable(f"The picture has more than {PIXELS_MAX:,} pixels.")
            whole = opened.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise Unreadable("The bytes are no picture.") from error
    whole.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    whole.save(written, format="JPEG", quality=_QUALITY)
    return written.getvalue()


def _request(*, looks: str, about: str, seen: Sequence[Picture]) -> Request:
    variables = {"references": REFERENCES, "looks": looks, "content_hash": about}
    prompt, prompt_hash = prompts.render(SEAT, variables)
    return Request(
        purpose=SEAT,
        tier=TIER,
        prompt=prompt,
        prompt_hash=prompt_hash,
        variables=variables,
        schema=Likeness,
        output_tokens_max=300,
        origin="a model that was shown pictures",
        pictures=tuple(seen),
    )
