"""Files and functions stay small enough to be read in one sitting.

A migration and a table of values (a module without functions and classes) may be as long as they are. Anything
else that has to be longer is listed here with the decision record that says why.
"""

import ast
from pathlib import Path

import house_tree

FILE_LINES_MAX = 300
TEST_LINES_MAX = 500
FUNCTION_LINES_MAX = 60

# "path" or "path::function" -> the decision record that allows it
ALLOWED: dict[str, str] = {"chimera/embedded/schema.sql": "docs/adr/0062-an-empty-database-is-made-at-once.md"}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _exempt(path: Path) -> bool:
    return house_tree.is_migration(path) or house_tree.is_data_table(path)


def test_no_source_file_is_longer_than_300_lines() -> None:
    written = house_tree.sources()
    for suffix in (".sql", ".html", ".js", ".css"):
        written += house_tree.files(*house_tree.SOURCES, "templates", suffix=suffix)
    long = [
        f"{house_tree.name(path)} has {_lines(path)} lines"
        for path in written
        if not _exempt(path) and _lines(path) > FILE_LINES_MAX and house_tree.name(path) not in ALLOWED
    ]
    assert not long, f"split these, at most {FILE_LINES_MAX} lines: {long}"


def test_no_test_file_is_longer_than_500_lines() -> None:
    long = [
        f"{house_tree.name(path)} has {_lines(path)} lines"
        for path in house_tree.files("tests")
        if _lines(path) > TEST_LINES_MAX and house_tree.name(path) not in ALLOWED
    ]
    assert not long, f"split these, at most {TEST_LINES_MAX} lines: {long}"


def test_no_function_is_longer_than_60_lines() -> None:
    long = []
    for path in house_tree.sources():
        if _exempt(path):
            continue
        for node in ast.walk(house_tree.tree(path)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                place = f"{house_tree.name(path)}::{node.name}"
                if lines > FUNCTION_LINES_MAX and place not in ALLOWED:
                    long.append(f"{place} has {lines} lines")
    assert not long, f"split these, at most {FUNCTION_LINES_MAX} lines: {long}"


def test_whatever_is_longer_has_a_decision_record() -> None:
    missing = [
        f"{place} names {record}" for place, record in ALLOWED.items() if not (house_tree.ROOT / record).is_file()
    ]
    assert not missing, f"no such decision record: {missing}"
    gone = [place for place in ALLOWED if not (house_tree.ROOT / place.split("::")[0]).is_file()]
    assert not gone, f"these files are gone; drop them from the list: {gone}"
