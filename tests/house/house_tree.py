"""What the tests of the house look at: the files of the tree, its rooms, and what a module imports.

Everything is read as text, so that a half-built room is judged as well as a finished one.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("chimera/core", "chimera/embedded", "chimera/chaos", "governance", "publishing", "wallets", "agents")
SOURCES = ("chimera", "governance", "publishing", "wallets", "agents", "demo")
_NOT_OURS = {".venv", ".git", ".chimera", "__pycache__", "node_modules", "vendor", "staticfiles"}
# Django's own folders: doors and history, not rooms.
_NO_ROOMS = {"management", "commands", "migrations", "templatetags"}


def name(path: Path) -> str:
    """The path from the root of the tree, as it is written in messages and lists."""
    return path.relative_to(ROOT).as_posix()


def files(*folders: str, suffix: str = ".py") -> list[Path]:
    """Every file with the suffix below the folders that exist, sorted; what is not ours is left out."""
    found = [path for folder in folders for path in (ROOT / folder).rglob(f"*{suffix}") if path.is_file()]
    return sorted(path for path in found if not _NOT_OURS.intersection(path.relative_to(ROOT).parts))


def sources() -> list[Path]:
    """Every Python file of the product: the apps, the roof and the scripts at the root."""
    return [*files(*SOURCES), *sorted(ROOT.glob("*.py"))]


def rooms() -> list[Path]:
    """Every folder of an app that is a package, the app itself included."""
    found = [path.parent for path in files(*APPS) if path.name == "__init__.py"]
    return [folder for folder in found if not _NO_ROOMS.intersection(folder.relative_to(ROOT).parts)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=name(path))


def docstring(path: Path) -> str:
    return ast.get_docstring(tree(path)) or ""


def is_migration(path: Path) -> bool:
    return "migrations" in path.parts


def is_data_table(path: Path) -> bool:
    """A module without a function or class holds values only."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return path.suffix == ".py" and not any(isinstance(node, kinds) for node in ast.walk(tree(path)))


def module_of(path: Path) -> str:
    """The dotted name of a file; a package has the name of its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@dataclass(frozen=True)
class Imported:
    """One imported name, absolute: `from a.b import c` is "a.b" with name "c"; `import a.b` has no name."""

    module: str
    name: str | None
    line: int

    def is_from(self, package: str) -> bool:
        """Whether the import reaches the package, whichever way it is spelt."""
        full = f"{self.module}.{self.name}" if self.name else self.module
        return f"{full}.".startswith(f"{package}.") or f"{self.module}.".startswith(f"{package}.")


def imports_of(source: ast.Module, *, package: str = "") -> Iterator[Imported]:
    """Every import of a module, those inside functions too. `package` resolves the relative ones."""
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            yield from (Imported(alias.name, None, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if node.level:
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                module = ".".join([*base, *([module] if module else [])])
            yield from (Imported(module, alias.name, node.lineno) for alias in node.names)


def imports(path: Path) -> list[Imported]:
    """The imports of a file of the tree."""
    module = module_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return list(imports_of(tree(path), package=package))
