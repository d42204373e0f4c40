"""Days, months, years and times, in any form that people write them in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAY = r"(?P<weekday>Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
_YEAR = r"(?P<year>1[0-9]\d\d|20\d\d)"
_NUMBER_OF_DAY = r"(?P<day>[12]?\d|3[01])(?:st|nd|rd|th)?"
_LEAD = r"(?<![\w-])"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_LEAD}(?P<year>\d{{4}})-(?P<number>[01]\d)-(?P<day>[0-3]\d)\b",
        rf"{_LEAD}(?P<day>[0-3]?\d)[/.](?P<number>[01]?\d)[/.](?P<year>\d{{4}})\b",
        rf"{_LEAD}(?:{_WEEKDAY},?\s+)?(?:the\s+)?{_NUMBER_OF_DAY}\s+(?:of\s+)?{_MONTH}(?![a-z])(?:,?\s+{_YEAR}\b)?",
        rf"{_LEAD}(?:{_WEEKDAY},?\s+)?{_MONTH}\s+(?:the\s+)?{_NUMBER_OF_DAY}\b(?!\d|[.,:]\d)(?:,?\s+{_YEAR}\b)?",
        rf"{_LEAD}{_MONTH}(?![a-z]),?\s+(?:of\s+)?{_YEAR}\b",
        # May and March alone are words; after "in" they are months.
        rf"(?i:\b(?:in|since|last|next|of|by|until|till|from|early|late|mid|this|every|each|before|after|and|to|through))[\s-]+{_MONTH}(?![a-z'])",
        r"(?<![\w-])(?P<month>January|February|April|June|July|August|September|October|November|December)\b",
        rf"{_LEAD}{_WEEKDAY}\b",
        r"(?<![\w])(?P<decade>(?:1[0-9]|20)\d0|'\d0)s\b",
        r"(?i:\b(?P<spelled>twenties|thirties|forties|fifties|sixties|seventies|eighties|nineties)\b)",
        rf"(?<![\w$€£.,:/-]){_YEAR}(?![\w%]|[.,:]\d|,\d)",
    )
)
_CLOCK = re.compile(
    r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap]\.?m\.?)(?!\w)"
    r"|(?<![\w.,:])(?P<hour2>[01]?\d|2[0-3]):(?P<minute2>[0-5]\d)(?![\d:])",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:yesterday|tomorrow|tonight|(?:last|next)\s+(?:night|week|weekend|month|year|season|spring|summer|autumn|fall|"
    r"winter|century|decade)|(?:in|this|since|until|by|every|each|early|late|late\s+in)\s+(?:the\s+)?(?:spring|summer|autumn|winter))\b",
    re.IGNORECASE,
)
_AGO = re.compile(r"\b(?:yester|tomor|last|next)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Date:
    """What is said of a date: each part that is given, in small letters; and where it stands."""

    parts: frozenset[tuple[str, str]]
    start: int
    end: int


def find(flat: str) -> Iterator[Date]:
    """Every date and time of a flat text, the most exact reading of each place."""
    taken: list[tuple[int, int]] = []
    for pattern in _PATTERNS:
        for found in pattern.finditer(flat):
            if any(start < found.end() and found.start() < end for start, end in taken):
                continue
            taken.append(found.span())
            yield Date(parts=frozenset(_parts(found)), start=found.start(), end=found.end())
    for found in _CLOCK.finditer(flat):
        if not any(start < found.end() and found.start() < end for start, end in taken):
            yield Date(parts=frozenset({("clock", _clock(found))}), start=found.start(), end=found.end())
    for found in _RELATIVE.finditer(flat):
        last = found.group(0).lower().split()[-1]
        words = found.group(0).lower() if _AGO.match(found.group(0)) else last
        yield Date(parts=frozenset({("words", " ".join(words.split()))}), start=found.start(), end=found.end())


def _parts(found: "re.Match[str]") -> Iterator[tuple[str, str]]:
    given = {name: value for name, value in found.groupdict().items() if value}
    if "month" in given:
        yield "month", next(month for month in _MONTHS if month.startswith(given["month"][:3].lower()))
    if "number" in given:
        yield "month", _MONTHS[(int(given["number"]) - 1) % 12]
    if "weekday" in given:
        yield "weekday", next(day for day in _DAYS if day.startswith(given["weekday"].lower()[:3]))
    if "day" in given:
        yield "day", str(int(given["day"]))
    if "year" in given:
        yield "year", given["year"]
    if "decade" in given:
        yield "decade", given["decade"][-2:]
    if "spelled" in given:
        names = ("twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties", "nineties")
        yield "decade", f"{names.index(given['spelled'].lower()) + 2}0"


def _clock(found: "re.Match[str]") -> str:
    hour = int(found.group("hour") or found.group("hour2"))
    half = (found.group("half") or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return f"{hour}:{found.group('minute') or found.group('minute2') or '00'}"


def is_said(claimed: Date, known: Iterable[Date]) -> bool:
    """Whether one date of a source has every part that is claimed."""
    return any(claimed.parts <= date.parts for date in known)
