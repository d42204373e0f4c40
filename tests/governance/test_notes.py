"""Checkpoints as signed notes, and the text of an entry: one form each, and nothing else passes. AUD-2, AUD-3."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chimera.core import canonical
from governance.audit import entries, notes
from governance.audit.models import (
    Anchoring,
    AuditEvent,
    Checkpoint,
    CheckpointKey,
    KeyRotation,
    SealedEvent,
    Sealing,
    Subtree,
)

pytestmark = pytest.mark.spec("AUD-2", "AUD-3")

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
NAME = notes.key_name("0123456789abcdef")
VKEY = notes.vkey(NAME, notes.public_bytes(KEY))
AT = datetime(2026, 11, 28, 20, 27, 9, 120_000, tzinfo=UTC)
FIRST = notes.Checkpoint(installation="0123456789abcdef", generation=0, size=3, root=b"r" * 32, previous=None, time=AT)
FULL = replace(
    FIRST,
    generation=2,
    previous=b"p" * 32,
    next_key=VKEY,
    restored=notes.Restored(generation=0, size=9, root=b"o" * 32),
)


def test_a_note_is_written_as_other_logs_write_it() -> None:
    note = notes.sign(FIRST, KEY)
    assert note.startswith(
        "chimera-record/0123456789abcdef/0\n3\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n"
        "previous none\ntime 2026-11-28T20:27:09.120000Z\n\n\N{EM DASH} chimera-record/0123456789abcdef "
    )
    assert notes.verify(note, VKEY) == FIRST
    assert notes.parse(note).kid == notes.read_vkey(VKEY)[1] == notes.parse(note).next_kid
    assert notes.digest(note) == notes.parse(note).digest


def test_what_a_note_says_comes_back_whole() -> None:
    note = notes.sign(FULL, KEY)
    assert notes.verify(note, notes.vkey(NAME, notes.public_bytes(OTHER.public_key())), VKEY) == FULL
    assert notes.parse(note).next_kid == notes.read_vkey(VKEY)[1]
    elsewhere = replace(FIRST, time=AT.astimezone(timezone(timedelta(hours=5))))
    assert notes.sign(elsewhere, KEY) == notes.sign(FIRST, KEY)


def test_every_changed_byte_of_a_note_is_noticed() -> None:
    note = notes.sign(FULL, KEY)
    for place in range(len(note)):
        for other in ("0", "\n", "A", " "):
            changed = note[:place] + other + note[place + 1 :]
            if changed != note:
                with pytest.raises(notes.BadNote):
                    notes.verify(changed, VKEY)
        with pytest.raises(notes.BadNote):
            notes.verify(note[:place], VKEY)


def test_only_a_key_that_is_trusted_and_of_this_record_counts() -> None:
    note = notes.sign(FIRST, KEY)
    with pytest.raises(notes.BadNote, match=r"is signed by key .* which is not known"):
        notes.verify(note, notes.vkey(NAME, notes.public_bytes(OTHER)))
    with pytest.raises(notes.BadNote, match="not known"):
        notes.verify(note)
    foreign = notes.sign(FIRST, KEY).replace(f"\N{EM DASH} {NAME}", "\N{EM DASH} chimera-record/ffffffffffffffff")
    with pytest.raises(notes.BadNote, match="not known"):
        notes.verify(foreign, VKEY)
    wrong = notes.parse(note)
    signed_by_other = notes.sign(FIRST, OTHER)
    forged = signed_by_other.replace(signed_by_other.split(" ")[-1][:5], note.split(" ")[-1][:5])
    assert notes.parse(forged).kid == wrong.kid
    with pytest.raises(notes.BadNote, match=r"The signature of key .* under checkpoint 3 is wrong"):
        notes.verify(forged, VKEY)


@pytest.mark.parametrize("text", ["", "a+b+c", f"{NAME}+00000000+{VKEY.split('+', 2)[2]}", "x+y+é"])
def test_what_is_no_verification_key_is_a_sentence(text: str) -> None:
    with pytest.raises(notes.BadNote, match=r"is no verification key|is not the key"):
        notes.read_vkey(text)


def test_lines_that_do_not_belong_are_named() -> None:
    signature = notes.sign(FULL, KEY).split("\n\n")[1]
    lines = FULL.text.splitlines()
    for number, line, said in (
        (0, "go.sum database tree", "does not name a record"),
        (1, "03", "is no number of entries"),
        (2, "cm9vdA==", "is not the root"),
        (3, "former none", "Where previous is told there is"),
        (3, "previous nobody", "is not the former note's hash"),
        (4, "time yesterday", "does not tell a time"),
        (4, "time 2026-11-28T20:27:09.12Z", "not written in the one form"),
        (6, "restored 0 9", "does not tell a generation, a size and a root"),
        (6, "postscript", "is not one that a checkpoint has"),
    ):
        text = "\n".join([*lines[:number], line, *lines[number + 1 :]])
        with pytest.raises(notes.BadNote, match=said):
            notes.parse(f"{text}\n\n{signature}")
    with pytest.raises(notes.BadNote, match="fewer than the five lines"):
        notes.parse(f"{lines[0]}\n\n{signature}")
    with pytest.raises(notes.BadNote, match="one signature line behind an empty line"):
        notes.parse(FULL.text)


def test_an_entry_is_canonical_json_whatever_stands_in_it() -> None:
    row = (7, None, 'a"b\\c\n', "täsk\u2028", "user:ada", "update", "", "DÖNE\x7f", 3, '{"a": 1}', AT)
    text = entries.text(row)
    assert text == canonical.dumps(json.loads(text))
    assert json.loads(text) == {
        "id": 7,
        "brand": None,
        "subject": 'a"b\\c\n',
        "task": "täsk\u2028",
        "actor": "user:ada",
        "action": "update",
        "from": "",
        "to": "DÖNE\x7f",
        "version": 3,
        "body": '{"a": 1}',
        "at": "2026-11-28T20:27:09.120000Z",
    }
    elsewhere = (*row[:10], AT.astimezone(timezone(timedelta(hours=-3))))
    assert entries.text(elsewhere) == text
    assert entries.text((7, 4, *row[2:])) == text.replace('"brand":null', '"brand":4')
    named = dict(zip(entries.COLUMNS, row, strict=True))
    assert entries.of(AuditEvent(**named)) == text
    assert entries.leaf(row) != entries.leaf((8, *row[1:]))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (SealedEvent(seq=3, event_id=9), "entry 3: event 9"),
        (Subtree(level=8, index=2), "subtree 8/2"),
        (CheckpointKey(kid="0", vkey=VKEY), VKEY),
        (Checkpoint(generation=1, size=4), "checkpoint 1/4"),
        (KeyRotation(pk=5), "rotation 5"),
        (Sealing(installation="0123456789abcdef"), "record 0123456789abcdef"),
        (Anchoring(anchor="file", generation=0, size=4), "file: checkpoint 0/4"),
    ],
)
def test_rows_of_the_sealed_record_have_names(row: object, said: str) -> None:
    assert str(row) == said
