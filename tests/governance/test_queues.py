"""The queue: its order, filters, saved queues, what comes next; and what was changed in a text."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chimera.core import clock, differences, tenancy
from governance.reviews import claims, queues, selectors, services, urgency
from governance.reviews.filters import BadFilter, Filters
from governance.reviews.models import ReviewKind
from tests.conftest import ALPHA, BETA, World
from tests.governance.test_hands import ALL, at_desk, card, cards, queue_of


@pytest.mark.spec("REV-6")
def test_the_order_is_value_times_risk_fading_with_the_time_that_is_left() -> None:
    with_score = {"payload": {"sponsorship": "paid"}, "trend": {"relevance_bp": 10_000}, "verdict": {"composite_bp": 0}}
    assert urgency.value(snapshot=with_score) * urgency.risk(kind="rule", snapshot=with_score) == 4 * 4
    deadline = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [deadline - timedelta(hours=h) for h in (1, 5, 11)]
    cases = [("doubt", {"payload": {}}, 1), ("in_doubt", {"payload": {}}, 4), ("rule", with_score, 3)]
    placed = {}
    for kind, snapshot, hours in cases:
        due = deadline + timedelta(hours=hours)
        placed[kind] = (
            urgency.urgent_at(kind=kind, snapshot=snapshot, deadline=due, tau_s=7200),
            urgency.value(snapshot=snapshot) * urgency.risk(kind=kind, snapshot=snapshot),
            due,
        )
    by_column = sorted(placed, key=lambda kind: placed[kind][0])
    for now in moments:  # the same order at every moment
        weight = {k: w * math.exp(-(due - now).total_seconds() / 7200) for k, (_, w, due) in placed.items()}
        assert sorted(weight, key=lambda kind: -weight[kind]) == by_column


@pytest.mark.spec("REV-6")
def test_filters_leave_what_they_name_and_say_what_they_do_not_know(world: World) -> None:
    snapshot = {"payload": {"text": "x", "platform": "plaza"}, "agent": {"handle": "bea"}}
    with tenancy.brand(ALPHA, actor="test:begin"):
        services.ask(
            brand_id=ALPHA, about="agents.task:1", task="agents.task:1", kind=ReviewKind.RULE, snapshot=snapshot,
            why="A rule.", deadline=clock.now() + timedelta(hours=1), group="publishing.trend:7",
        )  # fmt: skip
        sample = {"payload": {"text": "x"}}
        services.ask(
            brand_id=ALPHA, about="agents.verdict:1", task="agents.task:1", kind=ReviewKind.SAMPLE, snapshot=sample,
            why="A sample.", deadline=clock.now() + timedelta(hours=1),
        )  # fmt: skip
    with tenancy.brand(BETA, actor="test:begin"):
        card(2, brand_id=BETA)
    world.later("1 second")
    with world.role("operator"):
        one = ["agents.task:1"]
        assert sorted(queue_of("ada")) == ["agents.task:1", "agents.task:2"]
        for said in (
            {"agent": "@bea"}, {"reason": "rule"}, {"platform": "plaza"}, {"group": "publishing.trend:7"},
            {"brand": "1"}, {"agent": "bea", "age_s": "1", "held": "", "assigned": "0"},
        ):  # fmt: skip
            assert queue_of("ada", Filters.of(said)) == one, said
        assert queue_of("ada", Filters(age_s=3600)) == []
        assert queue_of("ada", Filters(reason="sample")) == ["agents.verdict:1"]
        assert at_desk("ada", selectors.agents_waiting) == ["bea"]
        assert at_desk("ada", lambda: selectors.size(queue=ALL, reviewer="user:ada")) == 2
    for said in ({"mood": "x"}, {"brand": "one"}, {"age_s": -1}, {"reason": "because"}):
        with pytest.raises(BadFilter):
            Filters.of(said)


@pytest.mark.spec("REV-2", "REV-6")
def test_the_queue_goes_on_behind_the_card_that_was_and_round_the_end(world: World) -> None:
    first, second, third = cards(world, 1, 2, 3)
    with world.role("operator"):

        def beside(after: int | None, **more: Any) -> int:
            return at_desk("ada", lambda: selectors.following(queue=ALL, reviewer="user:ada", after=after, **more)).pk

        assert [beside(None), beside(first.pk), beside(third.pk)] == [first.pk, second.pk, first.pk]
        assert [beside(first.pk, back=True), beside(third.pk, back=True)] == [third.pk, second.pk]
        at_desk("bob", lambda: claims.claim(item_id=second.pk))
        assert beside(first.pk) == third.pk
        assert at_desk("ada", lambda: claims.claim_next(queue=ALL, after=first.pk)).pk == third.pk
        assert at_desk("ada", lambda: claims.claim_next(queue=Filters(agent="nobody"))) is None
        assert at_desk("ada", lambda: selectors.following(queue=Filters(agent="x"), reviewer="u", after=None)) is None


@pytest.mark.spec("REV-6")
def test_a_queue_is_saved_for_oneself_or_shared_under_a_name_that_is_there_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.role("operator"):
        own = at_desk("ada", lambda: queues.save(name=" Rules  of bea ", filters=Filters(agent="bea", reason="rule")))
        assert (own.name, own.owner, own.filters) == ("Rules of bea", "user:ada", {"agent": "bea", "reason": "rule"})
        again = at_desk("ada", lambda: queues.save(name="Rules of bea", filters=Filters(agent="bea"), is_shared=True))
        assert again.pk == own.pk
        assert at_desk("bob", lambda: queues.filters_of(queue_id=own.pk)) == Filters(agent="bea")
        with pytest.raises(queues.NameTaken, match="shares a queue"):
            at_desk("bob", lambda: queues.save(name="Rules of bea", filters=ALL, is_shared=True))
        at_desk("bob", lambda: queues.save(name="Rules of bea", filters=ALL))
        assert len(at_desk("bob", lambda: selectors.saved_queues(reviewer="user:bob"))) == 2
        assert not at_desk("bob", lambda: queues.drop(queue_id=own.pk))
        assert at_desk("ada", lambda: queues.drop(queue_id=own.pk))
        assert at_desk("ada", lambda: queues.filters_of(queue_id=own.pk)) == ALL
        monkeypatch.setattr(queues, "QUEUES_MAX", 1)
        with pytest.raises(queues.CannotSave, match="drop one first"):
            at_desk("bob", lambda: queues.save(name="One more", filters=ALL))
        for name in ("", "x" * 61):
            with pytest.raises(queues.CannotSave):
                at_desk("ada", lambda n=name: queues.save(name=n, filters=ALL))


# Words.


@pytest.mark.spec("REV-2")
@pytest.mark.parametrize(
    ("before", "after"), [("It works again.", "It works now."), ("", "New."), ("a b c", "c b a"), ("x " * 2500, "y")]
)
def test_a_difference_of_words_makes_both_texts_again(before: str, after: str) -> None:
    found = differences.words(before=before, after=after)
    assert "".join(part for what, part in found if what != "new") == before
    assert "".join(part for what, part in found if what != "gone") == after
    assert differences.words(before=before, after=before) == ([["kept", before]] if before else [])
