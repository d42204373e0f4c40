"""What a stranger gives wrong at the doors: one sentence (what, where, what to do), exit code 1, never a traceback."""

import os
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agents.personas.models import Agent
from chimera.core import tenancy
from tests.conftest import World
from tests.people import SOULS
from tests.servers import CHECKOUT

GOOD = (SOULS / "bea_unscrews.md").read_bytes()
STORY = b"A story about somebody who is virtual and says so. " * 3


def door(world: World, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """`manage.py` as a person starts it, on the world's database."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=CHECKOUT,
        env={**world.variables("operator"), **more},
        capture_output=True,
        text=True,
        timeout=200,
    )


def one_sentence(done: "subprocess.CompletedProcess[str]") -> str:
    """What a refused command said, held to the form of every refusal."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stdout == ""
    lines = done.stderr.strip().split("\n")
    assert len(lines) == 1, lines
    assert lines[0].endswith(".")
    return lines[0]


def refusal(world: World, *words: str) -> str:
    """The same, without the second that a process takes."""
    out = StringIO()
    with world.role("operator"), pytest.raises(CommandError) as caught:
        call_command(*words, stdout=out, stderr=StringIO())
    said = str(caught.value)
    assert caught.value.returncode == 1
    assert out.getvalue() == ""
    assert said.endswith(".") and "\n" not in said
    return said


def no_agents(world: World) -> bool:
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        return not Agent.objects.exists()


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize(
    ("content", "where", "says"),
    [
        (GOOD.replace(b"name: ", b"name: [", 1), ", line ", "put text with a colon, bracket or # in quotation marks"),
        (GOOD.replace(b"handle:", b"#handle:", 1), ", line 2", "the field `handle` is missing; add it"),
        (GOOD.replace(b"posts_per_day:", b"age: 71\nposts_per_day:"), ", line ", "the field `age` is unknown; remove"),
        (GOOD.replace(b"name: ", b"name: \xfc", 1), " (byte ", "save it as UTF-8"),
        (GOOD + b"\x00", ", line ", "a control character (code 0); remove it"),
        (GOOD.replace(b"name: ", b'name: "\\0x" # ', 1), ", line ", "`name` holds a control character; remove it"),
        (b"", ", line 1", "front matter between two lines of ---; there is none"),
        (b"---\na: &a [x]\nb: [*a]\n---\n" + STORY, ", line 3", "write the value out"),
    ],
    ids=["yaml", "missing", "unknown", "latin-1", "nul", "escaped nul", "empty", "reference"],
)
def test_a_soul_that_cannot_be_used_is_one_sentence_and_makes_no_agent(
    world: World, tmp_path: Path, content: bytes, where: str, says: str
) -> None:
    assert content != GOOD
    path = tmp_path / "SOUL.md"
    path.write_bytes(content)
    said = refusal(world, "launch_agent", str(path), "--brand", "alpha")
    assert said.startswith(f"{path}{where}" if where[0] == "," else str(path))
    assert where in said
    assert says in said
    assert no_agents(world)


@pytest.mark.spec("PER-1")
def test_a_bad_soul_at_the_real_door_is_one_line_and_exit_code_1(world: World, tmp_path: Path) -> None:
    path = tmp_path / "SOUL.md"
    path.write_bytes(GOOD.replace(b"name: ", b"name: [", 1))
    said = one_sentence(door(world, "launch_agent", str(path), "--brand", "alpha"))
    assert said.startswith(f"CommandError: {path}, line ")


@pytest.mark.spec("PER-1")
def test_a_soul_that_is_no_file_to_read_is_one_sentence(world: World, tmp_path: Path) -> None:
    big = tmp_path / "big.md"
    big.write_bytes(GOOD + b"x" * 5_000_000)
    assert refusal(world, "launch_agent", str(big)) == f"{big} is larger than 200 kB; shorten it."
    os.mkfifo(tmp_path / "pipe.md")
    for path, says in (
        (tmp_path, "it is a folder, not a file."),
        (tmp_path / "pipe.md", "it is a pipe, not a file."),  # nobody writes to it: opening it would wait for good
        (Path("/dev/zero"), "it is a device, not a file."),  # it has no end
        (tmp_path / "gone.md", "No such file or directory."),
    ):
        said = refusal(world, "launch_agent", str(path))
        assert said == f"{path} cannot be read: {says} Check the path."
    assert no_agents(world)


@pytest.mark.spec("PER-1")
@pytest.mark.parametrize("bomb", ["? [*z]\n: 1", "<<: [*z, *z]", "name: *z"])
def test_references_in_a_soul_that_grow_without_bound_are_refused_at_once(
    world: World, tmp_path: Path, bomb: str
) -> None:
    rows = ["a0: &a0 {x: y}", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)), "z: &z [*a59]", bomb]
    path = tmp_path / "SOUL.md"
    path.write_bytes("\n".join(["---", *rows, "---", ""]).encode() + STORY)
    assert "the reference *a0 is not read here" in refusal(world, "launch_agent", str(path))


