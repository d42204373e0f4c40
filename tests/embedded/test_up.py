"""`manage.py up` as a person runs it: one per folder, servers that die come back, a killed run is forgotten. OPS-1."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from chimera.embedded import footprint
from chimera.embedded.home import Home
from chimera.embedded.postgres import SUPERUSER, Postgres
from chimera.embedded.valkey import Valkey
from tests import fresh
from tests.servers import CHECKOUT

# Every program of a machine is started here, more than once: half a minute when the machine is busy.
pytestmark = pytest.mark.timeout(600)
# Eight with one platform; each further platform has a connector process of its own.
PYTHONS_MAX, PSS_MIB_MAX = 10, 1536


def variables(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "USER")}
    return {**kept, "CHIMERA_HOME": str(home)}


class Up:
    """A running `manage.py up` and what it has said."""

    def __init__(self, home: Path, *words: str) -> None:
        self.told: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--json", *words],
            cwd=CHECKOUT,
            env=variables(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for line in said:
                self.told.append(line)

    def wait(self, words: str, *, times: int = 1) -> str:
        """The line with `words` (its n-th); fails with everything that was said."""
        ends = time.monotonic() + 90
        while time.monotonic() < ends:
            if len(found := [line for line in list(self.told) if words in line]) >= times:
                return found[times - 1]
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"never said {words!r}: {''.join(self.told)}")

    def ready(self) -> dict[str, object]:
        """Wait until it is up; its addresses and figures."""
        found: dict[str, object] = json.loads(self.wait('{"desk"'))
        return found

    def end(self, number: int) -> int:
        """Send the signal; the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(timeout=120)
        self._listener.join(20)  # a killed one leaves the pipe to nobody: programs write into their logs
        return code


@pytest.fixture
def start() -> Iterator[Callable[..., Up]]:
    """Starts `up`; whatever still runs at the end is asked to stop."""
    made: list[Up] = []

    def begin(home: Path, *words: str) -> Up:
        made.append(Up(home, *words))
        return made[-1]

    yield begin
    for each in made:
        if each.process.poll() is None:
            each.end(signal.SIGTERM)


