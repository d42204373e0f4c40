"""What the pages say exists: links lead somewhere, commands can be run, variables are the ones that are read."""

import re
from functools import cache
from pathlib import Path

import django.core.management
import house_tree
import pytest
from django.core.management import find_commands

ROOT = house_tree.ROOT
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = ROOT / "docs" / "commands.md"
EXAMPLE = ROOT / ".env.example"

LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
COMMAND = re.compile(r"\bmanage\.py +([a-z][a-z_]*)")
READ = re.compile(r"\benv\.\w+\(\s*[\"'](\w+)[\"']")
LISTED = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)


def without_code(text: str) -> str:
    """The text without fenced blocks and inline code, in which brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(text: str) -> set[str]:
    """The fragments of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ +(.+?)\s*$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path, text: str) -> list[str]:
    """The relative links of a page that lead nowhere."""
    found = []
    # An image may be the text of a link: taking it out shows the link around it.
    for link in LINK.findall(without_code(re.sub(r"\[!\[[^\]]*\]\([^)]*\)", "[image", text))) + re.findall(
        r"\[!\[[^\]]*\]\(([^)\s]+)\)", text
    ):
        if re.match(r"[a-z][a-z0-9+.-]*:", link):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or not target.is_relative_to(ROOT):
            found.append(link)
        elif fragment and target.suffix == ".md":
            there = text if target == page else target.read_text(encoding="utf-8")
            if fragment not in anchors(there):
                found.append(link)
    return found


@cache
def commands() -> set[str]:
    """Every command: ours by their files, and Django's own."""
    ours = {path.stem for path in house_tree.files(*house_tree.SOURCES) if path.parent.name == "commands"}
    return (ours - {"__init__"}) | set(find_commands(str(Path(django.core.management.__file__).parent)))


def ours() -> set[str]:
    """The commands of this tree."""
    return commands() - set(find_commands(str(Path(django.core.management.__file__).parent)))


@pytest.mark.parametrize("page", [page for page in PAGES if page.exists()], ids=house_tree.name)
def test_every_link_of_a_page_leads_to_something(page: Path) -> None:
    wrong = broken(page, page.read_text(encoding="utf-8"))
    assert not wrong, f"{house_tree.name(page)} links to what is not there: {wrong}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.exists()], ids=house_tree.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    unknown = set(COMMAND.findall(page.read_text(encoding="utf-8"))) - commands()
    assert not unknown, f"{house_tree.name(page)} names commands that do not exist: {sorted(unknown)}"


def test_every_command_of_ours_has_its_place_on_the_page_of_commands() -> None:
    page = COMMANDS.read_text(encoding="utf-8")
    missing = sorted(name for name in ours() if f"\n### {name}\n" not in page)
    assert not missing, f"describe these in docs/commands.md: {missing}"


def test_the_examples_of_the_page_are_those_of_the_help() -> None:
    blocks = "\n".join(re.findall(r"^```\n(.*?)^```", COMMANDS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
    paths = [p for p in house_tree.files(*house_tree.SOURCES) if p.parent.name == "commands" and p.stem in ours()]
    helps = {
        line.strip()
        for path in paths
        for text in re.findall(r"[\"'](.*manage\.py.*)", path.read_text(encoding="utf-8")) + _lines(path)
        for line in [re.sub(r"(\\n)?[\"']?\)?$", "", text)]
    }
    strange = [line for line in blocks.splitlines() if line.strip() not in helps]
    assert not strange, f"docs/commands.md shows examples that no --help has: {strange}"


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("  manage.py")]


def test_every_variable_that_the_settings_read_is_in_the_example() -> None:
    read = {
        name
        for path in house_tree.files("chimera/settings")
        for name in READ.findall(path.read_text(encoding="utf-8"))
    } | set(re.findall(r"env\.db_url\(\"(\w+)\"", (ROOT / "chimera/settings/base.py").read_text(encoding="utf-8")))
    assert "SECRET_KEY" in read, "the question must be able to fail"
    missing = sorted(read - set(LISTED.findall(EXAMPLE.read_text(encoding="utf-8"))))
    assert not missing, f"add these to .env.example, each with a line of comment: {missing}"


def test_every_variable_of_the_example_is_explained_with_its_default() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    bare = [
        line for before, line in zip(lines, lines[1:], strict=False) if LISTED.match(line) and "Default:" not in before
    ]
    assert not bare, f"each needs a comment with its default above it: {bare}"


def test_a_broken_link_is_seen_and_code_is_left_alone(tmp_path: Path) -> None:
    page = ROOT / "docs" / "invented.md"
    assert broken(page, "[a](gone.md) [b](house.md#no-such-heading) [c](house.md#glossary) [d](https://example.org)") == [
        "gone.md",
        "house.md#no-such-heading",
    ]
    assert broken(page, "`[a](gone.md)`\n\n```\n[b](gone.md)\n```\n") == []
