"""Markup to the text that a browser would show, in time that grows with its length and no faster (SAF-1, TRD-1).

Python's own parser looks from every unclosed tag to the end again, so 50,000 hostile characters cost it half a minute.
Here every character is looked at a bounded number of times, whatever stands there.
"""

import re
from html import unescape

from chimera.core import markers

# Text that is no markup to anybody: a browser reads on until the end tag.
_RAW = frozenset(("script", "style"))
_UNSEEN = frozenset(("script", "style", "template", "noscript", "head", "svg"))
_BLOCKS = markers.words(
    "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main "
    "ol p pre section table tbody td tfoot th thead tr ul"
)
_NAME = r"""<(?P<end>/?)(?P<name>[a-zA-Z][^\s/<>"']*+)"""
# Quotation marks hide angle brackets. Each of them swaps two of three states (outside, in double, in single), so at
# most two attempts can be under way over one character: linear. Asking for an = before them would lose that.
_TAG = re.compile(_NAME + r"""(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_CARELESS_TAG = re.compile(_NAME + r"[^<>]*+>")  # quotation marks that do not pair
_DECLARATION = re.compile(r"<[!?][^<>]*+>")
_CDATA = re.compile(r"<!\[CDATA\[", re.IGNORECASE)
# Numbers that no character has; Python refuses to read them from some length on.
_HUGE_REFERENCE = re.compile(r"&#(?:\d{10,}|x[0-9a-f]{10,});?", re.IGNORECASE)


def unescaped(text: str) -> str:
    """The text with its character references read; those that name no character become U+FFFD."""
    return unescape(_HUGE_REFERENCE.sub("\ufffd", text))


def shown(text: str) -> str:
    """What a browser would show of `text`: a block starts a new line, white space in between is one space.

    A `<` that opens nothing complete is dropped where it could still look like a tag.
    """
    text = _without_sections(text)
    parts: list[str] = []
    hidden = at = 0
    comment_ends = True
    while (start := text.find("<", at)) >= 0:
        if not hidden:
            parts.append(_plain(text[at:start]))
        tag = _TAG.match(text, start) or _CARELESS_TAG.match(text, start)
        if tag:
            name, at = tag["name"].lower(), tag.end()
            if name in _BLOCKS:
                parts.append("\n")
            elif name in _UNSEEN and not tag[0].endswith("/>"):
                hidden = max(0, hidden - 1) if tag["end"] else hidden + 1
                if name in _RAW and not tag["end"]:
                    close = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, at)
                    at = close.start() if close else len(text)
            continue
        if comment_ends and text.startswith("<!--", start):
            end = text.find("-->", start + 2)
            comment_ends = end >= 0  # none from here, so none from any later place
            if comment_ends:
                at = end + 3
                continue
        declaration = _DECLARATION.match(text, start)
        if declaration:
            at = declaration.end()
            continue
        at = start + 1
        if not hidden and not re.match(r"[a-zA-Z/!?]", text[at : at + 1]):
            parts.append("<")
    if not hidden:
        parts.append(_plain(text[at:]))
    return "".join(parts)


def _plain(text: str) -> str:
    # Line breaks in the source are spaces to a browser; only blocks separate.
    return re.sub(r"\s+", " ", unescaped(text))


def _without_sections(text: str) -> str:
    """A CDATA section is what stands in it; other marked sections are nothing that anybody knows."""
    parts: list[str] = []
    at = 0
    for section in _CDATA.finditer(text):
        if section.start() < at:
            continue
        end = text.find("]]>", section.end())
        if end < 0:
            break
        parts += [text[at : section.start()], text[section.end() : end]]
        at = end + 3
    parts.append(text[at:])
    return "".join(parts).replace("<![", " ")
