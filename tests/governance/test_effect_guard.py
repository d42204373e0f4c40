"""What the database refuses of an effect, tried in plain SQL as the application: never a blind repeat. PUB-4, PLN-5."""

from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, transaction

from chimera.core import clock, tenancy
from governance.effects import services as effects
from governance.models import AuditEvent, Effect, Incarnation, ReviewItem
from governance.reviews import services as reviews
from governance.reviews.models import DoubtAnswer, ReviewKind
from governance.transitions import LostRace
from tests.conftest import ALPHA, World
from tests.governance import rows

pytestmark = pytest.mark.spec("PUB-4")
SENT = "status = 'SENT', state_version = state_version + 1"
AGAIN = "sends = sends + 1, grant_jti = 'another', state_version = state_version + 1"
OPEN = "status = 'INTENDED', state_version = state_version + 1"
DOUBT = "status = 'IN_DOUBT', state_version = state_version + 1"


class Bench:
    """An effect that was sent, and a connection of the application that tries things on it."""

    def __init__(self, world: World, platform_class: str) -> None:
        self.world = world
        with tenancy.brand(ALPHA, actor="worker:1"):
            self.post = rows.claimed()
            self.effect = rows.sent(row=self.post, platform_class=platform_class)
        self.sql = world.connect("app", brand=ALPHA)

    def set(self, change: str) -> None:
        self.sql.execute(f"UPDATE governance_effect SET {change}")  # type: ignore[call-overload]

    def refuses(self, change: str, promise: str) -> None:
        with pytest.raises(psycopg.errors.CheckViolation, match=promise) as refused:
            self.set(change)
        assert refused.value.diag.constraint_name == promise

    def absent(self, times: int = 1) -> None:
        for _ in range(times):
            self.set("""lookups = lookups || '[{"result": "absent"}]'""")


@pytest.fixture
def bench(world: World, request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield Bench(world, request.param)


@pytest.mark.parametrize("bench", ["B", "C"], indirect=True)
def test_without_an_idempotency_key_a_second_send_is_refused(bench: Bench) -> None:
    bench.refuses(AGAIN, "effect_is_never_repeated_blindly")
    bench.refuses("grant_jti = 'another'", "effect_grant_is_for_one_send")
    bench.refuses("sent_fence = sent_fence + 1", "effect_grant_is_for_one_send")
    bench.refuses("platform_class = 'A'", "effect_is_for_one_act")
    bench.refuses("key = 'another'", "effect_is_for_one_act")
    bench.refuses("sends = 0", "effect_is_never_repeated_blindly")
    bench.refuses(OPEN, "effect_reopens_with_a_proof")
    bench.set(DOUBT)
    bench.refuses(OPEN, "effect_reopens_with_a_proof")
    bench.refuses(AGAIN, "effect_is_never_repeated_blindly")


@pytest.mark.parametrize("bench", ["A"], indirect=True)
def test_with_a_key_it_is_sent_again_only_while_the_platform_knows_the_key(bench: Bench) -> None:
    bench.set(AGAIN)
    bench.refuses(AGAIN, "effect_grant_is_for_one_send")  # the same grant once more
    bench.refuses("first_sent_at = now() + interval '9 days', grant_jti = 'x'", "effect_grant_is_for_one_send")
    bench.set("first_sent_at = now() + interval '9 days', sent_at = now() + interval '9 days'")  # stamped, not believed
    bench.world.shift_clock("24 hours 1 second")
    bench.refuses(AGAIN.replace("another", "third"), "effect_is_never_repeated_blindly")
    bench.absent(3)
    bench.refuses(OPEN, "effect_reopens_with_a_proof")


@pytest.mark.parametrize("bench", ["B"], indirect=True)
def test_three_absences_after_the_call_open_it_again_and_no_fewer(bench: Bench) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="effect_waits_out_the_call"):
        bench.absent()
    bench.world.shift_clock("11 seconds")
    bench.absent(2)
    bench.refuses(OPEN, "effect_reopens_with_a_proof")
    bench.set("absences = 9")  # counted by the trigger, whatever a statement says
    bench.refuses(OPEN, "effect_reopens_with_a_proof")
    bench.absent()
    bench.set(f"{OPEN}, reopened_by = 'look-up'")
    bench.refuses(SENT, "effect_grant_is_for_one_send")
    bench.set(f"{SENT}, sends = sends + 1, grant_jti = 'second'")
    bench.refuses(OPEN, "effect_reopens_with_a_proof")  # absences of the first send are no proof about the second
    with tenancy.brand(ALPHA):
        effect = Effect.objects.get()
        assert (effect.sends, effect.absences, len(effect.lookups)) == (2, 0, 3)
        told = AuditEvent.objects.filter(subject=effect.subject, to_status="INTENDED").last()
        assert told is not None
        assert '"absences": 3' in told.body and '"reopened_by": "look-up"' in told.body


