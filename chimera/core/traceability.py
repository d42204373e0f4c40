"""Which test proves which requirement, read from the specifications and the tests as text.

Nothing is imported or run: requirements are headings in `specs/`, proofs are `@pytest.mark.spec("PER-1")` in the
syntax tree of the tests (on a test, a class, a module's `pytestmark`, or one row of a parametrisation). A
requirement without a proof is shown as open. Requirements: SPC-1.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from chimera.core.errors import Denied

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs/traceability.md")
_HEADING = re.compile(r"^### +([A-Z]{3})-([1-9][0-9]*) +(\S.*?) *$")
_FAMILY_FILE = re.compile(r"^[A-Z]{3}\.md$")
_NO_PROOF = {"skip", "xfail"}


class SpecsUnreadable(Denied):
    """A specification or a mark is not written the way that `specs/README.md` asks for."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One heading of `specs/`. `text` is its paragraph, never empty."""

    family: str
    number: int
    title: str
    text: str

    @property
    def id(self) -> str:
        return f"{self.family}-{self.number}"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One `spec` mark. `test` is "file::name"; `proves` is False when the test is skipped or expected to fail."""

    requirement_id: str
    test: str
    proves: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """A requirement with the tests that prove it, sorted; no tests means open."""

    requirement: Requirement
    tests: tuple[str, ...]


def read_requirements(*, specs: Path) -> tuple[Requirement, ...]:
    """All requirements of the family files (`PER.md`, ...), sorted by family and number.

    Raises SpecsUnreadable when a heading, a paragraph or an id is wrong; the sentence names the file and the line.
    """
    found: dict[str, Requirement] = {}
    for path in sorted(specs.iterdir()):
        if not _FAMILY_FILE.match(path.name):
            continue
        for requirement in _requirements_of(path):
            if requirement.id in found:
                raise SpecsUnreadable(f"specs/{path.name} has {requirement.id} twice; an id is never reused.")
            found[requirement.id] = requirement
    if not found:
        raise SpecsUnreadable(f"No requirement found in {specs.name}/; it needs family files such as PER.md.")
    return tuple(sorted(found.values(), key=lambda one: (one.family, one.number)))


def _requirements_of(path: Path) -> Iterator[Requirement]:
    lines = path.read_text(encoding="utf-8").splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("###")]
    for start, end in pairwise([*starts, len(lines)]):
        where = f"specs/{path.name}, line {start + 1}"
        heading = _HEADING.match(lines[start])
        if heading is None:
            raise SpecsUnreadable(f'{where}: write the heading as "### {path.stem}-1 Title".')
        family, number, title = heading.groups()
        if family != path.stem:
            raise SpecsUnreadable(f"{where}: {family}-{number} belongs into specs/{family}.md.")
        text = " ".join(line.strip() for line in lines[start + 1 : end] if line.strip())
        if not text:
            raise SpecsUnreadable(f"{where}: {family}-{number} has no paragraph that says what must be true.")
        yield Requirement(family=family, number=int(number), title=title, text=text)


def read_version(*, specs: Path) -> str:
    """The version of the specifications, such as "1.0.0"."""
    return (specs / "VERSION").read_text(encoding="utf-8").strip()


def read_marks(*, tests: Path) -> tuple[Mark, ...]:
    """All `spec` marks below `tests`, sorted; paths are relative to the parent of `tests`.

    Raises SpecsUnreadable when a file is no Python or a mark's ids are not plain strings.
    """
    marks: set[Mark] = set()
    for path in sorted(tests.rglob("test_*.py")):
        name = path.relative_to(tests.parent).as_posix()
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            raise SpecsUnreadable(f"{name}, line {error.lineno}: not Python, so its marks are unknown.") from error
        marks.update(_marks_of(tree.body, name, _pytestmark(tree.body)))
    return tuple(sorted(marks, key=lambda mark: (mark.requirement_id, mark.test, mark.proves)))


def _marks_of(body: Sequence[ast.stmt], prefix: str, inherited: Sequence[ast.expr]) -> Iterator[Mark]:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            marks = [*inherited, *node.decorator_list, *_pytestmark(node.body)]
            yield from _marks_of(node.body, f"{prefix}::{node.name}", marks)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            marks = [*inherited, *node.decorator_list]
            proves = not any(_names_mark(mark) in _NO_PROOF for mark in marks)
            for requirement_id in _ids(marks, prefix):
                yield Mark(requirement_id=requirement_id, test=f"{prefix}::{node.name}", proves=proves)


def _pytestmark(body: Sequence[ast.stmt]) -> list[ast.expr]:
    """The marks that a module or class puts on everything in it."""
    for node in body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets):
            return list(node.value.elts) if isinstance(node.value, (ast.List, ast.Tuple)) else [node.value]
    return []


def _names_mark(node: ast.expr) -> str | None:
    """The last word of `pytest.mark.spec` or `pytest.mark.spec(...)`; None for anything else."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Attribute) and target.value.attr == "mark":
        return target.attr
    return None


