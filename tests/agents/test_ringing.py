"""A platform rings: what was said is heard at once, by its id, and what was deleted before it is answered is not."""

from collections.abc import Collection

import pytest
from django.conf import settings
from people_outside import HANDLE, Square, heard

from agents import listening, pipeline
from agents.personas.states import TrustRung
from chimera.core import tenancy
from chimera.core.errors import Unavailable
from governance.controls import looking
from governance.models import ReviewItem
from publishing.connectors.base import Heard
from publishing.deliveries.models import Delivery
from publishing.inbox import selectors
from publishing.inbox.models import Mention
from publishing.posts.models import Post
from tests import people
from tests.agents.fakes import on_switchboard
from tests.conftest import ALPHA, World

pytestmark = pytest.mark.spec("ENG-1")


class Slow(Square):
    """A platform whose list is read once an hour, and that shows a comment by its id."""

    hears_every_s = 3_600.0
    names_mentions = True

    def __init__(self) -> None:
        super().__init__()
        self.named: list[tuple[str, ...]] = []

    def hear_named(self, *, account_handle: str, platform_ids: Collection[str], timeout_s: float) -> tuple[Heard, ...]:
        assert account_handle == HANDLE
        self.named.append(tuple(sorted(platform_ids)))
        if self.fails is not None:
            raise self.fails
        return tuple(one for one in self.said if one.platform_id in platform_ids)


@pytest.fixture
def slow(world: World, monkeypatch: pytest.MonkeyPatch) -> Slow:
    """An agent on probation, whose account is connected; its list was just read and is not due."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
    owner = world.superuser()
    owner.execute("SELECT set_config('app.actor', 'test', false)")
    owner.execute(
        "INSERT INTO publishing_credential"
        " (brand_id, account_id, platform_user_id, sealed, scopes, expires_at, renewals)"
        " SELECT brand_id, id, '4711', 'x', '{}', now(), 0 FROM publishing_account"
    )
    found = Slow()
    on_switchboard(monkeypatch, CONNECTORS__plaza=found)
    monkeypatch.setattr(settings, "INBOX_BUSY_EVERY_S", 0)
    looking.forget()
    listening.hear(brand_id=ALPHA)
    found.asked_after.clear()
    return found


def deliver(world: World, kind: str, *names: str) -> None:
    """As the connector."""
    told = ["plaza", ["4711"] * len(names), [kind] * len(names), list(names), 0]
    world.connect("connector").execute("SELECT publishing_deliver(%s, %s, %s, %s, %s)", told)


def mentions() -> dict[str, Mention]:
    with tenancy.brand(ALPHA, actor="test:look"):
        return {one.platform_id: one for one in Mention.objects.order_by("id")}


def waiting() -> list[tuple[str, int]]:
    with tenancy.brand(ALPHA, actor="test:look"):
        return list(Delivery.objects.filter(due_at__isnull=False).order_by("id").values_list("platform_id", "looks"))


def drain() -> None:
    for _ in range(20):
        if not sum(pipeline.drain(queue=queue, seconds=20) for queue in ("reply", "think")):
            return


@pytest.mark.spec("ENG-2")
def test_what_rings_is_heard_by_its_id_and_the_list_is_not_read(world: World, slow: Slow) -> None:
    slow.said = [heard("which fuse?", platform_id="m-1"), heard("not named", platform_id="m-2")]
    assert listening.hear(brand_id=ALPHA) == 0 and slow.asked_after == []
    deliver(world, "said", "m-1")
    assert listening.hear(brand_id=ALPHA) == 1
    assert (slow.named, slow.asked_after) == ([("m-1",)], [])
    assert mentions()["m-1"].text == "which fuse?" and waiting() == []
    deliver(world, "said", "m-1")
    assert listening.hear(brand_id=ALPHA) == 0 and len(slow.named) == 1, "it came again and changes nothing"
    world.shift_clock("2 hours")
    listening.hear(brand_id=ALPHA)
    assert slow.asked_after and list(mentions()) == ["m-1", "m-2"]


def test_what_is_not_shown_yet_is_looked_for_again_and_in_the_end_no_more(world: World, slow: Slow) -> None:
    deliver(world, "said", "m-1")
    listening.hear(brand_id=ALPHA)
    assert waiting() == [("m-1", 1)]
    listening.hear(brand_id=ALPHA)
    assert len(slow.named) == 1, "not at once"
    slow.said = [heard("which fuse?", platform_id="m-1")]
    world.later("5 seconds")
    assert listening.hear(brand_id=ALPHA) == 1 and waiting() == []
    deliver(world, "said", "m-9")
    for _ in range(8):
        world.later("1 minute")
        listening.hear(brand_id=ALPHA)
    assert waiting() == [] and slow.named.count(("m-9",)) == 5


def test_a_platform_that_is_away_loses_no_delivery(world: World, slow: Slow) -> None:
    slow.said, slow.fails = [heard("which fuse?", platform_id="m-1")], Unavailable("It is away.")
    deliver(world, "said", "m-1")
    assert listening.hear(brand_id=ALPHA) == 0 and waiting() == [("m-1", 0)]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert selectors.notes() == ["It is away."]
    slow.fails = None
    world.shift_clock("10 minutes")
    assert listening.hear(brand_id=ALPHA) == 1 and waiting() == []


@pytest.mark.spec("SAF-2")
def test_what_was_deleted_before_it_was_looked_at_is_left_alone_and_forgotten(world: World, slow: Slow) -> None:
    slow.said = [heard("which fuse?", platform_id="m-1")]
    deliver(world, "said", "m-1")
    listening.hear(brand_id=ALPHA)
    deliver(world, "deleted", "m-1")
    listening.hear(brand_id=ALPHA)
    listening.work_off(brand_id=ALPHA)
    one = mentions()["m-1"]
    assert (one.status, one.reason, one.text) == ("SKIPPED", "gone", "") and one.gone_at is not None


def test_a_deletion_that_comes_before_what_it_deletes_counts_all_the_same(world: World, slow: Slow) -> None:
    slow.said = [heard("which fuse?", platform_id="m-1")]
    deliver(world, "deleted", "m-1")
    listening.hear(brand_id=ALPHA)
    deliver(world, "said", "m-1")
    listening.hear(brand_id=ALPHA)
    listening.work_off(brand_id=ALPHA)
    assert (mentions()["m-1"].reason, mentions()["m-1"].text) == ("gone", "")


@pytest.mark.spec("REV-1")
def test_what_is_deleted_while_its_reply_waits_for_a_human_is_not_answered_any_more(world: World, slow: Slow) -> None:
    slow.said = [heard("which fuse do I need?", platform_id="m-1")]
    deliver(world, "said", "m-1")
    listening.hear(brand_id=ALPHA)
    listening.work_off(brand_id=ALPHA)
    drain()
    with tenancy.brand(ALPHA, actor="test:look"):
        assert ReviewItem.objects.get().status == "PENDING"
    deliver(world, "deleted", "m-1")
    listening.hear(brand_id=ALPHA)
    listening.work_off(brand_id=ALPHA)
    with tenancy.brand(ALPHA, actor="test:look"):
        assert ReviewItem.objects.get().status == "WITHDRAWN" and not Post.objects.exists()
    assert (mentions()["m-1"].status, mentions()["m-1"].text) == ("UNANSWERED", "")
