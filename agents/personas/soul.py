"""Reading a SOUL.md: strictly, and with an error that names the line and the field. Requirements: PER-1, PER-2."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from chimera.core import files
from chimera.core.errors import Denied
from publishing.media.figures import base as figures

SIZE_MAX_BYTES = 200_000
_DEPTH_MAX = 20
_COLOUR_REMEDY = 'write a colour like "#A63A12", in quotation marks because # begins a comment'
_TIME_REMEDY = 'write a time like "22:00", in quotation marks because YAML takes 22:00 for a number'
# What to do about fields whose rule is no sentence for a person.
_REMEDIES = {
    "handle": "write 3 to 30 small letters, digits or underscores",
    "visual.background": _COLOUR_REMEDY,
    "visual.ink": _COLOUR_REMEDY,
    "visual.accent": _COLOUR_REMEDY,
    "quiet_hours.begin": _TIME_REMEDY,
    "quiet_hours.end": _TIME_REMEDY,
    "quiet_hours.zone": "write a time zone like Europe/Prague",
    "links": "write domains like shop.example.org, without https:// and in small letters",
}
# Line breaks and tabs apart, control characters mean nothing in a text, and the database takes no NUL.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

Line = Annotated[str, Field(min_length=1, max_length=400)]
Clock = Annotated[str, Field(pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$")]
Domain = Annotated[str, Field(pattern=r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,30}$", max_length=120)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class BadSoul(Denied):
    """A SOUL.md that cannot be used; says the line, the field and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Voice(_Strict):
    """How the persona talks: traits, and optionally lines in its own words."""

    traits: list[Line] = Field(min_length=1, max_length=12)
    openers: list[Line] = Field(default=[], max_length=60)
    asides: list[Line] = Field(default=[], max_length=60)
    closers: list[Line] = Field(default=[], max_length=60)


class Figure(_Strict):
    """How the persona is drawn; what is left out is drawn from the handle, always alike (docs/figures.md)."""

    skin: str = ""
    hair: str = ""
    hair_colour: str = ""
    face: str = ""
    beard: str = ""
    glasses: str = ""
    clothes: str = ""
    accessory: str = ""
    age: str = ""
    eyes: str = ""
    garment: str = ""

    @field_validator("*")
    @classmethod
    def _is_known(cls, value: str, field: ValidationInfo) -> str:
        known = figures.CHOICES[str(field.field_name)]
        if value and value not in known:
            raise ValueError(f"write one of {', '.join(known)}")
        return value


class Visual(_Strict):
    """The visual identity."""

    background: Colour
    ink: Colour
    accent: Colour
    motif: Literal["rings", "waves", "grid", "leaves", "circuit", "dots"]
    mood: Line
    figure: Figure = Figure()


class Formats(_Strict):
    """What posts are beside pictures: `video: 3` makes about every third goal a video; 0: none."""

    video: Annotated[int, Field(ge=0, le=100)] = 0


class Hours(_Strict):
    """When the persona is silent, every day, on the clock of its own time zone; over midnight when `end` is earlier."""

    begin: Clock
    end: Clock
    zone: Annotated[str, Field(max_length=60)]

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("no such time zone") from error
        return zone

    @model_validator(mode="after")
    def _lasts(self) -> "Hours":
        if self.begin == self.end:
            raise ValueError("quiet hours that begin and end at the same time are none; leave them out")
        return self


class Front(_Strict):
    """The front matter of a SOUL.md."""

    name: Annotated[str, Field(min_length=2, max_length=120)]
    handle: Annotated[str, Field(pattern=r"^[a-z0-9_]{3,30}$")]
    audience: Line
    interests: list[Line] = Field(min_length=1, max_length=20)
    voice: Voice
    directives: list[Line] = Field(min_length=1, max_length=40)
    forbidden_topics: list[Line] = Field(default=[], max_length=60)
    sensitive_topics: list[Line] = Field(default=[], max_length=60)
    links: list[Domain] = Field(default=[], max_length=60)
    quiet_hours: Hours | None = None
    best_hours: list[Hours] = Field(default=[], max_length=12)  # when routine posts go out rather
    visual: Visual
    posts_per_day: Annotated[int, Field(ge=1, le=20)]
    formats: Formats = Formats()


@dataclass(frozen=True, kw_only=True)
class SoulFile:
    """A SOUL.md that was read: front matter, backstory, the text as it was, and its SHA-256."""

    front: Front
    backstory: str
    source: str
    content_hash: str

    @property
    def profile_text(self) -> str:
        """What the persona cares about, as one text: relevance is measured against its embedding."""
        return ". ".join([*self.front.interests, self.front.audience])


