"""Words that say nothing about this domain name neither a file nor a class nor a function."""

import ast
import re
from pathlib import Path

import house_tree

NOT_USED = {"manager", "helper", "util", "utils", "handler", "processor", "data", "info"}
NOT_USED |= {f"{word}s" for word in ("manager", "helper", "handler", "processor", "info")}


def parts(identifier: str) -> set[str]:
    """The words of a name, in lower case: `HTTPErrorHandler` is http, error, handler."""
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+", identifier)
    return {word.lower() for word in words}


def empty_words(path: Path) -> list[str]:
    """The names in a file that use such a word: files and classes as a part, functions as the whole name."""
    found = []
    if parts(path.stem) & NOT_USED or parts(path.parent.name) & NOT_USED:
        found.append(house_tree.name(path))
    for node in ast.walk(house_tree.tree(path)):
        if isinstance(node, ast.ClassDef) and parts(node.name) & NOT_USED:
            found.append(f"{house_tree.name(path)}, line {node.lineno}: class {node.name}")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.strip("_") in NOT_USED:
            found.append(f"{house_tree.name(path)}, line {node.lineno}: {node.name}()")
    return found


def test_a_name_is_cut_into_its_words() -> None:
    assert parts("HTTPErrorHandler") == {"http", "error", "handler"}
    assert parts("brand_data") == {"brand", "data"}
    assert parts("database") == {"database"}
    assert parts("management") == {"management"}


def test_no_file_class_or_function_is_named_with_an_empty_word() -> None:
    found = [one for path in house_tree.sources() if not house_tree.is_migration(path) for one in empty_words(path)]
    assert not found, f"say what it is in the words of the glossary: {found}"
