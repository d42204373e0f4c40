"""Taking back what is live: asked by a human, once, through the protocol of effects, or by a human's hands. PUB-5."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from chimera.core import canonical, tenancy
from chimera.core.errors import Denied, Stopped
from chimera.core.taint import Tainted
from governance.controls import services as controls
from governance.effects import services as effects
from governance.grants import services as grants
from governance.grants import story
from governance.grants.models import Outcome
from governance.models import AuditEvent, Effect, Hold, ReviewItem
from governance.reviews import services as reviews
from governance.reviews.models import DoubtAnswer
from publishing.connectors.base import Listed, Listing, NotSent, Rejected, Unknown
from publishing.connectors.reversing import Removed
from publishing.posts import selectors as post_selectors
from publishing.posts import services as posts
from publishing.posts.models import Post, Verification
from publishing.reversals import by_hand, looking, services, taking_down
from publishing.reversals import selectors as reversals
from publishing.reversals.models import Reversal
from publishing.reversals.services import InDoubt, NoReason, NotLive
from tests import people
from tests.conftest import ALPHA, World
from tests.governance import rows
from tests.publishing.fakes import FakePlaza, plaza, schedule

__all__ = ["plaza"]
pytestmark = pytest.mark.spec("PUB-5")
CANNOT = Rejected("Not deleted on Plaza: it deletes nothing for software.", code="cannot")
LOST = Unknown("No answer.")


@pytest.fixture
def live(world: World, plaza: FakePlaza) -> Iterator[World]:
    """One post that went out an hour ago; its account can be read."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    plaza.can_look_up = True  # type: ignore[misc]
    posts.drain(seconds=30)
    world.shift_clock("1 hour")
    yield world


def ask(world: World, *, actor: str = "cli:ada", reason: str = "The price was wrong.") -> services.Asked:
    with world.role("operator"), tenancy.brand(ALPHA, actor=actor):
        return services.ask(post_id=Post.objects.order_by("pk")[0].pk, reason=reason)


def drain() -> int:
    return taking_down.drain(seconds=30)


def state() -> tuple[str, str, str]:
    """How post, reversal and the effect of the deletion stand; "" where there is none."""
    with tenancy.brand(ALPHA, actor="test:look"):
        effect = Effect.objects.filter(kind="delete").order_by("-pk").first()
        reversal = Reversal.objects.order_by("-pk").first()
        post = Post.objects.order_by("pk")[0]
        return post.status, reversal.status if reversal else "", effect.status if effect else ""


def listing(*ids: str) -> Listing:
    at = datetime.now(UTC)
    made = [
        Listed(platform_id=one, url=f"http://127.0.0.1/p/{one}", text="x", media=(), reply_to="", made_at=at)
        for one in ids
    ]
    return Listing(posts=tuple(made), is_whole=True)


def card() -> ReviewItem:
    with tenancy.brand(ALPHA, actor="test:look"):
        return ReviewItem.objects.get(status="PENDING")


def answer(world: World, said: DoubtAnswer) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        reviews.resolve(item=card(), answer=said, reason="I looked.")
    world.shift_clock("2 hours")
    by_hand.act_on_answers()


