"""How long answers take, how often they are taken back, how far two people agree. OPS-8."""

from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chimera.core import clock, tenancy
from governance.numbers import selectors
from governance.numbers.models import ReviewAnswer
from governance.reviews import claims, queues
from governance.reviews import services as reviews
from governance.reviews.filters import Filters
from governance.reviews.models import RejectReason, ReviewItem
from tests.conftest import ALPHA, World
from tests.governance import rows

COLUMNS = "brand_id, item_id, reviewer, answer, kind, agent, platform, group_key, content_hash, waited_s, at"
ADA, BEA = "user:ada", "user:bea"


def answered(by: str, item: ReviewItem, *, world: World, after_s: int = 0, no: bool = False) -> None:
    """Opened by somebody and answered after so many seconds."""
    with tenancy.brand(ALPHA, actor=by):
        claims.claim(item_id=item.pk)
    if after_s:
        world.later(f"{after_s} seconds")
    with tenancy.brand(ALPHA, actor=by):
        fresh = ReviewItem.objects.get(pk=item.pk)
        if no:
            reviews.reject(item=fresh, code=RejectReason.TASTE, reason="Too loud.")
        else:
            reviews.approve(item=fresh)


def asked(about: str, text: str = "Hello.") -> ReviewItem:
    with tenancy.brand(ALPHA, actor="test:a"):
        return rows.card(about=about, text=text)


def found(**more: Any) -> selectors.Numbers:
    with tenancy.brand(ALPHA, actor="test:a"):
        now = clock.now()
        return selectors.numbers(since=now - timedelta(days=30), until=now + timedelta(days=1), **more)


@pytest.mark.spec("OPS-8")
def test_seconds_count_from_opening_a_card_to_its_answer(world: World) -> None:
    for n, seconds in enumerate((10, 20, 30)):
        answered(ADA, asked(f"agents.task:{n + 1}", text=f"Post {n}."), world=world, after_s=seconds, no=n == 2)
    unopened = asked("agents.task:9", text="Post 9.")
    with tenancy.brand(ALPHA, actor=BEA):
        reviews.approve(item=unopened)  # as a command does, or a whole group
    numbers = found()
    ada, bea = numbers.reviewers
    assert (ada.name, ada.answers, ada.approved, ada.rejected, ada.timed) == (ADA, 3, 2, 1, 3)
    assert ada.median_s == pytest.approx(20, abs=2) and ada.p90_s == pytest.approx(30, abs=2)
    assert (bea.answers, bea.timed, bea.median_s) == (1, 0, None)
    assert numbers.total.answers == 4 and [one.name for one in numbers.reasons] == ["doubt"]
    assert found(reviewer=BEA).total.answers == 1
    assert found(queue=Filters(agent="nobody")).total.answers == 0


def test_who_leaves_a_card_and_comes_back_begins_anew(world: World) -> None:
    card = asked("agents.task:1")
    with tenancy.brand(ALPHA, actor=ADA):
        claims.claim(item_id=card.pk)
        first = ReviewItem.objects.get(pk=card.pk).opened_at
        claims.heartbeat(item_id=card.pk)
        assert ReviewItem.objects.get(pk=card.pk).opened_at == first
    world.later("10 minutes")  # the claim ran out
    answered(ADA, card, world=world, after_s=5)
    assert found().total.median_s == pytest.approx(5, abs=2)


@pytest.mark.spec("OPS-8")
def test_an_answer_that_is_taken_back_is_told_apart_and_the_next_one_counts(world: World, settings: Any) -> None:
    settings.REVIEW_UNDO_S = 10
    card = asked("agents.task:1")
    answered(ADA, card, world=world)
    with tenancy.brand(ALPHA, actor=ADA):
        reviews.undo(item=ReviewItem.objects.get(pk=card.pk))
    answered(ADA, card, world=world, no=True)
    line = found().total
    assert (line.answers, line.undone, line.approved, line.rejected, line.undo_share) == (2, 1, 0, 1, 0.5)
    with tenancy.brand(ALPHA, actor="test:a"):
        assert [one.undone_at is None for one in ReviewAnswer.objects.order_by("id")] == [False, True]


