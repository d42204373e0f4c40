"""A new part is rendered small, tidy and complete; nothing that exists is ever overwritten."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from agents.personas import soul
from chimera.core import scaffold
from chimera.core.errors import Conflict, Denied

BOARD = (scaffold.ROOT / scaffold.SWITCHBOARD).read_text()
CODE = tuple(scaffold.SHAPES)
LONGEST = "b" * scaffold.NAME_CHARACTERS_MAX
# Short, long, with words, and on both sides of `base` and `schemas` in the alphabet: imports are sorted.
NAMES = ("a", LONGEST, "corporate_announcement", "zz9")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout with a switchboard and the folders that parts go into, empty."""
    root = tmp_path / "checkout"
    for folder in {Path(path).parent for shape in scaffold.SHAPES.values() for path in shape.files}:
        if "$name" not in folder.name:
            (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "publishing/connectors").mkdir(parents=True, exist_ok=True)
    (root / "chimera").mkdir(exist_ok=True)
    (root / scaffold.SWITCHBOARD).write_text(BOARD)
    return root


def everything(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def table(board: str, section: str) -> dict[str, str]:
    for node in ast.parse(board).body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == section:
            assert node.value is not None
            return dict(ast.literal_eval(node.value))
    raise AssertionError(section)


@pytest.mark.parametrize("part", CODE)
def test_a_part_is_its_files_its_test_and_one_line_at_the_end_of_its_table(part: str, tree: Path) -> None:
    before = everything(tree)
    made = scaffold.plan(part=part, name="slow_news", root=tree)
    assert everything(tree) == before, "a plan writes nothing"
    scaffold.write(made=made)
    after = everything(tree)
    new = after.keys() - before.keys()
    assert sum(path.startswith("tests/") for path in new) == 1
    assert len(new) == (3 if part == "connector" else 2)
    section = scaffold.SHAPES[part].section
    lines = table(after["chimera/switchboard.py"], section)
    assert list(lines) == [*table(BOARD, section), "slow_news"]
    added = set(after["chimera/switchboard.py"].splitlines()) - set(BOARD.splitlines())
    assert added == {f"    {made.line}"}
    module, _, name = lines["slow_news"].rpartition(".")
    assert f"\nclass {name}(" in after[f"{module.replace('.', '/')}.py"]


def test_whatever_the_name_is_what_was_made_is_linted_and_formatted(tree: Path) -> None:
    for name in NAMES:
        for part in CODE:
            scaffold.write(made=scaffold.plan(part=part, name=name, root=tree))
    (tree / "pyproject.toml").write_text((scaffold.ROOT / "pyproject.toml").read_text())
    # In a whole tree the linter finds out by itself which packages are ours.
    ours = 'lint.isort.known-first-party = ["chimera", "governance", "publishing", "agents"]'
    for words in (["check"], ["format", "--check", "--diff"]):
        command = [sys.executable, "-m", "ruff", *words, "--config", ours, "--no-cache", "."]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "cannot be a name"),
        ("Slow", "cannot be a name"),
        ("slow-news", "cannot be a name"),
        ("9lives", "cannot be a name"),
        ("_slow", "cannot be a name"),
        ("slow__news", "cannot be a name"),
        ("slow_", "cannot be a name"),
        ("../slow", "cannot be a name"),
        ("slów", "cannot be a name"),
        ("slow\n", "cannot be a name"),
        (LONGEST + "b", "has 23 characters"),
        ("class", "a word of Python"),
        ("match", "a word of Python"),
        ("news_helper", "'helper' says nothing"),
    ],
)
@pytest.mark.parametrize("part", CODE)
def test_a_name_that_will_not_do_is_refused_with_a_sentence(part: str, name: str, reason: str, tree: Path) -> None:
    with pytest.raises(scaffold.CannotMake, match=reason) as refused:
        scaffold.plan(part=part, name=name, root=tree)
    assert str(refused.value).endswith(".")


def test_the_words_that_say_nothing_are_those_of_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(scaffold.ROOT / "tests" / "house"))
    from test_words import NOT_USED

    assert scaffold.EMPTY_WORDS >= NOT_USED


@pytest.mark.parametrize(
    ("part", "name", "reason"),
    [
        ("policy", "voice", "governance/policies/rules/voice.py exists"),
        ("provider", "base", "chimera/core/llm/base.py exists"),
        ("provider", "offline", "chimera/core/llm/offline exists"),
        ("kind", "plan", "agents/worker/kinds/plan.py exists"),
        ("source", "wellformed", "publishing/trends/sources/wellformed.py exists"),
        ("connector", "plaza", "publishing/connectors/plaza exists"),
        ("connector", "gate", "publishing/connectors/gate.py exists"),
    ],
)
def test_a_name_that_is_taken_in_this_tree_is_refused(part: str, name: str, reason: str) -> None:
    with pytest.raises(Denied, match=reason):
        scaffold.plan(part=part, name=name)


