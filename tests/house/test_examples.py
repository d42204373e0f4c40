"""Every command that a page shows in a block is run here, or it is said why not and its words are at least accepted.

Blocks of README.md, CONTRIBUTING.md and docs/; a line that begins with `make` or with `manage.py`, as it stands.
"""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import house_tree
import pytest
from django.core.management import call_command, get_commands, load_command_class
from PIL import Image

from agents.personas.models import Agent
from chimera.core import tenancy
from chimera.core.brands.models import Brand
from tests import people
from tests.conftest import World
from tests.governance import sealers
from tests.governance.desks import past

ROOT = house_tree.ROOT
WRITTEN_BY_COMMANDS = {"docs/states.md", "docs/traceability.md"}
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^(?:[A-Z_]+=(?:\"[^\"]*\"|\S*) )*(?:(?:\.venv/bin/)?python )?(manage\.py|make)(?= |$)(.*)$")
PLACEHOLDER = re.compile(r"<[^>]+>|\bmy_handle\b")  # what a reader puts an agent's name for

# What cannot be run in a test, and why; its words are parsed all the same.
NOT_RUN = {
    "demo": "stays up with its own servers; tests/flow/test_demo.py runs it",
    "up": "stays up with its own servers; tests/embedded/test_up.py runs it",
    "chaos": "breaks servers of its own for a minute or more; tests/faults/test_chaos_run.py runs it",
    "connect": "waits for a human's browser; tests/publishing/test_connect_command.py answers it",
    "connector": "serves until it is stopped; tests/faults/ and tests/flow/test_demo.py run it",
    "bench": "measures for minutes on servers of its own; tests/bench/test_bench.py runs its parts",
    "seal": "has a login of its own; tests/governance/test_sealing.py runs it",
    "record_keys": "wants a checkpoint first; tests/flow/test_desk_record.py runs it",
    "rotate_checkpoint_key": "wants a checkpoint first; tests/flow/test_desk_record.py runs it",
    "memory_server": "serves until it is stopped; tests/agents/test_memory_store.py runs what it serves",
    "studio_server": "serves until it is stopped; tests/publishing/test_studio_server.py runs what it serves",
    "simulator": "serves until it is stopped; tests/flow/test_demo.py runs it",
    "traceability": "writes into this checkout; with --check and --json it is run",
    "diagrams": "writes into this checkout; with --check it is run",
    "promises": "writes into this checkout; with --check it is run",
    "backup": "is of a whole database, as a superuser; tests/embedded/test_backup.py runs it",
    "restore": "replaces a whole database, as a superuser; tests/embedded/test_backup.py runs it",
    "replay": "asks for a task that was done; tests/agents/test_replay.py and its neighbour run it",
    "rotate_grant_key": "asks for the ring of keys; tests/flow/test_desk_keys.py runs it",
    "revoke_grant_key": "asks for a key that is there; tests/flow/test_desk_keys.py runs it",
    "revert": "asks for a post that is live; tests/flow/test_desk_reversals.py runs it",
    "quarantine": "asks for an item that is held; tests/publishing/test_quarantine.py runs it",
    "goal": "asks for a live trend; tests/agents/test_asked_goals.py runs it",
    "makings": "asks for one that is in doubt; tests/publishing/test_studio_server.py runs it",
    "metrics": "asks for a post that is out; tests/agents/test_metrics_pages.py runs it",
    "run": "asks for a goal that was planned; tests/agents/test_runs.py runs it",
    "story": "asks for a task that was done; tests/agents/test_story.py runs it",
    "migrate": "works on a database as its owner; tests/embedded/test_schema.py and tests/flow/test_migrate_work.py do",
    "schema": "migrates for half a minute; tests/flow/test_migrate_work.py compares what it would write",
    "doctor": "judges this machine, which a test does not choose; tests/embedded/test_doctor.py runs it",
}
OF_THE_RECORD = {"export_record", "put_away", "record_keys", "rotate_checkpoint_key", "verify_audit"}
RUN_ANYWAY = {"--check", "--json"}  # nothing is written with these
ITEM = "<item><title>{0}</title><guid>{0}</guid><description>{0}. {1}</description></item>"
NEWS = (
    "Repair café in Orlowe mends its 1,000th toaster",
    "The café opens every Saturday in the old tram depot and has 42 volunteers.",
)
SWIMMING = ("Tidal pool in Marle opens before dawn", "The swimmers of Marle asked for it for 12 years.")


@cache
def shown() -> dict[str, tuple[str, list[str]]]:
    """Every line that is shown: as it stands -> its program and its words, remarks left out."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    found = {}
    for page in pages:
        if house_tree.name(page) in WRITTEN_BY_COMMANDS:
            continue
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            for line in map(str.strip, block.splitlines()):
                if match := LINE.match(line):
                    # Two spaces, or a sign, begin the remark beside a command; the shell takes what is behind a >.
                    command = re.split(r" {2,}|\s#\s|\s>\s", match[2].strip())[0]
                    words = shlex.split(PLACEHOLDER.sub("bea_unscrews", command))
                    found[line] = (match[1], words)
    return found


def lines_of(program: str) -> list[str]:
    return [line for line, (found, words) in shown().items() if found == program and words]


def is_run(words: list[str]) -> bool:
    """Whether an example is run, not only parsed."""
    name = words[0]
    # Plays on servers of its own, which tests/hijack/ runs; draws for a while, which tests/publishing/ does with less.
    if words[:2] in (["evaluate", "hijack"], ["evaluate", "consistency"]):
        return False
    return name not in NOT_RUN or (name in ("traceability", "diagrams", "promises") and bool(RUN_ANYWAY & set(words)))


def parsed(words: list[str]) -> None:
    """Let the command's parser look at the words; it ends the test with what it does not know."""
    app = get_commands()[words[0]]
    command = load_command_class(app, words[0]) if isinstance(app, str) else app
    parser = command.create_parser("manage.py", words[0])
    parser.parse_args(words[1:])


@pytest.fixture
def desk(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[World]:
    """What the examples speak of: feeds, souls, a brand called lantern, an agent called bea_unscrews."""
    shutil.copytree(ROOT / "demo" / "souls", tmp_path / "demo" / "souls")
    (tmp_path / "my").mkdir()
    shutil.copy(ROOT / "demo" / "souls" / "iven_at_lowtide.md", tmp_path / "my" / "SOUL.md")
    for name, item in (("news.xml", NEWS), ("more.xml", SWIMMING)):
        text = f'<rss version="2.0"><channel><title>{name}</title>{ITEM.format(*item)}</channel></rss>'
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "chimera" / "core" / "pii" / "set" / "held_out.jsonl", tmp_path / "texts.jsonl")
    (tmp_path / "labelled.jsonl").write_text('{"id": 1, "text": "A fine day.", "label": 0}\n', encoding="utf-8")
    (tmp_path / "items.jsonl").write_text(
        '{"id": 1, "at": "2026-11-07T12:00:00+01:00", "title": "Seals counted", "source": "Wire"}\n', encoding="utf-8"
    )
    shutil.copy(ROOT / "tests" / "publishing" / "clip.mp4", tmp_path / "clip.mp4")
    Image.new("RGB", (270, 480), (166, 58, 18)).save(tmp_path / "bea.png")
    (tmp_path / "brief.md").write_text("The tool library of Orlowe lends 240 tools.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    settings.RECORD_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    with world.role("operator"):
        with tenancy.all_brands(actor="test:examples"):
            Brand.objects.create(slug="lantern", name="Lantern")
        call_command("launch_agent", "demo/souls/bea_unscrews.md", stdout=StringIO())
        call_command("scan_trends", "--feed", "news.xml", stdout=StringIO())
        yield world


def goal_of(handle: str) -> int:
    """A goal of this agent, open."""
    with tenancy.all_brands(actor="test:examples"):
        agent = Agent.objects.get(handle=handle)
    with tenancy.brand(agent.brand_id, actor="test:examples"):
        people.trend(brand_id=agent.brand_id)
        return people.goal(agent=agent).pk


def prepared(words: list[str]) -> None:
    """What a line speaks of that an earlier one on its page has made: a campaign that runs, a cohort, its rollout."""
    out = StringIO()
    told = {"ada@example.org", "https://example.org/hook"} & set(words)
    if told and words[:2] != ["notices", "add"]:
        call_command("notices", "add", *told, "--name", "somebody", stdout=out)
    if words[0] == "people" and words[1] in ("role", "brands"):
        call_command("people", "add", words[2], "--role", "reviewer", stdout=out)
    if words[0] == "campaign" and "--pause" in words:
        make = ["--brief", "brief.md", "--to", "7d", "--budget", "2.00", "--agents", "bea_unscrews", "--start"]
        call_command("campaign", words[1], *make, stdout=out)
    if words[0] == "cohort" and words[1] in ("show", "apply", "go", "back"):
        call_command("launch_agent", "my/SOUL.md", "--brand", "demo", stdout=out)
        call_command("cohort", "save", "everybody", "--everyone", "--brand", "demo", stdout=out)
    if words[0] == "cohort" and words[1] in ("go", "back"):
        change = ["--directive", "Name the town.", "--canary", "1", "--reason", "readers asked", "--hours", "0"]
        call_command("cohort", "apply", "everybody", *change, stdout=out)
    if words[:2] == ["cohort", "save"]:
        words += ["--brand", "demo"]  # there is a second brand here


def sealed(world: World) -> None:
    """A sealed record, and beside it what an auditor has."""
    past(world)
    with sealers.sealing(world, Path()) as sealer:
        sealer.round()
    shutil.copy("checkpoints", "checkpoints.txt")
    keys = world.superuser().execute("SELECT vkey FROM governance_checkpointkey").fetchall()
    Path("keys.txt").write_text("".join(f"{key}\n" for (key,) in keys), encoding="utf-8")


@pytest.mark.parametrize("line", lines_of("manage.py"))
def test_the_words_of_every_shown_command_are_accepted(line: str) -> None:
    parsed(shown()[line][1])


@pytest.mark.parametrize("line", [line for line in lines_of("manage.py") if is_run(shown()[line][1])])
def test_every_shown_command_works_as_it_stands(line: str, desk: World) -> None:
    words = [re.sub(r"^https?://example\.org/(?!hook)\S+", "news.xml", word) for word in shown()[line][1]]
    if words[0] == "new" and "soul" not in words:
        words.append("--dry-run")  # it would write into this checkout
    if words[0] == "resume":
        call_command("pause", *[word for word in words[1:] if word != "--json"], stdout=StringIO())
    if words[0] == "cancel" and words[1].startswith("goal:"):
        words[1] = f"goal:{goal_of('bea_unscrews')}"  # the number is the reader's
    prepared(words)
    if words[0] in OF_THE_RECORD:
        sealed(desk)
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    assert out.getvalue() or words[-1] == "--check", f"{line} printed nothing"


@pytest.mark.parametrize("line", lines_of("make"))
def test_every_shown_make_line_has_a_target_and_calls_what_exists(line: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed here")
    done = subprocess.run(
        ["make", "--no-print-directory", "-n", *shown()[line][1]], cwd=ROOT, capture_output=True, text=True, timeout=20
    )
    assert done.returncode == 0, done.stderr
    for called in done.stdout.splitlines():
        if match := LINE.match(called.strip()):
            parsed(shlex.split(match[2]))


def test_variables_of_shown_make_lines_are_read_by_somebody() -> None:
    named = {m for line in lines_of("make") for word in shown()[line][1] for m in re.findall(r"^([A-Z_]+)=", word)}
    assert {"ARGS", "FEEDS"} <= named, "the question must be able to fail"
    readers = [ROOT / "Makefile", ROOT / ".env.example", *sorted((ROOT / "tools").glob("*.sh"))]
    text = "\n".join(path.read_text(encoding="utf-8") for path in readers)
    unread = {name for name in named if not re.search(rf"\$[({{]{name}\b|^#?{name}=", text, re.MULTILINE)}
    assert not unread, f"nobody reads these: {sorted(unread)}"


def test_what_is_not_run_is_still_a_command_with_a_reason() -> None:
    assert set(NOT_RUN) <= set(get_commands()), "take what is gone off the list"
    named = {path for reason in NOT_RUN.values() for path in re.findall(r"tests/\S+?(?:\.py|/)", reason)}
    assert not [path for path in named if not (ROOT / path).exists()]