def test_what_a_human_asks_for_is_deleted_once_and_the_post_says_so_everywhere(live: World, plaza: FakePlaza) -> None:
    asked = ask(live)
    assert (asked.outcome, asked.sentence) == (
        "asked",
        f"post {asked.post.pk} is to be taken down on plaza; a publish worker does it.",
    )
    assert (drain(), drain()) == (1, 0)
    assert state() == ("REVERTED", "DONE", "CONFIRMED")
    assert plaza.deleted == ["plaza-7"]
    claims = plaza.grants[-1]
    assert (claims.action, claims.approval, claims.subject) == (
        "delete",
        "publishing.reversal:1",
        "publishing.reversal:1",
    )
    with tenancy.brand(ALPHA, actor="test:look"):
        post = Post.objects.get()
        assert (post.platform_id, post.url != "", post.published_at is not None) == ("plaza-7", True, True)
        assert post.note == "Taken back by cli:ada: The price was wrong."
        assert post_selectors.recent_texts(belongs_to=post.account.belongs_to, count_max=9) == []
        assert post_selectors.neighbours(count_max=9) == []
        assert reversals.taken_down_at(post_id=post.pk) is not None
        told = AuditEvent.objects.filter(subject="publishing.reversal:1").order_by("id")
        assert (told[0].actor, told[0].to_status) == ("cli:ada", "ASKED")
        assert [one.to_status for one in told] == ["ASKED", "DONE"]
    assert ask(live).sentence == f"post {post.pk} is taken down on plaza."
    assert plaza.deleted == ["plaza-7"]


@pytest.mark.parametrize("said", Verification.values)
def test_what_was_looked_at_after_it_went_out_is_taken_down_all_the_same(
    live: World, plaza: FakePlaza, said: str
) -> None:
    live.connect("app", brand=ALPHA).execute("UPDATE publishing_post SET verification = %s, looks = 3", [said])
    ask(live)
    drain()
    assert state() == ("REVERTED", "DONE", "CONFIRMED")
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Post.objects.get().verification == said


def test_an_answer_that_stands_in_no_list_is_not_taken_for_gone(live: World, plaza: FakePlaza) -> None:
    with tenancy.brand(ALPHA, actor="test:look"):
        post = Post.objects.get()
    assert looking.still_there(post=post, connector=plaza) == looking.Seen.GONE
    plaza.lists_replies = False  # type: ignore[misc]
    assert looking.still_there(post=post, connector=plaza) == looking.Seen.GONE, "it answers nobody"
    post.payload |= {"reply_to": "17"}
    assert looking.still_there(post=post, connector=plaza) == looking.Seen.UNKNOWN


def test_what_the_platform_asks_for_it_is_set_aside_and_paid(live: World, plaza: FakePlaza) -> None:
    owner = live.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE publishing_account SET platform = 'x'")
    ask(live)
    drain()
    with tenancy.brand(ALPHA, actor="test:look"):
        hold = Hold.objects.get(about="publishing.reversal:1")
        assert (hold.status, hold.settled_usd_micros) == ("SETTLED", 10_000)


def test_what_was_gone_already_costs_nothing_and_is_done(live: World, plaza: FakePlaza) -> None:
    plaza.ends = [Removed(platform_id="plaza-7", raw_status="gone")]
    ask(live)
    drain()
    assert state() == ("REVERTED", "DONE", "CONFIRMED")
    assert ask(live).sentence.endswith("was gone already on plaza.")


@pytest.mark.parametrize("shows", ["nothing", "it"])
def test_a_lost_answer_is_read_and_only_what_is_still_there_is_deleted_again(
    live: World, plaza: FakePlaza, shows: str
) -> None:
    plaza.ends = [LOST, Removed(platform_id="plaza-7", raw_status="deleted")]
    plaza.listing = listing(*(["plaza-7"] if shows == "it" else []))
    ask(live)
    drain()
    assert state() == ("PUBLISHED", "ASKED", "SENT"), "nobody knows"
    live.shift_clock("1 hour 1 minute")
    drain()
    assert state() == ("REVERTED", "DONE", "CONFIRMED")
    assert len(plaza.deleted) == (2 if shows == "it" else 1)


def test_what_can_never_be_read_is_deleted_again_which_harms_nothing(live: World, plaza: FakePlaza) -> None:
    plaza.can_look_up = False  # type: ignore[misc]
    plaza.ends = [LOST, Removed(platform_id="plaza-7", raw_status="gone")]
    ask(live)
    drain()
    for minutes in range(1, 4):
        live.shift_clock(f"1 hour {minutes} minutes")
        drain()
    assert state() == ("REVERTED", "DONE", "CONFIRMED") and len(plaza.deleted) == 2