def test_two_people_on_one_content_are_a_second_reading_and_few_say_nothing(world: World, settings: Any) -> None:
    settings.SECOND_READINGS_MIN = 2
    for n, (first, second) in enumerate(((False, False), (False, True), (True, True))):
        answered(ADA, asked(f"agents.task:{n}0", text=f"Post {n}."), world=world, no=first)
        answered(BEA, asked(f"agents.task:{n}1", text=f"Post {n}."), world=world, no=second)
    answered(ADA, asked("agents.task:77", text="Post 0."), world=world)  # Bea has judged that before
    two = found().total.agreement
    assert two is not None and (two.pairs, two.share) == (4, 0.75)
    assert two.low == pytest.approx(0.3006, abs=0.001) and two.high == pytest.approx(0.9544, abs=0.001)
    assert two.kappa == pytest.approx(0.5, abs=0.001)
    settings.SECOND_READINGS_MIN = 5
    few = found().total.agreement
    assert few is not None and (few.pairs, few.is_known, few.kappa) == (4, False, None)


def test_nobody_writes_numbers_by_hand_and_two_answers_at_once_are_one(world: World) -> None:
    card = asked("agents.task:1")

    def yes() -> ReviewItem:
        with tenancy.brand(ALPHA, actor=ADA):
            return reviews.approve(item=ReviewItem(pk=card.pk))

    assert len(rows.failures(rows.together([yes] * 4))) == 3
    assert found().total.answers == 1
    for role in ("app", "operator"):
        writer = world.connect(role, brand=ALPHA)
        for statement in ("UPDATE governance_reviewanswer SET took_ms = 1", "DELETE FROM governance_reviewanswer"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                writer.execute(statement)
    root = world.superuser()
    with pytest.raises(psycopg.errors.UniqueViolation, match="reviewanswer_holds_once"):
        root.execute(f"INSERT INTO governance_reviewanswer ({COLUMNS}) SELECT {COLUMNS} FROM governance_reviewanswer")


def test_an_answer_asks_for_no_further_round_trip(world: World) -> None:
    card = asked("agents.task:1")
    with tenancy.brand(ALPHA, actor=ADA):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            reviews.approve(item=card)
        assert not any("reviewanswer" in one["sql"] for one in caught.captured_queries)
        assert ReviewAnswer.objects.count() == 1


@pytest.mark.spec("OPS-8")
def test_the_command_lists_what_waits_and_tells_numbers_of_shared_queues(world: World) -> None:
    answered(ADA, asked("agents.task:1"), world=world, after_s=3)
    asked("agents.task:2", text="Waits.")
    with world.role("operator"):
        with tenancy.all_brands(actor=ADA):
            queues.save(name="doubts", filters=Filters(reason="doubt"), is_shared=True)
        out = StringIO()
        call_command("reviews", "numbers", "--since", "30d", "--queues", stdout=out)
        assert "ada" in out.getvalue() and "too few (0 of 20)" in out.getvalue() and "doubts" in out.getvalue()
        out = StringIO()
        call_command("reviews", "list", "--json", stdout=out)
        assert '"about": "agents.task:2"' in out.getvalue()
        for words, says in (
            (("numbers", "--since", "never"), "is no time"),
            (("numbers", "--since", "2031-01-01T00:00Z"), "begin earlier"),
            (("numbers", "--queue", "x"), "there is doubts"),
            (("list", "--count", "0"), "choose 1 to"),
            (("list", "--reason", "mood"), "No review is asked"),
        ):
            with pytest.raises(CommandError, match=says):
                call_command("reviews", *words, stdout=StringIO())
