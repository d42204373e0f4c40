"""Many cards decided at once, each by itself: what fails for one changes nothing for the others."""

from typing import Any

import pytest

from chimera.core import tenancy
from governance.models import AuditEvent, ReviewItem
from governance.reviews import claims, selectors, services, together
from governance.reviews.models import ReviewKind
from governance.reviews.together import Became, Choice, Told
from tests.conftest import ALPHA, World
from tests.governance import rows
from tests.governance.test_hands import at_desk, card, cards, windowed

__all__ = ["windowed"]
GROUP = "publishing.trend:7"


def yes(item: ReviewItem, **changed: Any) -> Choice:
    seen: dict[str, Any] = {"seen_version": item.state_version, "seen_hash": item.content_hash}
    return Choice(**{"item_id": item.pk, "approves": True, **seen, **changed})


def no(item: ReviewItem, code: str = "voice", reason: str = "Too loud.") -> Choice:
    return yes(item, approves=False, code=code, reason=reason)


def became(told: list[Told]) -> list[str]:
    return [str(one.became) for one in told]


def statuses(items: list[ReviewItem]) -> list[str]:
    with tenancy.brand(ALPHA, actor="test:look"):
        found = dict(ReviewItem.objects.values_list("pk", "status"))
    return [found[one.pk] for one in items]


@pytest.mark.spec("REV-7")
def test_each_card_is_told_by_itself_and_what_fails_stops_no_other(world: World) -> None:
    found = cards(world, *range(1, 9))
    fine, wrong, taken, stale, answered, codeless, late, doubt = found
    with tenancy.brand(ALPHA, actor="test:begin"):
        ReviewItem.objects.filter(pk=doubt.pk).update(kind=ReviewKind.IN_DOUBT)
    with world.superuser() as owner:
        owner.execute(
            "UPDATE governance_reviewitem SET deadline = chimera_now() - interval '1 s' WHERE id = %s", [late.pk]
        )
    with world.role("operator"):
        at_desk("bob", lambda: claims.claim(item_id=taken.pk))
        at_desk("bob", lambda: services.approve(item=ReviewItem(pk=answered.pk)))
        told = at_desk(
            "ada",
            lambda: together.decide(
                choices=[
                    yes(doubt), yes(fine), no(wrong), yes(taken), yes(stale, seen_hash="another"), no(answered),
                    no(codeless, code="because"), yes(late), yes(ReviewItem(pk=999_999, content_hash="x")),
                ]
            ),
        )  # fmt: skip
    assert became(told) == [
        "refused", "approved", "rejected", "taken", "stale", "answered", "refused", "late", "answered",
    ]  # fmt: skip
    assert [one.is_done for one in told] == [False, True, True, *[False] * 6]
    assert (told[3].by, told[5].by) == ("user:bob", "user:bob")
    assert "in the hands of user:bob" in told[3].sentence and told[4].stale is not None
    assert "whether the post is live" in told[0].sentence and "Choose one of the reasons" in told[6].sentence
    assert statuses(found) == [
        "APPROVED",
        "REJECTED",
        "PENDING",
        "PENDING",
        "APPROVED",
        "PENDING",
        "PENDING",
        "PENDING",
    ]
    with tenancy.brand(ALPHA, actor="test:look"):
        by = AuditEvent.objects.filter(
            subject__startswith="governance.reviewitem:", to_status__in=["APPROVED", "REJECTED"]
        )
        assert list(by.order_by("id").values_list("subject", "actor")) == [
            (answered.subject, "user:bob"), (fine.subject, "user:ada"), (wrong.subject, "user:ada"),
        ]  # fmt: skip
        fresh = ReviewItem.objects.get(pk=wrong.pk)
        assert (fresh.reason_code, fresh.reason, fresh.decided_by) == ("voice", "Too loud.", "user:ada")


@pytest.mark.spec("REV-7", "REV-3")
def test_of_two_who_decide_a_group_at_once_each_card_hears_one_of_them(world: World) -> None:
    found = cards(world, *range(1, 13))
    with world.role("operator"):
        answers = rows.together(
            [
                lambda: at_desk("ada", lambda: together.decide(choices=[yes(one) for one in found])),
                lambda: at_desk("bob", lambda: together.decide(choices=[no(one) for one in reversed(found)])),
            ]
        )
    assert rows.failures(answers) == [], "nobody waits for ever for the other"
    ada, bob = ({one.item_id: one for one in told} for told in answers if isinstance(told, list))
    for item in found:
        assert sorted([ada[item.pk].is_done, bob[item.pk].is_done]) == [False, True]
    with tenancy.brand(ALPHA, actor="test:look"):
        events = AuditEvent.objects.filter(subject__startswith="governance.reviewitem:", from_status="PENDING")
        assert events.count() == len(found)