def test_what_a_connector_wrote_down_is_believed_although_the_worker_never_heard_it(
    live: World, plaza: FakePlaza
) -> None:
    plaza.ends = [LOST]
    plaza.spends_grants = True  # type: ignore[misc]
    ask(live)
    drain()
    claims = plaza.grants[-1]
    with live.role("connector"):
        grants.consume(claims=claims)
        told = {"platform_id": "plaza-7", "status": "deleted"}
        story.write_down(jti=claims.jti, outcome=Outcome.DELETED, told=told)
    live.shift_clock("1 hour 1 minute")
    drain()
    assert state() == ("REVERTED", "DONE", "CONFIRMED") and len(plaza.deleted) == 1


def test_a_no_for_now_is_asked_again_and_tried_too_often_it_is_a_humans(live: World, plaza: FakePlaza) -> None:
    plaza.ends = [NotSent("Plaza is closed.")]
    plaza.listing = listing("plaza-7")
    ask(live)
    for minutes in range(0, 44, 2):
        live.shift_clock(f"1 hour {minutes} minutes")
        drain()
    assert state()[:2] == ("PUBLISHED", "BY_HAND")
    assert len(plaza.deleted) <= services.ATTEMPTS_MAX
    assert "signed in as @bea_unscrews" in card().why


@pytest.mark.parametrize(
    ("said", "ends"),
    [(DoubtAnswer.GONE, ("REVERTED", "DONE", "REFUTED")), (DoubtAnswer.LEAVE, ("PUBLISHED", "LEFT", "REFUTED"))],
)
def test_what_software_cannot_delete_is_a_card_with_the_address_and_its_answer_ends_it(
    live: World, plaza: FakePlaza, said: DoubtAnswer, ends: tuple[str, str, str]
) -> None:
    plaza.ends = [CANNOT]
    plaza.listing = listing("plaza-7")
    ask(live)
    drain()
    assert state() == ("PUBLISHED", "BY_HAND", "REFUTED")
    item = card()
    assert (item.kind, item.needs_two) == ("by_hand", False)
    assert item.snapshot["reversal"]["url"] == "http://127.0.0.1/p/7" and "it deletes nothing for software" in item.why
    with live.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        with pytest.raises(reviews.WrongAnswer, match="asks you to delete a post by hand"):
            reviews.approve(item=item)
        with pytest.raises(reviews.WrongAnswer, match="Choose one of the answers: gone, leave"):
            reviews.resolve(item=item, answer=DoubtAnswer.RETRY)
    answer(live, said)
    assert state() == ends
    again = ask(live)
    assert again.outcome == ("already" if said == DoubtAnswer.GONE else "asked"), "who changes their mind asks anew"


def test_a_card_that_nobody_answers_is_asked_again(live: World, plaza: FakePlaza) -> None:
    plaza.reverses = frozenset()  # type: ignore[misc]
    ask(live)
    drain()
    first = card()
    assert state() == ("PUBLISHED", "BY_HAND", "") and plaza.deleted == []
    live.shift_clock("30 days")
    reviews.expire_late()
    by_hand.act_on_answers()
    assert card().pk != first.pk and state()[1] == "BY_HAND"


def test_a_refusal_of_what_is_not_listed_any_more_asks_nobody(live: World, plaza: FakePlaza) -> None:
    plaza.ends = [CANNOT]
    ask(live)
    drain()
    assert state() == ("REVERTED", "DONE", "CONFIRMED")


