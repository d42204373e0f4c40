"""What X reads out of a text: its weighted length, its web addresses and whom it names.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import hashlib
import html
import re
import unicodedata

WEIGHT_MAX = 280
URL_WEIGHT = 23
HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")

_ENDINGS = "com|org|net|io|ai|dev|app|co|tv|me|info|shop|store|xyz|news|blog|de|at|ch|uk|eu|fr|es|it|nl|pl|jp|us|ca"
# X makes links of bare domains too, and charges for them.
_URL = re.compile(
    rf"https?://[^\s<>\"]+|(?<![@\w.-])(?:[a-z0-9][a-z0-9-]*\.)+(?:{_ENDINGS})(?![\w-])(?:/[^\s<>\"]*)?", re.IGNORECASE
)
_NAMED = re.compile(r"(?<![\w@])@([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])")
# The ranges of X's published text rules (twitter-text, version 3) in which a character counts one.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def weight(text: str) -> int:
    """How much of the 280 a text uses: addresses count 23, characters outside the Latin ranges 2."""
    urls = len(_URL.findall(text))
    rest = unicodedata.normalize("NFC", _URL.sub("", text))
    heavy = sum(1 for char in rest if not any(low <= ord(char) <= high for low, high in _LIGHT))
    return urls * URL_WEIGHT + len(rest) + heavy


def has_url(text: str) -> bool:
    """Whether a text holds a web address, which makes the post dearer. Plays X-21."""
    return _URL.search(text) is not None


def as_told(text: str, *, picture: str = "") -> tuple[str, list[dict[str, str]]]:
    """A text as the API tells it, and its addresses: wrapped in t.co, markup escaped, a link for a picture behind it.

    `picture` is the address of the picture's page. Plays X-14.
    """
    links: list[dict[str, str]] = []

    def wrapped(found: re.Match[str]) -> str:
        whole = found.group() if "://" in found.group() else f"http://{found.group()}"
        links.append({"url": _short(whole), "expanded_url": whole, "display_url": found.group()})
        return links[-1]["url"]

    # Addresses are set aside while the rest is escaped: what they hold is told as it is.
    parts, place = [], 0
    for found in _URL.finditer(text):
        parts += [html.escape(text[place : found.start()], quote=False), wrapped(found)]
        place = found.end()
    parts.append(html.escape(text[place:], quote=False))
    if picture:
        links.append({"url": _short(picture), "expanded_url": picture, "media_key": picture.rpartition("/")[2]})
        parts.append(f"{' ' if text else ''}{links[-1]['url']}")
    return "".join(parts), links


def _short(url: str) -> str:
    return f"https://t.co/{hashlib.sha256(url.encode()).hexdigest()[:10]}"


def named(text: str) -> set[str]:
    """The handles that a text names, in lower case; an @ inside an address names nobody."""
    return {handle.lower() for handle in _NAMED.findall(_URL.sub(" ", text))}


def name_of(handle: str) -> str:
    """A name to show for a person of whom only the handle is known."""
    return " ".join(part.capitalize() for part in handle.split("_") if part) or handle
