"""What the pages say exists: links lead somewhere, commands can be run, variables are the ones that are read."""

import ast
import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import django.core.management
import house_tree
import pytest
from django.core.management import find_commands

ROOT = house_tree.ROOT
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAGES_THERE = [page for page in PAGES if page.exists()]
COMMANDS = ROOT / "docs" / "commands.md"
EXAMPLE = ROOT / ".env.example"

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`[^`\n]*`")
TARGET = re.compile(r"\]\(<?([^)\s>]+)")  # behind any text, an image in it included
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.MULTILINE)
COMMAND = re.compile(r"\bmanage\.py +([a-z]\w*)")
READ = re.compile(r"\benv\.\w+\(\s*[\"'](\w+)[\"']")
LISTED = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """The fragments of a page's headings: lower case, hyphens for spaces, signs left out."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


def broken(page: Path, text: str) -> list[str]:
    """The relative links of a page that lead nowhere."""
    found = []
    for link in TARGET.findall(INLINE.sub("", FENCED.sub("", text))):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or not target.is_relative_to(ROOT):
            found.append(link)
        elif fragment and target.suffix == ".md":
            there = text if target == page else text_of(target)
            if fragment not in anchors(FENCED.sub("", there)):
                found.append(link)
    return found


@cache
def our_commands() -> dict[str, Path]:
    """The commands of this tree by name."""
    paths = [path for path in house_tree.files(*house_tree.SOURCES) if path.parent.name == "commands"]
    return {path.stem: path for path in paths if path.stem != "__init__"}


@cache
def examples() -> set[str]:
    """Every line of the examples in the commands' help."""
    found: set[str] = set()
    for path in our_commands().values():
        for node in ast.walk(house_tree.tree(path)):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in ("example", "EXAMPLE"):
                found |= {line.strip() for line in str(ast.literal_eval(node.value)).splitlines()}
    return found


@pytest.mark.parametrize("page", PAGES_THERE, ids=house_tree.name)
def test_every_link_of_a_page_leads_to_something(page: Path) -> None:
    wrong = broken(page, text_of(page))
    assert not wrong, f"{house_tree.name(page)} links to what is not there: {wrong}"


@pytest.mark.parametrize("page", PAGES_THERE, ids=house_tree.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    known = {*our_commands(), *find_commands(str(Path(django.core.management.__file__).parent))}
    unknown = set(COMMAND.findall(text_of(page))) - known
    assert not unknown, f"{house_tree.name(page)} names commands that do not exist: {sorted(unknown)}"


def test_every_command_of_ours_has_its_place_on_the_page_of_commands() -> None:
    missing = sorted(name for name in our_commands() if f"\n### {name}\n" not in text_of(COMMANDS))
    assert not missing, f"describe these in docs/commands.md: {missing}"


def test_the_examples_on_the_page_of_commands_are_those_of_the_help() -> None:
    shown = {line.strip() for block in FENCED.findall(text_of(COMMANDS)) for line in block.splitlines()[1:-1]}
    assert shown, "the question must be able to fail"
    assert not shown - examples(), f"no --help shows these examples: {sorted(shown - examples())}"
    missing = {line for line in examples() - shown if COMMAND.search(line)}
    assert not missing, f"docs/commands.md lacks these examples: {sorted(missing)}"


def test_every_variable_that_the_settings_read_is_in_the_example() -> None:
    read = {name for path in house_tree.files("chimera/settings") for name in READ.findall(text_of(path))}
    assert {"SECRET_KEY", "DATABASE_URL"} <= read, "the question must be able to fail"
    missing = sorted(read - set(LISTED.findall(text_of(EXAMPLE))))
    assert not missing, f"add these to .env.example, each with a line of comment: {missing}"


def test_every_variable_of_the_example_is_explained_with_its_default() -> None:
    lines = text_of(EXAMPLE).splitlines()
    bare = [line for above, line in pairwise(lines) if LISTED.match(line) and "Default:" not in above]
    assert not bare, f"each needs a comment with its default above it: {bare}"


def test_a_broken_link_is_seen_and_code_is_left_alone() -> None:
    page = ROOT / "docs" / "invented.md"
    text = (
        "[a](gone.md) [b](house.md#no-such) [c](house.md#glossary) [d](https://example.org) [![e](gone.png)](house.md)"
    )
    assert broken(page, text) == ["gone.md", "house.md#no-such", "gone.png"]
    assert broken(page, "`[a](gone.md)`\n\n```\n[b](gone.md)\n```\n") == []