def test_a_pause_of_the_agent_keeps_no_bad_post_live_and_a_stop_of_the_fleet_does(
    live: World, plaza: FakePlaza
) -> None:
    with live.role("operator"), tenancy.acting("cli:ada"):
        for scope in ("agent:1", "platform:plaza"):
            controls.impose(scope=scope, kind="pause", reason="A drill.")  # type: ignore[arg-type]
        controls.impose(scope="fleet", kind="stop", reason="Nothing leaves.")  # type: ignore[arg-type]
    said = ask(live).sentence
    assert "stays live for now" in said and "Nothing leaves." in said and "It goes on when resumed." in said
    assert drain() == 0 and plaza.deleted == []
    with live.role("operator"), tenancy.acting("cli:bob"):
        controls.lift(scope="fleet", reason="Over.")
        effects.quarantine(reason="A restore.")
    assert drain() == 0
    with live.role("operator"), tenancy.acting("cli:bob"):
        effects.end_quarantine()
    assert drain() == 1 and state()[0] == "REVERTED"


def test_what_is_not_out_is_cancelled_and_what_is_in_doubt_or_over_is_a_sentence(
    world: World, plaza: FakePlaza
) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    for reason in ("", "  ", "x" * 501):
        with pytest.raises(NoReason, match="Say why"):
            ask(world, reason=reason)
    asked = ask(world)
    assert (asked.outcome, asked.post.status) == ("cancelled", "CANCELLED")
    with pytest.raises(NotLive, match="is CANCELLED: it is not live"):
        ask(world)
    owner = world.superuser()
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE publishing_post SET status = 'HELD', due_at = NULL")
    owner.execute(
        "INSERT INTO governance_effect (brand_id, status, state_version, subject, task, kind, platform_class, key,"
        " hold_key, payload_hash, sent_fence, grant_jti, call_timeout_s, sends, platform_id, stage_ids, scopes,"
        " labelled)"
        " SELECT brand_id, 'IN_DOUBT', 1, 'publishing.post:' || id, task, 'publish', 'C', 'k', 'h', 'p', 1, 'j', 1, 1,"
        " '', '{}', '{}', true FROM publishing_post"
    )
    with pytest.raises(InDoubt, match="answer the card first"):
        ask(world)


# What the database keeps, whoever writes the statement.


def refused(by: psycopg.Connection, statement: str, named: str) -> None:
    with pytest.raises(psycopg.Error) as said:
        by.execute(statement)
    assert named in str(said.value)


def test_only_a_human_asks_and_what_was_asked_stays(live: World) -> None:
    insert = (
        "INSERT INTO publishing_reversal (brand_id, post_id, status, state_version, queue, scopes, way, payload,"
        " content_hash, reason, fence, attempts, attempts_max, priority, note, lease_owner)"
        " SELECT brand_id, id, 'ASKED', 1, 'publish', '{fleet}', 'delete',"
        " jsonb_build_object('platform_id', PLATFORM_ID), 'h', REASON, 0, 0, 8, 1, '', '' FROM publishing_post"
    )
    fine = insert.replace("PLATFORM_ID", "platform_id").replace("REASON", "'It is wrong.'")
    refused(live.connect("app", brand=ALPHA, actor="cli:ada"), fine, "permission denied")
    refused(live.connect("operator", brand=ALPHA, actor="worker:1"), fine, "reversal_is_asked_by_a_human")
    desk = live.connect("operator", brand=ALPHA, actor="user:ada")
    refused(desk, fine.replace("'It is wrong.'", "''"), "reversal_has_a_reason")
    refused(desk, insert.replace("PLATFORM_ID", "'plaza-8'").replace("REASON", "'x'"), "reversal_is_of_a_live_post")
    desk.execute(fine)
    refused(desk, fine, "reversal_once_per_post_and_way")
    for change in ("reason = 'other'", "asked_by = 'user:bob'", "content_hash = 'other'", "way = 'hide'"):
        refused(desk, f"UPDATE publishing_reversal SET {change}", "reversal_stays_what_it_is")
    refused(desk, "UPDATE publishing_reversal SET status = 'LEFT', state_version = 2, ended_at = now()", "ASKED")
    worker = live.connect("app", brand=ALPHA, actor="worker:1")
    reverted = "UPDATE publishing_post SET status = 'REVERTED', state_version = state_version + 1"
    refused(worker, reverted, "post_is_reverted_by_a_reversal")
    refused(worker, "DELETE FROM publishing_reversal", "permission denied")
    effect = (
        "INSERT INTO governance_effect (brand_id, status, state_version, subject, task, kind, platform_class, key,"
        " hold_key, payload_hash, sent_fence, grant_jti, call_timeout_s, sends, platform_id, scopes)"
        f" VALUES ({ALPHA}, 'INTENDED', 1, '%s', 't', 'delete', 'A', 'k', 'h', '%s', 1, '', 1, 0, '', '{{}}')"
    )
    number = desk.execute("SELECT id FROM publishing_reversal").fetchone()[0]  # type: ignore[index]
    refused(worker, effect % ("publishing.post:1", "h"), "delete_is_of_a_reversal")
    refused(worker, effect % (f"publishing.reversal:{number}", "other"), "delete_is_of_a_reversal")
    worker.execute(effect % (f"publishing.reversal:{number}", "h"))
    stranger = live.connect("operator", actor="user:eve")
    stranger.execute("SELECT set_config('app.brand', '2', false)")
    assert stranger.execute("SELECT count(*) FROM publishing_reversal").fetchone() == (0,)


