"""Asking a human: one card for one content, answered once, used once, never by silence. REV-1, REV-4, REV-6."""

import threading
from collections.abc import Callable

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from chimera.core import canonical, tenancy
from governance import transitions
from governance.models import AuditEvent, ReviewItem
from governance.reviews import selectors, services
from governance.reviews.models import FIXABLE, RejectReason
from governance.reviews.services import NoReason, NotPending
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows


def answered(prefix: str = "agents.task:") -> list[str]:
    return [found.about for found in selectors.answered(prefix=prefix, count_max=10)]


@pytest.mark.spec("REV-1", "REV-4")
def test_a_card_shows_the_snapshot_and_covers_the_hash_of_its_payload(alpha: int) -> None:
    card = rows.card(text="Hello.")
    card.refresh_from_db()
    assert card.status == "PENDING"
    assert card.snapshot == {"payload": {"text": "Hello."}}
    assert card.content_hash == canonical.digest({"text": "Hello."})
    assert card.content_hash != rows.card(about="agents.task:2", text="Hello!").content_hash
    assert str(card) == "The judge doubts: agents.task:1"


@pytest.mark.spec("REV-1")
def test_the_queue_shows_what_is_pending_most_urgent_first(alpha: int) -> None:
    later = rows.card(about="agents.task:1")
    late = rows.card(about="agents.task:2", late=True)
    services.approve(item=rows.card(about="agents.task:3"))
    assert list(selectors.pending()) == [late, later]


@pytest.mark.spec("REV-4", "AUD-1")
def test_an_approval_has_the_name_of_who_gave_it(alpha: int) -> None:
    card = rows.card()
    with tenancy.acting("user:ada"):
        assert services.approve(item=card) is card
    card.refresh_from_db()
    assert (card.status, card.decided_by, card.state_version) == ("APPROVED", "user:ada", 2)
    assert card.decided_at >= card.made_at
    assert AuditEvent.objects.filter(subject=card.subject, actor="user:ada", to_status="APPROVED").exists()


@pytest.mark.spec("REV-2")
def test_a_rejection_has_a_reason_that_the_retry_can_use(alpha: int) -> None:
    card = rows.card()
    with tenancy.acting("user:ada"):
        services.reject(item=card, code=RejectReason.VOICE, reason="  Too stiff. \n")
    card.refresh_from_db()
    assert (card.status, card.reason_code, card.reason, card.decided_by) == (
        "REJECTED",
        "voice",
        "Too stiff.",
        "user:ada",
    )
    assert set(RejectReason) - FIXABLE == {RejectReason.UNWANTED}


@pytest.mark.parametrize("code", ["", "because", "VOICE"])
def test_a_rejection_without_one_of_the_reasons_is_refused(alpha: int, code: str) -> None:
    card = rows.card()
    with pytest.raises(NoReason, match="Choose one of the reasons: voice, facts, taste, quality, unwanted"):
        services.reject(item=card, code=code, reason="x")  # type: ignore[arg-type]
    assert ReviewItem.objects.get().status == "PENDING"


@pytest.mark.spec("REV-3", "REV-6")
@pytest.mark.parametrize("end", ["APPROVED", "REJECTED", "EXPIRED", "WITHDRAWN"])
def test_a_card_is_answered_once(alpha: int, end: str) -> None:
    card = rows.card()
    by = {"decided_by": "user:ada", "reason_code": "voice"} if end in ("APPROVED", "REJECTED") else {}
    transitions.move(row=card, to=end, **by)
    said = r"already answered \(" + end.lower() + (r" by user:ada\)" if by else r"\)") + "; nothing was changed"
    for answer in (
        lambda: services.approve(item=card),
        lambda: services.reject(item=card, code=RejectReason.FACTS, reason="x"),
    ):
        with pytest.raises(NotPending, match=said):
            answer()
    assert ReviewItem.objects.get().status == end