def test_a_brand_that_does_not_exist_is_told_with_those_that_do(world: World) -> None:
    said = refusal(world, "launch_agent", str(SOULS / "bea_unscrews.md"), "--brand", "gamma")
    assert said == "There is no brand 'gamma'; name one that exists, known: alpha, beta."
    assert no_agents(world)


def test_an_unknown_rung_is_told_with_the_known_ones_at_the_real_door(world: World) -> None:
    said = one_sentence(door(world, "promote", "bea_unscrews", "--to", "KING", "--reason", "x"))
    assert "'KING'; the rungs are PROBATION, SUPERVISED, AUTONOMOUS." in said


@pytest.mark.parametrize("name", ["nobody", "@nobody", "0", "9" * 40])
def test_pausing_nobody_says_how_to_get_somebody(world: World, name: str) -> None:
    said = refusal(world, "pause", name)
    assert said == f"No agent is called {name!r}. Known: none yet; launch one with launch_agent."


def test_the_demo_does_not_touch_a_database_of_ones_own(world: World) -> None:
    said = one_sentence(door(world, "demo", "--once"))
    assert "DATABASE_URL" in said
    assert "unset" in said


def setup_with(tmp_path: Path, stubs: dict[str, str], **more: str) -> "subprocess.CompletedProcess[str]":
    """tools/setup.sh in a tree of its own, with nothing on the PATH but stubs."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "tree" / "tools").mkdir(parents=True)
    copied = shutil.copy(CHECKOUT / "tools" / "setup.sh", tmp_path / "tree" / "tools")
    for name, version in stubs.items():
        stub = tmp_path / "bin" / name
        if "/" in name:
            stub = tmp_path / "tree" / name
            stub.parent.mkdir(parents=True)
        # It answers the two questions that a Python is asked, as one of this version would.
        answers = f'*print*) echo "Python {version}";; *"sys.exit(not"*) exit 1;; *) exit 99;;'
        stub.write_text(f'#!/bin/bash\ncase "$2" in {answers} esac\n')
        stub.chmod(0o755)
    return subprocess.run(
        [shutil.which("bash") or "/bin/bash", str(copied)],
        env={"PATH": str(tmp_path / "bin"), **more},
        capture_output=True,
        text=True,
        timeout=200,
    )


NEEDS = "Chimera needs Python 3.11, 3.12 or 3.13; "
REMEDY = " Install one, or name it: make setup PYTHON=/path/to/python"


@pytest.mark.spec("OPS-1")
@pytest.mark.parametrize(
    ("stubs", "found"),
    [
        ({"python3": "3.9"}, "python3 is Python 3.9."),
        ({"python3": "3.9", "python": "2.7"}, "python3 is Python 3.9, python is Python 2.7."),
        ({"python3": "3.14"}, "python3 is Python 3.14."),
        ({}, "none was found."),
    ],
    ids=["old", "two old", "too new", "none"],
)
def test_setup_with_the_wrong_python_says_which_one_it_found_and_changes_nothing(
    tmp_path: Path, stubs: dict[str, str], found: str
) -> None:
    done = setup_with(tmp_path, stubs)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{NEEDS}{found}{REMEDY}\n")
    assert not (tmp_path / "tree" / ".venv").exists()


@pytest.mark.spec("OPS-1")
def test_setup_does_not_pass_over_the_python_that_was_named(tmp_path: Path) -> None:
    done = setup_with(tmp_path, {"python3.9": "3.9"}, PYTHON="python3.9")
    assert (done.returncode, done.stderr) == (1, f"{NEEDS}PYTHON names python3.9, which is Python 3.9.{REMEDY}\n")


@pytest.mark.spec("OPS-1")
def test_setup_does_not_build_on_a_venv_of_another_python(tmp_path: Path) -> None:
    done = setup_with(tmp_path, {".venv/bin/python": "3.9"})
    assert done.returncode == 1
    assert done.stderr == f"{NEEDS}the folder .venv holds Python 3.9. Remove it (rm -r .venv) and run this again.\n"