class _Loader(yaml.SafeLoader):
    """YAML with two more mistakes that name their line: a field that stands twice, a value that cannot be made."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            # "2024-13-45" looks like a date to YAML and is none.
            problem = f"{str(node.value)[:80]!r} is not the value it looks like; put it in quotation marks"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from error

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if not isinstance(key, yaml.ScalarNode):
                continue  # refused below, as no name of a field
            if key.value in seen:
                problem = f"the field `{key.value[:80]}` stands twice; remove one"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


def read(path: Path) -> SoulFile:
    """Read the SOUL.md at `path`. Raises BadSoul, or Unreadable when it is missing, no regular file, or too large."""
    return parse(files.read_regular(path=path, shown=str(path), size_max_bytes=SIZE_MAX_BYTES), origin=str(path))


def parse(content: bytes, *, origin: str) -> SoulFile:
    """Read the bytes of a SOUL.md. Raises BadSoul with origin, line, field and remedy."""
    if len(content) > SIZE_MAX_BYTES:
        raise BadSoul(
            f"{origin} has {len(content):,} bytes; a soul has at most {SIZE_MAX_BYTES:,}. Shorten the backstory."
        )
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BadSoul(f"{origin} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    text = text.removeprefix("\ufeff")
    control = _CONTROLS.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise BadSoul(f"{origin}, line {line}: there is a control character (code {ord(control.group())}); remove it.")
    match = re.match(r"^---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)(.*)$", text, re.DOTALL)
    if not match:
        raise BadSoul(f"{origin}, line 1: a soul begins with front matter between two lines of ---; there is none.")
    head, backstory = match.group(1), match.group(2).strip()
    fields = _fields(head, origin)
    if len(backstory) < 40:
        raise BadSoul(f"{origin}, line {head.count(chr(10)) + 3}: the backstory is missing; tell in prose who this is.")
    return SoulFile(
        front=_front(fields, head, origin),
        backstory=backstory,
        source=text,
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
    )


def _fields(head: str, origin: str) -> dict[str, Any]:
    try:
        _refuse_growth(head, origin)
        fields = yaml.load(head, Loader=_Loader)  # a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        remedy = ""
        if isinstance(error, yaml.scanner.ScannerError | yaml.parser.ParserError):
            remedy = "; put text with a colon, bracket or # in quotation marks, and indent with spaces"
        raise BadSoul(f"{origin}{line}: the front matter is not valid YAML: {problem}{remedy}.") from error
    if not isinstance(fields, dict):
        raise BadSoul(f"{origin}, line 2: the front matter must be a list of fields like `name: Ada`.")
    return fields


def _refuse_growth(head: str, origin: str) -> None:
    """What makes more of little, before anything is built: references to references, and depth."""
    depth = 0
    for event in yaml.parse(head, Loader=yaml.SafeLoader):
        where = f"{origin}, line {event.start_mark.line + 2 if event.start_mark else 2}"
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEPTH_MAX:
            raise BadSoul(f"{where}: the front matter is nested too deeply; keep to the documented fields.")
        if isinstance(event, yaml.AliasEvent):
            raise BadSoul(
                f"{where}: the reference *{str(event.anchor)[:40]} is not read here; "
                "write the value out, or put it in quotation marks."
            )


def _front(fields: dict[str, Any], head: str, origin: str) -> Front:
    try:
        front = Front.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        kind = first["type"]
        if kind == "missing":
            problem = f"the field `{field}` is missing; add it"
        elif kind == "extra_forbidden":
            problem = f"the field `{field}` is unknown; remove it or correct its spelling"
        elif (remedy := _REMEDIES.get(field) or _REMEDIES.get(field.rpartition(".")[0])) is not None:
            problem = f"the field `{field}` is not usable; {remedy}"
        else:
            problem = f"the field `{field}` is not usable: {first['msg'].lower()}"
        more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise BadSoul(f"{origin}, line {_line_of(head, first['loc'])}: {problem}{more}.") from error
    for name, value in front.model_dump(mode="json").items():
        if _CONTROLS.search("".join(_texts(value))):
            raise BadSoul(
                f"{origin}, line {_line_of(head, (name,))}: the field `{name}` holds a control character; remove it."
            )
    return front


def _texts(value: Any) -> list[str]:
    """Every text in a value of the front matter."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]


def _line_of(head: str, path: tuple[int | str, ...]) -> int:
    """The line of the deepest part of `path` that stands in the front matter; 1-based in the file."""
    node: yaml.Node | None = yaml.compose(head, Loader=yaml.SafeLoader)
    line = node.start_mark.line if node else 0
    for part in path:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == part:
                    found, line = value, key.start_mark.line
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = node.value[part]
            line = found.start_mark.line
        if found is None:
            break
        node = found
    return line + 2
