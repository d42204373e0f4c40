"""Replay in the shadow: what is on the record comes out again, and nobody is asked, nothing is sent or written."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from agents.replay import selectors, shadow
from agents.replay.shadow import Outcome, Replayed
from agents.tasks.models import Artifact, Task, Verdict
from agents.worker.base import Proposal, Work
from agents.worker.kinds.draft import Drafting
from agents.worker.kinds.image import Drawing
from chimera.core import registry, storage, tenancy
from chimera.core.calls.models import CallRecord
from chimera.core.calls.services import Recorder
from chimera.core.llm.base import Answer, Provider, Request
from chimera.core.money import Allowance
from governance.policies.base import Policy
from tests import people
from tests.agents.fakes import FakeKind, desk, drain, looking, on_switchboard
from tests.conftest import ALPHA, World
from tests.servers import CHECKOUT

KINDS = ("plan", "research", "draft", "image", "publish")


class NeverAsked(Provider):
    """A model that fails the test when somebody asks it."""

    name = "offline"

    def worst_case_usd_micros(self, *, request: Request) -> int:
        return 0

    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        raise AssertionError("a replay asked a model")


@pytest.fixture
def lived(world: World, tmp_path: Path, settings: object) -> World:
    """One post, from its trend to its verdict; media in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    drain()
    return world


def replayed(world: World, kind: str, *, fence: int | None = None) -> Replayed:
    """As the operator, as the command does it."""
    with desk(world):
        found = shadow.replay(task=Task.objects.get(kind=kind), fence=fence)
    assert found is not None
    return found


def rewritten(world: World, statement: str, *parameters: Any) -> None:
    """Change what nobody may change, as a superuser would."""
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        assert owner.execute(statement, parameters).rowcount >= 1


def run(world: World, *words: str) -> str:
    out = StringIO()
    try:
        with world.role("operator"):
            call_command("replay", *words, stdout=out, stderr=StringIO())
    except CommandError as error:
        error.add_note(out.getvalue())  # which step, and why
        raise
    return out.getvalue()


