"""The first draft of a pluggable part, rendered from templates/new/: its files, its test, its line in the switchboard.

`plan` looks and decides, `write` does it; between the two a person can be shown what would be written. What is made
passes as it stands, does something small for real, and says what it does not do yet. Nothing is ever overwritten.
Requirements: JDG-1, GEN-1, PLN-1, TRD-1, PUB-1, PER-1.
"""

import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from chimera.core.errors import Conflict, Denied

ROOT = Path(__file__).resolve().parents[2]
SWITCHBOARD = Path("chimera/switchboard.py")
SOUL = "soul"
# Longer names would not leave room for a line of the switchboard in 120 columns.
NAME_CHARACTERS_MAX = 22
HANDLE_CHARACTERS = range(3, 31)
# Words that say nothing and name nothing here; tests/house/test_words.py looks for them.
EMPTY_WORDS = frozenset(("manager", "helper", "util", "handler", "processor", "data", "info"))
EMPTY_WORDS |= {f"{word}s" for word in EMPTY_WORDS}
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


class CannotMake(Denied):
    """The part cannot be made under this name or at this place; nothing was written."""


class Taken(Conflict):
    """Something appeared between looking and writing; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What one kind of part consists of. `files` maps a path to its template; both may hold $name."""

    section: str
    module: str
    class_suffix: str
    files: Mapping[str, str]
    next_step: str


@dataclass(frozen=True, kw_only=True)
class Made:
    """What is to be written: new files by absolute path, and the whole new switchboard with its one more line."""

    root: Path
    files: Mapping[Path, str]
    line: str
    switchboard: str
    switchboard_before: str
    next_steps: tuple[str, ...]


SHAPES: Mapping[str, Shape] = {
    "policy": Shape(
        section="POLICIES",
        module="governance.policies.rules.$name",
        class_suffix="Policy",
        files={
            "governance/policies/rules/$name.py": "policy.txt",
            "tests/governance/test_policy_$name.py": "policy_test.txt",
        },
        next_step="It judges from now on: put your own phrases into PHRASES.",
    ),
    "provider": Shape(
        section="MODELS",
        module="chimera.core.llm.$name",
        class_suffix="Provider",
        files={
            "chimera/core/llm/$name.py": "provider.txt",
            "tests/core/test_provider_$name.py": "provider_test.txt",
        },
        next_step='Write its client in `complete`, its price in `worst_case_usd_micros`; then name "$name" in the '
        "setting MODELS_BY_TIER. A vendor's package needs its line in tests/house/test_sockets.py.",
    ),
    "kind": Shape(
        section="KINDS",
        module="agents.worker.kinds.$name",
        class_suffix="Kind",
        files={
            "agents/worker/kinds/$name.py": "kind.txt",
            "tests/agents/test_kind_$name.py": "kind_test.txt",
        },
        next_step='Write `propose`; then give "$name" a step in agents/planner/recipes.py.',
    ),
    "source": Shape(
        section="SOURCES",
        module="publishing.trends.sources.$name",
        class_suffix="Source",
        files={
            "publishing/trends/sources/$name.py": "source.txt",
            "tests/publishing/test_source_$name.py": "source_test.txt",
        },
        next_step='It reads JSON Feed 1.1: write `parse` for your format; then choose "$name" in '
        "publishing/trends/reading.py.",
    ),
    "connector": Shape(
        section="CONNECTORS",
        module="publishing.connectors.$name.client",
        class_suffix="Connector",
        files={
            "publishing/connectors/$name/__init__.py": "connector_room.txt",
            "publishing/connectors/$name/client.py": "connector.txt",
            "tests/publishing/test_connector_$name.py": "connector_test.txt",
        },
        next_step="Read docs/adr/XX-doubt-is-resolved-by-reading.md, set effect class, limits and label field, write "
        "the server beside the client and run `manage.py servers --lock` (docs/servers.md); then add its entry to the "
        "setting CONNECTORS and its fee to chimera/core/prices/table.toml.",
    ),
}
PARTS = (SOUL, *SHAPES)


def plan(*, part: str, name: str, to: Path | None = None, root: Path = ROOT) -> Made:
    """What `new PART NAME` would write below `root`; writes nothing. `to` is the file of a soul. Raises CannotMake."""
    if part == SOUL:
        return _soul(name=name, to=to or Path(f"{name}.SOUL.md"), root=root)
    if to is not None:
        raise CannotMake(f"A {part} has its fixed place; leave --to away, it is for souls.")
    shape = SHAPES[part]
    _check_name(name)
    class_name = "".join(word.capitalize() for word in name.split("_")) + shape.class_suffix
    words = {"name": name, "class_name": class_name}
    files = {root / _filled(path, words): _rendered(template, words) for path, template in shape.files.items()}
    for path in files:
        _check_free(path, root=root)
    before = (root / SWITCHBOARD).read_text(encoding="utf-8")
    line = f'"{name}": "{_filled(shape.module, words)}.{class_name}",'
    after = _with_line(before, section=shape.section, name=name, line=line)
    steps = (_filled(shape.next_step, words), "Its test carries a requirement: run `make docs`, then `make test`.")
    return Made(root=root, files=files, line=line, switchboard=after, switchboard_before=before, next_steps=steps)


