"""The demo as a stranger runs it, in a data folder of its own; and with kill -9 of its programs while it works."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from publishing.simulators.instagram.store import Store as InstagramStore
from publishing.simulators.x.store import Store as XStore
from tests import fresh
from tests.faults.stage import published
from tests.servers import CHECKOUT

KEYS = {
    "trends",
    "goals",
    "tasks_done",
    "published",
    "in_review",
    "rejected",
    "cost_usd",
    "mentions",
    "mentions_answered",
    "seconds",
    "first_post_seconds",
    "python_processes",
    "pss_mib",
}
# A first start of servers, a migration, and every program: half a minute here, more on a busy machine.
pytestmark = pytest.mark.timeout(600)


def start(home: Path, *words: str, **more: str) -> "subprocess.Popen[str]":
    """`manage.py demo` with a clean environment."""
    kept = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "USER")}
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo", *words],
        cwd=CHECKOUT,
        env={**kept, "CHIMERA_HOME": str(home), "FILM_WIDTH": "270", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def left_over(home: Path) -> list[str]:
    """Command lines of processes that still belong to this data folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        environ = process.info["environ"] or {}
        if environ.get("CHIMERA_HOME") == str(home) or str(home) in " ".join(process.info["cmdline"] or []):
            found.append(" ".join(process.info["cmdline"] or [])[:100])
    return found


@pytest.mark.spec("OPS-1", "PUB-2", "PER-3", "MCP-1", "PUB-1")
def test_the_demo_publishes_by_itself_holds_what_is_doubtful_and_leaves_nothing_running(tmp_path: Path) -> None:
    home = tmp_path / "home"
    demo = start(home, "--once", "--json")
    out, err = demo.communicate(timeout=540)
    assert demo.returncode == 0, err[-3000:]
    last = json.loads(out.strip().splitlines()[-1])
    assert set(last) >= KEYS
    assert last["published"] >= 3, err[-3000:]
    assert last["in_review"] >= 1
    assert last["mentions"] == 4 and last["mentions_left_alone"] == {"blocked": 1, "orders": 1}
    assert last["mentions_answered"] >= 1  # who asks whether it is a bot is told at once
    where = last["published_on"]
    assert sum(where.values()) == last["published"] and min(where[name] for name in ("plaza", "x", "instagram")) >= 1
    assert last["cost_usd"] == pytest.approx(0.015 * (where["plaza"] + where["x"]))
    assert labels(home) == {"x": {True}, "instagram": {True}}, "read where the platforms keep them"
    assert min(videos(home).values()) >= 1, "a post is a film where its persona makes one"
    assert 0 < last["first_post_seconds"] <= last["seconds"]
    texts = published(home / "plaza.sqlite3")
    assert len(texts) == len(set(texts)) == where["plaza"]
    assert "posts out" in err  # live progress
    provoked = {
        "limits",
        "forbidden",
        "sensitive",
        "experience",
        "disclosure",
        "links",
        "grounding",
        "duplicates",
        "fleet",
    }
    assert set(last["stopped"]) == provoked, last["stopped"]
    for rule, reason in last["stopped"].items():
        assert f"{rule}: {reason}" in out
    assert left_over(home) == []


def labels(home: Path) -> dict[str, set[bool]]:
    """The AI labels that the simulated platforms hold, by platform."""
    on_x = {post["made_with_ai"] for post in XStore(home / "x.sqlite3").posts(count_max=200)}
    on_instagram = {post["is_ai_generated"] for post in InstagramStore(home / "instagram.sqlite3").posts(count_max=200)}
    return {"x": on_x, "instagram": on_instagram}


def videos(home: Path) -> dict[str, int]:
    """How many of the posts that simulated X and Instagram hold are videos."""
    on_x = [one for post in XStore(home / "x.sqlite3").posts(count_max=200) for one in post["media"]]
    on_instagram = InstagramStore(home / "instagram.sqlite3").posts(count_max=200)
    return {
        "x": sum(one["media_type"] == "video/mp4" for one in on_x),
        "instagram": sum(post["media_type"] == "VIDEO" for post in on_instagram),
    }


