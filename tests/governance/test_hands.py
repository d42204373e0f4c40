"""Many hands on one queue: claims, the window of an answer, what is put off; from several connections at once."""

import threading
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, transaction
from django.test import override_settings

from chimera.core import clock, tenancy
from governance import transitions
from governance.models import AuditEvent, ReviewItem
from governance.reviews import claims, putting_off, selectors, services
from governance.reviews.filters import Filters
from governance.reviews.models import RejectReason
from governance.reviews.services import NotPending, NotYours, Stale, TakenBy, TooLate, WrongAnswer
from tests.conftest import ALPHA, World
from tests.governance import rows

ALL = Filters()


@pytest.fixture
def windowed() -> Any:
    """Answers can be taken back for ten seconds."""
    with override_settings(REVIEW_UNDO_S=10):
        yield


def card(number: int = 1, **more: Any) -> ReviewItem:
    return rows.card(about=f"agents.task:{number}", **more)


def cards(world: World, *numbers: int) -> list[ReviewItem]:
    with tenancy.brand(ALPHA, actor="test:begin"):
        return [card(number) for number in numbers]


def at_desk(name: str, act: Any) -> Any:
    """One request of somebody; the connection is the operator's."""
    with tenancy.all_brands(actor=f"user:{name}"):
        return act()


def answered() -> list[str]:
    return [one.about for one in selectors.answered(prefix="", count_max=50)]


# Claims.


@pytest.mark.spec("REV-3")
def test_of_many_who_ask_for_the_next_card_at_once_each_gets_another(world: World) -> None:
    cards(world, 1, 2, 3)
    with world.role("operator"):
        found = rows.together(
            [lambda name=name: at_desk(name, lambda: claims.claim_next(queue=ALL)) for name in "abcde"]
        )
    assert rows.failures(found) == []
    taken = [one for one in found if isinstance(one, ReviewItem)]
    assert len({one.pk for one in taken}) == len(taken) == 3
    assert len({one.claimed_by for one in taken}) == 3


@pytest.mark.spec("REV-3")
def test_of_two_who_open_one_card_at_once_one_has_it_and_the_other_is_told_who(world: World) -> None:
    (item,) = cards(world, 1)
    with world.role("operator"):
        found = rows.together(
            [lambda name=name: at_desk(name, lambda: claims.claim(item_id=item.pk)) for name in ("ada", "bob")]
        )
        (lost,) = rows.failures(found)
        assert isinstance(lost, TakenBy)
        (won,) = (one for one in found if isinstance(one, ReviewItem))
        assert lost.by == won.claimed_by and f"in the hands of {lost.by}" in str(lost)
        loser = ({"user:ada", "user:bob"} - {won.claimed_by}).pop().removeprefix("user:")
        seen = at_desk(loser, lambda: claims.heartbeat(item_id=item.pk))
        assert (seen.by, seen.is_mine, seen.status) == (won.claimed_by, False, "PENDING")
        with pytest.raises(TakenBy):
            at_desk(loser, lambda: services.approve(item=item))
        at_desk(won.claimed_by.removeprefix("user:"), lambda: services.approve(item=item))
    assert item.status == "APPROVED"


@pytest.mark.spec("REV-3")
def test_a_claim_lives_by_its_heartbeat_and_ends_without_one(world: World) -> None:
    (item,) = cards(world, 1)
    with world.role("operator"):
        at_desk("ada", lambda: claims.claim(item_id=item.pk))
        world.later("50 seconds")
        assert at_desk("ada", lambda: claims.heartbeat(item_id=item.pk)).is_mine
        world.later("50 seconds")
        with pytest.raises(TakenBy):
            at_desk("bob", lambda: claims.claim(item_id=item.pk))
        world.later("11 seconds")
        assert at_desk("bob", lambda: claims.heartbeat(item_id=item.pk)).by == ""  # a look claims nothing
        at_desk("bob", lambda: claims.claim(item_id=item.pk))
        assert at_desk("ada", lambda: claims.heartbeat(item_id=item.pk)).by == "user:bob"
        with pytest.raises(TakenBy):
            at_desk("ada", lambda: services.reject(item=item, code=RejectReason.TASTE, reason="No."))
        world.later("2 minutes")
        assert at_desk("bob", lambda: claims.heartbeat(item_id=item.pk)).is_mine  # a laptop that slept
        assert at_desk("ada", lambda: claims.heartbeat(item_id=10**9)).status == "GONE"
        with pytest.raises(NotPending, match="There is no review"):
            at_desk("ada", lambda: claims.claim(item_id=10**9))