def test_a_name_that_only_the_switchboard_has_is_taken_too(tree: Path) -> None:
    with pytest.raises(Denied, match=r"POLICIES of chimera/switchboard\.py already has 'voice'"):
        scaffold.plan(part="policy", name="voice", root=tree)
    assert scaffold.plan(part="kind", name="voice", root=tree).line, "another table is another name"


def test_what_appears_between_looking_and_writing_is_left_alone(tree: Path) -> None:
    made = scaffold.plan(part="connector", name="harbour", root=tree)
    (tree / "tests/publishing/test_connector_harbour.py").write_text("mine")
    before = everything(tree)
    with pytest.raises(Conflict, match=r"test_connector_harbour\.py appeared meanwhile; nothing was written"):
        scaffold.write(made=made)
    assert everything(tree) == before
    assert not (tree / "publishing/connectors/harbour").exists()


def test_a_switchboard_that_was_changed_meanwhile_is_left_alone(tree: Path) -> None:
    made = scaffold.plan(part="policy", name="slow_news", root=tree)
    scaffold.write(made=scaffold.plan(part="policy", name="quick_news", root=tree))
    before = everything(tree)
    with pytest.raises(Conflict, match="was changed by somebody else"):
        scaffold.write(made=made)
    assert everything(tree) == before


def test_a_folder_that_is_missing_is_said_and_nothing_is_kept(tree: Path) -> None:
    (tree / "tests/governance").rmdir()
    (tree / "tests/governance").write_text("a file")
    before = everything(tree)
    with pytest.raises(Denied, match="cannot be written"):
        scaffold.write(made=scaffold.plan(part="policy", name="slow_news", root=tree))
    assert everything(tree) == before


def test_a_switchboard_without_the_table_is_not_guessed_at(tree: Path) -> None:
    (tree / scaffold.SWITCHBOARD).write_text(BOARD.replace("POLICIES: dict", "RULES: dict"))
    with pytest.raises(Denied, match="has no table POLICIES"):
        scaffold.plan(part="policy", name="slow_news", root=tree)


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize("name", ["abc", "nova_lamp", "a" * 30])
def test_a_new_soul_is_a_soul_with_comments(name: str, tmp_path: Path) -> None:
    path = tmp_path / "own.SOUL.md"
    made = scaffold.plan(part="soul", name=name, to=path)
    scaffold.write(made=made)
    read = soul.parse(path.read_bytes(), origin=path.name)
    assert read.front.handle == name
    assert read.front.name == name.replace("_", " ").title()
    assert not made.line
    explained = {line.split(":")[0].strip() for line in path.read_text().split("---")[1].splitlines() if ":" in line}
    assert set(soul.Front.model_fields) <= explained, "every field stands in the example"
    assert path.read_text().count("\n#") >= 10


def test_a_soul_never_takes_the_place_of_another_file(tmp_path: Path) -> None:
    path = tmp_path / "own.SOUL.md"
    path.write_text("mine")
    with pytest.raises(Denied, match="exists and is not overwritten"):
        scaffold.plan(part="soul", name="nova", to=path)
    with pytest.raises(Denied, match="does not exist; make it"):
        scaffold.plan(part="soul", name="nova", to=tmp_path / "nowhere" / "at_all" / "own.SOUL.md")
    assert path.read_text() == "mine"


def test_one_missing_folder_is_made_for_a_soul(tmp_path: Path) -> None:
    made = scaffold.plan(part="soul", name="nova", to=tmp_path / "my" / "SOUL.md")
    assert not (tmp_path / "my").exists()
    scaffold.write(made=made)
    assert (tmp_path / "my" / "SOUL.md").read_text().startswith("---\n")


@pytest.mark.parametrize("name", ["no", "a" * 31, "Nova", "nova lamp", "../nova"])
def test_a_soul_needs_a_handle_that_platforms_take(name: str) -> None:
    with pytest.raises(Denied, match="cannot be a handle"):
        scaffold.plan(part="soul", name=name)


def test_only_a_soul_has_a_place_of_ones_choice(tmp_path: Path) -> None:
    with pytest.raises(Denied, match="leave --to away"):
        scaffold.plan(part="policy", name="slow_news", to=tmp_path / "policy.py")
