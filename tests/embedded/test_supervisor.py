"""The supervisor starts, watches and stops exactly its programs and what they left behind. OPS-1."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chimera.embedded import processes
from chimera.embedded.errors import StartFailed
from chimera.embedded.supervisor import Program, Supervisor

CHECKOUT = Path(__file__).resolve().parents[2]
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
PARENT = """
import subprocess, sys, time
from pathlib import Path
child = subprocess.Popen([sys.executable, "-c", sys.argv[2]], start_new_session=sys.argv[3] == "apart")
Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(60)
"""
WEB = """
import http.server, sys, time
time.sleep(0.3)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "logs")
    yield made
    made.stop(timeout_s=1)


def wait_until(question: Callable[[], object], timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while not question():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def number_in(path: Path) -> int:
    wait_until(lambda: path.exists() and path.read_text())
    return int(path.read_text())


@pytest.mark.spec("OPS-1")
@pytest.mark.parametrize("where", ["together", "apart"])
def test_stop_ends_a_grandchild_that_does_not_listen(supervisor: Supervisor, tmp_path: Path, where: str) -> None:
    stubborn = STUBBORN + "time.sleep(60)"
    argv = [sys.executable, "-c", PARENT, str(tmp_path / "pid"), stubborn, where]
    supervisor.start([Program("parent", argv, {}), Program("sleeper", SLEEPER, {})])
    grandchild = number_in(tmp_path / "pid")
    pids = list(supervisor.pids().values())
    time.sleep(0.2)  # the grandchild has to reach its signal handler
    began = time.monotonic()
    supervisor.stop(timeout_s=1)
    assert time.monotonic() - began < 10, "both would sleep for a minute"
    assert not [pid for pid in [*pids, grandchild] if processes.exists(pid)]
    assert supervisor.pids() == {}


def test_a_program_that_ignores_the_request_is_killed(supervisor: Supervisor) -> None:
    argv = [sys.executable, "-c", STUBBORN + "print('deaf', flush=True); time.sleep(60)"]
    supervisor.start([Program("deaf", argv, {})])
    pid = supervisor.pids()["deaf"]
    wait_until(lambda: "deaf" in (supervisor.log_dir / "deaf.log").read_text())
    supervisor.stop(timeout_s=0.5)
    assert not processes.exists(pid)


def test_a_crashed_program_is_started_again_later_and_later(supervisor: Supervisor) -> None:
    supervisor.start([Program("crasher", [sys.executable, "-c", "import sys; sys.exit('no luck')"], {})])
    told: list[str] = []
    supervisor.watch(until=lambda: len(told) >= 3, tell=told.append, interval_s=0.02)
    assert told[0].startswith("crasher ended with exit code 1; it is started again in 0.5 s.") and "no luck" in told[0]
    assert told[1] == "crasher was started again."
    assert "started again in 1 s" in told[2]


def test_what_a_crashed_program_left_is_cleared_before_it_starts_again(supervisor: Supervisor, tmp_path: Path) -> None:
    argv = [sys.executable, "-c", PARENT, str(tmp_path / "pid"), "import time; time.sleep(60)", "together"]
    supervisor.start([Program("parent", argv, {})])
    grandchild = number_in(tmp_path / "pid")
    old = supervisor.pids()["parent"]
    os.kill(old, signal.SIGKILL)
    told: list[str] = []
    wait_until(lambda: told.extend(supervisor.tick()) or told)
    assert "killed by signal 9" in told[0]
    wait_until(lambda: not processes.exists(grandchild))
    wait_until(lambda: supervisor.tick() or supervisor.pids())
    assert supervisor.pids()["parent"] != old


def test_a_program_that_runs_once_is_not_started_again(supervisor: Supervisor) -> None:
    supervisor.start([Program("once", [sys.executable, "-c", "print('done')"], {}, restart=False)])
    told: list[str] = []
    wait_until(lambda: told.extend(supervisor.tick()) or told)
    time.sleep(0.6)
    assert supervisor.tick() == [] and told == ["once ended with exit code 0."]


def test_ready_means_that_the_address_answers(supervisor: Supervisor, tmp_path: Path) -> None:
    port = processes.free_port()
    argv = [sys.executable, "-c", WEB, str(port)]
    supervisor.start([Program("web", argv, {}, ready_url=f"http://127.0.0.1:{port}/"), Program("idle", SLEEPER, {})])
    supervisor.wait_ready(10)
    assert set(supervisor.pids()) == {"web", "idle"}


def test_an_answer_that_is_no_success_is_not_ready(supervisor: Supervisor) -> None:
    port = processes.free_port()
    argv = [sys.executable, "-c", WEB, str(port)]
    supervisor.start([Program("web", argv, {}, ready_url=f"http://127.0.0.1:{port}/missing")])
    with pytest.raises(StartFailed, match=r"web was not ready within 1 s .*it answered 404"):
        supervisor.wait_ready(1)


def test_a_program_that_ends_while_starting_is_named_with_its_last_words(supervisor: Supervisor) -> None:
    argv = [sys.executable, "-c", "raise SystemExit('the port is taken')"]
    supervisor.start([Program("web", argv, {}, ready_url=f"http://127.0.0.1:{processes.free_port()}/")])
    with pytest.raises(StartFailed, match=r"(?s)web ended while starting.*the port is taken"):
        supervisor.wait_ready(10)


def test_a_program_gets_its_own_environment_and_not_ours(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRANT_PRIVATE_KEY", "ours alone")
    argv = [sys.executable, "-c", "import os; print(sorted(os.environ)); print(os.environ['MINE'])"]
    program = Program("env", argv, {"MINE": "theirs"}, restart=False)
    supervisor.start([program])
    wait_until(lambda: "theirs" in (supervisor.log_dir / "env.log").read_text())
    assert "GRANT_PRIVATE_KEY" not in (supervisor.log_dir / "env.log").read_text()
    assert "theirs" not in repr(program)


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        (Program("Bad/name", SLEEPER, {}), "is no program name"),
        (Program("none", ["no-such-program"], {}), "there is no program no-such-program"),
        (Program("empty", [], {}), "there is no program"),
        (Program("far", SLEEPER, {}, ready_url="http://example.org/"), "only loopback is asked"),
    ],
)
def test_a_program_that_cannot_be_run_is_refused_by_name(
    supervisor: Supervisor, program: Program, sentence: str
) -> None:
    with pytest.raises(StartFailed, match=sentence):
        supervisor.start([Program("good", SLEEPER, {}), program])
    assert supervisor.pids() == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent ended")
def test_programs_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from chimera.embedded.supervisor import *;"
    code += f"made = Supervisor(Path({str(tmp_path)!r})); made.start([Program('sleeper', {SLEEPER!r}, {{}})]);"
    code += "print(made.pids()['sleeper'], flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    assert processes.exists(child)
    time.sleep(0.3)  # the tether has to have tied itself
    process.kill()
    process.communicate(timeout=10)
    assert processes.wait_gone(child, timeout_s=5)