@pytest.mark.spec("REV-3")
def test_one_lets_go_of_ones_own_cards_and_with_the_right_of_anybodys_many_at_once(world: World) -> None:
    first, second, third = cards(world, 1, 2, 3)
    with world.role("operator"):
        for name, item in (("ada", first), ("ada", second), ("bob", third)):
            at_desk(name, lambda item=item: claims.claim(item_id=item.pk))
        ids = [first.pk, second.pk, third.pk]
        assert at_desk("ada", lambda: claims.unclaim(item_ids=ids)) == [first.pk, second.pk]
        assert at_desk("eve", lambda: claims.unclaim(item_ids=ids, anybodys=True)) == [third.pk]
        with pytest.raises(claims.TooMany):
            at_desk("eve", lambda: claims.unclaim(item_ids=list(range(501))))
        assert at_desk("eve", lambda: claims.claim(item_id=third.pk)).claimed_by == "user:eve"
        at_desk("eve", lambda: services.approve(item=third))
        with pytest.raises(NotPending, match="already answered"):
            at_desk("ada", lambda: claims.claim(item_id=third.pk))


@pytest.mark.spec("REV-3", "REV-4")
def test_the_database_refuses_whatever_the_statement_says(world: World, windowed: None) -> None:
    (item,) = cards(world, 1)
    ada, bob = (world.connect("operator", actor=f"user:{name}") for name in ("ada", "bob"))
    yes = "status = 'APPROVED', state_version = state_version + 1, decided_by = 'user:{}'"
    mine = "claimed_by = '{}', claimed_until = chimera_now() + interval '1 minute'"
    refused(bob, mine.format("user:ada"), "review_claim_is_in_ones_own_name")
    change(ada, mine.format("user:ada"))
    refused(bob, mine.format("user:bob"), "review_is_claimed_by_another")
    refused(bob, "claimed_until = chimera_now() + interval '1 hour'", "review_claim_is_in_ones_own_name")
    refused(bob, yes.format("bob"), "review_is_claimed_by_another")
    refused(ada, "content_hash = 'x'", "review_asks_one_thing")
    refused(ada, "snapshot = jsonb_set(snapshot, '{payload,text}', '\"Other.\"')", "review_asks_one_thing")
    refused(ada, yes.format("ada") + ", approved_hash = 'x'", "review_yes_covers_its_content")
    refused(ada, yes.format("ada") + ', edited = \'{"content_hash": "y"}\', approved_hash = content_hash', "review_yes")
    change(ada, yes.format("ada") + ", final_at = chimera_now() + interval '10 seconds'")
    refused(ada, "approved_hash = 'x'", "review_answer_stays")
    refused(ada, "consumed_at = chimera_now() + interval '1 day'", "review_is_used_when_final")
    refused(bob, "status = 'PENDING', state_version = 3", "review_undo_is_ones_own")
    world.later("11 seconds")
    back = "status = 'PENDING', state_version = 3, approved_hash = '', final_at = NULL"
    refused(ada, back, "review_undo_is_in_time")
    refused(ada, "status = 'WITHDRAWN', state_version = 3", "review_undo_is_in_time")
    change(ada, "consumed_at = chimera_now()")
    refused(ada, "consumed_at = NULL", "review_is_used_once")
    refused(ada, back, "review_undo_is_in_time")
    with tenancy.brand(ALPHA):
        item.refresh_from_db()
        assert (item.status, item.claimed_by, item.approved_hash) == ("APPROVED", "", item.content_hash)


