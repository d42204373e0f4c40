"""The makers of the switchboard: each asks one provider's studio server over MCP, with the tools that were reviewed.

Here stands which models there are and which item of the price table each of them costs. Requirements: GEN-3, GEN-7,
MCP-1.
"""

import logging
from typing import Any, ClassVar

from django.conf import settings
from pydantic import TypeAdapter, ValidationError

from chimera.core.errors import Denied, Stopped, Unavailable
from chimera.core.mcp.client import Client, NoAnswer, ToolRefused, Unauthorized
from governance.servers.listed import Reviewed
from publishing.media.making.base import (
    CLIP_SECONDS_USUAL,
    Answer,
    CannotMake,
    ClipRequest,
    Cost,
    ImageRequest,
    Later,
    Maker,
    Refused,
    Request,
    Unknown,
)

log = logging.getLogger("chimera.studio")

ANSWER: TypeAdapter[Answer] = TypeAdapter(Answer)
AWAY_S = 10.0


class Remote(Maker):
    """What all of them do alike: one call to a studio server, and what its failure means."""

    setting: ClassVar[str]  # under which the settings name the model

    @property
    def model(self) -> str:
        """See `Maker.model`."""
        return str(getattr(settings, self.setting))

    @property
    def server(self) -> str:
        """The server's name on the allow-list."""
        return f"studio-{self.vendor}"

    def begin(self, *, request: Request, model: str, key: str, timeout_s: float) -> Answer:
        """See `Maker.begin`."""
        tool = "make_image" if self.kind == "image" else "begin_clip"
        asked = {"key": key, "model": model, "request": request.model_dump(mode="json")}
        asked["cost"] = self.cost(request=request, model=model).model_dump(mode="json")
        return self._asked(tool, asked, timeout_s, begins=True)

    def came(self, *, key: str, timeout_s: float) -> Answer:
        """See `Maker.came`."""
        return self._asked("what_came", {"key": key}, timeout_s)

    def status(self, *, task: str, cost: Cost, timeout_s: float) -> Answer:
        """See `Maker.status`."""
        return self._asked("clip_status", {"task": task, "cost": cost.model_dump(mode="json")}, timeout_s)

    def cancel(self, *, task: str, cost: Cost, timeout_s: float) -> Answer:
        """See `Maker.cancel`."""
        return self._asked("cancel_clip", {"task": task, "cost": cost.model_dump(mode="json")}, timeout_s)

    def _asked(self, tool: str, arguments: dict[str, Any], timeout_s: float, *, begins: bool = False) -> Answer:
        url = settings.STUDIO_URLS.get(self.vendor, "")
        if not url:
            words = f"No studio server of {self.vendor} is set: start manage.py studio_server {self.vendor} and set "
            return Later(words=f"{words}STUDIO_{self.vendor.upper()}_URL.", after_s=300.0)
        client = Client(url, bearer=settings.STUDIO_TOKEN, pins=Reviewed(self.server))
        try:
            return ANSWER.validate_python(client.call(tool=tool, arguments=arguments, timeout_s=timeout_s))
        except NoAnswer as away:
            if begins and away.maybe_sent:
                return Unknown(words=str(away))
            return Later(words=str(away), after_s=AWAY_S)
        except ValidationError as error:
            words = f"The studio server of {self.vendor} answered {error.error_count()} values that are none."
            return Unknown(words=words) if begins else Later(words=words, after_s=60.0)
        except (Stopped, Unavailable) as stop:  # nothing was called: the list says no for now, or cannot be read
            return Later(words=str(stop), after_s=60.0)
        except Unauthorized as no:
            return Later(words=f"{no} Set STUDIO_TOKEN alike on both sides.", after_s=300.0)
        except ToolRefused as no:  # it does not fit the tool, so nothing ran
            return Refused(words=str(no)) if begins else Later(words=str(no), after_s=60.0)
        except Denied as no:  # the list has no such server, or no such tool
            return Later(words=str(no), after_s=300.0)


def _keyed(name: str) -> str:
    """A model's name as a key of the price table."""
    return name.replace(".", "_")


class Ideogram(Remote):
    """Ideogram 3; with a reference it keeps the character, at a price of its own."""

    name: ClassVar[str] = "ideogram"
    vendor: ClassVar[str] = "ideogram"
    kind: ClassVar[str] = "image"
    setting: ClassVar[str] = "STUDIO_IDEOGRAM_SPEED"

    def cost(self, *, request: Request, model: str) -> Cost:
        """See `Maker.cost`."""
        asked = _an_image(self, request)
        if len(asked.reference_sha256s) > 1:
            raise CannotMake("Ideogram takes one picture as the character's; give one.")
        return Cost(item=f"image:ideogram-{model}{'-character' if asked.reference_sha256s else ''}", count=1)


class GeminiImage(Remote):
    """Pictures of Gemini, at 1K."""

    name: ClassVar[str] = "gemini_image"
    vendor: ClassVar[str] = "gemini"
    kind: ClassVar[str] = "image"
    setting: ClassVar[str] = "STUDIO_GEMINI_IMAGE_MODEL"

    def cost(self, *, request: Request, model: str) -> Cost:
        """See `Maker.cost`."""
        _an_image(self, request)
        return Cost(item=f"image:{_keyed(model)}", count=1)


class Clips(Remote):
    """What makers of clips do alike."""

    lengths: ClassVar[dict[str, frozenset[int]]]  # the seconds that a model makes; any where it is not named

    def cost(self, *, request: Request, model: str) -> Cost:
        """See `Maker.cost`."""
        if not isinstance(request, ClipRequest):
            raise CannotMake(f"{self.name} makes clips and no pictures.")
        if request.seconds > CLIP_SECONDS_USUAL and not request.long_asked:
            raise CannotMake(
                f"A clip of {request.seconds} s is made only where somebody asked for it (long_asked); without that it "
                f"has at most {CLIP_SECONDS_USUAL} s."
            )
        made = self.lengths.get(model)
        if made is not None and request.seconds not in made:
            lengths = ", ".join(str(one) for one in sorted(made))
            raise CannotMake(f"{model} makes clips of {lengths} s, not of {request.seconds}.")
        return Cost(item=f"video_second:{_keyed(model)}", count=request.seconds)


class Runway(Clips):
    """Clips of Runway."""

    name: ClassVar[str] = "runway"
    vendor: ClassVar[str] = "runway"
    kind: ClassVar[str] = "clip"
    setting: ClassVar[str] = "STUDIO_RUNWAY_MODEL"
    lengths: ClassVar[dict[str, frozenset[int]]] = {"veo3.1": frozenset({4, 6, 8})}


class GeminiVideo(Clips):
    """Clips of Gemini, at 720p."""

    name: ClassVar[str] = "gemini_video"
    vendor: ClassVar[str] = "gemini"
    kind: ClassVar[str] = "clip"
    setting: ClassVar[str] = "STUDIO_GEMINI_VIDEO_MODEL"
    lengths: ClassVar[dict[str, frozenset[int]]] = {}


def _an_image(maker: Maker, request: Request) -> ImageRequest:
    if not isinstance(request, ImageRequest):
        raise CannotMake(f"{maker.name} makes pictures and no clips.")
    return request
