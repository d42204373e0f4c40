"""In the shadow a process reaches nothing but its database, and afterwards everything as before."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from chimera.core import differences, shadow, storage

pytestmark = pytest.mark.spec("PLN-7")


def _udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", 9))


def _tcp() -> None:
    with socket.socket() as caller:
        caller.connect_ex(("127.0.0.1", 9))


ACTS: dict[str, Callable[[Path], object]] = {
    "connect to ('127.0.0.1', 9)": lambda folder: _tcp(),
    "send to ('127.0.0.1', 9)": lambda folder: _udp(),
    "look up localhost": lambda folder: socket.getaddrinfo("localhost", 80),
    f"start {sys.executable}": lambda folder: subprocess.run([sys.executable, "-c", "pass"], check=True),
    "start true": lambda folder: os.system("true"),
    "write": lambda folder: (folder / "new").write_text("x"),
    "delete": lambda folder: (folder / "old").unlink(),
    "rename": lambda folder: (folder / "old").rename(folder / "new"),
    "make the folder": lambda folder: (folder / "sub").mkdir(),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_reaches_out_is_refused_and_noted(act: str, tmp_path: Path) -> None:
    (tmp_path / "old").write_text("x")
    with shadow.closed() as reached:
        with pytest.raises(shadow.ReachedOut, match="A replay touches nothing outside"):
            ACTS[act](tmp_path)
    assert reached and act in reached[0]
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    ACTS[act](tmp_path)  # and afterwards it may again


def test_other_threads_are_in_the_shadow_too(tmp_path: Path) -> None:
    def act() -> None:
        with pytest.raises(shadow.ReachedOut):
            _udp()

    with shadow.closed() as reached:
        thread = threading.Thread(target=act)
        thread.start()
        thread.join()
    assert reached == ["send to ('127.0.0.1', 9)"]


def test_reading_goes_on_and_storage_only_names_the_hash(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    kept = storage.put(b"kept before")
    with shadow.closed() as reached:
        assert storage.get(kept) == b"kept before"
        named = storage.put(b"drawn again")
        with pytest.raises(storage.NotStored):
            storage.get(named)
        assert Path(os.devnull).open("w").close() is None
    assert not reached
    assert not shadow.holds()
    assert storage.put(b"drawn again") == named
    assert storage.get(named) == b"drawn again"


@pytest.mark.parametrize(
    ("recorded", "now", "said"),
    [
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "y"}]}, 'a[1].b: recorded "x", now "y"'),
        ({"a": 1}, {"a": 1, "b": None}, "b: recorded nothing, now null"),
        ([1, 2], [1], "[1]: recorded 2, now nothing"),
        ({"a": True}, {"a": 1}, "a: recorded true, now 1"),
        ("x", "y", 'the whole: recorded "x", now "y"'),
        (
            {"t": "a" * 90 + "b" + "c" * 90},
            {"t": "a" * 90},
            f't: recorded "…{"a" * 20}b{"c" * 39}…", now "…{"a" * 20}"',
        ),
        ({"t": list(range(90))}, {"t": "x"}, f't: recorded {str(list(range(90)))[:60]}…, now "x"'),
    ],
)
def test_the_first_difference_is_named_with_both_sides(recorded: object, now: object, said: str) -> None:
    assert str(differences.first(recorded=recorded, now=now)) == said


def test_what_is_the_same_json_does_not_differ() -> None:
    assert differences.first(recorded={"a": [1, 2], "b": "ü"}, now={"b": "ü", "a": (1, 2)}) is None


def test_outside_the_shadow_no_line_of_ours_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def look(event: str, arguments: object) -> None:
        asked.append(event)

    monkeypatch.setattr(shadow, "_look", look)
    with shadow.closed(), shadow.closed():
        (tmp_path / "one").touch()
    inside = len(asked)
    (tmp_path / "two").touch()
    assert "open" in asked[:inside] and len(asked) == inside
    monkeypatch.undo()
    with shadow.closed() as reached, pytest.raises(shadow.ReachedOut):
        (tmp_path / "three").touch()
    assert reached and sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]