@pytest.mark.spec("PUB-3")
def test_the_judges_word_takes_nothing_down_and_a_reversal_lets_nothing_out(live: World, plaza: FakePlaza) -> None:
    plaza.ends = [LOST]
    ask(live)
    drain()
    claims = plaza.grants[-1]
    with tenancy.brand(ALPHA, actor="test:look"):
        published = Effect.objects.get(kind="publish")
    words = "SELECT governance_grant_is_approved(%s, %s, %s, %s)"
    gate = live.connect("connector")

    def is_approved(approval: str, key: str, payload_hash: str) -> bool:
        row = gate.execute(words, [ALPHA, approval, payload_hash, key]).fetchone()
        return bool(row and row[0])

    assert is_approved(claims.approval, claims.effect_key, claims.payload_hash)
    for other in ("judge", "governance.reviewitem:1", "publishing.reversal:99", "publishing.post:1", ""):
        assert not is_approved(other, claims.effect_key, claims.payload_hash), other
    assert is_approved("judge", published.key, published.payload_hash)
    assert not is_approved(claims.approval, published.key, published.payload_hash)
    assert not is_approved("publishing.post:1", published.key, published.payload_hash)
    changed = grants.Claims(**{**vars(claims), "approval": "judge", "rests_on": ("0" * 16,)})
    with live.role("connector"), pytest.raises(grants.Refused, match="No yes covers"):
        grants.consume(claims=changed)


@pytest.mark.spec("PUB-3")
def test_a_grant_for_one_act_is_refused_for_the_other(live: World, plaza: FakePlaza) -> None:
    ask(live)
    with tenancy.brand(ALPHA, actor="test:look"):
        reversal, post = Reversal.objects.get(), Post.objects.get()
    one = {"jti": "j", "subject": "s", "task": "t", "brand_id": ALPHA, "fence": 1, "account_handle": "bea_unscrews"}

    def issued(action: str, payload: dict[str, Any]) -> Tainted:
        more = {"effect_key": "k", "approval": "judge", "is_ad": False, "action": action}
        claims = grants.Claims(**{**one, **more, "payload_hash": canonical.digest(payload)})
        return Tainted(grants.issue(claims=claims, connector="plaza"), "test")

    deletes = issued("delete", reversal.payload)
    assert grants.check(grant=deletes, payload=reversal.payload, connector="plaza", action="delete").action == "delete"
    with pytest.raises(grants.Refused, match="another act than to publish"):
        grants.check(grant=deletes, payload=reversal.payload, connector="plaza")
    publishes = issued("publish", post.payload)
    with pytest.raises(grants.Refused, match="another act than to delete"):
        grants.check(grant=publishes, payload=post.payload, connector="plaza", action="delete")
    with pytest.raises(grants.Refused, match="is not what a grant to delete is for"):
        grants.check(grant=issued("delete", post.payload), payload=post.payload, connector="plaza", action="delete")
    with pytest.raises(grants.Refused, match="is not what a grant to publish is for"):
        payload = reversal.payload
        grants.check(grant=issued("publish", payload), payload=payload, connector="plaza")


