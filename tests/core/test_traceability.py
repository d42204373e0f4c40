"""The table of requirements and tests is read from text alone, and nothing open or unknown is hidden (SPC-1)."""

from pathlib import Path

import pytest

from chimera.core import traceability
from chimera.core.traceability import Mark, SpecsUnreadable

pytestmark = pytest.mark.spec("SPC-1")

SPEC = "# PER persona\n\n### PER-{number} {title}\n\nA soul never changes.\n"


def house(root: Path, *, specs: dict[str, str], tests: dict[str, str]) -> Path:
    (root / "specs").mkdir()
    (root / "tests").mkdir()
    (root / "specs" / "VERSION").write_text("1.0.0\n")
    for name, text in specs.items():
        (root / "specs" / name).write_text(text)
    for name, text in tests.items():
        path = root / "tests" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def two(first: str = "PER-2", second: str = "PER-10") -> str:
    return f"# PER\n\n### {second} Later\n\nText.\n\n### {first} Sooner\n\nText\nover lines.\n"


def marks(tmp_path: Path, source: str) -> list[tuple[str, str, bool]]:
    root = house(tmp_path, specs={}, tests={"test_a.py": source})
    found = traceability.read_marks(tests=root / "tests")
    return [(mark.requirement_id, mark.test.removeprefix("tests/test_a.py::"), mark.proves) for mark in found]


def test_requirements_are_sorted_by_number_not_by_text(tmp_path: Path) -> None:
    root = house(tmp_path, specs={"PER.md": two(), "README.md": "### not a requirement\n"}, tests={})
    found = traceability.read_requirements(specs=root / "specs")
    assert [(one.id, one.title, one.text) for one in found] == [
        ("PER-2", "Sooner", "Text over lines."),
        ("PER-10", "Later", "Text."),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("### PER-1\n\nText.\n", "line 1: write the heading"),
        ("\n### PER-01 Title\n\nText.\n", "line 2: write the heading"),
        ("### GEN-1 Title\n\nText.\n", "GEN-1 belongs into specs/GEN.md"),
        ("### PER-1 Title\n\n", "PER-1 has no paragraph"),
        (two("PER-1", "PER-1"), "has PER-1 twice"),
        ("# PER\n", "No requirement found"),
    ],
)
def test_a_badly_written_requirement_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    root = house(tmp_path, specs={"PER.md": text}, tests={})
    with pytest.raises(SpecsUnreadable, match=says):
        traceability.read_requirements(specs=root / "specs")


def test_marks_are_found_on_tests_classes_modules_and_parametrised_rows(tmp_path: Path) -> None:
    source = """
import pytest
pytestmark = [pytest.mark.spec("SPC-1"), pytest.mark.slow]

@pytest.mark.spec("PER-1", "PER-2")
def test_plain(): ...

@pytest.mark.spec("TRD-1")
class TestGroup:
    pytestmark = pytest.mark.spec("TRD-2")
    @pytest.mark.asyncio
    async def test_inside(self): ...

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.spec("GEN-1"))])
def test_rows(x): ...

def not_a_test(): ...
"""
    assert marks(tmp_path, source) == [
        ("GEN-1", "test_rows", True),
        ("PER-1", "test_plain", True),
        ("PER-2", "test_plain", True),
        ("SPC-1", "TestGroup::test_inside", True),
        ("SPC-1", "test_plain", True),
        ("SPC-1", "test_rows", True),
        ("TRD-1", "TestGroup::test_inside", True),
        ("TRD-2", "TestGroup::test_inside", True),
    ]


def test_a_skipped_test_and_one_expected_to_fail_prove_nothing(tmp_path: Path) -> None:
    source = """
@pytest.mark.spec("PER-1")
@pytest.mark.skip
def test_skipped(): ...

@pytest.mark.xfail(reason="later")
@pytest.mark.spec("PER-1")
def test_expected_to_fail(): ...

@pytest.mark.skipif(True, reason="elsewhere")
@pytest.mark.spec("PER-1")
def test_only_here(): ...
"""
    assert [(test, proves) for _, test, proves in marks(tmp_path, source)] == [
        ("test_expected_to_fail", False),
        ("test_only_here", True),
        ("test_skipped", False),
    ]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("def broken(:\n", "line 1: not Python"),
        ("@pytest.mark.spec(*IDS)\ndef test_a(): ...\n", "plain strings"),
        ("@pytest.mark.spec(f'PER-{1}')\ndef test_a(): ...\n", "plain strings"),
    ],
)
def test_a_mark_that_cannot_be_read_is_an_error_and_not_a_gap(tmp_path: Path, source: str, says: str) -> None:
    with pytest.raises(SpecsUnreadable, match=says):
        marks(tmp_path, source)


def test_the_page_counts_and_shows_what_is_open(tmp_path: Path) -> None:
    source = '@pytest.mark.spec("PER-2")\ndef test_b(): ...\n\n@pytest.mark.spec("PER-2")\ndef test_a(): ...\n'
    root = house(tmp_path, specs={"PER.md": two()}, tests={"core/test_x.py": source})
    rows, unknown, page = traceability.build(root=root)
    assert unknown == ()
    assert "- specifications 1.0.0\n- 2 requirements: 1 with tests, 1 open\n- 2 tests carry a mark\n" in page
    assert page.endswith(
        "| PER-2 | Sooner | `tests/core/test_x.py::test_a`<br>`tests/core/test_x.py::test_b` |\n"
        "| PER-10 | Later | **open** |\n"
    )
    assert traceability.build(root=root)[2] == page
    assert traceability.as_json(rows=rows, unknown=unknown)["requirements"][1] == {
        "id": "PER-10",
        "title": "Later",
        "open": True,
        "tests": [],
    }


def test_a_mark_without_a_requirement_is_named_in_a_sentence(tmp_path: Path) -> None:
    source = '@pytest.mark.spec("PER-99")\ndef test_a(): ...\n'
    root = house(tmp_path, specs={"PER.md": two()}, tests={"test_x.py": source})
    _, unknown, _ = traceability.build(root=root)
    assert unknown == (Mark(requirement_id="PER-99", test="tests/test_x.py::test_a", proves=True),)
    assert traceability.complaint(unknown=unknown).startswith(
        "tests/test_x.py::test_a names PER-99: specs/ has no such"
    )
    assert traceability.complaint(unknown=()) == ""


def test_a_title_cannot_break_the_table(tmp_path: Path) -> None:
    root = house(tmp_path, specs={"PER.md": SPEC.format(number=1, title="a | b")}, tests={})
    assert "| PER-1 | a &#124; b | **open** |" in traceability.build(root=root)[2]