def change(psql: psycopg.Connection, changes: str) -> None:
    psql.execute(f"UPDATE governance_reviewitem SET {changes}".encode())


def refused(psql: psycopg.Connection, changes: str, promise: str) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match=promise):
        change(psql, changes)


@pytest.mark.spec("REV-6")
def test_a_late_card_can_only_expire(world: World) -> None:
    (item,) = cards(world, 1)
    world.shift_clock("61 minutes")
    with world.role("operator"):
        with pytest.raises(NotPending, match=r"was due by .* and expires"):
            at_desk("ada", lambda: services.approve(item=item))
    ada = world.connect("operator", actor="user:ada")
    late = "review_late_is_not_answered"
    refused(ada, "status = 'APPROVED', state_version = 2, decided_by = 'user:ada'", late)
    refused(ada, "status = 'REJECTED', state_version = 2, decided_by = 'a', reason_code = 'taste'", late)
    assert services.expire_late() == 1


# The window.


@pytest.mark.spec("REV-5")
def test_nobody_sees_or_uses_an_answer_before_its_window_is_over(world: World, windowed: None) -> None:
    (item,) = cards(world, 1)
    with world.role("operator"):
        at_desk("ada", lambda: services.approve(item=item))
    assert answered() == []
    with pytest.raises(NotPending, match="can be taken back until"), tenancy.brand(ALPHA, actor="worker:1"):
        services.consume(item=item)
    world.later("11 seconds")
    assert answered() == ["agents.task:1"]
    with tenancy.brand(ALPHA, actor="worker:1"):
        services.consume(item=item)


@pytest.mark.spec("REV-5")
@pytest.mark.parametrize("answer", ["approve", "reject"])
def test_an_answer_is_taken_back_by_who_gave_it_and_the_card_is_theirs_again(
    world: World, windowed: None, answer: str
) -> None:
    (item,) = cards(world, 1)
    give = {
        "approve": lambda: services.approve(item=item),
        "reject": lambda: services.reject(item=item, code=RejectReason.FACTS, reason="x", span="Hello"),
    }[answer]
    with world.role("operator"):
        at_desk("ada", give)
        with pytest.raises(NotYours, match="answered by user:ada"):
            at_desk("bob", lambda: services.undo(item=item))
        back = at_desk("ada", lambda: services.undo(item=item))
        assert (back.status, back.state_version, back.decided_by, back.reject_span) == ("PENDING", 3, "", "")
        with pytest.raises(TakenBy):
            at_desk("bob", give)
        with pytest.raises(NotPending, match="has no answer to take back"):
            at_desk("ada", lambda: services.undo(item=item))
        at_desk("ada", give)
        world.later("10 seconds")
        with pytest.raises(TooLate):
            at_desk("ada", lambda: services.undo(item=item))
        with tenancy.all_brands():
            told = list(
                AuditEvent.objects.filter(subject=item.subject).order_by("id").values_list("to_status", flat=True)
            )
    assert [told[1], told[2], told[3]] == [item.status, "PENDING", item.status]