def run(home: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Another command beside it."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=CHECKOUT,
        env=variables(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def left_over(home: Path) -> list[str]:
    """Command lines of processes that still belong to this data folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        words = " ".join(process.info["cmdline"] or [])
        if (process.info["environ"] or {}).get("CHIMERA_HOME") == str(home) or str(home) in words:
            found.append(words[:100])
    return found


def eventually(question: Callable[[], object], timeout_s: float = 240) -> None:
    ends = time.monotonic() + timeout_s
    while not question():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.2)


def answers(address: object) -> bool:
    try:
        with urllib.request.urlopen(f"{address}login/", timeout=5) as found:
            return bool(found.status == 200 and b"csrf" in found.read())
    except OSError:
        return False


def finishes_a_goal(home: Path, soul: str) -> None:
    """Launch a new agent and see its first goals through to a human's desk."""
    launched = run(home, "launch_agent", f"demo/souls/{soul}.md", "--json")
    assert launched.returncode == 0, launched.stderr
    assert json.loads(launched.stdout)["goals"] > 0

    with psycopg.connect(**Postgres(Home(home)).params(SUPERUSER, "chimera"), autocommit=True) as watcher:
        asked = "SELECT EXISTS (SELECT FROM governance_reviewitem WHERE agent = %s AND status = 'PENDING')"
        eventually(lambda: watcher.execute(asked, [soul]).fetchone() == (True,))  # each `fleet` is seconds of a core
    agents = json.loads(run(home, "fleet", "--json").stdout)["agents"]
    assert any(agent["in_review"] for agent in agents if soul in json.dumps(agent))


def kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


@pytest.mark.spec("OPS-1")
def test_servers_that_are_killed_come_back_and_new_goals_still_complete(
    tmp_path: Path, start: Callable[..., Up]
) -> None:
    home = fresh.begun(tmp_path / "home")
    up = start(home)
    found = up.ready()
    assert "one-time password" in up.wait("Desk:")
    assert found["python_processes"] <= PYTHONS_MAX and found["pss_mib"] <= PSS_MIB_MAX, found
    feeds = [word for path in sorted((CHECKOUT / "demo" / "feeds").glob("*.xml")) for word in ("--feed", str(path))]
    assert run(home, "launch_agent", "demo/souls/bea_unscrews.md").returncode == 0  # makes the brand
    assert run(home, "scan_trends", *feeds).returncode == 0

    former = Postgres(Home(home)).pid()
    kill(former)
    up.wait("Postgres came back")
    assert Postgres(Home(home)).pid() not in (None, former)
    eventually(lambda: answers(found["desk"]))
    finishes_a_goal(home, "iven_at_lowtide")

    kill(Valkey(Home(home)).pid())
    up.wait("Valkey came back")
    finishes_a_goal(home, "zuzka_bubbles")
    assert answers(found["desk"])
    weight = footprint_of(up, home)
    assert weight.python_processes <= PYTHONS_MAX and weight.pss_mib <= PSS_MIB_MAX, weight.sentence()

    assert up.end(signal.SIGTERM) == 0, "".join(up.told)
    assert left_over(home) == []


def footprint_of(up: Up, home: Path) -> footprint.Footprint:
    """As `up` would measure itself now: seen from outside, without the test's own process."""
    code = "import sys; from chimera.embedded import footprint; import dataclasses, json, os;"
    code += "os.getpid = lambda: int(sys.argv[1]);"
    code += "print(json.dumps(dataclasses.asdict(footprint.measure(servers=map(int, sys.argv[2:])))))"
    pids = [up.process.pid, Postgres(Home(home)).pid(), Valkey(Home(home)).pid()]
    argv = [sys.executable, "-c", code, *map(str, pids)]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=30)
    return footprint.Footprint(**json.loads(done.stdout))


@pytest.mark.spec("OPS-1")
def test_a_second_run_on_the_folder_is_refused_and_a_killed_one_is_forgotten(
    tmp_path: Path, start: Callable[..., Up]
) -> None:
    home = fresh.begun(tmp_path / "home")
    first = start(home)
    found = first.ready()
    before = {path: path.stat().st_mtime_ns for path in (home / "run").iterdir()}
    second = run(home, "demo")
    assert second.returncode == 1 and second.stdout == ""
    assert second.stderr.startswith("demo: One is already running on the data folder")
    assert f"process {first.process.pid}; desk {found['desk']}" in second.stderr
    assert second.stderr.count("\n") == 1
    assert {path: path.stat().st_mtime_ns for path in (home / "run").iterdir()} == before
    assert answers(found["desk"])

    port = str(found["desk"]).split(":")[2].split("/")[0]
    other = run(tmp_path / "other", "up", "--port", port)
    assert other.returncode == 1 and other.stderr.count("\n") == 1
    assert other.stderr.startswith(f"up: Port {port} of this machine is taken by another program. Name another one")
    assert left_over(tmp_path / "other") == [] and not (tmp_path / "other" / "data" / "postgres").exists()

    first.end(signal.SIGKILL)
    again = start(home)
    assert again.ready()["python_processes"] == PYTHONS_MAX
    assert again.end(signal.SIGINT) == 0, "".join(again.told)
    assert left_over(home) == []


@pytest.mark.spec("OPS-1")
def test_a_stop_in_the_middle_of_the_first_start_leaves_nothing(tmp_path: Path, start: Callable[..., Up]) -> None:
    home = tmp_path / "home"
    up = start(home)
    eventually(lambda: (home / "data" / "postgres").exists() or (home / "data" / "postgres.new").exists())
    assert up.end(signal.SIGTERM) in (0, 130)
    assert "Traceback" not in "".join(up.told)
    assert left_over(home) == []


def test_the_time_since_the_clone_is_told_once_and_only_when_it_is_known(tmp_path: Path) -> None:
    assert footprint.first_post_s(tmp_path) is None
    (tmp_path / ".begun").write_text(f"{time.time() - 42:.0f}\n")
    waited = footprint.first_post_s(tmp_path)
    assert waited is not None and 41 <= waited < 100
    assert footprint.first_post_s(tmp_path) is None


def test_a_first_run_on_another_day_tells_no_time(tmp_path: Path) -> None:
    (tmp_path / ".begun").write_text(f"{time.time() - 90_000:.0f}\n")
    assert footprint.first_post_s(tmp_path) is None


def test_the_footprint_counts_this_process_and_a_server_once(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        alone = footprint.measure(servers=[])
        again = footprint.measure(servers=[child.pid, child.pid, None])
    finally:
        child.communicate(b"\n")
    assert alone.python_processes == again.python_processes >= 2
    assert 5 < again.python_mib <= again.pss_mib
