"""The socket for makers of images and clips, and the values that go through it. They are the same over MCP.

Requests are values only: what they show is named by its content hash. Answers never hold a provider's address: what it
made is stored before anybody hears of it. Requirements: GEN-3, GEN-7, MCP-1.
"""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chimera.core.errors import Denied

PROMPT_MAX = 1_000  # UTF-16 units at Runway; the least of all providers
REFERENCES_MAX = 3
CLIP_SECONDS_MAX = 10
CLIP_SECONDS_USUAL = 5  # what is longer is made only where somebody asked for it (GEN-7)
RATIOS: dict[str, tuple[int, int]] = {"9:16": (9, 16), "16:9": (16, 9), "1:1": (1, 1)}

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Prompt = Annotated[str, StringConstraints(min_length=1, max_length=PROMPT_MAX)]
Ratio = Literal["9:16", "16:9", "1:1"]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


class CannotMake(Denied):
    """This maker does not make what was asked for. The message says what it makes. Nothing was begun or paid."""


class Value(BaseModel):
    """What goes through the socket: nothing beyond its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ImageRequest(Value):
    """One picture. `reference_sha256s` are stored pictures of the character that it has to show; may be empty."""

    prompt: Prompt
    aspect: Ratio = "9:16"
    reference_sha256s: Annotated[tuple[Sha256, ...], Field(max_length=REFERENCES_MAX)] = ()
    seed: Seed = 0
    negative: Annotated[str, StringConstraints(max_length=PROMPT_MAX)] = ""


class ClipRequest(Value):
    """One clip that begins with a stored picture. `long_asked`: somebody asked for more than CLIP_SECONDS_USUAL."""

    image_sha256: Sha256
    prompt: Prompt
    seconds: Annotated[int, Field(ge=2, le=CLIP_SECONDS_MAX)] = CLIP_SECONDS_USUAL
    ratio: Ratio = "9:16"
    seed: Seed = 0
    long_asked: bool = False


Request = ImageRequest | ClipRequest


class Cost(Value):
    """Units of an item of the price table (`chimera.core.prices`): what one making costs."""

    item: str
    count: int = Field(ge=1)


class Made(Value):
    """Stored under `sha256`. `duration_ms` is 0 for a picture."""

    outcome: Literal["made"] = "made"
    sha256: Sha256
    mime: str
    size_bytes: int
    width: int
    height: int
    duration_ms: int = 0
    cost: Cost


class Running(Value):
    """The provider works on it under this name. `waits`: it has not begun there, so cancelling costs nothing."""

    outcome: Literal["running"] = "running"
    task: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    waits: bool = False


class Unsafe(Value):
    """The provider made it, or not, and shows nothing: its own filter said no. Never asked again unchanged."""

    outcome: Literal["unsafe"] = "unsafe"
    words: str
    charged: bool


class Refused(Value):
    """A clear no: of the provider, or here before it was asked. Asking again without a change gives the same."""

    outcome: Literal["refused"] = "refused"
    words: str


class Failed(Value):
    """It was begun and came to nothing. `retry`: the provider says that another try may succeed."""

    outcome: Literal["failed"] = "failed"
    words: str
    retry: bool
    charged: bool


class Later(Value):
    """Surely not begun (too many at a time, no connection): to be asked again after so long."""

    outcome: Literal["later"] = "later"
    words: str
    after_s: float = Field(ge=0.0, le=3_600.0)


class Unknown(Value):
    """It may have been begun, and nobody here knows under which name."""

    outcome: Literal["unknown"] = "unknown"
    words: str


class Cancelled(Value):
    """The provider does not go on with it. `charged`: what it had done may be paid all the same."""

    outcome: Literal["cancelled"] = "cancelled"
    charged: bool


Answer = Annotated[
    Made | Running | Unsafe | Refused | Failed | Later | Unknown | Cancelled, Field(discriminator="outcome")
]


class Maker(ABC):
    """One way to have an image or a clip made. Stateless; every call is one call to its server, outside transactions.

    A call raises nothing for what may happen in the world: every end is one of the values above.
    """

    name: ClassVar[str]
    vendor: ClassVar[str]  # whose server makes it: "ideogram", "runway", "gemini"
    kind: ClassVar[str]  # "image" or "clip"

    @property
    @abstractmethod
    def model(self) -> str:
        """What it is made with now, as the settings say; kept with the row."""

    @abstractmethod
    def cost(self, *, request: Request, model: str) -> Cost:
        """What it will cost at most. Raises CannotMake for a request that this maker does not take."""

    @abstractmethod
    def begin(self, *, request: Request, model: str, key: str, timeout_s: float) -> Answer:
        """Have it made, once: `key` names this beginning, and the server begins none twice."""

    @abstractmethod
    def came(self, *, key: str, timeout_s: float) -> Answer:
        """What the server knows of a beginning whose answer was lost; Unknown where it knows nothing."""

    @abstractmethod
    def status(self, *, task: str, cost: Cost, timeout_s: float) -> Answer:
        """How the provider's task stands; what is finished is stored first."""

    @abstractmethod
    def cancel(self, *, task: str, cost: Cost, timeout_s: float) -> Answer:
        """Have the provider stop; Made where it was finished before."""