@pytest.mark.spec("REV-5")
def test_undo_and_use_at_the_same_moment_never_both_happen(world: World, windowed: None) -> None:
    outcomes = set()
    for number in range(1, 4):
        (item,) = cards(world, number)
        with world.role("operator"):
            at_desk("ada", lambda item=item: services.approve(item=item))
        # The window ends while both are at it: the user of the answer tries until it is final.
        world.later("9.95 seconds")

        def use(item: ReviewItem = item) -> str:
            for _ in range(200):
                try:
                    with tenancy.brand(ALPHA, actor="worker:1"):
                        services.consume(item=ReviewItem(pk=item.pk))
                    return "used"
                except NotPending as not_yet:
                    if "can be taken back" not in str(not_yet):
                        raise
                    threading.Event().wait(0.002)
            raise AssertionError("it never became final")

        def take_back(item: ReviewItem = item) -> str:
            threading.Event().wait(0.03)
            with tenancy.brand(ALPHA, actor="user:ada"):
                services.undo(item=item)
            return "back"

        found = [one for one in rows.together([use, take_back]) if isinstance(one, str)]
        assert len(found) == 1
        outcomes.add(found[0])
        with tenancy.brand(ALPHA):
            item.refresh_from_db()
            assert (item.status, item.consumed_at is None) == (
                ("PENDING", True) if found == ["back"] else ("APPROVED", False)
            )
    assert outcomes <= {"used", "back"}


@pytest.mark.spec("REV-4", "REV-5")
def test_content_that_is_gone_takes_an_answer_along_that_is_not_final(alpha: int, windowed: None) -> None:
    item, final = card(1), card(2)
    services.approve(item=item)
    with override_settings(REVIEW_UNDO_S=0):
        services.approve(item=final)
    assert services.withdraw(about=item.about, reason="cancelled") == 1
    assert services.withdraw(about=final.about) == 0
    item.refresh_from_db()
    assert (item.status, item.approved_hash, item.reason, item.final_at) == ("WITHDRAWN", "", "cancelled", None)
    assert answered() == [final.about]


@pytest.mark.spec("REV-5")
def test_an_answer_is_not_taken_back_into_a_queue_that_asks_the_same_again(alpha: int, windowed: None) -> None:
    item = card(1)
    services.approve(item=item)
    card(1, text="Asked anew.")
    with pytest.raises(TooLate, match="another review of the same"):
        services.undo(item=item)
    assert ReviewItem.objects.get(pk=item.pk).status == "APPROVED"


# Versions.


@pytest.mark.spec("REV-3", "REV-4")
def test_a_decision_on_another_version_than_was_seen_changes_nothing(alpha: int, windowed: None) -> None:
    item = card(1)
    services.approve(item=item)
    services.undo(item=item)
    for seen in ({"seen_version": 1}, {"seen_hash": "0" * 64}):
        with pytest.raises(Stale, match="answered, and the answer taken back") as stale:
            services.approve(item=item, **seen)  # type: ignore[arg-type]
        assert stale.value.former_payload == stale.value.current_payload == {"text": "Hello."}
    transitions.move(row=item, to="WITHDRAWN")
    fresh = card(1, text="Hello again.")
    with pytest.raises(Stale, match="is asked again") as stale:
        services.reject(item=item, code=RejectReason.TASTE, reason="", seen_version=3)
    assert (stale.value.current.pk, stale.value.current_payload) == (fresh.pk, {"text": "Hello again."})
    services.approve(item=fresh, seen_version=1, seen_hash=fresh.content_hash)


def test_a_no_marks_words_that_stand_in_the_text(alpha: int) -> None:
    for span in ("Goodbye", "x" * 501):
        with pytest.raises(WrongAnswer, match="must stand in the text"):
            services.reject(item=card(len(span)), code=RejectReason.TASTE, reason="", span=span)


# Putting off.


@pytest.fixture
def people_(world: World) -> World:
    with world.role("operator"), tenancy.acting("test:people"):
        for name in ("ada", "bob", "eve"):
            made = User.objects.create_user(name, is_staff=True)
            if name != "eve":
                made.user_permissions.add(Permission.objects.get(codename="decide_reviewitem"))
    return world


def queue_of(name: str, filters: Filters = ALL) -> list[str]:
    return at_desk(name, lambda: [one.about for one in selectors.cards_of(queue=filters, reviewer=f"user:{name}")])