@pytest.mark.spec("REV-7", "REV-5")
def test_a_group_is_taken_back_card_by_card_while_its_window_is_open(world: World, windowed: None) -> None:
    found = cards(world, 1, 2, 3)
    ids = [one.pk for one in found]
    with world.role("operator"):
        at_desk("ada", lambda: together.decide(choices=[yes(found[0]), no(found[1])]))
        at_desk("bob", lambda: together.decide(choices=[yes(found[2])]))
        told = at_desk("ada", lambda: together.undo(item_ids=ids))
        assert became(told) == ["taken back", "taken back", "refused"]
        assert "was answered by user:bob" in told[2].sentence
        assert statuses(found) == ["PENDING", "PENDING", "APPROVED"]
        again = at_desk("ada", lambda: together.decide(choices=[yes(found[0])]))
        assert became(again) == ["stale"], "what was taken back is looked at again"
        fresh = at_desk("ada", lambda: list(ReviewItem.objects.filter(pk__in=ids[:2])))
        at_desk("ada", lambda: together.decide(choices=[yes(one) for one in fresh]))
        world.later("11 seconds")
        late = at_desk("ada", lambda: together.undo(item_ids=ids[:2]))
    assert became(late) == ["answered", "answered"] and "is over" in late[0].sentence


@pytest.mark.spec("REV-7", "REV-3")
def test_opening_a_group_takes_what_is_free_and_says_who_has_the_rest(world: World) -> None:
    found = cards(world, 1, 2, 3, 4)
    ids = [one.pk for one in found]
    with world.role("operator"):
        at_desk("bob", lambda: claims.claim(item_id=ids[1]))
        at_desk("bob", lambda: services.approve(item=ReviewItem(pk=ids[2])))
        held = at_desk("ada", lambda: claims.claim_free(item_ids=[*ids, 999_999]))
        assert [(one.is_mine, one.by, one.status) for one in held] == [
            (True, "user:ada", "PENDING"), (False, "user:bob", "PENDING"), (False, "", "APPROVED"),
            (True, "user:ada", "PENDING"), (False, "", "GONE"),
        ]  # fmt: skip
        everybody = rows.together(
            [lambda name=name: at_desk(name, lambda: claims.claim_free(item_ids=ids)) for name in ("ada", "bob", "eve")]
        )
        assert rows.failures(everybody) == []
        with pytest.raises(claims.TooMany, match="At most 500 reviews"):
            at_desk("ada", lambda: claims.claim_free(item_ids=list(range(501))))


@pytest.mark.spec("REV-7")
def test_a_group_is_what_waits_of_it_and_no_more_than_a_transaction_should_lock_is_decided(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        mine = [card(number, group=GROUP) for number in (1, 2)]
        card(3, group="publishing.trend:70")
        services.approve(item=card(4, group=GROUP))
        card(5, group=GROUP, kind=ReviewKind.SAMPLE)
        assert {one.pk for one in selectors.of_group(group=GROUP)} == {one.pk for one in mine}
        with pytest.raises(together.TooMany, match="At most 50 reviews are decided at once, not 51"):
            together.undo(item_ids=list(range(1, 52)))
        assert became(together.decide(choices=[yes(mine[0]), no(mine[0])])) == [Became.APPROVED], "once, as named first"


@pytest.mark.spec("REV-7")
def test_what_the_database_alone_refuses_is_told_and_the_rest_decided(world: World) -> None:
    found = cards(world, 1, 2)
    with world.superuser() as owner:
        owner.execute(
            "ALTER TABLE governance_reviewitem ADD CONSTRAINT nobody_says_yes"
            f" CHECK (id <> {int(found[0].pk)} OR status <> 'APPROVED')"
        )
    with world.role("operator"):
        told = at_desk("ada", lambda: together.decide(choices=[yes(one) for one in found]))
    assert became(told) == ["refused", "approved"]
    assert "nobody_says_yes" in told[0].sentence