def refusal(world: World, *words: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(world, *words)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def everything(world: World, folder: Path) -> dict[str, Any]:
    """Every table's rows and every file, by number and time of change."""
    with world.superuser() as owner:
        names = [model._meta.db_table for model in apps.get_models()]
        rows = {
            name: owner.execute(f'SELECT count(*), max(xmin::text::bigint) FROM "{name}"').fetchone() for name in names
        }
    files = {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}
    return {"rows": rows, "files": files}


@pytest.mark.spec("PLN-7")
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_on_the_record_gives_the_same_hash_again(
    lived: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    on_switchboard(monkeypatch, MODELS__offline=NeverAsked())
    found = replayed(lived, kind)
    assert (found.outcome, found.why) == (Outcome.SAME, "")
    assert found.replayed_hash == found.recorded_hash
    assert found.calls == (1 if kind == "draft" else 0)


@pytest.mark.spec("PLN-7", "JDG-1")
def test_the_verdict_comes_out_of_the_stored_snapshot_again(lived: World) -> None:
    found = replayed(lived, "publish")
    assert found.verdict is not None
    assert (found.verdict.outcome, found.verdict.why) == (Outcome.SAME, "")
    assert found.verdict.composite_bp == found.verdict.recorded_composite_bp
    assert found.verdict.findings == len(registry.names("POLICIES"))
    assert found.is_same
    rewritten(lived, "UPDATE agents_verdict SET findings = jsonb_set(findings, '{0,reason}', '\"All is well.\"')")
    assert "findings[0].reason" in replayed(lived, "publish").verdict.why  # type: ignore[union-attr]


@pytest.mark.spec("PLN-7")
def test_a_replay_writes_no_row_and_no_file(lived: World, tmp_path: Path) -> None:
    (image,) = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    image.unlink()  # it would be written again if anything were
    before = everything(lived, tmp_path)
    with looking():
        task = Task.objects.get(kind="image")
    said = json.loads(run(lived, str(task.pk), "--all-steps", "--json").splitlines()[-1])
    assert (said["same"], said["differs"], said["cannot"]) == (len(KINDS), 0, 0)
    assert [one["kind"] for one in said["tasks"]] == list(KINDS)
    assert everything(lived, tmp_path) == before
    assert storage.put(b"afterwards bytes are kept again") and len(list((tmp_path / "media").rglob("*"))) > 1


@pytest.mark.spec("PLN-7")
def test_a_process_of_its_own_replays_a_whole_goal(lived: World, tmp_path: Path) -> None:
    """What libraries do when they are first imported is done in the shadow there."""
    with looking():
        task = Task.objects.get(kind="publish")
    done = subprocess.run(
        [sys.executable, "manage.py", "replay", task.subject, "--all-steps", "--json"],
        env={**lived.variables("operator"), "CHIMERA_HOME": str(tmp_path)},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert {one["kind"]: one["why"] for one in said["tasks"]} == dict.fromkeys(KINDS, "")
    assert said["tasks"][-1]["verdict"]["outcome"] == "same"


@pytest.mark.spec("PLN-7")
@pytest.mark.parametrize(
    ("change", "kind", "outcome", "said"),
    [
        ("UPDATE core_callrecord SET answer = jsonb_set(answer, '{poster_title}', '\"Kettles\"')",
         "draft", Outcome.DIFFERS, 'poster_title: recorded "'),
        ("UPDATE core_callrecord SET request = jsonb_set(request, '{variables,limit_chars}', '99')",
         "draft", Outcome.CANNOT, "variables.limit_chars: recorded 99, now 280"),
        ("UPDATE core_callrecord SET prompt_hash = repeat('0', 64)",
         "draft", Outcome.CANNOT, "its prompt file has changed since (000000000000 then"),
        ("UPDATE core_callrecord SET answer = answer - 'text'",
         "draft", Outcome.CANNOT, "does not fit Draft any more"),
        ("UPDATE agents_artifact SET payload = jsonb_set(payload, '{text}', '\"Buy now.\"') "
         "WHERE payload ? 'ai_generated'",
         "publish", Outcome.DIFFERS, 'changed after its hash was taken; text: recorded "Buy now."'),
        ("UPDATE agents_artifact SET payload = jsonb_set(payload, '{poster_title}', '\"Kettles\"') "
         "WHERE payload ? 'poster_title'",
         "image", Outcome.CANNOT, "(draft), which this was made from, was changed after it was written."),
        ("UPDATE agents_artifact SET inputs = '{}'",
         "research", Outcome.CANNOT, "was recorded before inputs were kept."),
    ],
    ids=["answer", "request", "prompt", "schema", "content", "upstream", "inputs"],
)  # fmt: skip
def test_a_changed_record_is_found_out(lived: World, change: str, kind: str, outcome: Outcome, said: str) -> None:
    rewritten(lived, change)
    found = replayed(lived, kind)
    assert found.outcome == outcome
    assert said in found.why
    assert not found.is_same


def asks(question: Callable[[Work], str], *, times: int = 1) -> Callable[..., Mapping[str, Any]]:
    """A kind that puts its own question with the draft's request as its frame."""

    def propose(work: Work, allowance: Allowance, recorder: Recorder) -> Mapping[str, Any]:
        request = Drafting()._request(work)
        changed = Request(
            **{**{name: getattr(request, name) for name in Request.__dataclass_fields__}, "prompt": question(work)}
        )
        for _ in range(times):
            recorder.ask(provider=NeverAsked(), request=changed, allowance=allowance)
        return {}

    return propose


@pytest.mark.spec("PLN-7")
def test_a_request_that_differs_is_refused_with_the_difference(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    on_switchboard(monkeypatch, KINDS__draft=FakeKind(asks(lambda work: Drafting()._request(work).prompt + " Shout.")))
    found = replayed(lived, "draft")
    assert found.outcome == Outcome.CANNOT
    assert "Call 1 (draft) is not the recorded one, the request differs in prompt:" in found.why
    assert 'Shout."' in found.why and found.why.endswith("nobody was asked.")


@pytest.mark.spec("PLN-7")
def test_a_question_without_a_record_is_refused_also_when_the_kind_swallows_it(
    lived: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_twice = asks(lambda work: Drafting()._request(work).prompt, times=2)

    def propose(work: Work, allowance: Allowance, recorder: Recorder) -> Mapping[str, Any]:
        with pytest.raises(Exception, match="1 were recorded"):
            ask_twice(work, allowance, recorder)
        return {}

    on_switchboard(monkeypatch, KINDS__draft=FakeKind(propose))
    assert replayed(lived, "draft").why == "'draft' is asked as call 2, and 1 were recorded; nobody was asked."


@pytest.mark.spec("PLN-7")
def test_a_kind_that_asks_less_than_was_recorded_is_seen(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    on_switchboard(monkeypatch, KINDS__draft=FakeKind(lambda work, allowance, recorder: {}))
    assert replayed(lived, "draft").why == "It asks less than was recorded: draft."


def to_the_network(folder: Path) -> None:
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def to_a_file(folder: Path) -> None:
    (folder / "note.txt").write_text("a replay was here")


def to_the_database(folder: Path) -> None:
    Task.objects.update(note="a replay was here")


@pytest.mark.spec("PLN-7")
@pytest.mark.parametrize(
    ("reach", "said"),
    [
        (to_the_network, "tried to look up 127.0.0.1"),
        (to_a_file, "note.txt"),
        (to_the_database, "read-only transaction"),
    ],
)
@pytest.mark.parametrize("swallowed", [False, True])
def test_a_kind_that_reaches_out_is_stopped(
    lived: World,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    reach: Callable[[Path], None],
    said: str,
    swallowed: bool,
) -> None:
    def propose(work: Work, allowance: Allowance, recorder: Recorder) -> Mapping[str, Any]:
        try:
            reach(tmp_path)
        except Exception:
            if not swallowed:
                raise
        return {"sha256": "0" * 64}

    on_switchboard(monkeypatch, KINDS__image=FakeKind(propose))
    before = everything(lived, tmp_path)
    found = replayed(lived, "image")
    assert found.outcome != Outcome.SAME
    if reach is not to_the_database or not swallowed:
        assert found.outcome == Outcome.CANNOT and said in found.why
    assert everything(lived, tmp_path) == before
    with looking():
        assert connection.in_atomic_block  # the connection is usable, and writes again
        Task.objects.update(note="")


@pytest.mark.spec("PLN-7")
def test_a_policy_that_reaches_out_makes_no_verdict(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Calls(Policy):
        name = "craft"

        def check(self, *, snapshot: Mapping[str, Any]) -> Any:
            socket.create_connection(("127.0.0.1", 9), timeout=1)

    on_switchboard(monkeypatch, POLICIES__craft=Calls())
    verdict = replayed(lived, "publish").verdict
    assert verdict is not None
    assert (verdict.outcome, verdict.why) == (
        Outcome.CANNOT,
        "It tried to look up 127.0.0.1, which is not on the record.",
    )


@pytest.mark.spec("PLN-7")
def test_an_older_attempt_is_replayed_by_its_fencing_number(lived: World) -> None:
    with looking():
        task = Task.objects.get(kind="draft")
        first = Artifact.objects.get(task=task)
        Artifact.objects.create(
            brand_id=ALPHA, task=task, fence=9, payload={"text": "?"}, content_hash="0" * 64, inputs=first.inputs
        )
    assert replayed(lived, "draft").fence == 9
    assert replayed(lived, "draft", fence=first.fence).outcome == Outcome.SAME
    assert f"attempts with one: {first.fence}, 9." in refusal(lived, str(task.pk), "--fence", "4")


@pytest.mark.spec("PLN-7")
def test_changed_code_is_named_with_the_first_place_that_differs(lived: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(Drawing):
        def propose(self, *, work: Work, allowance: Allowance, recorder: Recorder) -> Proposal:
            made = super().propose(work=work, allowance=allowance, recorder=recorder)
            return Proposal(payload={**made.payload, "alt": "A poster."})

    on_switchboard(monkeypatch, KINDS__image=Other())
    found = replayed(lived, "image")
    assert found.outcome == Outcome.DIFFERS
    assert found.why.startswith("alt: recorded ") and found.why.endswith('now "A poster.".')
    with looking():
        task = Task.objects.get(kind="image")
    assert "Not everything came out" in refusal(lived, task.subject)


@pytest.mark.spec("PLN-7", "OPS-1")
def test_the_command_says_what_it_found_and_refuses_in_sentences(lived: World) -> None:
    with looking():
        task = Task.objects.get(kind="publish")
        assert Verdict.objects.count() == CallRecord.objects.filter(seat="draft").count() == 1
    said = run(lived, task.subject)
    assert f"{task.subject} publish, attempt 1: same" in said
    assert re.search(r"verdict: same: \d+ findings, composite 0\.", said)
    assert "Nobody was asked, nothing was sent or written." in said
    assert "names no task" in refusal(lived, "draft")
    assert "There is no task 999999" in refusal(lived, "999999")
    assert "belong to --from-step" in refusal(lived, "1", "--yes")
    assert "Choose." in refusal(lived, "1", "--from-step", "1", "--fence", "1")
    with desk(lived), pytest.raises(selectors.NoSuchTask):
        selectors.by_name("agents.task:²")


def test_a_task_without_a_result_says_so(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    with tenancy.brand(ALPHA, actor="test:look"):
        task = Task.objects.get()
    assert "has produced nothing yet" in refusal(world, str(task.pk))
