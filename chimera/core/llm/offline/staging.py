"""Where a persona stands and what it does while words are on the screen, by what the words say. GEN-3, GEN-4."""

import re
from collections.abc import Sequence

# What a text is about -> where that is shown. The first that fits most often wins.
_PLACES: dict[str, str] = {
    "shore": r"sea|reef|coast\w*|tide\w*|harbour|divers?|shells?|oysters?|seagrass|seals?|lighthouse|beach\w*|ships?|"
    r"boats?|wreck|fish\w*|waves?|island|limpets?|estuary|sound|whales?|storm petrels?|nets?",
    "kitchen": r"bread|sourdough|loaves|miso|kimchi|vinegar|koji|pickle\w*|cabbage|kefir|food|ferment\w*|yeasts?|"
    r"bak\w+|cook\w*|recipe\w*|kvass|cheese|kitchen|taste\w*|cellars?|mould\w*",
    "cafe": r"cafés?|cafes?|coffee|tea|restaurants?|brewer\w*|drink\w*|kombucha|bar",
    "office": r"company|maker|firm|phones?|battery|manuals?|software|report\w*|council|law|rule\w*|app|engineer\w*|"
    r"machines?|parts|tools?|library|drills?",
    "park": r"garden\w*|meadow\w*|park|trees?|forest|birds?|bees?|farm\w*|hives?|field\w*|walk\w*",
    "stage": r"concert|festival|award\w*|prize\w*|music|choir|theatre|stage|orchestra",
    "dusk": r"night\w*|dark\w*|evening|lights?|lamps?|moon|stars?|street|station|bridge|clock",
}
# What a text is about -> what the figure does. Tried in order; one that was taken is not taken again.
_POSES: tuple[tuple[str, str], ...] = (
    ("phone", r"phones?|battery|screen\w*|apps?|messages?|online|website"),
    ("mug", r"coffee|tea|drink\w*|beer|kefir|kombucha|kvass|bread|toast|loaves|brewer\w*|taste\w*"),
    ("desk", r"librar\w+|manuals?|books?|drawing|report\w*|stud\w+|count\w*|log\w*|record\w*|released|maker"),
    ("walk", r"streets?|market|coast|foot|walk\w*|route|town|bridge|beach\w*|tides?"),
    ("point", r"\d[\d,.]*|first|only|most|largest|oldest"),
    ("think", r"\?|why|whether|perhaps|only|nobody|never"),
)
_ORDER = ("talk", "point", "think", "desk", "mug", "walk", "phone", "wave")


def place(text: str, *, places: Sequence[str], otherwise: str = "studio") -> str:
    """The place that most words of the text belong to, among `places`."""
    counts = {name: len(_all(words, text)) for name, words in _PLACES.items() if name in places}
    best = max(counts, key=counts.__getitem__, default=otherwise)
    return best if counts.get(best) else otherwise


def pose(text: str, *, poses: Sequence[str], taken: Sequence[str], first: str = "") -> str:
    """What the figure does while it says this; never what it did in the scene before, and rather nothing twice."""
    if first and first in poses and first not in taken:
        return first
    fitting = [name for name, words in _POSES if name in poses and _all(words, text)]
    known = [name for name in _ORDER if name in poses]
    for one in (*fitting, *known):
        if one not in taken:
            return one
    return next((one for one in known if one != taken[-1]), known[0])


def _all(words: str, text: str) -> list[str]:
    found: list[str] = re.findall(rf"(?<!\w)(?:{words})(?!\w)", text, re.IGNORECASE)
    return found