@pytest.mark.spec("REV-3")
def test_of_two_reviewers_of_one_card_one_decides_and_the_other_is_told(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        card = rows.card()
    loaded = threading.Barrier(2, timeout=20)

    def decide(name: str, answer: Callable[[ReviewItem], ReviewItem]) -> str:
        with tenancy.all_brands(actor=f"user:{name}"):
            item = ReviewItem.objects.get()
            loaded.wait()
            answer(item)
            return f"user:{name}"

    with world.role("operator"):
        results = rows.together(
            [
                lambda: decide("ada", lambda item: services.approve(item=item)),
                lambda: decide("bob", lambda item: services.reject(item=item, code=RejectReason.TASTE, reason="No.")),
            ]
        )
    assert [type(lost) for lost in rows.failures(results)] == [NotPending]
    (winner,) = (result for result in results if isinstance(result, str))
    with tenancy.brand(ALPHA):
        card.refresh_from_db()
        assert (card.decided_by, card.state_version) == (winner, 2)
        assert card.status == ("APPROVED" if winner == "user:ada" else "REJECTED")
        assert card.reason == ("" if winner == "user:ada" else "No.")
        told = AuditEvent.objects.filter(subject=card.subject, action="update")
        assert [event.actor for event in told] == [winner]


@pytest.mark.spec("REV-4")
def test_an_answer_counts_once(alpha: int) -> None:
    card = rows.card()
    with pytest.raises(NotPending):
        services.consume(item=card)
    assert answered() == []
    services.approve(item=card)
    assert answered() == ["agents.task:1"]
    services.consume(item=card)
    assert answered() == []
    with pytest.raises(NotPending, match=r"governance\.reviewitem:\d+ was used before; an answer counts once"):
        services.consume(item=card)


@pytest.mark.spec("REV-4")
def test_of_several_who_use_one_answer_at_once_one_does(world: World) -> None:
    with tenancy.brand(ALPHA, actor="user:ada"):
        card = services.approve(item=rows.card())

    def use() -> None:
        with tenancy.brand(ALPHA, actor="worker:1"):
            services.consume(item=card)

    results = rows.together([use] * 5)
    assert results.count(None) == 1
    assert [type(error) for error in rows.failures(results)] == [NotPending] * 4


def test_answers_are_found_over_all_brands_oldest_first_by_what_they_are_about(world: World) -> None:
    for brand_id, about in ((BETA, "agents.task:2"), (ALPHA, "agents.task:1"), (ALPHA, "publishing.post:3")):
        with tenancy.brand(brand_id, actor="user:ada"):
            services.approve(item=rows.card(brand_id=brand_id, about=about))
            rows.card(brand_id=brand_id, about=f"{about}0")
    found = selectors.answered(prefix="agents.task:", count_max=10)
    assert [(one.brand_id, one.about) for one in found] == [(BETA, "agents.task:2"), (ALPHA, "agents.task:1")]
    assert answered("publishing.post:") == ["publishing.post:3"]
    assert len(selectors.answered(prefix="", count_max=2)) == 2


@pytest.mark.spec("REV-4")
def test_a_card_whose_content_is_gone_is_withdrawn_and_is_no_answer(alpha: int) -> None:
    card, other = rows.card(), rows.card(about="agents.task:10")
    assert services.withdraw(about="agents.task:1") == 1
    assert services.withdraw(about="agents.task:1") == 0
    card.refresh_from_db()
    other.refresh_from_db()
    assert (card.status, other.status) == ("WITHDRAWN", "PENDING")
    assert card.consumed_at is not None
    assert answered() == []


@pytest.mark.spec("REV-6")
def test_a_card_that_is_late_expires_and_is_neither_approved_nor_rejected(world: World) -> None:
    for brand_id in (ALPHA, BETA):
        with tenancy.brand(brand_id, actor="test:begin"):
            rows.card(brand_id=brand_id)
    assert services.expire_late() == 0
    world.shift_clock("61 minutes")
    assert services.expire_late(count_max=1) == 1
    assert services.expire_late() == 1
    assert services.expire_late() == 0
    with tenancy.brand(ALPHA):
        card = ReviewItem.objects.get()
        assert (card.status, card.decided_by) == ("EXPIRED", "")
        assert card.decided_at is not None
        assert AuditEvent.objects.get(subject=card.subject, to_status="EXPIRED").actor == "worker:sweeper"
    assert answered() == ["agents.task:1"] * 2, "whoever owns the subject is to find out"


@pytest.mark.spec("REV-6")
def test_a_card_that_is_answered_at_the_last_moment_does_not_expire(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.card()
    reviewer = world.connect("operator", actor="user:ada")
    with reviewer.transaction():
        reviewer.execute(
            "UPDATE governance_reviewitem SET status = 'APPROVED', state_version = 2, decided_by = 'user:ada'"
        )
        world.shift_clock("61 minutes")
        sweeper: list[int] = []
        thread = threading.Thread(target=lambda: sweeper.extend(rows.together([services.expire_late])))
        thread.start()
        wait_for_lock(world)
    thread.join(20)
    assert sweeper == [0]
    with tenancy.brand(ALPHA):
        assert ReviewItem.objects.get().status == "APPROVED"


def wait_for_lock(world: World) -> None:
    """Until somebody waits for a lock of somebody else."""
    owner = world.superuser()
    pause = threading.Event()
    for _ in range(500):
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        if owner.execute(waiting).fetchone()[0]:
            return
        pause.wait(0.01)
    raise AssertionError("nobody waited for the reviewer")


# What the database refuses.


@pytest.mark.spec("REV-1")
def test_two_pending_cards_of_one_subject_are_refused(alpha: int) -> None:
    rows.card()
    with pytest.raises(IntegrityError, match="review_pending_once"), transaction.atomic():
        rows.card(text="Another text.")
    services.withdraw(about="agents.task:1")
    rows.card(text="Another text.")


@pytest.mark.spec("REV-4", "REV-6")
def test_an_answer_without_a_name_a_no_without_a_reason_and_an_early_use_are_refused(alpha: int) -> None:
    rows.card()
    for constraint, change in {
        "review_answer_has_a_name": lambda card: transitions.move(row=card, to="APPROVED"),
        "review_rejection_has_a_reason": lambda card: transitions.move(row=card, to="REJECTED", decided_by="user:ada"),
        "review_consumed_was_answered": lambda card: ReviewItem.objects.update(consumed_at=card.made_at),
    }.items():
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            change(ReviewItem.objects.get())
    assert ReviewItem.objects.get().status == "PENDING"


@pytest.mark.spec("REV-6")
def test_only_the_application_asks_the_dispatcher_and_it_tells_no_content(world: World) -> None:
    with tenancy.brand(ALPHA, actor="user:ada"):
        services.approve(item=rows.card())
    for function in ("governance_answered_reviews('', 9)", "governance_late_reviews(9)"):
        found = world.connect("app").execute(f"SELECT * FROM {function}")
        assert [column.name for column in found.description or []][:2] == ["id", "brand_id"]
        assert len(found.description or []) <= 3
        for role in ("operator", "connector"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                world.connect(role).execute(f"SELECT * FROM {function}")
    with world.role("connector"), tenancy.brand(ALPHA), pytest.raises(ProgrammingError, match="permission denied"):
        ReviewItem.objects.count()