@pytest.mark.parametrize("bench", ["B"], indirect=True)
def test_evidence_is_added_one_by_one_stamped_and_never_changed(bench: Bench) -> None:
    bench.world.shift_clock("11 seconds")
    bench.set("""lookups = lookups || '[{"result": "absent", "at": "1999-01-01T00:00:00Z", "send": 77}]'""")
    with tenancy.brand(ALPHA):
        (entry,) = Effect.objects.get().lookups
        assert entry["send"] == 1 and not entry["at"].startswith("1999")
    for change in (
        "lookups = '[]'",
        """lookups = '[{"result": "found"}, {"result": "absent"}]'""",
        """lookups = lookups || '[{"result": "absent"}, {"result": "absent"}]'""",
        """lookups = lookups || '[{"result": "surely not"}]'""",
        """lookups = lookups || '[{}]'""",
        f"""{OPEN}, lookups = lookups || '[{{"result": "not_sent"}}]'""",
    ):
        bench.refuses(change, "effect_evidence_is_append_only")


@pytest.mark.parametrize("bench", ["B", "C"], indirect=True)
def test_the_calls_own_answer_that_nothing_was_sent_opens_it_again_once(bench: Bench) -> None:
    bench.set("""lookups = lookups || '[{"result": "not_sent"}]'""")
    bench.set(f"{OPEN}, reopened_by = 'not sent'")
    bench.set(f"{SENT}, sends = sends + 1, grant_jti = 'second'")
    bench.refuses(OPEN, "effect_reopens_with_a_proof")


@pytest.mark.parametrize("bench", ["A", "B", "C"], indirect=True)
def test_a_doubt_is_opened_again_by_a_humans_answer_about_it_given_after_the_send(bench: Bench) -> None:
    bench.set(DOUBT)
    with tenancy.brand(ALPHA, actor="user:ada"):
        cards = {
            answer: reviews.resolve(item=doubt_card(about), answer=answer)
            for answer, about in (
                (DoubtAnswer.KEEP_CHECKING, bench.post.subject),
                (DoubtAnswer.RETRY, "publishing.post:999"),
            )
        }
        plain = reviews.approve(item=rows.card(about=bench.post.subject))
        right = reviews.resolve(item=doubt_card(bench.post.subject), answer=DoubtAnswer.RETRY)
    for card in (*cards.values(), plain):
        bench.refuses(f"{OPEN}, reopened_by = '{card.subject}'", "effect_reopens_with_a_proof")
    bench.refuses(f"{OPEN}, reopened_by = 'user:ada'", "effect_reopens_with_a_proof")
    bench.set(f"{OPEN}, reopened_by = '{right.subject}'")
    bench.set(f"{SENT}, sends = sends + 1, grant_jti = 'second'")
    bench.set(DOUBT)
    bench.refuses(f"{OPEN}, reopened_by = '{right.subject}'", "effect_reopens_with_a_proof")


def doubt_card(about: str) -> ReviewItem:
    return reviews.ask(
        brand_id=ALPHA,
        about=about,
        task="agents.task:1",
        kind=ReviewKind.IN_DOUBT,
        snapshot={"payload": {"text": "Hello."}},
        why="Nobody knows.",
        deadline=clock.now() + timedelta(hours=1),
    )


