"""Bytes from a stranger to XML that a feed parser may see (TRD-1, SAF-1).

Finds out what the bytes are before anything expands them: the encoding, an HTML page or JSON instead of a feed,
a document type (the way entity bombs come in), and where a broken document breaks. Everything is linear in size.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat

from chimera.core.files import size
from publishing.trends.sources.base import NotAFeed

ENTRIES_MAX = 500
# Building a document takes about 30 µs for an element and several times its size in memory: newest items come first.
_ELEMENTS_MAX = 100_000
_READ_BYTES_MAX = 6_000_000
_DEPTH_MAX = 100
# feedparser's lenient mode is slow; a broken document over this size is not worth it.
_LENIENT_CHARACTERS_MAX = 1_000_000
_ROOTS = frozenset({"rss", "feed", "rdf"})
_ITEMS = frozenset({"item", "entry"})
_ENCODINGS = re.compile(
    r"utf-?8|us-ascii|utf-?16|iso-?8859-?\d{1,2}|windows-?125\d|cp125\d|koi8-[ru]|shift_jis|euc-jp|euc-kr|big5|gb2312|gbk"
    r"|gb18030"
)
_DECLARATION = re.compile(r"\s*(<\?xml\s[^>]{0,200}\?>)")
_DECLARED_ENCODING = re.compile(rb"""\s*<\?xml\s[^>]{0,150}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_ITEM_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>")
# Illegal in XML however written, and common in feeds that were pasted together.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SIGNATURES = (
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """XML text with at most ENTRIES_MAX whole items, and a sentence if anything was left out or is broken."""

    text: str
    warning: str | None


def prepare(*, body: bytes, where: str) -> Prepared:
    """Decode, recognise and cut to whole items. `where` names the feed in messages. Raises NotAFeed."""
    too_long = len(body) > _READ_BYTES_MAX
    text = _decoded(body=body[:_READ_BYTES_MAX] if too_long else body, where=where)
    _recognise(text=text, where=where)
    _refuse_declarations(text=text, where=where)
    scan = _Scan(text=text, where=where)
    if scan.error is None:
        return Prepared(text=scan.kept(), warning=scan.limit_warning(where))
    if scan.truncated and too_long:
        return Prepared(text=scan.kept(), warning=scan.first_only(f"{where} is larger than {size(_READ_BYTES_MAX)}"))
    if scan.truncated:
        if not scan.items:
            raise NotAFeed(
                f"{where} breaks off at line {scan.error.lineno} before its first whole item; fetch it again later."
            )
        return Prepared(
            text=scan.kept(),
            warning=f"{where} breaks off at line {scan.error.lineno}; "
            f"the {scan.items} whole items before that were read.",
        )
    return _lenient(text=text, error=scan.error, where=where)


def _decoded(*, body: bytes, where: str) -> str:
    """The text without byte order mark, declaration (its line breaks stay) and control characters."""
    if not body.strip():
        raise NotAFeed(f"{where} is empty; check the address or fetch it again later.")
    for signature, kind in _SIGNATURES:
        if body.startswith(signature):
            raise NotAFeed(f"{where} is {kind}, not a feed; use the address of the feed itself.")
    encoding = _encoding(body=body, where=where)
    try:
        # The five bytes that Windows-1252 leaves undefined are no reason to lose a feed.
        text = body.decode(encoding, "replace" if encoding == "cp1252" else "strict")
    except UnicodeDecodeError as error:
        if error.end < len(body) or not any(
            sign in error.reason for sign in ("end of data", "truncated", "incomplete")
        ):
            line = body.count(b"\n", 0, error.start) + 1
            raise NotAFeed(
                f"{where} is not {encoding.upper()} at line {line}, although it should be; "
                "ask the publisher to declare its encoding."
            ) from error
        text = body[: error.start].decode(encoding)  # cut inside a character: the XML will be found cut as well
    text = _CONTROLS.sub("", text.removeprefix("\ufeff"))
    declaration = _DECLARATION.match(text)
    if declaration:
        # What is text by now must not be decoded again; line numbers stay true.
        text = text[: declaration.start(1)] + "\n" * declaration.group(1).count("\n") + text[declaration.end() :]
    return text


def _encoding(*, body: bytes, where: str) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if body.startswith(codecs.BOM_UTF8):
        return "utf-8"
    declared = _DECLARED_ENCODING.match(body)
    name = declared.group(1).decode("ascii").lower() if declared else "utf-8"
    if not _ENCODINGS.fullmatch(name):
        raise NotAFeed(f"{where} declares the encoding {name}, which is not read here; ask the publisher for UTF-8.")
    # ASCII is a part of UTF-8, and a declaration that is readable as bytes is not UTF-16.
    if name == "us-ascii" or name.startswith("utf"):
        return "utf-8"
    # What calls itself Latin-1 on the web is Windows-1252, as browsers read it.
    return "cp1252" if re.fullmatch(r"iso-?8859-?1|windows-?1252|cp1252", name) else name


