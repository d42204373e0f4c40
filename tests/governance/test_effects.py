"""Acts outside: intended, sent under a grant, known; never repeated blindly, and paid once. PUB-4, PLN-5, GOV-1."""

import pytest
from django.db import IntegrityError, transaction

from chimera.core import tenancy
from governance import transitions
from governance.budgets import services as budgets
from governance.budgets.services import Exhausted
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.controls.services import Stopped
from governance.effects import services as effects
from governance.leases.services import LeaseTooShort
from governance.models import AuditEvent, Budget, Effect, Hold
from governance.transitions import Fenced, LostRace
from tests.conftest import ALPHA, World
from tests.governance import rows


def money() -> tuple[int, int]:
    budget = Budget.objects.get(scope=f"brand:{ALPHA}")
    return budget.reserved_usd_micros, budget.settled_usd_micros


def seen() -> tuple[str, int, str, int, int]:
    """What the effect in the database says of its sends."""
    effect = Effect.objects.get()
    return effect.status, effect.state_version, effect.grant_jti, effect.sent_fence, effect.sends


@pytest.mark.spec("PUB-4", "GOV-1")
def test_an_act_is_intended_sent_and_confirmed_and_its_money_follows(alpha: int) -> None:
    post = rows.claimed()
    effect = rows.effect(row=post)
    assert (effect.status, effect.about, effect.subject) == ("INTENDED", post.subject, f"governance.effect:{effect.pk}")
    assert money() == (rows.FEE, 0)
    effects.send(effect=effect, row=post, jti="jti-1", call_timeout_s=10)
    assert seen() == ("SENT", 2, "jti-1", post.fence, 1)
    assert Effect.objects.get().sent_at is not None
    effects.confirm(effect=effect, platform_id="p-99", receipt={"url": "http://plaza/p-99"}, cost_usd_micros=14_000)
    kept = Effect.objects.get()
    assert (kept.status, kept.platform_id, kept.receipt) == ("CONFIRMED", "p-99", {"url": "http://plaza/p-99"})
    assert money() == (0, 14_000)
    assert str(kept) == f"publish of {post.subject}"


@pytest.mark.spec("PUB-4", "AUD-1")
def test_an_attempt_is_on_the_record_before_the_call_and_after_it(alpha: int) -> None:
    effect = rows.sent(row=rows.claimed(), jti="jti-1")
    effects.confirm(effect=effect, platform_id="p-99", receipt={}, cost_usd_micros=0)
    told = AuditEvent.objects.filter(subject=effect.subject, task_id="agents.task:1").order_by("id")
    assert [event.to_status for event in told] == ["INTENDED", "SENT", "CONFIRMED"]
    assert '"grant_jti": "jti-1"' in told[1].body
    assert '"platform_id": "p-99"' in told[2].body


@pytest.mark.spec("PUB-4", "GOV-1")
def test_what_is_intended_twice_is_one_act_and_one_hold(alpha: int) -> None:
    post = rows.claimed()
    first = rows.effect(row=post)
    rows.taken_over(post)
    post.refresh_from_db()
    again = rows.effect(row=post, fee_usd_micros=99_000)
    assert again.pk == first.pk
    assert again.key == first.key, "the platform is asked under the same idempotency key"
    assert Hold.objects.count() == 1
    assert money() == (rows.FEE, 0)