@pytest.mark.spec("REV-2", "REV-6")
def test_skipped_held_and_handed_over_cards_leave_the_queues_that_they_should(people_: World) -> None:
    skipped, held, handed = cards(people_, 1, 2, 3)
    with people_.role("operator"):
        at_desk("ada", lambda: claims.claim(item_id=skipped.pk))
        at_desk("ada", lambda: putting_off.skip(item=skipped, for_s=60))
        at_desk("ada", lambda: putting_off.skip(item=skipped))  # again: later
        until = at_desk("ada", lambda: clock.now() + timedelta(minutes=10))
        at_desk("ada", lambda: putting_off.hold(item=held, until=until, reason="Waits for legal."))
        at_desk("ada", lambda: putting_off.hand_to(item=handed, username="bob", reason="You know toasters."))
        assert queue_of("ada") == []
        assert queue_of("bob") == ["agents.task:1", "agents.task:3"]
        assert queue_of("bob", Filters(assigned=True)) == ["agents.task:3"]
        assert queue_of("bob", Filters(held=True)) == ["agents.task:2"]
        assert at_desk("ada", lambda: selectors.size(queue=ALL, reviewer="user:ada")) == 0
        people_.later("11 minutes")
        assert queue_of("ada") == ["agents.task:2"]
        at_desk("bob", lambda: putting_off.release(item=held))
        at_desk("bob", lambda: putting_off.hand_to(item=handed, username="", reason=""))
        assert queue_of("ada") == ["agents.task:2", "agents.task:3"]
        with tenancy.all_brands():
            told = [one.actor for one in AuditEvent.objects.filter(subject=held.subject).order_by("id")]
            assert told == ["test:begin", "user:ada", "user:bob"]
            assert AuditEvent.objects.filter(subject=handed.subject).count() == 3
            assert AuditEvent.objects.filter(subject=skipped.subject).count() == 1  # personal: nobody is told
    with people_.role("operator"):
        at_desk("ada", lambda: services.approve(item=held))
    people_.later("1 hour")
    assert services.expire_late() == 2


@pytest.mark.spec("REV-2")
def test_what_makes_no_sense_is_refused_with_what_to_do(people_: World) -> None:
    (item,) = cards(people_, 1)
    with people_.role("operator"):
        now = at_desk("ada", clock.now)
        for until, reason in ((None, " "), (now - timedelta(hours=1), "x"), (now + timedelta(hours=2), "x")):
            with pytest.raises(putting_off.NoSense):
                at_desk("ada", lambda u=until, r=reason: putting_off.hold(item=item, until=u, reason=r))
        for name, reason in (("bob", ""), ("nobody", "x"), ("eve", "x")):
            with pytest.raises(putting_off.NoSense, match=r"Say why|choose one of: ada, bob"):
                at_desk("ada", lambda n=name, r=reason: putting_off.hand_to(item=item, username=n, reason=r))
        with pytest.raises(putting_off.NoSense, match="not on hold"):
            at_desk("ada", lambda: putting_off.release(item=item))
        assert queue_of("eve") == ["agents.task:1"]


@pytest.mark.parametrize(
    ("changes", "promise"),
    [
        ({"held_by": "user:ada"}, "review_hold_has_a_name_and_a_reason"),
        ({"hold_reason": "x"}, "review_hold_has_a_name_and_a_reason"),
        ({"assigned_to": "user:bob"}, "review_handed_over_by_a_name_with_a_reason"),
        ({"claimed_by": "test:fixture"}, "review_claim_has_a_name_and_an_end"),
        ({"approved_hash": "x"}, "review_yes_covers_one_content"),
        ({"reject_span": "x"}, "review_answer_has_a_window"),
    ],
)
def test_half_a_hand_is_refused(alpha: int, changes: dict[str, Any], promise: str) -> None:
    item = card(1)
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        ReviewItem.objects.filter(pk=item.pk).update(**changes)
