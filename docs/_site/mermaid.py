"""Reads the mermaid blocks of our pages: flowcharts and state diagrams of plain nodes and arrows."""

import re
import textwrap
from itertools import pairwise

from drawing import Arrow, Graph

WIDE = 52  # characters in a line of a node
NODE = r'(\w+|\[\*\])(?:\["([^"]*)"\]|\[([^\]"]*)\])?'
LINK = r"(?:-- ([^-]+?) -->|-\. ([^.]+?) \.->|-->)"
STATE = re.compile(r"^(\w+) : (.+)$")


class Unreadable(Exception):
    """A block uses something that this reader does not know."""


def _lines(label: str) -> list[str]:
    parts = re.split(r"<br\s*/?>", re.sub(r"</?b>", "", label))
    return [line for part in parts for line in textwrap.wrap(part, WIDE) or [""]]


def read(*, text: str, title: str) -> Graph:
    """The graph of a block. Raises Unreadable with the line that could not be read."""
    first, *rest = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not re.fullmatch(r"flowchart \w\w|stateDiagram-v2", first):
        raise Unreadable(f"{title}: a block begins with {first!r}; write flowchart or stateDiagram-v2.")
    labels: dict[str, list[str]] = {}
    arrows: list[Arrow] = []
    born: list[str] = []
    ended: list[str] = []
    for line in rest:
        if state := STATE.match(line):
            labels[state[1]] = _lines(state[2])
            continue
        parts = re.fullmatch(rf"{NODE}(?: {LINK} {NODE})*", line)
        if not parts:
            raise Unreadable(f"{title}: {line!r} cannot be drawn; write nodes and arrows only.")
        nodes = []
        for found in re.finditer(NODE, re.sub(LINK, "\n", line)):
            nodes.append(found[1])
            label = found[2] or found[3]
            if found[1] != "[*]" and (label or found[1] not in labels):
                labels[found[1]] = _lines(label or found[1])
        for (start, end), link in zip(pairwise(nodes), re.finditer(LINK, line), strict=True):
            if start == "[*]":
                born.append(end)
            elif end == "[*]":
                ended.append(start)
            else:
                text_beside = (link[1] or link[2] or "").strip()
                arrows.append(Arrow(start=start, end=end, text=text_beside, dashed=bool(link[2])))
    return Graph(title=title, labels=labels, arrows=arrows, first=born, last=ended)