def _ids(marks: Sequence[ast.expr], where: str) -> Iterator[str]:
    # Walking the whole expression also finds the mark inside `pytest.param(..., marks=pytest.mark.spec("PER-1"))`.
    for node in (inner for mark in marks for inner in ast.walk(mark)):
        if not (isinstance(node, ast.Call) and _names_mark(node) == "spec"):
            continue
        for argument in node.args:
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise SpecsUnreadable(f'{where}, line {node.lineno}: a spec mark takes plain strings, "PER-1".')
            yield argument.value


def unknown_marks(*, requirements: Sequence[Requirement], marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """The marks whose id no specification has."""
    known = {requirement.id for requirement in requirements}
    return tuple(mark for mark in marks if mark.requirement_id not in known)


def rows(*, requirements: Sequence[Requirement], marks: Sequence[Mark]) -> tuple[Row, ...]:
    """One row per requirement, in the order of the requirements."""
    tests: dict[str, set[str]] = {}
    for mark in marks:
        if mark.proves:
            tests.setdefault(mark.requirement_id, set()).add(mark.test)
    return tuple(Row(requirement=one, tests=tuple(sorted(tests.get(one.id, ())))) for one in requirements)


def page(*, version: str, rows: Sequence[Row]) -> str:
    """The page `docs/traceability.md`: counts on top, then every requirement. Equal input gives equal text."""
    proved = sum(1 for row in rows if row.tests)
    tests = {test for row in rows for test in row.tests}
    lines = [
        "# Traceability",
        "",
        "Written by `manage.py traceability` from `specs/` and the marks of the tests; edit those, not this page.",
        "",
        f"- specifications {version}",
        f"- {len(rows)} requirements: {proved} with tests, {len(rows) - proved} open",
        f"- {len(tests)} tests carry a mark",
        "",
        "| id | title | tests |",
        "|---|---|---|",
    ]
    for row in rows:
        cell = "<br>".join(f"`{test}`" for test in row.tests) or "**open**"
        lines.append(f"| {row.requirement.id} | {row.requirement.title.replace('|', '&#124;')} | {cell} |")
    return "\n".join(lines) + "\n"


def build(*, root: Path = ROOT) -> tuple[tuple[Row, ...], tuple[Mark, ...], str]:
    """Rows, unknown marks and page of the tree at `root`. Raises SpecsUnreadable."""
    requirements = read_requirements(specs=root / "specs")
    marks = read_marks(tests=root / "tests")
    table = rows(requirements=requirements, marks=marks)
    unknown = unknown_marks(requirements=requirements, marks=marks)
    return table, unknown, page(version=read_version(specs=root / "specs"), rows=table)


def complaint(*, unknown: Sequence[Mark]) -> str:
    """A sentence about marks that name no requirement; empty when there are none."""
    if not unknown:
        return ""
    named = "; ".join(f"{mark.test} names {mark.requirement_id}" for mark in unknown)
    return f"{named}: specs/ has no such requirement. Correct the mark or write the requirement."


def as_json(*, rows: Sequence[Row], unknown: Sequence[Mark]) -> dict[str, Any]:
    """The same table for a machine: {"requirements": [{id, title, open, tests}], "unknown": [{id, test}]}."""
    return {
        "requirements": [
            {
                "id": row.requirement.id,
                "title": row.requirement.title,
                "open": not row.tests,
                "tests": list(row.tests),
            }
            for row in rows
        ],
        "unknown": [{"id": mark.requirement_id, "test": mark.test} for mark in unknown],
    }
