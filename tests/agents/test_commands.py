"""The commands of an operator: sentences for people, one JSON line for machines, every act on the record."""

import getpass
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command, load_command_class

from agents import pipeline
from agents.personas.models import Agent
from agents.tasks.models import Task
from chimera.core import clock, tenancy
from governance.controls.models import Control
from governance.models import AuditEvent
from publishing.trends.models import Feed, Trend
from tests import people
from tests.agents.fakes import desk, looking
from tests.conftest import ALPHA, BETA, World

BEA = str(people.SOULS / "bea_unscrews.md")
CLI = f"cli:{getpass.getuser()}"
COMMANDS = {
    "launch_agent": "agents",
    "fleet": "agents",
    "pause": "agents",
    "resume": "agents",
    "emergency_stop": "agents",
    "promote": "agents",
    "replay": "agents",
    "scan_trends": "publishing",
}


@pytest.fixture
def one_person(settings: Any) -> None:
    """An installation that one person runs."""
    settings.RESUME_NEEDS_SECOND_PERSON = False


def run(world: World, *arguments: str) -> str:
    """What a command prints, run as the operator."""
    out = StringIO()
    with world.role("operator"):
        call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def run_json(world: World, *arguments: str) -> dict[str, Any]:
    """The last line that it prints with --json."""
    found: dict[str, Any] = json.loads(run(world, *arguments, "--json").rstrip("\n").split("\n")[-1])
    return found