def test_an_effect_is_born_without_a_past(alpha: int) -> None:
    post = rows.post()
    common = {"about": post.subject, "kind": "publish", "platform_class": "B", "status": "INTENDED", "sent_fence": 1}
    for past in (
        {"lookups": [{"result": "absent"}] * 3},
        {"grant_jti": "x"},
        {"stage_ids": {"a": "b"}},
        {"reopened_by": "look-up"},
    ):
        with pytest.raises(IntegrityError, match="effect_evidence_is_append_only"), transaction.atomic():
            Effect.objects.create(brand_id=alpha, **common, **past)
    Effect.objects.create(brand_id=alpha, sends=5, absences=3, incarnation=4, **common)
    kept = Effect.objects.get()
    assert (kept.sends, kept.absences, kept.incarnation, kept.sent_at) == (0, 0, 0, None)


@pytest.mark.parametrize("platform_class", ["B", "C"])
def test_the_service_says_so_before_the_database_has_to(alpha: int, platform_class: str) -> None:
    post = rows.claimed()
    effect = rows.effect(row=post, platform_class=platform_class)
    assert effects.wait_s(effect=effect) == 0
    effects.send(effect=effect, row=post, jti="jti-1", call_timeout_s=10)
    sent = Effect.objects.get(pk=effect.pk).sent_at
    before, waits, after = clock.now(), effects.wait_s(effect=effect), clock.now()
    assert 15 - (after - sent).total_seconds() <= waits <= 15 - (before - sent).total_seconds() + 0.001
    with pytest.raises(effects.Blind, match=f"class {platform_class} and may be live; find out before"):
        effects.send(effect=effect, row=post, jti="jti-2", call_timeout_s=10)


def test_who_looked_at_an_older_send_changes_nothing(alpha: int) -> None:
    effect = rows.sent(row=rows.claimed())
    stale = Effect.objects.get()
    effects.note_look_up(effect=effect, result="found", said="p-1")
    effects.confirm(effect=effect, platform_id="p-1", receipt={}, cost_usd_micros=0)
    with pytest.raises(LostRace, match="has changed while it was looked up"):
        effects.note_look_up(effect=stale, result="absent")
    with pytest.raises(LostRace, match="was sent again or is known"):
        effects.note_id(effect=stale, jti="jti-1", name="container", value="c-1")


@pytest.mark.spec("OPS-9", "PUB-3")
def test_a_quarantine_keeps_everything_back_and_grants_from_before_it_count_no_more(world: World) -> None:
    with tenancy.brand(ALPHA, actor="worker:1"):
        post = rows.claimed()
        effect = rows.sent(row=post)
    asked = [ALPHA, effect.key, "jti-1", post.fence, post.content_hash]
    connector = world.connect("connector")
    stands = "SELECT governance_grant_stands(%s, %s, %s, %s, %s)"
    assert connector.execute(stands, asked).fetchone() == (True,)
    with world.role("operator"), tenancy.all_brands(actor="cli:ada"):
        assert effects.quarantine(reason="restored from the backup of 09:00") == 2
        assert effects.quarantine(reason="again") == 3
        assert Incarnation.objects.get().reason == "again"
        assert str(Incarnation.objects.get()) == "incarnation 3"
        assert AuditEvent.objects.filter(subject="governance.incarnation:1", actor="cli:ada").count() == 2
    assert connector.execute(stands, asked).fetchone() == (False,)
    control = effects.quarantined()
    assert control is not None and control.reason == "restored from the backup of 09:00"
    with tenancy.acting("cli:ada"):
        assert effects.end_quarantine() == 1
        assert effects.end_quarantine() == 0
    assert effects.quarantined() is None
    for change in ("number = number - 1", "number = number"):
        with pytest.raises(psycopg.errors.CheckViolation, match="incarnation_rises"):
            world.connect("operator").execute(f"UPDATE governance_incarnation SET {change}")  # type: ignore[call-overload]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.connect("app").execute("UPDATE governance_incarnation SET number = 9")
