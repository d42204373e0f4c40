"""The specifications are readable, versioned, and shown whole with their proofs."""

import re

import house_tree
import pytest

from chimera.core import traceability

pytestmark = pytest.mark.spec("SPC-1")

SPECS = house_tree.ROOT / "specs"
REQUIREMENTS = traceability.read_requirements(specs=SPECS)


def test_every_requirement_is_on_the_page_of_traceability() -> None:
    page = (house_tree.ROOT / traceability.PAGE).read_text()
    missing = [one.id for one in REQUIREMENTS if f"| {one.id} | {one.title} |" not in page]
    assert not missing, f"{missing} not in {traceability.PAGE}; run: manage.py traceability"


def test_every_mark_names_a_requirement_that_exists() -> None:
    marks = traceability.read_marks(tests=house_tree.ROOT / "tests")
    unknown = traceability.unknown_marks(requirements=REQUIREMENTS, marks=marks)
    assert not unknown, traceability.complaint(unknown=unknown)


def test_a_family_is_numbered_without_gaps() -> None:
    for family in {one.family for one in REQUIREMENTS}:
        numbers = [one.number for one in REQUIREMENTS if one.family == family]
        assert numbers == list(range(1, len(numbers) + 1)), f"specs/{family}.md skips a number: {numbers}"


def test_the_index_of_the_specifications_lists_every_family() -> None:
    index = (SPECS / "README.md").read_text()
    missing = [family for family in {one.family for one in REQUIREMENTS} if f"| {family} | [{family}.md]" not in index]
    assert not missing, f"specs/README.md does not list {missing}"


def test_the_change_log_moves_with_the_version() -> None:
    newest = re.search(r"^## (\S+)", (SPECS / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == traceability.read_version(specs=SPECS)
