"""What takes two people: the first yes waits, another person's completes it, authors give neither; nobody gets by."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chimera.core import canonical, tenancy
from chimera.core.clock import Now
from governance import transitions
from governance.foureyes import services as foureyes
from governance.foureyes.models import FourEyes
from governance.reviews import claims, selectors, together
from governance.reviews import services as reviews
from governance.reviews.filters import Filters
from governance.reviews.locking import Stale
from governance.reviews.models import RejectReason, ReviewItem, ReviewKind
from governance.reviews.together import Choice
from tests.conftest import ALPHA, World
from tests.governance import rows

EDITED = {"payload": {"text": "Mended."}, "content_hash": canonical.digest({"text": "Mended."}), "by": "user:ada"}
EDITED |= {"diff": [], "findings": [], "composite_bp": 9_000}


def asks_for_two(world: World, *, what: str = "everything", by: str = "user:eve") -> FourEyes:
    with world.role("operator"), tenancy.all_brands(actor=by):
        return foureyes.require(brand_id=ALPHA, what=what, reason="A new client.")


def waiting(*, about: str = "agents.task:1", rests_on: tuple[str, ...] = ()) -> ReviewItem:
    with tenancy.brand(ALPHA, actor="worker:1"):
        card = rows.card(about=about)
        if rests_on:
            ReviewItem.objects.filter(pk=card.pk).update(rests_on=list(rests_on))
        return ReviewItem.objects.get(pk=card.pk)


def by(name: str, act: Callable[..., Any], item: ReviewItem, **said: Any) -> Any:
    with tenancy.brand(ALPHA, actor=f"user:{name}"):
        return act(item=ReviewItem.objects.get(pk=item.pk), **said)


def now(item: ReviewItem) -> ReviewItem:
    with tenancy.brand(ALPHA, actor="test:look"):
        return ReviewItem.objects.get(pk=item.pk)


@pytest.mark.spec("REV-8")
def test_the_first_yes_waits_and_another_persons_completes_it(world: World) -> None:
    asks_for_two(world)
    item = waiting()
    assert item.needs_two
    by("ada", reviews.approve, item)
    half = now(item)
    assert (half.status, half.first_by, half.approved_hash, half.claimed_by) == ("PENDING", "user:ada", "", "")
    with pytest.raises(reviews.NeedsAnother, match="one of two"):
        by("ada", reviews.approve, item)
    with tenancy.brand(ALPHA, actor="user:ada"):
        assert selectors.following(queue=Filters(), reviewer="user:ada", after=None) is None, "it waits for others"
        assert selectors.following(queue=Filters(), reviewer="user:bob", after=None) == item
    by("bob", reviews.approve, item)
    done = now(item)
    assert (done.status, done.first_by, done.decided_by) == ("APPROVED", "user:ada", "user:bob")
    assert done.approved_hash == done.content_hash


@pytest.mark.spec("REV-8", "REV-5")
def test_everybody_takes_back_their_own_yes(world: World, settings: Any) -> None:
    settings.REVIEW_UNDO_S = 10
    asks_for_two(world)
    item = waiting()
    by("ada", reviews.approve, item)
    with pytest.raises(reviews.NotYours, match="that of user:ada"):
        by("bob", reviews.undo, item)
    by("ada", reviews.undo, item)
    assert (now(item).first_by, now(item).first_hash, now(item).claimed_by) == ("", "", "user:ada")
    by("ada", reviews.approve, item)
    by("bob", reviews.approve, item)
    with pytest.raises(reviews.NotYours):
        by("ada", reviews.undo, item)
    by("bob", reviews.undo, item)
    again = now(item)
    assert (again.status, again.first_by, again.claimed_by) == ("PENDING", "user:ada", "user:bob")
    by("bob", reviews.approve, item)
    assert now(item).status == "APPROVED"


@pytest.mark.spec("REV-8", "REV-4")
def test_what_one_edited_another_approves_as_it_is(world: World) -> None:
    asks_for_two(world, what="edited")
    item = waiting()
    assert not item.needs_two, "only an edit takes two here"
    by("ada", reviews.approve, item, edited=EDITED)
    half = now(item)
    assert (half.status, half.needs_two, half.asked_hash) == ("PENDING", True, EDITED["content_hash"])
    with pytest.raises(Stale, match="ada said yes to what is shown now") as stale:
        by("bob", reviews.approve, item, seen_version=item.state_version, seen_hash=item.content_hash)
    assert (stale.value.former_payload, stale.value.current_payload) == ({"text": "Hello."}, {"text": "Mended."})
    by("bob", reviews.approve, item, seen_version=half.state_version, seen_hash=half.asked_hash)
    done = now(item)
    assert (done.status, done.approved_hash, done.edited) == ("APPROVED", EDITED["content_hash"], EDITED)
    other = waiting(about="agents.task:2")
    by("ada", reviews.approve, other)
    assert now(other).status == "APPROVED"


@pytest.mark.spec("REV-8", "REV-7")
def test_side_by_side_a_first_yes_is_told_as_one_of_two_and_nobody_says_the_second_to_words_that_are_not_shown(
    world: World,
) -> None:
    asks_for_two(world)
    plain, mended = waiting(), waiting(about="agents.task:2")
    by("ada", reviews.approve, mended, edited=EDITED)

    def together_by(name: str) -> list[str]:
        seen = [now(plain), now(mended)]
        choices = [
            Choice(item_id=one.pk, approves=True, seen_version=one.state_version, seen_hash=one.asked_hash)
            for one in seen
        ]
        with tenancy.brand(ALPHA, actor=f"user:{name}"):
            return [str(one.became) for one in together.decide(choices=choices)]

    assert together_by("eva") == ["first", "refused"]
    assert (now(plain).first_by, now(mended).first_by) == ("user:eva", "user:ada")
    assert together_by("bob") == ["approved", "refused"]
    assert (now(plain).status, now(mended).status) == ("APPROVED", "PENDING")


@pytest.mark.spec("REV-8")
def test_who_mends_what_another_approved_begins_anew_and_one_no_is_enough(world: World) -> None:
    asks_for_two(world)
    item = waiting()
    by("ada", reviews.approve, item)
    by("bob", reviews.approve, item, edited=EDITED | {"by": "user:bob"})
    assert (now(item).status, now(item).first_by) == ("PENDING", "user:bob")
    by("ada", reviews.approve, item)
    assert now(item).approved_hash == EDITED["content_hash"]
    other = waiting(about="agents.task:2")
    by("ada", reviews.approve, other)
    by("bob", reviews.reject, other, code=RejectReason.TASTE, reason="No.")
    assert now(other).status == "REJECTED"


@pytest.mark.spec("REV-8")
def test_who_wrote_or_started_what_a_card_rests_on_never_approves_it(world: World) -> None:
    asks_for_two(world)
    rests_on = ("agents.campaign:7", "agents.soul:3")
    item = waiting(rests_on=rests_on)
    record = "INSERT INTO governance_auditevent (brand_id, subject, task_id, actor, action, from_status, to_status,"
    record += " state_version, body, xid) VALUES (1, %s, '', %s, %s, %s, %s, 1, '{}', pg_current_xact_id())"
    root = world.superuser()
    for event in (
        ("agents.soul:3", "cli:Ada", "insert", "", ""),
        ("agents.campaign:7", "user:bob", "update", "DRAFT", "ACTIVE"),
        ("agents.campaign:7", "user:cyd", "update", "ACTIVE", "PAUSED"),
    ):
        root.execute(record, event)
    for name, wrote in (("ada", "agents.soul:3"), ("bob", "agents.campaign:7")):
        with pytest.raises(reviews.NeedsAnother, match=wrote):
            by(name, reviews.approve, item)
    by("cyd", reviews.approve, item)
    with pytest.raises(reviews.NeedsAnother, match=rests_on[1]):
        by("ada", reviews.approve, item)
    yes = "UPDATE governance_reviewitem SET status = 'APPROVED', decided_by = 'user:bob', state_version = 3"
    refused(world, yes, actor="user:bob", said="review_author_never_approves")
    by("dan", reviews.approve, item)
    assert now(item).status == "APPROVED"


def refused(world: World, statement: str, *, actor: str, said: str) -> None:
    """Whoever writes the statement."""
    connection = world.connect("operator", actor=actor)
    with pytest.raises(psycopg.Error, match=said):
        connection.execute(statement.encode())


FIRST = "first_by = '{0}', first_at = chimera_now(), first_hash = content_hash"
YES = "status = 'APPROVED', decided_by = '{0}', state_version = state_version + 1"
TRIES = [
    ("user:ada", YES, "review_needs_two_people"),
    ("user:ada", f"{YES}, needs_two = false", "review_two_stay_two"),
    ("user:ada", f"{YES}, {FIRST}", "review_needs_two_people"),
    ("user:ada", FIRST.format("user:bob"), "review_first_yes_is_ones_own"),
    ("user:ada", FIRST.replace("content_hash", "'other'"), "review_yes_covers_its_content"),
    ("user:ada", "first_by = '{0}', first_hash = ''", "review_yes_covers_its_content"),
]
AFTER_ADA = [
    ("user:ada", YES, "review_needs_two_people"),
    ("cli:ADA", YES, "review_needs_two_people"),
    ("user:bob", YES.format("user:eve"), "review_needs_two_people"),
    ("user:bob", FIRST, "review_first_yes_is_ones_own"),
    ("user:bob", "first_by = ''", "review_first_yes_is_ones_own"),
    ("user:bob", f"{YES}, first_by = 'user:eve'", "review_needs_two_people"),
    ("user:bob", f'{YES}, edited = \'{{{{"content_hash": "other"}}}}\'', "review_needs_two_people"),
]


@pytest.mark.spec("REV-8")
def test_the_database_refuses_whatever_the_statement_says(world: World) -> None:
    asks_for_two(world)
    item = waiting()
    for actor, change, said in TRIES:
        refused(world, f"UPDATE governance_reviewitem SET {change.format(actor)}", actor=actor, said=said)
    by("ada", reviews.approve, item)
    for actor, change, said in AFTER_ADA:
        refused(world, f"UPDATE governance_reviewitem SET {change.format(actor)}", actor=actor, said=said)
    with world.superuser() as root:
        root.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.errors.CheckViolation, match="review_two_are_different"):
            root.execute(
                "UPDATE governance_reviewitem SET status = 'APPROVED', decided_by = 'user:ada',"
                " approved_hash = content_hash, final_at = now()"
            )
    assert now(item).status == "PENDING"
    one = waiting(about="agents.task:9")
    with tenancy.brand(ALPHA, actor="user:eve"):
        claims.claim(item_id=one.pk)
    refused(
        world,
        f"UPDATE governance_reviewitem SET {FIRST.format('user:bob')} WHERE id = {one.pk}",
        actor="user:bob",
        said="review_is_claimed_by_another",
    )


@pytest.mark.spec("REV-8", "REV-3")
def test_of_two_at_once_one_is_the_first_and_the_other_looks_again(world: World) -> None:
    asks_for_two(world)
    item = waiting()

    def says_yes(name: str) -> Callable[[], Any]:
        return lambda: by(name, reviews.approve, item, seen_version=1, seen_hash=item.content_hash)

    given = rows.together([says_yes("ada"), says_yes("bob"), says_yes("cyd"), says_yes("dan")])
    assert [type(one) for one in rows.failures(given)] == [Stale] * 3
    assert (now(item).status, now(item).state_version) == ("PENDING", 2)
    first = now(item).first_by.removeprefix("user:")
    twice = rows.together([lambda: by(first, reviews.approve, item)] * 4)
    assert {type(one) for one in rows.failures(twice)} == {reviews.NeedsAnother} and len(rows.failures(twice)) == 4
    others = [name for name in ("ada", "bob", "cyd", "dan") if name != first]

    def completes(name: str) -> Callable[[], Any]:
        return lambda: by(name, reviews.approve, item, seen_version=2)

    given = rows.together([completes(name) for name in others])
    assert len(rows.failures(given)) == 2, "one completes it, the others are told"
    assert now(item).status == "APPROVED" and now(item).decided_by != now(item).first_by


@pytest.mark.spec("REV-8")
def test_a_rule_is_ended_by_another_person_and_what_waited_still_needs_two(world: World) -> None:
    rule = asks_for_two(world, by="user:ada")
    assert str(rule) == "two people for: Everything that waits for approval"
    item = waiting()
    with world.role("operator"), tenancy.all_brands(actor="cli:ada"):
        with pytest.raises(foureyes.BadRule, match="somebody else ends it"):
            foureyes.end(rule=rule, reason="Enough.")
        with pytest.raises(foureyes.InForce, match="already"):
            foureyes.require(brand_id=ALPHA, what="everything", reason="Again.")
        with pytest.raises(foureyes.BadRule, match="choose one of everything"):
            foureyes.require(brand_id=ALPHA, what="nothing", reason="Why not.")
        with pytest.raises(foureyes.BadRule, match="Say why"):
            foureyes.require(brand_id=ALPHA, what="doubt", reason=" ")
    over = "UPDATE governance_foureyes SET status = 'ENDED', state_version = 2, ended_at = now(), end_reason = 'x'"
    refused(world, over, actor="user:ada", said="foureyes_is_ended_by_a_second_person")
    refused(world, f"{over}, set_by = 'user:eve'", actor="user:ada", said="foureyes_stays_what_it_is")
    with world.role("operator"), tenancy.all_brands(actor="user:bob"):
        with pytest.raises(foureyes.BadRule, match="Say why"):
            foureyes.end(rule=rule, reason="")
        ended = foureyes.end(rule=rule, reason="The client left.")
        assert (ended.ended_by, ended.status) == ("user:bob", "ENDED")
        with pytest.raises(foureyes.InForce, match="ended already"):
            foureyes.end(rule=ended, reason="Again.")
    assert now(item).needs_two
    by("ada", reviews.approve, item)
    assert now(item).status == "PENDING"
    assert not waiting(about="agents.task:2").needs_two


@pytest.mark.spec("REV-8")
def test_a_rule_is_about_reasons_or_about_what_is_paid_for(world: World) -> None:
    before = waiting()

    def needs(number: int, sponsorship: str) -> bool:
        with tenancy.brand(ALPHA, actor="worker:1"):
            made = reviews.ask(
                brand_id=ALPHA,
                about=f"agents.task:{number}",
                task=f"agents.task:{number}",
                kind=ReviewKind.DOUBT,
                snapshot={"payload": {"text": "Hello.", "sponsorship": sponsorship}},
                why="It is paid for.",
                deadline=before.deadline,
            )
        return now(made).needs_two

    asks_for_two(world, what="rule")
    assert not needs(2, "paid")
    asks_for_two(world, what="sponsored")
    assert needs(3, "paid") and not needs(4, "none")
    asks_for_two(world, what="doubt")
    assert needs(5, "none")
    by("ada", reviews.approve, before)
    assert now(before).status == "PENDING", "what waited before needs two as well"


@pytest.mark.spec("REV-8")
def test_the_first_yes_is_on_the_record_and_a_card_that_moved_on_keeps_none(world: World) -> None:
    asks_for_two(world)
    item = waiting()
    by("ada", reviews.approve, item)
    record = world.superuser().execute(
        "SELECT actor, body::jsonb ->> 'first_by', body::jsonb ->> 'needs_two' FROM governance_auditevent"
        " WHERE subject = %s ORDER BY id DESC LIMIT 1",
        [item.subject],
    )
    assert record.fetchone() == ("user:ada", "user:ada", "true")
    with tenancy.brand(ALPHA, actor="worker:1"):
        card = ReviewItem.objects.get(pk=item.pk)
        transitions.move(row=card, to="EXPIRED", decided_at=Now())
    assert now(item).first_by == "user:ada", "who said yes is not forgotten"