def test_of_two_who_intend_the_same_act_at_once_both_find_the_same(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        post = rows.claimed()

    def intend() -> int:
        with tenancy.brand(ALPHA, actor="worker:1"):
            return rows.effect(row=post).pk

    results = rows.together([intend] * 4)
    assert len(set(results)) == 1, results
    with tenancy.brand(ALPHA):
        assert Effect.objects.get().pk == results[0]
        assert money() == (rows.FEE, 0)


@pytest.mark.spec("GOV-1", "GOV-2")
def test_an_act_without_money_is_not_left_behind_as_if_it_were_paid(alpha: int) -> None:
    post = rows.claimed()
    with pytest.raises(Exhausted):
        rows.effect(row=post, fee_usd_micros=10**9)
    assert not Effect.objects.exists(), "the caller may catch this and commit"
    rows.effect(row=post)
    assert money() == (rows.FEE, 0)


@pytest.mark.spec("PUB-4")
def test_nothing_is_sent_under_a_lease_that_ends_before_the_call_may(alpha: int) -> None:
    post = rows.claimed(lease_s=9)
    effect = rows.effect(row=post)
    with pytest.raises(LeaseTooShort, match=r"is leased for [89]\.\d s, the call may take longer"):
        effects.send(effect=effect, row=post, jti="jti-1", call_timeout_s=10)
    assert seen() == ("INTENDED", 1, "", post.fence, 0)


@pytest.mark.spec("PLN-5")
def test_who_lost_the_row_sends_nothing(alpha: int) -> None:
    post = rows.claimed()
    effect = rows.effect(row=post)
    rows.taken_over(post)
    with pytest.raises(Fenced, match="was taken over"):
        effects.send(effect=effect, row=post, jti="jti-1", call_timeout_s=10)
    assert Effect.objects.get().status == "INTENDED"


@pytest.mark.spec("OPS-4")
@pytest.mark.parametrize("scope", ["fleet", "platform:plaza", f"brand:{ALPHA}"])
def test_nothing_is_sent_or_sent_again_under_a_stop(world: World, scope: str) -> None:
    with tenancy.brand(ALPHA, actor="worker:1"):
        post, other = rows.claimed(key="1"), rows.claimed(key="2")
        intended, sent = rows.effect(row=post), rows.sent(row=other, jti="jti-2")
    with world.role("operator"), tenancy.acting("user:ada"):
        controls.impose(scope=scope, kind=ControlKind.STOP, reason="Fire.")
    with tenancy.brand(ALPHA, actor="worker:1"):
        for effect, row in ((intended, post), (sent, other)):
            with pytest.raises(Stopped, match=f"A stop on {scope}"):
                effects.send(effect=effect, row=row, jti="jti-9", call_timeout_s=10)
        assert set(Effect.objects.values_list("status", "grant_jti")) == {("INTENDED", ""), ("SENT", "jti-2")}
    with world.role("operator"), tenancy.acting("user:ada"):
        controls.lift(scope=scope, reason="It is over.")
    with tenancy.brand(ALPHA, actor="worker:1"):
        effects.send(effect=intended, row=post, jti="jti-9", call_timeout_s=10)


@pytest.mark.spec("PUB-4", "PLN-5")
def test_a_takeover_sends_again_under_the_same_key_with_a_new_grant(alpha: int) -> None:
    post = rows.claimed()
    effect = rows.sent(row=post, jti="jti-1")
    rows.taken_over(post)
    post.refresh_from_db()
    effects.send(effect=effect, row=post, jti="jti-2", call_timeout_s=10)
    assert seen() == ("SENT", 3, "jti-2", post.fence, 2)
    assert effect.state_version == 3
    assert Effect.objects.get().key == effect.key
    effects.confirm(effect=effect, platform_id="p-1", receipt={}, cost_usd_micros=rows.FEE)
    assert money() == (0, rows.FEE), "sent twice, paid once"


def test_what_is_known_is_not_sent_again(alpha: int) -> None:
    post = rows.claimed()
    effect = rows.sent(row=post)
    stale = Effect.objects.get()
    effects.confirm(effect=effect, platform_id="p-1", receipt={}, cost_usd_micros=0)
    for known in (effect, stale):
        with pytest.raises(LostRace, match=r"is no longer SENT|has changed since"):
            effects.send(effect=known, row=post, jti="jti-2", call_timeout_s=10)
    assert seen() == ("CONFIRMED", 3, "jti-1", post.fence, 1)


@pytest.mark.spec("PUB-4", "GOV-1")
def test_what_surely_did_not_happen_gives_its_money_back(alpha: int) -> None:
    effect = rows.sent(row=rows.claimed())
    effects.refute(effect=effect, receipt={"code": "rejected"})
    kept = Effect.objects.get()
    assert (kept.status, kept.receipt) == ("REFUTED", {"code": "rejected"})
    assert money() == (0, 0)
    assert Hold.objects.get().status == "VOID"


def test_what_was_only_intended_can_be_given_up(alpha: int) -> None:
    effects.refute(effect=rows.effect(row=rows.claimed()), receipt={})
    assert seen()[:3] == ("REFUTED", 2, "")
    assert money() == (0, 0)


@pytest.mark.spec("PUB-4")
def test_what_nobody_knows_keeps_its_money_held_until_somebody_does(alpha: int) -> None:
    for key, end in (("1", "found"), ("2", "not found")):
        effect = rows.sent(row=rows.claimed(key=key))
        effects.doubt(effect=effect, receipt={"sentence": "The line went dead."})
        assert effect.status == "IN_DOUBT"
        assert Hold.objects.get(key=effect.hold_key).status == "HELD"
        before = money()
        assert before[0] == rows.FEE
        if end == "found":
            effects.confirm(effect=effect, platform_id="p-1", receipt={}, cost_usd_micros=rows.FEE)
            assert money() == (0, rows.FEE)
        else:
            effects.refute(effect=effect, receipt={})
            assert money() == (0, before[1])


def test_an_act_that_is_over_cannot_be_ended_another_way_and_its_money_stays(alpha: int) -> None:
    effect = rows.sent(row=rows.claimed())
    stale = Effect.objects.get()
    effects.confirm(effect=effect, platform_id="p-1", receipt={}, cost_usd_micros=rows.FEE)
    with pytest.raises(LostRace), transaction.atomic():
        effects.refute(effect=stale, receipt={})
    assert seen()[0] == "CONFIRMED"
    assert money() == (0, rows.FEE)


@pytest.mark.spec("GOV-2")
def test_an_act_that_cost_more_than_was_held_is_refused_whole(alpha: int) -> None:
    effect = rows.sent(row=rows.claimed())
    with pytest.raises(IntegrityError, match="hold_settles_at_most_what_it_holds"), transaction.atomic():
        effects.confirm(effect=effect, platform_id="p-1", receipt={}, cost_usd_micros=rows.FEE + 1)
    assert seen()[0] == "SENT"
    assert money() == (rows.FEE, 0)


@pytest.mark.spec("PUB-4")
def test_the_database_refuses_a_second_act_a_send_without_grant_and_a_receipt_without_id(alpha: int) -> None:
    post = rows.claimed()
    effect = rows.effect(row=post)
    with pytest.raises(IntegrityError, match="effect_grant_is_for_one_send"), transaction.atomic():
        transitions.move(row=Effect.objects.get(), to="SENT")
    effects.send(effect=effect, row=post, jti="jti-1", call_timeout_s=10)
    with pytest.raises(IntegrityError, match="effect_confirmed_has_an_id"), transaction.atomic():
        transitions.move(row=Effect.objects.get(), to="CONFIRMED")
    with pytest.raises(IntegrityError, match="effect_once_per_subject_and_kind"), transaction.atomic():
        Effect.objects.create(
            brand_id=alpha,
            about=post.subject,
            kind="publish",
            key="other",
            platform_class="A",
            sent_fence=1,
            status="INTENDED",
        )


@pytest.mark.spec("GOV-1")
def test_money_that_was_given_back_during_a_long_wait_is_set_aside_again_before_anything_is_sent(alpha: int) -> None:
    post = rows.claimed()
    first = rows.effect(row=post)
    budgets.void(key=first.hold_key)
    again = rows.effect(row=post)
    assert again.pk == first.pk
    assert again.hold_key != first.hold_key
    assert budgets.is_held(key=again.hold_key)
