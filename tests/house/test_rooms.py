"""Every folder of an app is a room with the same furniture, and a room says which requirement it keeps."""

import ast
import re
import sys
from functools import cache
from pathlib import Path

import house_tree
import pytest

from chimera.core import traceability

ORDER = ("states", "models", "selectors", "services")  # lowest first; a file knows those before it
NOT_IN_ROOMS = ("rest_framework", "celery", "django.http", "django.shortcuts")


@cache
def _known() -> tuple[frozenset[str], frozenset[str]]:
    found = traceability.read_requirements(specs=house_tree.ROOT / "specs")
    return frozenset(one.id for one in found), frozenset(one.family for one in found)


def _named(text: str) -> set[str]:
    """The requirement ids in a text; SHA-256 and its like belong to no family."""
    families = _known()[1]
    found = re.findall(r"\b(([A-Z]{3})-\d+)\b", text)
    return {requirement_id for requirement_id, family in found if family in families}


def _furniture(*stems: str) -> list[Path]:
    """The files of that name in every room; a door or a drawer may be a package (`services/…`)."""
    return [
        path
        for path in house_tree.files(*house_tree.APPS)
        if not house_tree.is_migration(path) and (path.stem in stems or path.parent.name in stems)
    ]


@pytest.mark.spec("SPC-1")
@pytest.mark.parametrize("room", house_tree.rooms(), ids=house_tree.name)
def test_a_room_says_what_it_is_for_and_which_requirement_it_keeps(room: Path) -> None:
    text = house_tree.docstring(room / "__init__.py")
    assert text, f"{house_tree.name(room)}/__init__.py needs a docstring that says what the room is for"
    named = _named(text)
    assert named & _known()[0], f"{house_tree.name(room)}/__init__.py names no requirement id, such as PLN-1"


@pytest.mark.parametrize("app", [app for app in house_tree.APPS if house_tree.files(app)])
def test_every_folder_with_python_in_it_is_a_package(app: str) -> None:
    folders = {path.parent for path in house_tree.files(app)}
    bare = sorted(house_tree.name(folder) for folder in folders if not (folder / "__init__.py").is_file())
    assert not bare, f"add __init__.py with a docstring: {bare}"


@pytest.mark.spec("SPC-1")
def test_every_module_has_a_docstring_and_names_only_requirements_that_exist() -> None:
    wrong = []
    for path in house_tree.sources():
        if house_tree.is_migration(path):
            continue
        text = house_tree.docstring(path)
        if not text and house_tree.tree(path).body:
            wrong.append(f"{house_tree.name(path)} has no docstring")
        wrong += [f"{house_tree.name(path)} names {one}, not in specs/" for one in sorted(_named(text) - _known()[0])]
    assert not wrong, wrong


def test_only_states_py_draws_a_machine() -> None:
    wrong = []
    for path in house_tree.sources():
        if path.name == "states.py" or house_tree.is_migration(path):
            continue
        for node in ast.walk(house_tree.tree(path)):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            drawn = any(isinstance(target, ast.Name) and target.id == "TRANSITIONS" for target in targets)
            # `TRANSITIONS = states.TRANSITIONS` points at the table; only a table written here is a second one.
            written = isinstance(node, (ast.Assign, ast.AnnAssign)) and not isinstance(
                node.value, (ast.Name, ast.Attribute, type(None))
            )
            if drawn and written:
                wrong.append(f"{house_tree.name(path)}, line {node.lineno}")
    assert not wrong, f"move the table to the room's states.py: {wrong}"


def test_states_know_nothing_but_django() -> None:
    wrong = [
        f"{house_tree.name(path)}, line {found.line}: {found.module}"
        for path in _furniture("states")
        for found in house_tree.imports(path)
        if not found.is_from("django") and found.module.split(".")[0] not in sys.stdlib_module_names
    ]
    assert not wrong, f"states.py holds a TextChoices and its table, nothing else: {wrong}"


def test_models_do_not_override_save() -> None:
    wrong = [
        f"{house_tree.name(path)}, line {method.lineno}: {node.name}.{method.name}"
        for path in _furniture("models")
        for node in ast.walk(house_tree.tree(path))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)) and method.name in {"save", "asave"}
    ]
    assert not wrong, f"a rule in save() is skipped by update() and by SQL; use a constraint or a service: {wrong}"


def test_services_and_selectors_know_neither_http_nor_celery() -> None:
    wrong = [
        f"{house_tree.name(path)}, line {found.line}: {found.module}"
        for path in _furniture("services", "selectors")
        for found in house_tree.imports(path)
        if any(found.is_from(package) for package in NOT_IN_ROOMS)
    ]
    assert not wrong, f"doors translate, rooms do not know that they exist: {wrong}"


@pytest.mark.parametrize("room", house_tree.rooms(), ids=house_tree.name)
def test_inside_a_room_services_know_selectors_know_models_know_states(room: Path) -> None:
    package = house_tree.module_of(room / "__init__.py")
    wrong = []
    for rank, stem in enumerate(ORDER):
        for path in [room / f"{stem}.py", *sorted((room / stem).glob("*.py"))]:
            if not path.is_file():
                continue
            for found in house_tree.imports(path):
                above = [other for other in ORDER[rank + 1 :] if found.is_from(f"{package}.{other}")]
                wrong += [f"{house_tree.name(path)}, line {found.line}: looks up at {other}" for other in above]
    assert not wrong, wrong
