"""The docs site: it builds without a warning, is read without anybody else's server, and draws the machines."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import house_tree
import pytest

from chimera.core import machines

ROOT = house_tree.ROOT
SITE = ROOT / "docs" / "_site"
# What a browser fetches by itself; a link that somebody may follow is no such thing.
FETCHED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"']([^\"']+)|<link\b(?![^>]*rel=[\"']canonical)[^>]*\bhref=[\"']([^\"']+)"
)
FETCHED_BY_STYLE = re.compile(r"@import\s+[\"']?([^\"';]+)|url\(\s*[\"']?([^\"')]+)")


@contextmanager
def _on_path() -> Iterator[None]:
    sys.path.insert(0, str(SITE))
    try:
        yield
    finally:
        sys.path.remove(str(SITE))


with _on_path():
    import drawing
    import mermaid
    import stage


def fetched(folder: Path) -> set[str]:
    """Every address that reading the site fetches."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*")):
        pattern = {".html": FETCHED, ".css": FETCHED_BY_STYLE}.get(path.suffix)
        if pattern:
            found |= {"".join(match) for match in pattern.findall(path.read_text(encoding="utf-8"))}
    return found


def machine_graph(machine: machines.Machine) -> drawing.Graph:
    return mermaid.read(text=machines.diagram(machine=machine), title=machine.name)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site. Takes some seconds: it is the whole of it, as `make docs-site` makes it."""
    out = tmp_path_factory.mktemp("docs") / "site"
    done = subprocess.run(
        ["bash", "tools/docs.sh"], cwd=ROOT, env={**os.environ, "DOCS_OUT": str(out)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return out


def test_the_site_builds_without_a_warning_and_has_every_page(site: Path) -> None:
    named = [name for names in stage.NAVIGATION.values() for name in names]
    missing = [name for name in named if not (site / f"{name}.html").exists()]
    assert not missing, f"NAVIGATION in docs/_site/stage.py names pages that are not there: {missing}"
    written = {place.with_suffix("").as_posix() for place in stage.pages().values()}
    assert all((site / f"{name}.html").exists() for name in written)


def test_reading_the_site_fetches_nothing_from_anywhere_else(site: Path) -> None:
    addresses = fetched(site)
    assert len(addresses) > 10, "the question must be able to fail"
    assert not [address for address in addresses if re.match(r"(https?:)?//", address)]


def test_the_site_shows_drawings_where_the_pages_hold_mermaid(site: Path) -> None:
    page = (site / "states.html").read_text(encoding="utf-8")
    assert page.count('<div class="drawing"><svg ') == len(machines.discover())
    assert "stateDiagram" not in page
    assert (site / "house.html").read_text(encoding="utf-8").count('<div class="drawing"><svg ') == 2


def test_the_reference_has_every_command_variable_and_socket(site: Path) -> None:
    helps = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    assert "launch_agent" in helps and "usage: manage.py launch_agent" in helps
    settings = (site / "reference" / "settings.html").read_text(encoding="utf-8")
    variables = re.findall(r"^#?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert variables and not [name for name in variables if f">{name}</span>" not in settings]
    python = (site / "reference" / "python.html").read_text(encoding="utf-8")
    for module, name in ((stage.SOCKETS[title], title.partition(":")[0]) for title in stage.SOCKETS):
        assert f'id="{module}.{name}"' in python


@pytest.mark.parametrize("machine", machines.discover(), ids=lambda machine: machine.name)
def test_a_drawing_has_each_state_and_each_arrow_once(machine: machines.Machine) -> None:
    graph = machine_graph(machine)
    drawn = drawing.svg(graph)
    arrows = sum(len(following) for following in machine.transitions.values())
    assert drawn.count("<rect ") == len(machine.labels)
    # Besides the arrows there are the mark itself and one from the dot to each state that a row may be born in.
    assert drawn.count('marker-end="url(#arrow)"') == arrows + len(machine.initial)
    for label in machine.labels.values():
        assert f">{label}</text>" in drawn
    assert drawing.svg(machine_graph(machine)) == drawn


@pytest.mark.parametrize("machine", machines.discover(), ids=lambda machine: machine.name)
def test_no_two_boxes_of_a_drawing_lie_over_each_other(machine: machines.Machine) -> None:
    boxes = [
        tuple(float(n) for n in found)
        for found in re.findall(
            r'<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"', drawing.svg(machine_graph(machine))
        )
    ]
    for index, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[index + 1 :]:
            aside = x + width <= other_x or other_x + other_width <= x
            assert aside or y + height <= other_y or other_y + other_height <= y


def test_words_in_a_drawing_cannot_become_markup() -> None:
    graph = drawing.Graph(title="<x>", labels={"a": ["<script>"]}, arrows=[drawing.Arrow(start="a", end="a", text="&")])
    drawn = drawing.svg(graph)
    assert "<script>" not in drawn and "&lt;script&gt;" in drawn and "<title>&lt;x&gt;" in drawn


def test_a_chart_is_read_with_its_labels_texts_and_chains() -> None:
    text = 'flowchart LR\n  a["one<br>two"] --> b --> c[three]\n  b -- why not --> a\n  c -. read by a .-> a\n'
    graph = mermaid.read(text=text, title="t")
    assert graph.labels == {"a": ["one", "two"], "b": ["b"], "c": ["three"]}
    assert [(x.start, x.end, x.text, x.dashed) for x in graph.arrows] == [
        ("a", "b", "", False),
        ("b", "c", "", False),
        ("b", "a", "why not", False),
        ("c", "a", "read by a", True),
    ]


@pytest.mark.parametrize(
    "text", ["sequenceDiagram\n a->>b: hello", "flowchart LR\n subgraph one", "flowchart LR\n a ==> b"]
)
def test_what_cannot_be_drawn_stops_the_build_with_its_line(text: str) -> None:
    with pytest.raises(mermaid.Unreadable, match=r"^t: .+;"):
        mermaid.read(text=text, title="t")


def test_links_are_mended_for_the_site_and_code_is_left_alone() -> None:
    known = stage.pages()
    page = ROOT / "docs" / "house.md"
    text = "[a](../CONTRIBUTING.md#floors) [b](../specs/README.md) [c](../LICENSE) ![d](pictures/post.jpg)\n"
    assert stage.linked(text, page=page, known=known) == (
        "[a](contributing.md#floors) [b](specs/README.md) c ![d](pictures/post.jpg)\n"
    )
    fence = "```\n[a](../LICENSE)\n```"
    assert stage.linked(fence, page=page, known=known) == fence
