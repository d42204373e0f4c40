"""A data folder, a disk or a port that cannot be used: one sentence, exit code 1, and nothing is started. OPS-1."""

import os
import shutil
import signal
import socket
import subprocess
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from chimera.embedded import entry, gate, identity
from chimera.embedded.errors import StartFailed
from chimera.embedded.home import Home
from chimera.embedded.postgres import Postgres
from chimera.embedded.valkey import Valkey

Usage = namedtuple("Usage", "total used free")
GIB = 2**30


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """The data folder that commands of this process use; signals are as before afterwards."""
    monkeypatch.setenv("CHIMERA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    made = Home(tmp_path / "home")
    yield made
    for number, handler in former.items():
        signal.signal(number, handler)
    if made.root.is_dir():
        assert (Postgres(made).pid(), Valkey(made).pid()) == (None, None)


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the command says on its way out with exit code 1: one line."""
    assert entry.main(["manage.py", *words]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "Traceback" not in said.err
    return said.err


@pytest.mark.parametrize("command", ["demo", "up", "fleet"])
def test_a_file_in_the_place_of_the_folder_is_a_sentence(
    home: Home, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    home.root.write_text("")
    said = refused(capsys, command)
    assert said.startswith(f"{command}: The data folder {home.root} cannot be made or entered")
    assert "Set CHIMERA_HOME to a folder that belongs to you." in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere; the read-only disk below is root's test")
def test_a_folder_that_is_not_ours_to_write_is_a_sentence(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home.prepare()
    home.run.chmod(0o500)
    try:
        assert "cannot be written to" in refused(capsys, "demo")
    finally:
        home.run.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
def test_a_read_only_disk_is_a_sentence(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    home.prepare()
    place = str(home.root)
    if subprocess.run(["mount", "--bind", place, place], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", place, place], capture_output=True, check=True)
        said = refused(capsys, "demo")
    finally:
        subprocess.run(["umount", place], check=True)
    assert f"The data folder {place} cannot be written to" in said and "Read-only file system" in said
    assert "set CHIMERA_HOME to a folder that is" in said


def test_a_folder_that_takes_no_file_is_a_sentence(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    home.prepare()
    monkeypatch.setattr(gate.tempfile, "TemporaryFile", full)
    with pytest.raises(StartFailed, match=r"cannot be written to \(.*No space left on device\)\. Make it writable"):
        gate.check_writable(home)


@pytest.mark.spec("OPS-1")
@pytest.mark.parametrize("command", ["demo", "up"])
def test_less_than_a_gibibyte_of_disk_is_a_sentence(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10 * GIB, 9 * GIB, GIB - 1))
    said = refused(capsys, command)
    assert f"The disk of the data folder {home.root} has 1.00 GiB free; at least 1 GiB is needed. Make room" in said
    assert not home.postgres.exists()


def test_a_gibibyte_of_disk_is_enough(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10 * GIB, 9 * GIB, GIB))
    gate.check_space(home.prepare())


@pytest.mark.spec("OPS-1")
@pytest.mark.parametrize("command", ["demo", "fleet"])
def test_a_database_of_another_postgres_is_a_sentence(
    home: Home, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    home.prepare()
    chosen = identity.choose(home)
    chosen.data.mkdir(mode=0o700)
    (chosen.data / "PG_VERSION").write_text("14\n")
    if chosen.user is not None:
        os.chown(chosen.data, chosen.user, -1)
    said = refused(capsys, command)
    assert f"The database in {chosen.data} was made by Postgres 14, the installed one is {chosen.major}." in said
    assert "Dump it with the old version" in said


@pytest.mark.spec("OPS-1")
@pytest.mark.parametrize("form", ["--port {}", "--port={}"])
def test_a_port_that_is_taken_is_named_and_nothing_is_started(
    home: Home, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(capsys, "up", *form.format(port).split())
    assert said == (
        f"up: Port {port} of this machine is taken by another program. "
        "Name another one with --port, or leave it out for a free one.\n"
    )
    assert not home.postgres.exists()


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_a_sentence(home: Home, capsys: pytest.CaptureFixture[str], port: int) -> None:
    assert f"There is no port {port}; ports go from 1 to 65535." in refused(capsys, "demo", f"--port={port}")


def test_what_is_no_port_at_all_is_left_to_the_command() -> None:
    assert gate.asked_port(["--once"]) == gate.asked_port(["--port", "x"]) == gate.asked_port(["--port"]) == 0
    assert gate.asked_port(["--json", "--port", "8800"]) == 8800


@pytest.mark.spec("OPS-1")
def test_who_holds_the_folder_is_named_and_a_claim_ends_with_its_holder(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with gate.claimed(home) as claim:
        assert f"(process {os.getpid()}; it has no desk, or not yet)" in refused(capsys, "up")
        claim.note("http://127.0.0.1:8800/admin/")
        assert f"(process {os.getpid()}; desk http://127.0.0.1:8800/admin/)" in refused(capsys, "demo")
        (home.run / "up.lock").write_text("")
        assert "(it is just starting)" in refused(capsys, "demo")
    with gate.claimed(home):
        assert not home.postgres.exists()


def test_a_second_signal_does_not_break_off_the_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_asked_at", None)
    with pytest.raises(KeyboardInterrupt):
        gate._interrupt(signal.SIGTERM, None)
    gate._interrupt(signal.SIGHUP, None)
    monkeypatch.setattr(gate, "_asked_at", gate.time.monotonic() - 31)
    with pytest.raises(KeyboardInterrupt):
        gate._interrupt(signal.SIGINT, None)
