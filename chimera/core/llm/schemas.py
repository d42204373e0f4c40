"""What model answers must look like, one class per purpose. An answer that does not fit is no answer.

Requirements: GEN-2, SAF-6.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

TEXT_CHARS_MAX = 280
TITLE_CHARS_MAX = 70
KICKER_CHARS_MAX = 28
ALT_CHARS_MAX = 300

_CUT_OFF = re.compile(r"(?:…|\.\.\.)[\"”’')\]]*$|(?:\s|^)[-–—]$|[,;:]$")
_LEADS = re.compile(r"https?\s?:|www\.|(?<![\w])[@＠]\w|://", re.IGNORECASE)


class Draft(BaseModel):
    """A post with its poster, before anybody judged it.

    `citations` are positions in the "facts" that the writer was given: every fact that the text uses, each once.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(min_length=1, max_length=TEXT_CHARS_MAX)
    poster_title: str = Field(min_length=1, max_length=TITLE_CHARS_MAX)
    poster_kicker: str = Field(min_length=1, max_length=KICKER_CHARS_MAX)
    alt_text: str = Field(min_length=1, max_length=ALT_CHARS_MAX)
    citations: list[Annotated[int, Field(ge=0)]] = Field(max_length=12)

    @field_validator("text", "poster_title", "poster_kicker", "alt_text")
    @classmethod
    def _is_not_cut_off(cls, value: str) -> str:
        if _CUT_OFF.search(value):
            raise ValueError(f'"{value[-30:]}" stops in the middle; write a complete phrase that fits')
        return value

    @field_validator("poster_title", "poster_kicker")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        if "\n" in value:
            raise ValueError("a poster line holds no line break; write it as one line")
        return value

    @field_validator("citations")
    @classmethod
    def _names_each_fact_once(cls, value: list[int]) -> list[int]:
        if len(set(value)) != len(value):
            raise ValueError("a fact is cited twice; name each position once")
        return value


class Wording(BaseModel):
    """What is answered to somebody. It leads nowhere and names nobody: no link, no handle."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(min_length=1, max_length=TEXT_CHARS_MAX)

    @field_validator("text")
    @classmethod
    def _leads_nowhere(cls, value: str) -> str:
        if _LEADS.search(value):
            raise ValueError("an answer holds no link and no @name; say it without")
        if _CUT_OFF.search(value):
            raise ValueError(f'"{value[-30:]}" stops in the middle; write a complete sentence that fits')
        return value


class ScriptScene(BaseModel):
    """One scene of a video: how it is laid out, its lines, and what the persona does where. `count`: of a countdown."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    template: Literal["title", "list", "quote", "story", "countdown"]
    lines: list[Annotated[str, Field(min_length=1, max_length=180)]] = Field(min_length=1, max_length=6)
    pose: str = Field(min_length=1, max_length=20)
    place: str = Field(min_length=1, max_length=20)
    count: int = Field(ge=1, le=10)


class Script(BaseModel):
    """A short video of a draft that exists, before anybody checked whether its words are the draft's."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    scenes: list[ScriptScene] = Field(min_length=2, max_length=8)


class Setting(BaseModel):
    """One parameter of a step, as text: its kind reads it."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=40)
    value: str = Field(max_length=300)


class PlannedStep(BaseModel):
    """One step of a plan, before anybody checked whether it may run."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    key: str = Field(min_length=1, max_length=40)
    kind: str = Field(min_length=1, max_length=40)
    needs: list[Annotated[str, Field(max_length=40)]] = Field(max_length=30)
    settings: list[Setting] = Field(max_length=8)


class Plan(BaseModel):
    """Steps for a goal, with why they are these."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    steps: list[PlannedStep] = Field(min_length=1, max_length=30)
    reason: str = Field(min_length=1, max_length=300)


Share = Annotated[int, Field(ge=0, le=100)]


class Likeness(BaseModel):
    """How far a picture shows the person of other pictures, in hundredths, and why in one sentence for people."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    likeness: Share
    reason: str = Field(min_length=1, max_length=300)


class Opinion(BaseModel):
    """What a model thinks of a finished post: four questions in hundredths, one objection, one sentence for people."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    follows_from_facts: Share
    sounds_like_persona: Share
    does_no_harm: Share
    reads_well: Share
    objection: Literal["none", "not_in_facts", "misleading", "harmful", "off_voice", "unclear"]
    words_objected_to: str = Field(max_length=TEXT_CHARS_MAX)
    reason: str = Field(min_length=1, max_length=300)

    @property
    def score_bp(self) -> int:
        """The plain mean of the four, in basis points, rounded down (docs/adr/0008)."""
        return (
            (self.follows_from_facts + self.sounds_like_persona + self.does_no_harm + self.reads_well) * 10_000 // 400
        )