def refusal(world: World, *arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(world, *arguments)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def launch(world: World) -> dict[str, Any]:
    return run_json(world, "launch_agent", BEA, "--brand", "alpha")


def events(world: World, subject: str) -> list[tuple[str, str, str]]:
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        found = AuditEvent.objects.filter(subject__startswith=subject).order_by("id")
        return [(event.actor, event.from_status, event.to_status) for event in found]


@pytest.mark.spec("OPS-1")
@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_every_command_has_examples_that_call_it(name: str) -> None:
    text = load_command_class(COMMANDS[name], name).create_parser("manage.py", name).format_help()
    assert f"manage.py {name}" in text.partition("examples:")[2]
    assert "--json" in text


@pytest.mark.spec("PER-3")
def test_launching_prints_the_agent_with_its_checklist(world: World) -> None:
    found = launch(world)
    checklist = found.pop("checklist")
    items = found.pop("checklist_items")
    with looking():
        agent = Agent.objects.get()
    assert found == {
        "agent": "bea_unscrews",
        "id": agent.pk,
        "brand": "alpha",
        "soul_version": 1,
        "rung": "PROBATION",
        "goals": 0,
    }
    assert set(checklist) == {"account", "labels", "budget", "disclosure", "trust"}
    assert {item["name"]: item["text"] for item in items} == checklist
    assert {item["name"] for item in items if not item["done"]} == {"budget", "disclosure"}
    assert all(item["todo"] for item in items if not item["done"])
    assert checklist["account"] == "@bea_unscrews on plaza"
    assert checklist["budget"] == "$2.00 a day"
    assert launch(world)["id"] == agent.pk
    assert {actor for actor, _, _ in events(world, "agents.agent:")} == {CLI}


@pytest.mark.spec("PER-3")
def test_launching_among_live_trends_sets_goals_and_tells_a_person(world: World) -> None:
    with desk(world):
        people.trend(brand_id=ALPHA)
    said = run(world, "launch_agent", BEA, "--brand", "alpha")
    assert "@bea_unscrews (Bea Tornquist) is launched for Alpha, soul version 1." in said
    assert "on probation" in said
    assert "1 goals were set" in said


@pytest.mark.spec("PER-3")
def test_a_first_agent_finds_what_was_read_before_its_brand_was_there(world: World, tmp_path: Path) -> None:
    feed = tmp_path / "own.xml"
    title, summary = people.STORY
    feed.write_text(
        "<rss version='2.0'><channel><title>Harbour Post</title><link>https://example.org</link><description>n</description>"
        f"<item><title>{title}</title><guid>1</guid><description>{summary}</description></item></channel></rss>"
    )
    run(world, "scan_trends", "--feed", str(feed))
    with world.superuser() as owner:  # as on a fresh machine: the feed is read, and no brand has its trends
        owner.execute("SET session_replication_role = replica")
        owner.execute("DELETE FROM publishing_trend")
    assert run_json(world, "launch_agent", BEA, "--brand", "alpha")["goals"] == 1


@pytest.mark.spec("PER-1")
def test_a_bad_launch_is_one_sentence_and_changes_nothing(world: World, tmp_path: Path) -> None:
    bad = tmp_path / "SOUL.md"
    bad.write_text(Path(BEA).read_text().replace("motif: circuit", "motif: skulls"))
    said = refusal(world, "launch_agent", str(bad), "--brand", "alpha")
    assert "SOUL.md, line " in said and "`visual.motif`" in said
    assert "cannot be read: No such file" in refusal(world, "launch_agent", str(tmp_path / "gone.md"))
    assert "known: alpha, beta" in refusal(world, "launch_agent", BEA, "--brand", "gamma")
    with looking():
        assert Agent.objects.count() == 0


def test_a_handle_of_another_brand_is_one_sentence_too(world: World) -> None:
    launch(world)
    said = refusal(world, "launch_agent", BEA, "--brand", "beta")
    assert "@bea_unscrews would be a look-alike of @bea_unscrews (Bea Tornquist, brand alpha)" in said
    with looking(BETA):
        assert Agent.objects.count() == 0


@pytest.mark.spec("PUB-7", "GOV-3")
def test_the_fleet_shows_every_agent_and_what_holds_it_back(world: World) -> None:
    assert run_json(world, "fleet") == {"agents": []}
    assert "Launch one" in run(world, "fleet")
    launch(world)
    (line,) = run_json(world, "fleet")["agents"]
    with looking():
        agent = Agent.objects.get()
    assert line == {
        "id": agent.pk,
        "handle": "bea_unscrews",
        "name": "Bea Tornquist",
        "brand": "alpha",
        "rung": "PROBATION",
        "published": 0,
        "in_review": 0,
        "open_tasks": 0,
        "spent_today_usd_micros": 0,
        "limit_usd_micros": 2_000_000,
        "held_back_by": "on probation: every post waits for a human",
    }
    run(world, "pause", "bea_unscrews", "--reason", "tea")
    since = Control.objects.get().since
    assert (
        run_json(world, "fleet")["agents"][0]["held_back_by"]
        == f"A pause on agent:{agent.pk} is in force since {since:%H:%M} UTC: tea"
    )
    assert "bea_unscrews" in run(world, "fleet")


@pytest.mark.spec("PER-5", "AUD-1")
def test_promoting_climbs_lowers_and_stands_in_the_record(world: World) -> None:
    launch(world)
    up = run_json(world, "promote", "@bea_unscrews", "--to", "AUTONOMOUS", "--reason", "ten good posts")
    assert up == {"agent": "bea_unscrews", "rung": "AUTONOMOUS"}
    assert "now probation: a strike" in run(
        world, "promote", "bea_unscrews", "--to", "PROBATION", "--reason", "a strike"
    )
    moves = [event for event in events(world, "agents.agent:") if event[1] and event[1] != event[2]]
    assert moves == [
        (CLI, "PROBATION", "SUPERVISED"),
        (CLI, "SUPERVISED", "AUTONOMOUS"),
        (CLI, "AUTONOMOUS", "PROBATION"),
    ]
    assert "No agent is called 'nobody'" in refusal(world, "promote", "nobody", "--to", "SUPERVISED", "--reason", "x")
    with pytest.raises(CommandError, match="invalid choice: 'KING'"):
        run(world, "promote", "bea_unscrews", "--to", "KING", "--reason", "x")
    with pytest.raises(CommandError, match="--reason"):
        run(world, "promote", "bea_unscrews", "--to", "SUPERVISED")


@pytest.mark.parametrize("command", ["pause", "resume", "emergency_stop"])
def test_a_stop_names_exactly_one_thing_that_exists(world: World, command: str) -> None:
    why = ["--reason", "a drill"]
    flags = "--brand, --platform, --spending or --fleet" + (", --effects" if command == "resume" else "")
    expected = f"Name exactly one: an agent (handle or id), {flags}."
    assert refusal(world, command, *why) == expected
    assert refusal(world, command, "bea_unscrews", "--fleet", *why) == expected
    assert refusal(world, command, "--spending", "--platform", "plaza", *why) == expected
    assert "No agent is called 'nobody'. Known: none yet" in refusal(world, command, "nobody", *why)
    assert "No brand is called 'gamma'. Known: alpha, beta." in refusal(world, command, "--brand", "gamma", *why)
    assert "No platform is called 'orkut'. Known: instagram, plaza, x." in refusal(
        world, command, "--platform", "orkut", *why
    )
    assert Control.objects.count() == 0


def planned(world: World) -> int:
    """An agent with one goal to plan; returns its id."""
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
        return agent.pk


@pytest.mark.spec("OPS-4", "PLN-6", "AUD-1")
@pytest.mark.parametrize("command", ["pause", "emergency_stop"])
@pytest.mark.parametrize("target", ["bea_unscrews", "--fleet"])
def test_a_stop_keeps_rows_from_moving_and_resuming_lets_them_go(
    world: World, one_person: None, command: str, target: str
) -> None:
    agent_id = planned(world)
    scope = "fleet" if target == "--fleet" else f"agent:{agent_id}"
    kind = "pause" if command == "pause" else "stop"
    stop = run_json(world, command, target, "--reason", "a drill")
    assert stop.pop("since").startswith("20")
    assert stop.pop("seconds") > 0.4
    assert stop == {
        "scope": scope,
        "kind": kind,
        "incident": command == "emergency_stop",
        "needs_second_person": False,
        "by": CLI,
        "reason": "a drill",
        "revoked": 0,
        "in_flight": [],
        "may_still_land": [],
    }
    assert pipeline.drain(queue="think", seconds=30) == 0
    with looking():
        assert set(Task.objects.values_list("status", flat=True)) == {"READY"}  # nothing was purged
    assert run_json(world, "resume", target, "--reason", "done") == {
        "scope": scope,
        "lifted": [{"kind": kind, "reason": "a drill"}],
        "waiting_for_second_person": [],
    }
    assert pipeline.drain(queue="think", seconds=30) > 0
    assert events(world, "governance.control:") == [(CLI, "", "IN_FORCE"), (CLI, "IN_FORCE", "LIFTED")]


@pytest.mark.spec("OPS-4")
def test_stopping_twice_is_one_stop_and_resuming_nothing_says_so(world: World, one_person: None) -> None:
    planned(world)
    assert "is stopped: first" in run(world, "emergency_stop", "bea_unscrews", "--reason", "first")
    assert "is stopped: first" in run(world, "emergency_stop", "bea_unscrews", "--reason", "second")
    assert Control.objects.count() == 1
    assert "1 lifted" in run(world, "resume", "bea_unscrews", "--reason", "done")
    assert "Nothing was in force" in run(world, "resume", "bea_unscrews", "--reason", "done")


@pytest.mark.spec("OPS-4")
def test_resuming_the_fleet_leaves_the_stop_on_an_agent(world: World) -> None:
    planned(world)
    run(world, "pause", "bea_unscrews")
    run(world, "pause", "--fleet")
    assert "is paused" in run(world, "pause", "--fleet")
    assert len(run_json(world, "resume", "--fleet", "--reason", "done")["lifted"]) == 1
    assert pipeline.drain(queue="think", seconds=30) == 0
    run(world, "resume", "bea_unscrews", "--reason", "done")
    assert pipeline.drain(queue="think", seconds=30) > 0


def feed(path: Path) -> str:
    at = f"{clock.now():%a, %d %b %Y %H:%M:%S} GMT"
    path.write_text(
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title><item><guid>1</guid>'
        f"<title>{people.STORY[0]}</title><description>{people.STORY[1]}</description><pubDate>{at}</pubDate>"
        "</item></channel></rss>"
    )
    return str(path)


@pytest.mark.spec("TRD-1", "TRD-2")
def test_a_scan_prints_feeds_and_trends_and_keeps_them_for_every_brand(world: World, tmp_path: Path) -> None:
    good, bad = feed(tmp_path / "good.xml"), tmp_path / "bad.xml"
    bad.write_text("gone fishing")
    found = run_json(world, "scan_trends", "--feed", good, "--feed", str(bad))
    first, second = found["feeds"]
    assert first == {
        "source": good,  # as it was named
        "format": "rss2",
        "items": 1,
        "first_title": people.STORY[0],
        "unchanged": False,
        "warning": None,
        "error": None,
    }
    assert (second["source"], second["format"], second["items"]) == (str(bad), None, 0)
    assert second["first_title"] is None and second["error"].endswith(".")
    (trend,) = found["trends"]
    assert set(trend) >= {"title", "score", "items", "sources", "first_seen", "expires"}
    assert (trend["title"], trend["items"], trend["sources"]) == (people.STORY[0], 1, ["Wire"])
    assert 0 < trend["score"] <= 1
    assert trend["first_seen"] < trend["expires"]
    for brand_id in (ALPHA, BETA):
        with looking(brand_id):
            assert Trend.objects.get().title == people.STORY[0]
    assert "1 trends in 2 feeds" in run(world, "scan_trends")  # both are followed from now on


@pytest.mark.spec("TRD-1")
def test_a_dry_run_keeps_nothing(world: World, tmp_path: Path) -> None:
    found = run_json(world, "scan_trends", "--dry-run", "--feed", feed(tmp_path / "a.xml"))
    assert len(found["trends"]) == 1
    assert Feed.objects.count() == 0


@pytest.mark.spec("TRD-1")
def test_a_scan_without_any_feed_or_with_none_that_can_be_read_fails_in_a_sentence(
    world: World, tmp_path: Path
) -> None:
    assert "name one with --feed" in refusal(world, "scan_trends")
    gone = str(tmp_path / "gone.xml")
    for more in ([], ["--dry-run"], ["--json"]):
        assert "None of the feeds could be read" in refusal(world, "scan_trends", "--feed", gone, *more)
