"""The story of a task: in order, in plain words, with why and what it cost; live or archived."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.story import picture, telling, words
from agents.story.selectors import Gathered
from chimera.core import machines
from tests.agents import lived
from tests.conftest import World, own_world
from tests.governance import sealed


@pytest.fixture(scope="module")
def life(django_db_blocker: object, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A post with a life; its record is sealed but for what came last. Tests here only look."""
    with own_world(django_db_blocker) as world:
        lived.whole(world, tmp_path_factory.mktemp("media"))
        with world.superuser() as owner:
            (count,) = owner.execute("SELECT count(*) FROM governance_auditevent").fetchone()
            sealed.seal(owner, count_max=count - 1)
        yield world


@pytest.fixture
def desk(life: World) -> Iterator[Client]:
    with life.role("operator"):
        yield lived.signed_in()


@pytest.mark.spec("AUD-1")
def test_a_task_tells_in_order_what_became_of_it_by_whom_and_why(life: World) -> None:
    story = lived.told(life, lived.ids()["publish"])
    assert [step.event for step in story.steps] == sorted(step.event for step in story.steps)
    assert {step.lane for step in story.steps} == {"task", "review", "post", "effect", "money"}
    no, yes = (step for step in story.steps if step.who == "user:ada")
    assert (no.what, yes.what) == ("A human said no.", "A human said yes.")
    assert no.why == f"Answered by user:ada. Does not sound like them. {lived.WORDS}"
    asked = next(step for step in story.steps if step.after == "HELD" and step.lane == "task")
    assert asked.why.startswith("The score is 0.") and "on probation" in asked.why
    last = {step.lane: step for step in story.steps}
    assert last["post"].what == "The post is out." and "plaza-7" in last["post"].why
    assert "plaza-7" in last["effect"].why and last["effect"].who.endswith("stage:publish")
    assert [step.version for step in story.steps if step.lane == "task"] == list(range(1, 11))
    assert {one["kind"] for one in story.siblings} == {"plan", "research", "draft", "image"}
    assert story.is_whole and not story.is_archived


def test_money_is_told_as_it_was_set_aside_and_spent_with_a_running_sum(life: World) -> None:
    story = lived.told(life, lived.ids()["publish"])
    first, second = (step for step in story.steps if step.lane == "money")
    assert (first.cost, first.held_usd_micros, first.spent_usd_micros) == ("$0.015 set aside", 15_000, 0)
    assert (second.cost, second.held_usd_micros, second.spent_usd_micros) == ("$0.015 spent", 0, 15_000)
    assert story.spent == "$0.015" and first.why.startswith("for publishing.post:")


def test_each_event_says_its_place_in_the_sealed_record_or_that_it_has_none_yet(life: World) -> None:
    story = lived.told(life, lived.ids()["publish"])
    places = [step.seq for step in story.steps]
    assert places[-1] is None and story.unsealed_count == 1
    assert places[:-1] == sorted(set(places[:-1]))


def test_a_step_that_was_opened_again_says_what_it_was_told(life: World) -> None:
    story = lived.told(life, lived.ids()["draft"])
    (again,) = (step for step in story.steps if step.before == "DONE")
    assert again.why == f"Told by the human: {lived.WORDS}"
    assert [step.why[:8] for step in story.steps if step.after == "DONE"] == ["Content ", "Content "]


@pytest.mark.spec("SAF-1")
def test_the_page_of_a_task_shows_its_story_and_words_from_outside_stay_words(desk: Client) -> None:
    task = lived.ids()["publish"]
    for address in (f"/admin/agents/task/{task}/change/", f"/admin/agents/task/{task}/story/"):
        answer = desk.get(address)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert text.count("<svg role=") == 1 and "The path of this task" in text
        assert "A human said no." in text and "$0.015 spent in all" in text
        assert "not yet" in text and "judge <span" in text
        assert "&lt;script&gt;alert(1)" in text and "<script>alert(1)" not in text


def test_the_page_asks_as_often_for_a_long_story_as_for_a_short_one(desk: Client) -> None:
    ids = lived.ids()
    desk.get(f"/admin/agents/task/{ids['plan']}/story/")
    counts = []
    for kind in ("publish", "draft"):
        with CaptureQueriesContext(connection) as asked:
            desk.get(f"/admin/agents/task/{ids[kind]}/story/")
        counts.append(len(asked))
    # Cards, calls outside and money are one query each where there are any: 23 events or 3 make no difference.
    assert counts[0] == counts[1] + 3


def test_the_story_of_no_task_is_not_found(desk: Client) -> None:
    assert desk.get("/admin/agents/task/999999/story/").status_code == 404
    assert desk.get("/admin/agents/task/999999/change/").status_code == 302  # Django's own way of saying it
    assert Client().get(f"/admin/agents/task/{lived.ids()['draft']}/story/").status_code == 302


def test_the_command_tells_it_as_words_and_for_machines(life: World) -> None:
    task, out = lived.ids()["publish"], StringIO()
    with life.role("operator"):
        call_command("story", f"agents.task:{task}", stdout=out)
        assert "A human said no. (PENDING -> REJECTED, version 2)" in out.getvalue()
        assert out.getvalue().rstrip().endswith("23 events, $0.015 spent; 1 not sealed yet.")
        out = StringIO()
        call_command("story", str(task), "--json", stdout=out)
        said = json.loads(out.getvalue())
        assert (said["spent_usd_micros"], said["unsealed"], len(said["steps"])) == (15_000, 1, 23)
        for name in ("x", "12345678901234567890", "999999"):
            with pytest.raises(CommandError, match=r"no task"):
                call_command("story", name, stdout=out)