def test_of_several_that_ask_at_once_one_makes_it_and_of_several_workers_one_deletes(
    live: World, plaza: FakePlaza
) -> None:
    with live.role("operator"):

        def asks() -> str:
            with tenancy.brand(ALPHA, actor="cli:ada"):
                return services.ask(post_id=Post.objects.get().pk, reason="The price was wrong.").outcome

        assert sorted(map(str, rows.together([asks] * 6))) == ["already"] * 5 + ["asked"]
    assert rows.failures(rows.together([drain] * 4)) == []
    assert plaza.deleted == ["plaza-7"] and state() == ("REVERTED", "DONE", "CONFIRMED")
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Effect.objects.filter(kind="delete").count() == 1 == Reversal.objects.count()


def test_a_worker_that_was_overtaken_keeps_nothing(live: World, plaza: FakePlaza) -> None:
    def overtaken() -> Any:
        live.superuser().execute("UPDATE publishing_reversal SET fence = fence + 1")
        return Removed(platform_id="plaza-7", raw_status="deleted")

    take_down = plaza.take_down
    plaza.take_down = lambda **call: (take_down(**call), overtaken())[1]  # type: ignore[method-assign]
    ask(live)
    drain()
    assert state() == ("PUBLISHED", "ASKED", "SENT"), "what it learnt is found out again by whoever holds it now"


def test_a_post_is_meant_by_its_number_its_address_or_its_id(live: World) -> None:
    with tenancy.brand(ALPHA, actor="test:look"):
        post = Post.objects.get()
        for name in (str(post.pk), post.subject, post.url, f"{post.url}/", post.platform_id):
            assert reversals.meant(name=name).pk == post.pk, name
        for name in ("0", "plaza-9", "http://127.0.0.1/p/9", "", "not a post"):
            with pytest.raises(reversals.NoSuchPost, match="is no post of ours"):
                reversals.meant(name=name)


def test_the_same_words_may_be_posted_again_once_they_were_taken_back(live: World, plaza: FakePlaza) -> None:
    ask(live)
    drain()
    with live.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        schedule(task="agents.task:6")
    posts.drain(seconds=30)
    with tenancy.brand(ALPHA, actor="test:look"):
        assert [one.status for one in Post.objects.order_by("pk")] == ["REVERTED", "PUBLISHED"]


def test_a_stop_in_the_middle_lets_nothing_be_deleted_and_it_goes_on_later(live: World, plaza: FakePlaza) -> None:
    plaza.ends = [Stopped("Stopped."), Removed(platform_id="plaza-7", raw_status="deleted")]
    ask(live)
    drain()
    assert state() == ("PUBLISHED", "ASKED", "SENT")
    for minutes in range(1, 4):
        live.shift_clock(f"1 hour {minutes} minutes")
        drain()
    assert state()[0] == "REVERTED"


def test_who_is_no_human_is_told_who_may(live: World) -> None:
    with pytest.raises(Denied, match="Only a human takes back what is live"):
        ask(live, actor="worker:1")
    assert state() == ("PUBLISHED", "", "")


def test_what_went_out_just_now_is_not_taken_for_gone(live: World, plaza: FakePlaza) -> None:
    with live.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE publishing_post SET published_at = chimera_now()")
    plaza.ends = [LOST, Removed(platform_id="plaza-7", raw_status="deleted")]
    ask(live)
    drain()
    live.shift_clock(str(timedelta(hours=1, minutes=1)))
    drain()
    live.shift_clock(str(timedelta(hours=1, minutes=3)))
    drain()
    assert len(plaza.deleted) == 2 and state()[0] == "REVERTED"
