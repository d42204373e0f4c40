"""The tool behind `make mutation` changes one place at a time, and only what could matter."""

import importlib.util
from types import ModuleType

from tests import servers

SOURCE = '''
"""A text that stays."""
MOST: int = 3

def way(score: int, names: list[str]) -> str | None:
    if not names:
        return None
    log(names)
    return "act" if score > MOST and names != [] else "wait"
'''


def tool() -> ModuleType:
    found = importlib.util.spec_from_file_location("mutation", servers.CHECKOUT / "tools" / "mutation.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_each_change_is_in_one_place_and_texts_and_annotations_stay() -> None:
    made = list(tool().changes(SOURCE))
    assert sorted((line, told.split("  ->  ")[1]) for line, told, _ in made) == [
        (3, "4"),
        (6, "names"),
        (6, "not not names"),
        (8, "None"),
        (9, "names == []"),
        (9, "return None"),
        (9, "score > MOST or names != []"),
        (9, "score >= MOST"),
    ]
    assert len({source for _, _, source in made}) == len(made)
    assert all("A text that stays." in source and "list[str]" in source for _, _, source in made)


def test_what_is_measured_exists_and_has_something_to_change() -> None:
    module = tool()
    for name, tests in module.TARGETS.items():
        assert next(module.changes((servers.CHECKOUT / name).read_text()), None), name
        assert all((servers.CHECKOUT / test).is_file() for test in tests)
