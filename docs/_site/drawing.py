"""Draws small directed graphs as SVG, for the pages of the site: no script, no font, no network.

Layers from top to bottom (longest path, arrows that go back left out), nodes ordered by the mean of their neighbours.
Equal graphs give equal text. Colours are those of the page, so that a drawing is readable in the dark too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from statistics import fmean

CHAR_PX, LINE_PX = 7.4, 18.0
GAP_X_PX, GAP_Y_PX, MARGIN_PX = 28.0, 54.0, 16.0


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """From one node to another; `text` stands beside it."""

    start: str
    end: str
    text: str = ""
    dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What is drawn. `labels`: node -> its lines. `first` and `last`: nodes with a dot before, a ring after."""

    title: str
    labels: Mapping[str, Sequence[str]]
    arrows: Sequence[Arrow]
    first: Sequence[str] = ()
    last: Sequence[str] = ()


@dataclass(kw_only=True)
class _Box:
    """A node, or a bend of a long arrow (without lines). `x` is its middle, `y` its top; in pixels."""

    lines: Sequence[str] = ()
    layer: int = 0
    x: float = 0.0
    y: float = 0.0
    width: float = 12.0
    height: float = 0.0


@dataclass(kw_only=True)
class _Plan:
    boxes: dict[str, _Box] = field(default_factory=dict)
    rows: list[list[str]] = field(default_factory=list)
    paths: list[tuple[Arrow, list[str]]] = field(default_factory=list)  # an arrow, and what it passes downwards


def _backward(graph: Graph) -> set[tuple[str, str]]:
    """The arrows that close a circle, found by walking in the order of declaration."""
    following: dict[str, list[str]] = {name: [] for name in graph.labels}
    for arrow in graph.arrows:
        following[arrow.start].append(arrow.end)
    found: set[tuple[str, str]] = set()
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> None:
        for target in following[name]:
            if target == name or target in above:
                found.add((name, target))
            elif target not in done:
                walk(target, (*above, target))
        done.add(name)

    for name in [*graph.first, *graph.labels]:
        if name not in done:
            walk(name, (name,))
    return found


def _layers(graph: Graph, down: Sequence[tuple[str, str]]) -> dict[str, int]:
    """How deep each node lies: one below the deepest that points to it."""
    layer = dict.fromkeys(graph.labels, 0)
    for _ in graph.labels:
        for start, end in down:
            layer[end] = max(layer[end], layer[start] + 1)
    return layer


def _planned(graph: Graph) -> _Plan:
    plan = _Plan()
    back = _backward(graph)
    down = [(a.start, a.end) for a in graph.arrows if (a.start, a.end) not in back]
    layer = _layers(graph, down)
    plan.rows = [[] for _ in range(max(layer.values()) + 1)]
    for name, lines in graph.labels.items():
        width = max(len(line) for line in lines) * CHAR_PX + 26
        box = _Box(lines=lines, layer=layer[name], width=max(width, 60.0), height=len(lines) * LINE_PX + 16)
        plan.boxes[name] = box
        plan.rows[box.layer].append(name)
    for number, arrow in enumerate(graph.arrows):
        top, bottom = (arrow.start, arrow.end) if layer[arrow.start] < layer[arrow.end] else (arrow.end, arrow.start)
        path = [top]
        for depth in range(layer[top] + 1, layer[bottom]):
            bend = f"~{number}.{depth}"
            beside = (
                len(arrow.text) * CHAR_PX
                if depth == layer[top] + len(range(layer[top], layer[bottom] + 1)) // 2
                else 0.0
            )
            plan.boxes[bend] = _Box(layer=depth, width=12.0 + beside)
            plan.rows[depth].append(bend)
            path.append(bend)
        plan.paths.append((arrow, [*path, bottom]))
    return plan


def _ordered(plan: _Plan) -> None:
    """Each row by the mean place of its neighbours in the row before; some rounds down and up."""
    near: dict[str, set[str]] = {name: set() for name in plan.boxes}
    for _, path in plan.paths:
        for one, other in pairwise(path):
            near[one].add(other)
            near[other].add(one)
    for turn in range(8):
        rows = plan.rows if turn % 2 == 0 else plan.rows[::-1]
        for before, row in pairwise(rows):
            place = {name: index for index, name in enumerate(before)}
            now = {name: index for index, name in enumerate(row)}
            mean = {
                name: fmean(place[other] for other in sorted(near[name] & place.keys()))
                if near[name] & place.keys()
                else float(now[name])
                for name in row
            }
            row.sort(key=lambda name: (mean[name], now[name]))