# What is told of events that no ordinary life has.


def event(
    subject: str, before: str, after: str, *, number: int = 1, action: str = "update", **body: Any
) -> dict[str, Any]:
    at = datetime(2026, 11, 28, 12, tzinfo=UTC)
    row = {"id": number, "subject": subject, "actor": "worker:x", "action": action, "from_status": before}
    return {**row, "to_status": after, "state_version": 2, "body": json.dumps(body), "at": at, "seq": None}


def gathered(*events: dict[str, Any], **more: Any) -> Gathered:
    task = {"id": 1, "kind": "publish", "status": "HELD", "note": "No budget is left.", "feedback": []}
    common: dict[str, Any] = {"goal": {"id": 1, "wish": "w", "cause": "c"}, "handle": "bea", "is_archived": False}
    common |= {"task": task, "events": list(events), "is_whole": True, "steps": [], "about": [], "post": None}
    return Gathered(**{**common, **more})


def whys(found: Gathered) -> list[str]:
    return [step.why for step in telling.tell(found=found).steps]


def test_the_note_of_a_row_is_the_reason_of_its_last_event_only() -> None:
    first = event("agents.task:1", "ACCEPTED", "HELD", number=1)
    second = event("agents.task:1", "READY", "HELD", number=2)
    assert whys(gathered(first, second)) == ["", "No budget is left."]


def test_a_doubt_tells_what_the_last_look_found_and_who_opened_it_again() -> None:
    looks = [{"result": "absent", "said": ""}, {"result": "failed", "said": "No answer."}]
    doubt = event("governance.effect:1", "SENT", "IN_DOUBT")
    again = event("governance.effect:1", "IN_DOUBT", "INTENDED", reopened_by="look-up")
    found = gathered(doubt, again, effects={1: {"lookups": looks}})
    assert whys(found) == ["Looked up 2 times, last: failed. No answer.", "Opened again by: look-up."]


def test_nothing_is_said_where_nobody_gave_a_reason() -> None:
    again = event("agents.task:1", "DONE", "READY")  # opened before words of feedback were kept
    card = event("governance.reviewitem:9", "", "PENDING", number=2, action="insert")  # a card that is not there
    assert whys(gathered(again, card)) == ["", ""]


def test_a_verdict_tells_its_worst_findings_and_how_many_more_there_are() -> None:
    bad = [{"policy": f"p{n}", "outcome": "BLOCK", "reason": "No."} for n in range(6)]
    fine = {"policy": "fine", "outcome": "PASS", "reason": "Yes."}
    verdict = {"fence": 3, "composite_bp": None, "reasons": ["Slow down."], "findings": [fine, *bad]}
    judged = event("agents.task:1", "JUDGING", "REJECTED", fence=3)
    (why,) = whys(gathered(judged, verdicts={3: verdict}))
    assert why == "There is no score. Slow down. p0: No. p1: No. p2: No. p3: No. And 2 more."


def test_money_that_was_given_back_and_a_post_of_the_judge_alone_are_told() -> None:
    made = event("governance.hold:1", "", "HELD", action="insert", amount_usd_micros=900, settled_usd_micros=0)
    void = event("governance.hold:1", "HELD", "VOID", number=2, amount_usd_micros=900, settled_usd_micros=0)
    gone = event("governance.hold:1", "VOID", "", number=3, action="delete")
    post = event("publishing.post:1", "", "SCHEDULED", number=4, action="insert")
    failed = event("publishing.post:1", "SCHEDULED", "FAILED", number=5)
    story = telling.tell(found=gathered(made, void, gone, post, failed, post={"approval": "judge", "note": "Refused."}))
    assert [step.cost for step in story.steps] == ["$0.0009 set aside", "$0.0009 given back", "", "", ""]
    assert [step.why for step in story.steps[3:]] == ["The judge accepted it alone.", "Refused."]
    assert (story.spent_usd_micros, story.steps[1].held_usd_micros) == (0, 0)


def test_every_arrow_of_the_machines_on_the_way_has_words() -> None:
    known = machines.discover()
    lanes = {machine.name: words.LANES[machine.name] for machine in known if machine.name in words.LANES}
    assert len(lanes) == 5, "the question must be able to fail"
    silent = [
        (machine.name, before, after)
        for machine in known
        if machine.name in lanes
        for before, afters in machine.transitions.items()
        for after in afters
        if (lanes[machine.name], before, after) not in words.WORDS and after not in words.ENDS
    ]
    assert not silent, f"agents/story/words.py lacks: {silent}"


def test_what_has_no_words_is_told_by_its_states() -> None:
    assert words.told(lane="node", action="update", before="ALIVE", after="LOST") == "The node went from ALIVE to LOST."
    assert (
        words.told(lane="post", action="update", before="HELD", after="HELD") == "Something about the post was noted."
    )
    assert words.lane("core.circuit:1") == "circuit"


def test_a_very_long_path_is_drawn_to_a_bound_and_says_what_is_left_out(life: World) -> None:
    story = lived.told(life, lived.ids()["publish"])
    drawn = picture.drawn(story=story)
    assert [dot.number for dot in drawn.dots] == [
        n for n, step in enumerate(story.steps, 1) if step.before != step.after
    ]
    assert drawn.left_out == 0 and [name for _, name in drawn.lanes] == list(words.NAMES.values())
    longer = replace(story, steps=story.steps * 5)
    assert len(picture.drawn(story=longer).dots) == picture.DOTS_MAX
    assert picture.drawn(story=longer).left_out == 5 * len(drawn.dots) - picture.DOTS_MAX
    assert picture.drawn(story=replace(story, steps=[])).dots == ()