def stay_until_shown(home: Path) -> tuple[dict[str, object], str]:
    """Run the staying demo until it has said where everything is, end it; its numbers and all that it printed.

    On one feed, whose stories nobody films: the demo that ends by itself makes them all.
    """
    demo = start(home, "--json", "--port", "0", FEEDS=str(CHECKOUT / "demo" / "feeds" / "saltgrass-review.xml"))
    listener = threading.Thread(target=demo.stderr.read, daemon=True)
    listener.start()
    said: list[str] = []
    for line in demo.stdout:
        said.append(line)
        if "Ctrl-C stops everything" in line:
            break
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(timeout=120) == 0
    listener.join(5)
    demo.stdout.close()
    demo.stderr.close()
    assert left_over(home) == []
    return json.loads(next(line for line in said if line.startswith("{"))), "".join(said)


@pytest.mark.spec("OPS-1")
def test_the_demo_that_stays_ends_whole_and_the_next_one_goes_on_with_the_same_data(tmp_path: Path) -> None:
    home = fresh.begun(tmp_path / "home")
    first, said = stay_until_shown(home)
    for part in ("Desk:", "one-time password", "Timeline:", "Reviews:", "Fleet:"):
        assert part in said
    assert first["published"] >= 3
    assert first["python_processes"] <= 10 and first["pss_mib"] <= 1536
    second, _ = stay_until_shown(home)
    same = ("goals", "tasks_done", "published", "in_review", "cost_usd", "mentions", "mentions_answered")
    assert {key: second[key] for key in same} == {key: first[key] for key in same}
    assert second["first_post_seconds"] is None
    assert len(published(home / "plaza.sqlite3")) == first["published_on"]["plaza"]


@pytest.mark.spec("PLN-3", "PLN-5", "PUB-4")
def test_killing_workers_and_the_connector_of_the_running_demo_loses_and_doubles_nothing(tmp_path: Path) -> None:
    home = fresh.begun(tmp_path / "home")
    demo = start(home, "--once", "--json")
    told: list[str] = []
    listener = threading.Thread(target=lambda: told.extend(iter(demo.stderr.readline, "")), daemon=True)
    listener.start()
    ends = time.monotonic() + 150
    while not any("new goals" in line for line in told) and demo.poll() is None and time.monotonic() < ends:
        time.sleep(0.05)  # everything is up and the work begins
    killed: list[str] = []
    parent = psutil.Process(demo.pid)
    for mark in ("work@", "connector", "render@", "work@"):
        time.sleep(1.0)
        for child in parent.children(recursive=True) if demo.poll() is None else []:
            if mark in " ".join(_words(child)):
                os.kill(child.pid, signal.SIGKILL)
                killed.append(mark)
                break
    demo.wait(timeout=540)
    listener.join(5)
    out, err = demo.stdout.read(), "".join(told)
    demo.stdout.close()
    demo.stderr.close()
    assert len(killed) >= 2, err[-2000:]
    assert demo.returncode == 0, (killed, err[-3000:])
    last = json.loads(out.strip().splitlines()[-1])
    texts = published(home / "plaza.sqlite3")
    assert len(texts) == len(set(texts)) == last["published_on"]["plaza"] >= 3, killed
    for name, store, key in (("x", XStore, "text"), ("instagram", InstagramStore, "caption")):
        out_there = [post[key] for post in store(home / f"{name}.sqlite3").posts(count_max=200)]
        assert len(out_there) == len(set(out_there)) == last["published_on"][name], (name, killed)
    # A goal is a post on each of its persona's platforms.
    assert last["published"] + last["in_review"] + last["rejected"] >= last["goals"], (killed, err[-2000:])
    assert left_over(home) == []


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.spec("TRD-1")
def test_a_demo_whose_feeds_cannot_be_read_says_so_and_fails(tmp_path: Path) -> None:
    home = fresh.begun(tmp_path / "home")
    demo = start(home, "--once", FEEDS=f"{tmp_path}/missing.xml http://10.0.0.1/feed.xml")
    _, err = demo.communicate(timeout=540)
    assert demo.returncode == 1, err[-2000:]
    assert "missing.xml cannot be read" in err
    assert "not a public address" in err
    assert err.rstrip().endswith("CommandError: None of the feeds could be read; see the sentences above.")
    assert "Traceback" not in err
    assert left_over(home) == []