def _placed(plan: _Plan) -> tuple[float, float]:
    """Give every box its place; returns width and height of the drawing."""
    widths = [sum(plan.boxes[n].width for n in row) + GAP_X_PX * (len(row) - 1) for row in plan.rows]
    total, y = max(widths), MARGIN_PX + 26
    for row, width in zip(plan.rows, widths, strict=True):
        tall = max(plan.boxes[name].height for name in row)
        x = MARGIN_PX + (total - width) / 2
        for name in row:
            box = plan.boxes[name]
            box.x, box.y = x + box.width / 2, y + (tall - box.height) / 2
            x += box.width + GAP_X_PX
        y += tall + GAP_Y_PX
    return total + 2 * MARGIN_PX, y - GAP_Y_PX + MARGIN_PX + 22


def _curve(points: Sequence[tuple[float, float]]) -> str:
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (y1 + y2) / 2
        parts.append(f"C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}")
    return " ".join(parts)


def _middle(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _arrow(plan: _Plan, arrow: Arrow, path: Sequence[str], pairs: set[tuple[str, str]]) -> list[str]:
    first, last = plan.boxes[path[0]], plan.boxes[path[-1]]
    dashes = ' stroke-dasharray="5 4"' if arrow.dashed else ""
    style = f'fill="none" stroke="currentColor" stroke-width="1.2"{dashes} marker-end="url(#arrow)"'
    if arrow.start == arrow.end:
        x, y = first.x + first.width / 2, first.y + first.height / 2
        return [f'<path d="M{x:.1f} {y - 6:.1f} c22 -14 22 26 0 12" {style}/>']
    up = path[0] != arrow.start
    # Two arrows between the same two nodes run side by side.
    aside = (9.0 if up else -9.0) if (arrow.end, arrow.start) in pairs else 0.0
    bends = [(plan.boxes[name].x + aside, plan.boxes[name].y) for name in path[1:-1]]

    def lean(box: _Box, towards: float) -> float:
        most = box.width * 0.32
        return box.x + aside + max(-most, min(most, (towards - box.x) * 0.25))

    ends = [plan.boxes[path[1]].x, plan.boxes[path[-2]].x]
    points = [(lean(first, ends[0]), first.y + first.height), *bends, (lean(last, ends[1]), last.y)]
    if up:
        points = points[::-1]
    drawn = [f'<path d="{_curve(points)}" {style}/>']
    if arrow.text:
        bend = plan.boxes[path[len(path) // 2]] if len(path) > 2 else None
        x, y = (bend.x + aside, bend.y) if bend else _middle(points[0], points[-1])
        drawn.append(
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11" fill="currentColor" '
            'stroke="var(--color-background-primary, #fff)" stroke-width="5" paint-order="stroke">'
            f"{escape(arrow.text)}</text>"
        )
    return drawn


def _node(box: _Box, *, first: bool, last: bool) -> list[str]:
    left = box.x - box.width / 2
    drawn = [
        f'<rect x="{left:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="8" '
        f'fill="var(--color-background-secondary, none)" stroke="currentColor" stroke-width="1.2"/>'
    ]
    for number, line in enumerate(box.lines):
        y = box.y + 8 + LINE_PX * number + 13
        drawn.append(
            f'<text x="{box.x:.1f}" y="{y:.1f}" text-anchor="middle" fill="currentColor">{escape(line)}</text>'
        )
    if first:
        x, y = left + 14, box.y - 20
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="currentColor"/>')
        drawn.append(
            f'<path d="M{x:.1f} {y + 5:.1f} L{x:.1f} {box.y:.1f}" stroke="currentColor" marker-end="url(#arrow)"/>'
        )
    if last:
        x, y = left + 14, box.y + box.height + 8
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="currentColor"/>')
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="none" stroke="currentColor"/>')
    return drawn


def svg(graph: Graph) -> str:
    """The drawing as one SVG element on one line, with its arrows told in words for who cannot see it."""
    plan = _planned(graph)
    _ordered(plan)
    width, height = _placed(plan)
    told = "; ".join(f"{a.start} to {a.end}{f' ({a.text})' if a.text else ''}" for a in graph.arrows)
    pairs = {(arrow.start, arrow.end) for arrow in graph.arrows}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'style="max-width:{width:.0f}px;width:100%" font-family="ui-sans-serif, system-ui, sans-serif" '
        'font-size="13">',
        f"<title>{escape(graph.title)}</title><desc>{escape(told)}</desc>",
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>',
    ]
    for arrow, path in plan.paths:
        parts += _arrow(plan, arrow, path, pairs)
    for name in graph.labels:
        parts += _node(plan.boxes[name], first=name in graph.first, last=name in graph.last)
    return "".join([*parts, "</svg>"])
