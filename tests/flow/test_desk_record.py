"""The desk's page of checkpoints, and the commands around the seal. AUD-2, AUD-3."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chimera.core import tenancy
from governance.audit import notes
from tests.conftest import World
from tests.governance import sealers

pytestmark = pytest.mark.spec("AUD-2")

PAGE = "/admin/governance/checkpoint/"


@pytest.fixture
def desk(world: World) -> Iterator[Client]:
    """A signed-in operator."""
    with world.role("operator"):
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada", password="a long enough password")
        client = Client()
        client.login(username="ada", password="a long enough password")
        yield client


def sealed(world: World, folder: Path, *, rounds: int) -> None:
    with sealers.sealing(world, folder) as sealer, world.role("app"):
        for _ in range(rounds):
            sealers.happen()
            sealer.all()


def test_the_page_shows_each_root_its_key_and_whether_it_stands_outside(
    world: World, desk: Client, tmp_path: Path
) -> None:
    sealed(world, tmp_path, rounds=2)
    text = desk.get(PAGE).content.decode()
    for note in sealers.published(tmp_path):
        told = notes.parse(note)
        assert told.checkpoint.root.hex() in text
        assert told.kid in text
    assert "not sealed yet" in text
    with CaptureQueriesContext(connection) as few:
        desk.get(PAGE)
    sealed(world, tmp_path, rounds=4)
    with CaptureQueriesContext(connection) as many:
        assert desk.get(PAGE).status_code == 200
    assert len(many) == len(few)
    world.superuser().execute("UPDATE governance_anchoring SET size = size - 1")
    assert ", behind" in desk.get(PAGE).content.decode()


def test_a_checkpoint_is_read_with_its_note_and_its_key_and_cannot_be_changed(
    world: World, desk: Client, tmp_path: Path
) -> None:
    assert "nothing yet" in desk.get(PAGE).content.decode()
    sealed(world, tmp_path, rounds=1)
    row = world.superuser().execute("SELECT id FROM governance_checkpoint").fetchone()
    page = desk.get(f"{PAGE}{row[0]}/change/").content.decode()
    assert sealers.published(tmp_path)[0].split("\n")[0] in page
    assert notes.key_name(notes.parse(sealers.published(tmp_path)[0]).checkpoint.installation) + "+" in page
    assert 'name="_save"' not in page
    assert desk.post(f"{PAGE}{row[0]}/change/", {"size": "1"}).status_code == 403


@pytest.mark.spec("AUD-3")
def test_keys_are_printed_and_followed_by_commands(world: World, tmp_path: Path) -> None:
    def say(*words: str) -> str:
        out = io.StringIO()
        call_command(*words, stdout=out, stderr=out)
        return out.getvalue()

    with world.role("operator"):
        assert "No checkpoint was signed yet" in say("record_keys")
        with pytest.raises(CommandError, match="no key to follow"):
            say("rotate_checkpoint_key")
    sealed(world, tmp_path, rounds=1)
    with world.role("operator"):
        assert "Asked." in say("rotate_checkpoint_key")
        assert json.loads(say("rotate_checkpoint_key", "--json"))["rotation"] == 2
    sealed(world, tmp_path, rounds=1)
    with world.role("operator"):
        lines = say("record_keys").split()
        assert [found["vkey"] for found in json.loads(say("record_keys", "--json"))["keys"]] == lines
    assert [notes.read_vkey(line)[1] for line in lines] == [
        notes.parse(sealers.published(tmp_path)[1]).kid,
        notes.parse(sealers.published(tmp_path)[1]).next_kid,
    ]


def test_a_program_without_the_sealers_login_says_what_it_lacks(world: World) -> None:
    with pytest.raises(CommandError, match="SEALER_DATABASE_URL is not set"):
        call_command("seal", "--once")


def test_the_command_seals_once_or_says_that_somebody_else_does(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from governance.audit.sealer import Sealer
    from governance.audit.sealing import ONE_AT_A_TIME

    watched = []
    monkeypatch.setitem(settings.DATABASES, "sealer", {})
    sealers.happen()
    with sealers.sealing(world, tmp_path) as sealer:
        monkeypatch.setattr(Sealer, "from_settings", classmethod(lambda cls: sealer))
        monkeypatch.setattr(Sealer, "watch", lambda self, stop, every_s: watched.append(every_s))
        other = world.connect("sealer")
        other.execute("BEGIN")
        other.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        out = io.StringIO()
        call_command("seal", "--once", stdout=out)
        other.execute("ROLLBACK")
        call_command("seal", "--once", stdout=out)
        call_command("seal", "--once", "--json", stdout=out)
        call_command("seal", stdout=out)
    busy, done, numbers, watching = out.getvalue().splitlines()
    assert busy.startswith("Another sealer is at it")
    assert "entries sealed; the record has" in done
    assert json.loads(numbers)["sealed"] == 0
    assert watching.startswith("Sealing")
    assert watched == [0.25]
