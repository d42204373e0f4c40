"""A post that is out is looked at: a platform that lies is found out, one that is late is waited for. PUB-2, PUB-4."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chimera.core import clock, tenancy
from chimera.core.errors import Unavailable
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.notices.models import Notice
from publishing.connectors.base import Listed, Listing
from publishing.posts import services as posts
from publishing.posts import verifying
from publishing.posts.models import Post, Verification
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.fakes import LIVE, FakePlaza, plaza, schedule

__all__ = ["plaza"]

pytestmark = pytest.mark.spec("PUB-4")


@pytest.fixture
def out(world: World, plaza: FakePlaza) -> World:
    """A post that went out just now, on a platform that can be read."""
    plaza.is_of_class("B")
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    posts.drain(seconds=30)
    assert now().status == "PUBLISHED"
    return world


def now() -> Post:
    with tenancy.brand(ALPHA, actor="test:look"):
        return Post.objects.get()


def told(world: World) -> list[str]:
    with world.role("operator"), tenancy.all_brands(actor="test:look"):
        return list(Notice.objects.filter(kind="doubt").values_list("sentence", flat=True))


def listed(**more: Any) -> Listing:
    shown = Listed(
        platform_id=LIVE.platform_id, url="", text="", media=(), reply_to="", made_at=clock.now(), labelled=True
    )
    return Listing(posts=(replace(shown, **more),), is_whole=True)


def look(world: World, seconds: int) -> str:
    world.shift_clock(f"{seconds} seconds")
    verifying.verify_due()
    return now().verification


def test_a_post_that_shows_with_its_label_is_live_and_is_looked_at_once(out: World, plaza: FakePlaza) -> None:
    plaza.listing = listed()
    assert look(out, 100) == "", "too early"
    assert look(out, 150) == "live"
    post = now()
    assert post.looks == 1 and post.verified_at is not None and told(out) == []
    plaza.listing = Unavailable("nobody asks again")
    assert look(out, 3_600) == "live" and now().looks == 1


def test_what_a_platform_accepted_and_never_shows_is_told_after_three_looks(out: World, plaza: FakePlaza) -> None:
    assert [look(out, seconds) for seconds in (150, 300)] == ["", ""]
    assert look(out, 400) == "", "the third look comes after four times as long"
    assert look(out, 600) == "not_live"
    (sentence,) = told(out)
    assert "is called published and the platform does not show it" in sentence and "reconcile" in sentence
    assert now().status == "PUBLISHED", "nothing is sent again by a look"
    assert look(out, 7_200) == "not_live" and len(told(out)) == 1


def test_what_a_human_found_by_its_address_is_known_by_it(out: World, plaza: FakePlaza) -> None:
    (shown,) = listed().posts
    plaza.listing = Listing(posts=(replace(shown, platform_id="17900000000000001", url=now().url),), is_whole=True)
    assert look(out, 150) == "live" and told(out) == []


def test_an_address_that_nobody_asked_for_when_it_went_out_is_kept_when_it_shows(out: World, plaza: FakePlaza) -> None:
    with tenancy.brand(ALPHA, actor="test:look"):
        Post.objects.update(url="")
    plaza.listing = listed(url="https://plaza.test/p/7")
    assert look(out, 150) == "live" and now().url == "https://plaza.test/p/7"


def test_what_shows_late_is_waited_for(out: World, plaza: FakePlaza) -> None:
    assert look(out, 150) == ""
    plaza.listing = listed()
    assert look(out, 300) == "live" and told(out) == []


@pytest.mark.spec("PUB-2")
def test_a_label_that_the_platform_does_not_show_is_told(out: World, plaza: FakePlaza) -> None:
    plaza.listing = listed(labelled=False)
    assert look(out, 150) == "unlabelled"
    (sentence,) = told(out)
    assert "does not show the label that was set" in sentence


@pytest.mark.spec("PUB-2")
def test_what_software_cannot_see_is_not_held_against_a_post(out: World, plaza: FakePlaza) -> None:
    plaza.listing = listed(labelled=None, paid=False)
    assert look(out, 150) == "live"


@pytest.mark.spec("PUB-2", "SAF-5")
def test_paid_work_without_its_own_label_is_told_where_the_platform_has_one(alpha: int, plaza: FakePlaza) -> None:
    (shown,) = listed(paid=False).posts
    paid = Post(payload={"sponsorship": "paid"})
    assert verifying._shows_labels(shown, paid, plaza), "it has no field for it"
    plaza.sponsor_field = "paid_partnership"  # type: ignore[misc]
    assert not verifying._shows_labels(shown, paid, plaza)
    assert verifying._shows_labels(shown, Post(payload={"sponsorship": "none"}), plaza)


def test_a_platform_that_cannot_be_read_is_asked_six_times_and_no_more(out: World, plaza: FakePlaza) -> None:
    plaza.listing = Unavailable("away")
    found = [look(out, 120 * 2**number + 30) for number in range(6)]
    assert found == ["", "", "", "", "", "unreadable"] and told(out) == []


def test_a_listing_that_does_not_reach_so_far_back_proves_nothing(out: World, plaza: FakePlaza) -> None:
    newer = replace(listed(platform_id="another").posts[0], made_at=clock.now())
    plaza.listing = Listing(posts=(newer,), is_whole=False)
    assert [look(out, 120 * 2**number + 30) for number in range(3)] == ["", "", ""]
    plaza.listing = Listing(posts=(replace(newer, made_at=clock.now() - timedelta(days=3)),), is_whole=False)
    assert look(out, 1_000) == "not_live"


def test_a_blind_platform_is_not_asked(out: World, plaza: FakePlaza) -> None:
    plaza.is_of_class("C")
    plaza.listing = AssertionError("never asked")
    assert look(out, 150) == "unreadable"


def test_under_a_stop_nothing_is_read(out: World, plaza: FakePlaza) -> None:
    with out.role("operator"), tenancy.all_brands(actor="user:ada"):
        controls.impose(scope="platform:plaza", kind=ControlKind.STOP, reason="Looks odd.")
    plaza.listing = AssertionError("never asked")
    assert look(out, 150) == "" and now().looks == 0


def test_it_can_be_switched_off(out: World, settings: Any) -> None:
    settings.VERIFY_AFTER_S = 0
    assert look(out, 9_000) == ""


@pytest.mark.parametrize("said", [*Verification.values, "surely"])
def test_only_what_is_out_can_be_called_anything(world: World, said: str) -> None:
    import psycopg

    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    with pytest.raises(psycopg.errors.CheckViolation, match="post_is_verified_when_out"):
        world.connect("app", brand=ALPHA).execute("UPDATE publishing_post SET verification = %s", [said])
