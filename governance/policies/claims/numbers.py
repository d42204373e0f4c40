"""Numbers, in figures and in words, with what they count where that is a measure.

A number is grounded when a source has the same value, and the same measure where the text gives one. Rounding, adding
up and turning "six in ten" into 60% are not in the source, and so are not grounded.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from governance.policies.claims.text import Claim

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_TENTHS = ["twentieth", "thirtieth", "fortieth", "fiftieth", "sixtieth", "seventieth", "eightieth", "ninetieth"]
_ORDINAL = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
]
VALUES: dict[str, int] = {
    **{word: value for value, word in enumerate(_SMALL)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=2)},
    **{word: value for value, word in enumerate(_ORDINAL) if value > 1},
    **{word: 10 * value for value, word in enumerate(_TENTHS, start=2)},
    "dozen": 12, "score": 20,
}  # fmt: skip
SCALES: dict[str, int] = {
    "hundred": 100, "hundredth": 100, "thousand": 1_000, "thousandth": 1_000, "million": 10**6, "millionth": 10**6,
    "billion": 10**9, "trillion": 10**12, "k": 1_000, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "dozen": 12,
}  # fmt: skip
_WORDS = "|".join(sorted({*VALUES, *SCALES} - {"k", "m", "mn", "bn", "b", "score"}, key=len, reverse=True))
_SCALE_WORDS = "|".join(sorted((s for s in SCALES if len(s) > 2), key=len, reverse=True))
FIGURE = re.compile(
    r"(?<![\w])(?<!\d[.,:/])(?P<money>[$€£¥]\s?)?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?P<after>(?:st|nd|rd|th)\b|\s?%|[kKmM](?![\w])|(?:bn|mn)\b|(?:\s|-)(?:{_SCALE_WORDS})\b)?(?![\d]|[.,:]\d)"
)
_IN_WORDS = re.compile(
    rf"(?<![\w-])(?:(?:a|an)\s+(?=(?:hundred|thousand|million|billion|dozen)\b))?(?:{_WORDS})"
    rf"(?:(?:-|\s+(?:and\s+)?)(?:{_WORDS}))*(?![\w])",
    re.IGNORECASE,
)
_HALF = re.compile(r"\b(?:half|halves|halved|quarters?|twice|double[ds]?|triple[ds]?|thirds)\b", re.IGNORECASE)
# The same said otherwise: what must stand in the source.
_SAME = {
    "half": r"\bhal(?:f|ve)|\b50\s?(?:%|per\s?cent)|\bfifty per\s?cent",
    "quarter": r"\bquarter|\b25\s?(?:%|per\s?cent)",
    "twice": r"\btwice|\bdoubl|\btwo times|\btwofold", "doubl": r"\btwice|\bdoubl|\btwo times|\btwofold",
    "tripl": r"\btripl|\bthree times|\bthreefold", "third": r"\bthird",
}  # fmt: skip
# Measures, each with the ways it is written; the first is its name here.
UNITS: tuple[tuple[str, str], ...] = (
    ("percent", r"%|per\s?cent\b|percent(?:age)?\b"), ("crown", r"crowns?\b"), ("dollar", r"dollars?\b|usd\b|bucks?\b"),
    ("euro", r"euros?\b|eur\b"), ("pound", r"pounds?\b|gbp\b|quid\b"), ("cent", r"cents?\b"), ("pence", r"pence\b|p\b"),
    ("second", r"seconds?\b|secs?\b"), ("minute", r"minutes?\b|mins?\b"), ("hour", r"hours?\b|hrs?\b"),
    ("day", r"days?\b"), ("night", r"nights?\b"), ("week", r"weeks?\b"), ("weekend", r"weekends?\b"),
    ("month", r"months?\b"), ("year", r"years?(?:-olds?)?\b|yrs?\b"), ("decade", r"decades?\b"),
    ("century", r"centur(?:y|ies)\b"), ("metre", r"met(?:re|er)s?\b|m\b"),
    ("kilometre", r"kilomet(?:re|er)s?\b|kms?\b"), ("centimetre", r"centimet(?:re|er)s?\b|cm\b"),
    ("millimetre", r"millimet(?:re|er)s?\b|mm\b"), ("mile", r"(?:nautical\s+)?miles?\b"),
    ("foot", r"feet\b|foot\b|ft\b"),
    ("inch", r"inch(?:es)?\b"), ("hectare", r"hectares?\b|ha\b"), ("acre", r"acres?\b"),
    ("litre", r"lit(?:re|er)s?\b|l\b"), ("gram", r"grams?\b|g\b"), ("kilogram", r"kilo(?:gram)?s?\b|kg\b"),
    ("tonne", r"tonnes?\b|tons?\b"), ("degree", r"degrees?\b|°\s?[cf]?"), ("watt", r"watts?\b"),
    ("kilowatt", r"kilowatts?\b|kw\b"), ("megawatt", r"megawatts?\b|mw\b"), ("hive", r"hives?\b"),
)  # fmt: skip
_UNIT = re.compile(
    r"^[\s-]*(?:(?:square|cubic|nautical|other|more|full|whole|long|extra|Swiss|US)\s+){0,2}(?:"
    + "|".join(f"(?P<{name}>{ways})" for name, ways in UNITS)
    + ")",
    re.IGNORECASE,
)
_MONEY = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}
# Counting in passing, and turns of phrase: they claim nothing that a source could say.
_IN_PASSING = re.compile(
    r"\b(?:two|three|four|five)\s+(?:things|reasons|words|thoughts|points|takeaways|questions|cheers|notes|sentences)\b"
    r"|\btwo\s+cents\b|\b24/7\b|\b50/50\b|\bon\s+all\s+fours\b|\bsecond\s+(?:thoughts?|nature|look|glance|helping|hand|"
    r"chances?|life|lives|to\s+none|best|guess\w*)\b|\b(?:a|per|one|every|each|split)\s+second\b|\bseconds?\s+later\b"
    r"|\bten\s+out\s+of\s+ten\b|\b(?:a|one)\s+(?:hundred|thousand|million)\s+(?:times|and\s+one)\b|\bcloud\s+nine\b"
    r"|\bthird\s+(?:time\s+lucky|wheel)\b|\bhalf\s+(?:the\s+(?:battle|fun|work|charm|story)|expect\w*|hoping|of\s+(?:me|it|us)"
    r"|smiling|awake|asleep|-?\s?heart\w*)\b|\bthe\s+other\s+half\b|\bnine\s+to\s+five\b|\bone\s+in\s+a\s+million\b"
    r"|\bdouble\s+(?:check\w*|take|bass)\b|\bthink\s+twice\b|\bnever\s+think\s+twice\b|\bfifth\s+wheel\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Number:
    """A value, its measure ("" for none), and where it stands."""

    value: Fraction
    unit: str
    start: int
    end: int


def in_passing(flat: str) -> list[tuple[int, int]]:
    """Where numbers stand that claim nothing."""
    return [found.span() for found in _IN_PASSING.finditer(flat)]


def find(flat: str) -> Iterator[Number]:
    """Every number of a flat text. A lone "one" counts only with a measure: mostly it is a pronoun."""
    taken: list[tuple[int, int]] = []
    for found in FIGURE.finditer(flat):
        value = Fraction(found.group("digits").replace(",", ""))
        after = (found.group("after") or "").strip(" -").lower()
        value *= SCALES.get(after, 1)
        unit = _MONEY.get((found.group("money") or "").strip(), "") or ("percent" if after == "%" else "")
        taken.append(found.span())
        yield Number(value=value, unit=unit or _unit(flat[found.end() :]), start=found.start(), end=found.end())
    for found in _IN_WORDS.finditer(flat):
        if any(start < found.end() and found.start() < end for start, end in taken):
            continue
        words = [w for w in re.split(r"[\s-]+", found.group(0).lower()) if w not in ("and", "a", "an")]
        unit = _unit(flat[found.end() :])
        if words in (["one"], ["zero"]) and not unit:
            continue
        if words == ["second"] and not re.search(r"\b(?:the|its|their|his|her|my|our)\s+$", flat[: found.start()]):
            continue
        for value, start, end in _values(words, found):
            yield Number(value=value, unit=unit, start=start, end=end)


def _values(words: Sequence[str], found: "re.Match[str]") -> Iterable[tuple[Fraction, int, int]]:
    """Usually one value; two where words stand side by side that make none together ("two three-storey houses")."""
    total, part, last = 0, 0, 10**15
    for word in words:
        if word in SCALES and (part or word != "dozen"):
            scale = SCALES[word]
            if scale == 100:
                part = (part or 1) * scale
            else:
                total += (part or 1) * scale
                part = 0
            last = scale
            continue
        value = VALUES[word]
        fits = part == 0 or part % 100 == 0 or (part % 10 == 0 and part % 100 >= 20 and value < 10)
        if not fits or (last < value and part == 0 and total):
            yield Fraction(total + part), *found.span()
            total, part = 0, 0
        part += value
    yield Fraction(total + part), *found.span()


def _unit(after: str) -> str:
    found = _UNIT.match(after)
    return found.lastgroup or "" if found else ""


def parts(text: str, flat: str) -> Iterator[Claim]:
    """Every half, quarter and double as it stands in the text."""
    for found in _HALF.finditer(flat):
        yield Claim(kind="number", words=text[slice(*found.span())], start=found.start())


def is_said(claimed: Number, known: Iterable[Number]) -> bool:
    """Whether a source has this value; with the same measure, where the text gives one.

    A number without a measure of its own may have that of the number before it: "9 metres where 70 were recorded".
    """
    before = ""
    for number in known:
        unit = number.unit or before
        # "Ada Fenn, 34," is 34 years old.
        if number.value == claimed.value and (
            claimed.unit in ("", number.unit, unit) or (claimed.unit, unit) == ("year", "")
        ):
            return True
        before = unit
    return False


def same_is_said(words: str, flat_source: str) -> bool:
    """Whether a source has this half or double in some form."""
    pattern = next((found for stem, found in _SAME.items() if words.lower().startswith(stem[:4])), "")
    return bool(pattern) and re.search(pattern, flat_source, re.IGNORECASE) is not None
