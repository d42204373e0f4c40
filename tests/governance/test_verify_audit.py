"""Verification in the database and on an export of it: what a superuser did is found, and where."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests import conftest
from tests.governance import sealers
from tests.governance.desks import Desk, many
from tools import verify_record


@pytest.fixture(scope="module")
def shared(
    django_db_blocker: object, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    with conftest.own_world(django_db_blocker) as world:
        yield Desk(world, tmp_path_factory.mktemp("desk")).happens(3, 4, 6).trusts()


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    """Eighteen entries under three checkpoints; whatever is done to them is undone."""
    with shared.undone():
        yield shared


def audited(desk: Desk, path: Path, capsys: pytest.CaptureFixture[str], *, copy: bool = True) -> tuple[int, dict]:
    """What the auditor's own tool says to an export."""
    own = ["--checkpoints", str(desk.copy)] if copy else []
    capsys.readouterr()
    code = verify_record.main([str(path), "--keys", str(desk.keys), *own, "--json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.spec("AUD-3")
def test_a_sealed_record_is_whole_and_its_export_says_the_same(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    sealers.happen(2)
    code, told = desk.verify("--keys", str(desk.keys))
    assert (code, told["ok"], told["sealed"], told["checkpoints"]) == (0, True, 18, 3)
    assert told["outside"] == {"checkpoints": 3, "agree": 3, "forgotten_by_a_restore": 0, "not_outside_yet": 0}
    assert told["unsealed"] == 2
    assert 0 < told["unsealed_oldest_s"] < 60
    code, seen = audited(desk, desk.export(), capsys)
    assert (code, seen["sealed"], seen["disclosed"], seen["root"]) == (0, 18, 18, told["root"])
    assert (seen["checkpoints"], seen["own"]["agreed"], seen["unsealed"]) == (3, 3, 2)


def byte(root: psycopg.Connection) -> None:
    root.execute("UPDATE governance_auditevent SET actor = 'user:eda' WHERE id = (SELECT event_id FROM"
                 " governance_sealedevent WHERE seq = 9)")  # fmt: skip


def byte_and_leaf(root: psycopg.Connection) -> None:
    byte(root)
    root.execute("UPDATE governance_sealedevent s SET leaf = governance_leaf(e) FROM governance_auditevent e"
                 " WHERE e.id = s.event_id AND s.seq = 9")  # fmt: skip


def row(root: psycopg.Connection) -> None:
    root.execute(
        "DELETE FROM governance_auditevent WHERE id = (SELECT event_id FROM governance_sealedevent WHERE seq = 9)"
    )


def row_and_place(root: psycopg.Connection) -> None:
    row(root)
    root.execute("DELETE FROM governance_sealedevent WHERE seq = 9")


def tail(root: psycopg.Connection) -> None:
    root.execute("DELETE FROM governance_auditevent e USING governance_sealedevent s"
                 " WHERE s.event_id = e.id AND s.seq >= 12")  # fmt: skip
    root.execute("DELETE FROM governance_sealedevent WHERE seq >= 12")
    root.execute("DELETE FROM governance_checkpoint WHERE size > 12")


def two(root: psycopg.Connection) -> None:
    """Their places, leaves and all."""
    root.execute("UPDATE governance_sealedevent SET seq = 17 + seq WHERE seq IN (8, 9)")
    root.execute("UPDATE governance_sealedevent SET seq = CASE seq WHEN 25 THEN 9 ELSE 8 END WHERE seq > 17 + 7")


def back_dated(root: psycopg.Connection) -> None:
    """One more between others, with a place and a leaf."""
    root.execute("UPDATE governance_sealedevent SET seq = seq + 1000 WHERE seq >= 9")
    root.execute("UPDATE governance_sealedevent SET seq = seq - 999 WHERE seq >= 1000")
    root.execute(
        "WITH made AS (INSERT INTO governance_auditevent (brand_id, subject, task_id, actor, action, from_status,"
        " to_status, state_version, body, at, xid) SELECT brand_id, subject, task_id, 'user:eve', action, from_status,"
        " to_status, state_version, body, at, xid FROM governance_auditevent ORDER BY id LIMIT 1 RETURNING *)"
        " INSERT INTO governance_sealedevent (seq, event_id, leaf)"
        " SELECT 9, made.id, governance_leaf(made::governance_auditevent) FROM made"
    )


TAMPERINGS = {
    "a byte": (byte, (9, 9), "its row has another hash"),
    "a byte and its leaf": (byte_and_leaf, (8, 11), "is not the root of what stands there"),
    "a row": (row, (9, 9), "was deleted, and no act of retention says so"),
    "a row and its place": (row_and_place, (9, 9), "Entry 9 is missing: 10 follows"),
    "the tail": (tail, (12, 17), "the tail is missing"),
    "two change places": (two, (8, 11), "is not the root of what stands there"),
    "one dated back": (back_dated, (8, 11), "is not the root of what stands there"),
}


@pytest.mark.spec("AUD-2", "AUD-3")
@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_a_superuser_did_is_found_where_it_is_and_on_an_export_too(
    desk: Desk, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    tamper, where, why = TAMPERINGS[name]
    tamper(desk.past_every_rule())
    code, told = desk.verify()
    assert (code, told["first_bad_seq"], told["last_bad_seq"]) == (1, *where), told["findings"]
    assert why in told["why"]
    code, seen = audited(desk, desk.export(), capsys)
    assert (code, seen["first_bad_seq"], seen["last_bad_seq"]) == (1, *where), seen["why"]


@pytest.mark.spec("AUD-2", "AUD-3")
def test_a_record_that_was_rewritten_and_signed_again_is_not_the_one_that_was_published(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    root = desk.past_every_rule()
    byte(root)
    for table in ("sealedevent", "subtree", "checkpoint"):
        root.execute(f"DELETE FROM governance_{table}")
    root.execute("UPDATE governance_sealing SET system = ''")
    with sealers.sealing(desk.world, desk.folder, anchors=[]) as forger:  # with the real key
        assert forger.round().sealed == 18
    assert desk.verify("--inside-only")[0] == 0  # inside nothing shows it
    code, told = desk.verify()
    assert (code, told["first_bad_seq"]) == (1, 0)
    path = desk.export()
    assert audited(desk, path, capsys, copy=False)[0] == 0  # an export alone does not show it either
    code, seen = audited(desk, path, capsys)
    assert (code, seen["first_bad_seq"], seen["last_bad_seq"]) == (1, 8, 11)
    assert "Your copy has another root for 12 entries" in seen["why"]


@pytest.mark.spec("AUD-3")
def test_an_event_that_was_slipped_in_behind_what_is_sealed_is_found_though_it_has_no_place(desk: Desk) -> None:
    root = desk.past_every_rule()
    made = root.execute(
        "INSERT INTO governance_auditevent (subject, task_id, actor, action, from_status, to_status, state_version,"
        " body, at, xid) SELECT 'core.brand:1', '', 'user:eve', 'update', '', '', 0, '{}', at, xid"
        " FROM governance_auditevent ORDER BY id LIMIT 1 RETURNING id"
    ).fetchone()
    code, told = desk.verify()
    assert (code, told["first_bad_seq"], told["findings"][0]["event"]) == (1, None, made[0])
    assert told["unsealed"] == 0


@pytest.mark.spec("AUD-3")
def test_deleting_the_unsealed_tail_is_the_known_window_and_its_length_is_stated(desk: Desk) -> None:
    sealers.happen(2)
    root = desk.past_every_rule()
    assert desk.verify()[1]["unsealed"] == 2
    root.execute("DELETE FROM governance_auditevent e WHERE NOT EXISTS"
                 " (SELECT 1 FROM governance_sealedevent s WHERE s.event_id = e.id)")  # fmt: skip
    code, told = desk.verify()
    assert (code, told["unsealed"]) == (0, 0)


CHANGED = [
    ("UPDATE governance_checkpoint SET note = left(note, -8) || 'AAAAAA=' || chr(10) WHERE size = 12", "is wrong"),
    ("UPDATE governance_checkpoint SET kid = '00000000' WHERE size = 12", "beside other values than were signed"),
    ("UPDATE governance_checkpoint SET note = 'anything' WHERE size = 12", "is not acceptable"),
    ("DELETE FROM governance_checkpoint WHERE size = 12", "does not name the one before it"),
    ("DELETE FROM governance_checkpoint WHERE size = 18", "No checkpoint covers the entries from 12 on"),
    ("UPDATE governance_checkpoint SET size = 13 WHERE size = 12", "beside other values than were signed"),
    (
        "INSERT INTO governance_subtree (level, \"index\", hash) VALUES (8, 0, sha256(''))",
        "entries that are not there",
    ),
]


@pytest.mark.parametrize(("statement", "why"), CHANGED)
def test_checkpoints_and_subtrees_that_somebody_changed_are_found(desk: Desk, statement: str, why: str) -> None:
    root = desk.past_every_rule()
    root.execute(statement.encode())
    code, told = desk.verify("--inside-only")
    assert code == 1
    assert why in told["why"]


def test_stored_subtrees_are_made_again(desk: Desk) -> None:
    many(desk.past_every_rule(), 300)
    assert desk.happens(0).verify()[0] == 0
    root = desk.past_every_rule()
    root.execute("UPDATE governance_subtree SET hash = sha256('')")
    code, told = desk.verify()
    assert (code, told["first_bad_seq"], told["last_bad_seq"]) == (1, 0, 255)
    assert told["why"] == "The stored subtree 8/0 is another one."


@pytest.mark.spec("AUD-3")
def test_a_key_is_followed_through_its_rotation(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with desk.world.role("operator"):
        call_command("rotate_checkpoint_key", stdout=StringIO())
    desk.happens(1, 2)
    code, told = desk.verify("--keys", str(desk.keys))
    assert (code, told["checkpoints"]) == (0, 5)
    code, seen = audited(desk, desk.export(), capsys)
    assert (code, seen["keys_followed"]) == (0, 1)
    other = desk.folder / "other.txt"
    other.write_text("\n".join(desk.copy.read_text().split("next-key ")[1].splitlines()[:1]) + "\n")
    code, told = desk.verify("--keys", str(other))
    assert (code, told["first_bad_seq"]) == (1, 0)  # who trusts only the later key has nobody who vouches for the start


def test_what_stands_outside_and_is_cut_or_lacks_something_is_told(desk: Desk) -> None:
    whole = sealers.published(desk.folder)
    desk.copy.write_text("\n".join([whole[0], whole[2]]))
    code, told = desk.verify()
    assert code == 1
    assert "Outside, the checkpoint of 18 entries does not name the one before it" in told["why"]
    desk.copy.write_text("\n".join(whole[1:]))
    assert desk.verify()[1]["outside"]["agree"] == 2  # a copy may begin later
    desk.copy.write_text("\n".join(whole)[:-20])
    code, told = desk.verify()
    assert (code, told["outside"]["agree"], told["outside"]["not_outside_yet"]) == (
        0,
        2,
        1,
    )  # torn: somebody is writing


BAD = {
    "no such file": (["--checkpoints", "nowhere"], "The checkpoints outside cannot be read: No such file or directory"),
    "a folder": (["--checkpoints", "."], "The checkpoints outside cannot be read: Is a directory"),
    "a picture": (["--checkpoints", "picture"], "The checkpoints outside are not UTF-8 text"),
    "other text": (["--checkpoints", "text"], "text holds something that is no checkpoint"),
    "no keys": (["--keys", "nowhere"], "The keys cannot be read: No such file or directory"),
    "text as keys": (["--keys", "text"], "text is no file of keys"),
    "empty keys": (["--keys", "empty"], "There is no key in empty"),
    "a picture as keys": (["--keys", "picture"], "picture is no file of keys"),
}


def test_what_cannot_be_read_is_one_sentence_and_exit_code_2(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.folder)
    Path("picture").write_bytes(b"\x89PNG\xff\xfe")
    Path("text").write_text("a\n\nb\n\nc\n\n")
    Path("empty").write_text("# nothing\n")
    with desk.world.role("operator"):
        for words, sentence in BAD.values():
            with pytest.raises(CommandError) as ended:
                call_command("verify_audit", *words, stdout=StringIO())
            assert ended.value.returncode == 2
            assert sentence in str(ended.value)


@pytest.mark.spec("AUD-3")
def test_a_restore_that_forgot_what_was_published_is_said_by_both_and_nothing_is_wrong(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    with desk.undone(name="backup"):
        published = desk.happens(2, 3).copy.read_bytes()
    desk.copy.write_bytes(published)  # the file outside is no part of what was restored
    code, told = desk.verify()
    assert (code, told["first_bad_seq"]) == (1, 18)  # until the sealer says what happened, something is missing
    desk.past_every_rule().execute("UPDATE governance_incarnation SET number = number + 1")
    code, told = desk.happens(4).verify()
    assert (code, told["sealed"], told["outside"]["forgotten_by_a_restore"]) == (0, 22, 2)
    assert told["restores"] == [{"generation": 0, "size": 23}]
    code, seen = audited(desk, desk.export(), capsys)
    assert (code, seen["restores"], seen["own"]["forgotten_by_a_restore"]) == (0, told["restores"], 2)
    desk.past_every_rule().execute("UPDATE governance_incarnation SET number = number - 1")