def _recognise(*, text: str, where: str) -> None:
    """NotAFeed unless the first element is one that feeds start with."""
    at = _root_at(text)
    start = text[at : at + 200]
    lowered = start.lower()
    root = _ROOT.match(start)
    if re.match(r"<!doctype\s+html|<(html|head|body)\b", lowered):
        raise NotAFeed(f"{where} is an HTML page, not a feed; look for the feed's address on that page.")
    if lowered.startswith("<!"):
        raise NotAFeed(_declares(where))
    if start.startswith(("{", "[")):
        raise NotAFeed(f"{where} is JSON, not RSS or Atom; use the site's RSS or Atom address.")
    if root is None:
        raise NotAFeed(f"{where} is plain text, not a feed; check the address.")
    if root.group(2).lower() not in _ROOTS:
        name = root.group(0)[1:41]
        raise NotAFeed(f"{where} is XML of another kind (<{name}>), not RSS or Atom; check the address.")


def _root_at(text: str) -> int:
    """Where the first thing starts that is no space, comment or processing instruction."""
    at = 0
    while True:
        at += len(text[at : at + 4096]) - len(text[at : at + 4096].lstrip())
        for opening, closing in (("<!--", "-->"), ("<?", "?>")):
            if text.startswith(opening, at):
                end = text.find(closing, at + len(opening))
                if end < 0:
                    return at
                at = end + len(closing)
                break
        else:
            if not text[at : at + 1].isspace():
                return at


def _declares(where: str) -> str:
    return (
        f"{where} declares a document type or entities, which are refused because they can grow without bound; "
        "ask the publisher for a feed without them."
    )


def _refuse_declarations(*, text: str, where: str) -> None:
    """NotAFeed for <!DOCTYPE or <!ENTITY anywhere but in comments and CDATA, where they are only text."""
    at = 0
    while (at := text.find("<!", at)) >= 0:
        for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>")):
            if text.startswith(opening, at):
                end = text.find(closing, at + len(opening))
                if end < 0:
                    return  # all that follows is comment or text that never ends
                at = end + len(closing)
                break
        else:
            if text[at + 2 : at + 9].upper().startswith(("DOCTYPE", "ENTITY")):
                raise NotAFeed(_declares(where))
            at += 2


class _Enough(Exception):
    """Thrown out of the parser when the limit of items is reached."""


class _Scan:
    """One walk over the document: how many whole items it has, where the last one ends, and where it breaks."""

    def __init__(self, *, text: str, where: str) -> None:
        self.items = 0
        self.limited = False
        self.truncated = False
        self.error: expat.ExpatError | None = None
        self._where = where
        self._bytes = text.encode()
        self._open: list[str] = []
        self._elements = 0
        self._item_depth = 0
        self._cut_at = len(self._bytes)
        self._open_at_cut: list[str] = []
        self._run()

    def _run(self) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = lambda name: self._end(name, parser.CurrentByteIndex)
        try:
            parser.Parse(self._bytes, False)
            # An error before the end is a mistake; one at the end means that the rest is missing.
            self.truncated = True
            parser.Parse(b"", True)
            self.truncated = False
        except _Enough:
            self.limited = True
        except expat.ExpatError as error:
            self.error = error

    def _start(self, name: str, attributes: Any) -> None:
        self._open.append(name)
        self._elements += 1
        if self._elements > _ELEMENTS_MAX:
            raise _Enough
        if len(self._open) > _DEPTH_MAX:
            raise NotAFeed(f"{self._where} is nested deeper than {_DEPTH_MAX} elements, as no feed is; check it.")
        if not self._item_depth and name.rpartition(":")[2] in _ITEMS:
            if self.items == ENTRIES_MAX:
                raise _Enough
            self._item_depth = len(self._open)

    def _end(self, name: str, at: int) -> None:
        if self._item_depth == len(self._open):
            self._item_depth = 0
            # An end tag holds no other ">"; an empty item (<item/>) has none and ends where its tag ends.
            if self._bytes.startswith(b"</", at):
                self.items += 1
                self._cut_at = self._bytes.index(b">", at) + 1
                self._open_at_cut = self._open[:-1]
        self._open.pop()

    def kept(self) -> str:
        """The document up to its last whole item, closed again; the whole document if nothing is wrong with it."""
        if self.error is None and not self.limited:
            return self._bytes.decode()
        closing = "".join(f"</{name}>" for name in reversed(self._open_at_cut))
        return self._bytes[: self._cut_at].decode() + closing

    def limit_warning(self, where: str) -> str | None:
        if not self.limited:
            return None
        if self._elements > _ELEMENTS_MAX:
            return self.first_only(f"{where} holds more than {_ELEMENTS_MAX:,} XML elements")
        return f"{where} holds more than {ENTRIES_MAX} items; the first {ENTRIES_MAX} were read."

    def first_only(self, what: str) -> str:
        """The sentence for a feed that is too much as a whole; NotAFeed when not one item fits."""
        if not self.items:
            raise NotAFeed(f"{what} before its first whole item; ask the publisher for a shorter one.")
        return f"{what}; the first {self.items} items were read."


def _lenient(*, text: str, error: expat.ExpatError, where: str) -> Prepared:
    """A document with a mistake inside (a stray &, an unknown &nbsp;) for the lenient mode, whole items only."""
    problem = f"{where} is not well-formed XML at line {error.lineno} ({expat.ErrorString(error.code)})"
    ends = [match.end() for _, match in zip(range(ENTRIES_MAX), _ITEM_END.finditer(text), strict=False)]
    if not ends or len(text) > _LENIENT_CHARACTERS_MAX:
        raise NotAFeed(f"{problem}; ask the publisher to correct it.")
    # The last item may have begun without ending: what lies behind the last end is not an item.
    return Prepared(text=text[: ends[-1]], warning=f"{problem}; what could be made out was read.")