def write(*, made: Made) -> None:
    """Write all of it or nothing. Raises Taken when a file appeared meanwhile, CannotMake when it cannot be written."""
    written: list[Path] = []
    folders: list[Path] = []
    board = made.root / SWITCHBOARD
    try:
        if made.switchboard != made.switchboard_before and board.read_text(encoding="utf-8") != made.switchboard_before:
            raise Taken(f"{SWITCHBOARD} was changed by somebody else meanwhile; nothing was written, try again.")
        for path, text in made.files.items():
            if not path.parent.exists():
                path.parent.mkdir()
                folders.append(path.parent)
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
        if made.switchboard != made.switchboard_before:
            board.write_text(made.switchboard, encoding="utf-8")
    except (OSError, Taken) as error:
        for path in written:
            path.unlink(missing_ok=True)
        for folder in reversed(folders):
            folder.rmdir()
        if isinstance(error, FileExistsError):
            raise Taken(f"{error.filename} appeared meanwhile; nothing was written, choose another name.") from error
        if isinstance(error, OSError):
            where = f"{error.filename} cannot be written ({error.strerror})"
            raise CannotMake(f"{where}; nothing was kept. Choose a folder that exists and is yours.") from error
        raise


def shown(*, made: Made, path: Path) -> str:
    """A path as a person reads it: from the root of the tree where it lies below it."""
    return path.relative_to(made.root).as_posix() if path.is_relative_to(made.root) else str(path)


def _soul(*, name: str, to: Path, root: Path) -> Made:
    if not _NAME.fullmatch(name) or len(name) not in HANDLE_CHARACTERS:
        raise CannotMake(
            f"{name!r} cannot be a handle; use 3 to 30 small letters, digits and single underscores, "
            "beginning with a letter, such as nova_lamp."
        )
    path = to.expanduser().absolute()
    _check_free(path, root=root)
    # One new folder is what people mean by `--to my/SOUL.md`; more of them is rather a slip of the pen.
    if not path.parent.parent.is_dir():
        raise CannotMake(f"The folder {path.parent.parent} does not exist; make it, or choose another path with --to.")
    text = _rendered("soul.txt", {"name": name, "full_name": name.replace("_", " ").title()})
    steps = (
        "Write every line anew in your persona's words; the comments say what each field does.",
        f"Then: manage.py launch_agent {to}",
    )
    return Made(root=root, files={path: text}, line="", switchboard="", switchboard_before="", next_steps=steps)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise CannotMake(
            f"{name!r} cannot be a name; use small letters, digits and single underscores, beginning with a letter, "
            "such as slow_news."
        )
    if len(name) > NAME_CHARACTERS_MAX:
        raise CannotMake(f"{name!r} has {len(name)} characters; a name has at most {NAME_CHARACTERS_MAX}. Shorten it.")
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise CannotMake(f"{name!r} is a word of Python itself; choose another name.")
    empty = [word for word in name.split("_") if word in EMPTY_WORDS]
    if empty:
        raise CannotMake(f"{empty[0]!r} says nothing here and names nothing (CONTRIBUTING.md); say what the part does.")


def _check_free(path: Path, *, root: Path) -> None:
    """Neither this file exists, nor the package or module of the same name, nor a room where a file should be."""
    rivals = [path, path.with_suffix(""), path.parent.with_suffix(".py")] if path.suffix == ".py" else [path]
    if path.name == "__init__.py":
        rivals = [path.parent, *rivals]
    for rival in rivals:
        if rival.exists() or rival.is_symlink():
            where = rival.relative_to(root).as_posix() if rival.is_relative_to(root) else str(rival)
            raise CannotMake(f"{where} exists and is not overwritten; choose another name.")


def _with_line(board: str, *, section: str, name: str, line: str) -> str:
    """The switchboard with one more line at the end of a section."""
    table = re.search(rf"^{section}: dict\[str, str\] = \{{\n(.*?)^\}}\n", board, re.MULTILINE | re.DOTALL)
    if table is None:
        raise CannotMake(
            f"{SWITCHBOARD} has no table {section} that ends with a bracket of its own; add {line} by hand."
        )
    if re.search(rf'^\s*"{name}":', table.group(1), re.MULTILINE):
        raise CannotMake(f"{section} of {SWITCHBOARD} already has {name!r}; choose another name.")
    return f"{board[: table.end(1)]}    {line}\n{board[table.end(1) :]}"


def _rendered(template: str, words: Mapping[str, str]) -> str:
    source = (ROOT / "templates" / "new" / template).read_text(encoding="utf-8")
    return _filled(source, words)


def _filled(source: str, words: Mapping[str, str]) -> str:
    return Template(source).substitute(words)
