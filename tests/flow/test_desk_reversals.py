"""Taking a post back at the desk and in a shell: the button, the command, the card for human hands, the passport."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client

from agents.passport import selectors as passports
from chimera.core import tenancy
from governance.models import ReviewItem
from publishing.connectors.base import Listed, Listing, Rejected
from publishing.posts import services as posts
from publishing.posts.models import Post
from publishing.reversals import by_hand, taking_down
from publishing.reversals.models import Reversal
from tests import people
from tests.conftest import ALPHA, World
from tests.publishing.fakes import LIVE as PUBLISHED
from tests.publishing.fakes import FakePlaza, plaza, schedule

__all__ = ["plaza"]
pytestmark = pytest.mark.spec("PUB-5")
LIVE = {"HX-Request": "true"}
DESK = "/admin/governance/reviewitem/desk/"
EVIL = "It is wrong </script><b onclick=x>"


@pytest.fixture
def desk(world: World, plaza: FakePlaza) -> Iterator[Client]:
    """An operator's client, and one post that is live."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
        schedule()
    plaza.can_look_up = True  # type: ignore[misc]
    posts.drain(seconds=30)
    world.shift_clock("1 hour")
    with world.role("operator"):
        yield sign_in("ada")


def sign_in(name: str, *, may: tuple[str, ...] | None = None) -> Client:
    with tenancy.acting("test:operator"):
        user = User.objects.create_user(name, password="x", is_staff=True, is_superuser=may is None)
        for codename in may or ():
            user.user_permissions.add(Permission.objects.get(codename=codename))
    client = Client()
    client.force_login(user)
    return client


def page_of(pk: int) -> str:
    return f"/admin/publishing/post/{pk}/change/"


def the_post() -> Post:
    with tenancy.all_brands(actor="test:look"):
        return Post.objects.order_by("pk")[0]


def press(client: Client, reason: str, *, pk: int | None = None) -> Any:
    number = the_post().pk if pk is None else pk
    return client.post(
        f"/admin/publishing/post/{number}/take_back/", {"_form_submitted": "True", "reason": reason}, headers=LIVE
    )


def drain(world: World) -> None:
    with world.role("app"):
        taking_down.drain(seconds=30)


def test_a_button_takes_a_post_back_in_the_name_of_who_pressed_it(desk: Client, world: World) -> None:
    post = the_post()
    assert "Take it back" in desk.get(page_of(post.pk)).content.decode()
    assert press(desk, "  ").status_code == 200
    with tenancy.all_brands(actor="test:look"):
        assert not Reversal.objects.exists(), "without a reason nothing is asked for"
    assert press(desk, EVIL).headers["HX-Redirect"].endswith(page_of(post.pk))
    told = desk.get(page_of(post.pk)).content.decode()
    assert "a publish worker does it" in told and "<b onclick" not in told
    drain(world)
    told = desk.get(page_of(post.pk)).content.decode()
    assert "is taken down on plaza. Asked by user:ada: It is wrong" in told and "REVERTED" in told
    assert "Take it back" not in told
    with tenancy.all_brands(actor="test:look"):
        reversal = Reversal.objects.get()
        assert (reversal.asked_by, reversal.status) == ("user:ada", "DONE")


def test_who_may_only_look_has_no_button_and_is_refused(desk: Client) -> None:
    bob = sign_in("bob", may=("view_post",))
    assert "Take it back" not in bob.get(page_of(the_post().pk)).content.decode()
    assert press(bob, "I want to.").status_code == 403
    with tenancy.all_brands(actor="test:look"):
        assert not Reversal.objects.exists()


@pytest.mark.parametrize(("hand", "ends"), [("gone", ("REVERTED", "DONE")), ("leave", ("PUBLISHED", "LEFT"))])
def test_what_software_cannot_delete_is_a_card_with_two_answers(
    desk: Client, world: World, plaza: FakePlaza, hand: str, ends: tuple[str, str]
) -> None:
    post = the_post()
    plaza.ends = [Rejected("Not deleted on Plaza: it deletes nothing for software.", code="cannot")]
    one = {"platform_id": post.platform_id, "url": post.url, "text": "x", "media": (), "reply_to": ""}
    plaza.listing = Listing(posts=(Listed(**one, made_at=post.made_at),), is_whole=True)
    press(desk, EVIL)
    drain(world)
    with tenancy.all_brands(actor="test:look"):
        item = ReviewItem.objects.get(status="PENDING")
    told = desk.get(f"{DESK}{item.pk}/").content.decode()
    assert "A post to delete by hand" in told and f'href="{post.url}"' in told and "wants it gone" in told
    assert 'data-hand="x"' in told and 'data-hand="l"' in told and "<b onclick" not in told
    assert f"{DESK}{item.pk}/approve/" not in told and f"{DESK}{item.pk}/reject/" not in told
    form = {"version": str(item.state_version), "hash": item.content_hash}
    assert "delete a post by hand" in desk.post(f"{DESK}{item.pk}/approve/", form, headers=LIVE).json()["said"]
    assert desk.post(f"{DESK}{item.pk}/resolve/", {**form, "answer": hand}, headers=LIVE).json()["ok"] is True
    world.shift_clock("2 hours")
    with world.role("app"):
        by_hand.act_on_answers()
    with tenancy.all_brands(actor="test:look"):
        assert (Post.objects.get().status, Reversal.objects.get().status) == ends


@pytest.mark.spec("PUB-5", "AUD-3")
def test_the_passport_says_that_it_was_taken_down_and_when(desk: Client, world: World) -> None:
    post = the_post()
    with tenancy.all_brands(actor="test:look"):
        found = passports.published(post_id=post.pk)
        assert found is not None
    press(desk, "It is wrong.")
    drain(world)
    with tenancy.brand(ALPHA, actor="test:look"):
        found = passports.published(post_id=post.pk)
        assert found is not None
        passport = passports.of_post(post=found)
        assert passport.taken_down_at is not None and passport.taken_down_at > passport.published_at
    with tenancy.all_brands(actor="test:look"):
        address = Client().get(f"/admin/publishing/post/{post.pk}/change/")
    assert address.status_code == 302, "the desk is not for everybody"


def revert(*words: str) -> list[dict[str, Any]]:
    out = StringIO()
    try:
        call_command("revert", *words, "--json", stdout=out)
    except CommandError:
        assert out.getvalue(), "what came of the others is said before"
    told: list[dict[str, Any]] = json.loads(out.getvalue().splitlines()[-1])["posts"]
    return told


def test_the_command_says_of_each_what_came_of_it(desk: Client, world: World, plaza: FakePlaza) -> None:
    first = the_post()
    plaza.answers = [PUBLISHED]
    with tenancy.brand(ALPHA, actor="test:operator"):
        waits = schedule(task="agents.task:6", text="Another drawing.")
    told = revert(str(first.pk), str(waits.pk), "nowhere", "--reason", "The claim is withdrawn.")
    assert [one["outcome"] for one in told] == ["asked", "cancelled", "refused"]
    assert "is no post of ours" in told[2]["said"] and told[0]["status"] == "ASKED"
    with pytest.raises(CommandError, match="1 of 1 could not be asked for"):
        call_command("revert", "nowhere", "--reason", "x", stdout=StringIO())
    drain(world)
    (again,) = revert(first.url, "--reason", "Again.", "--wait", "5")
    assert (again["outcome"], again["status"]) == ("already", "DONE") and "is taken down" in again["said"]
    with pytest.raises(CommandError, match="Say why"):
        call_command("revert", str(first.pk), "--reason", " ", stdout=StringIO())
    with pytest.raises(CommandError, match="--wait as seconds"):
        call_command("revert", str(first.pk), "--reason", "x", "--wait", "-1", stdout=StringIO())
    out = StringIO()
    call_command("revert", first.platform_id, "--reason", "x", stdout=out)
    assert out.getvalue() == f"{first.platform_id}: post {first.pk} is taken down on plaza.\n"


@pytest.mark.spec("PUB-5", "PER-4")
def test_what_was_taken_back_is_remembered_no_more(desk: Client, world: World) -> None:
    from agents.memory import services as memories
    from agents.memory.models import Memory

    with world.role("app"):
        memories.remember(brand_id=ALPHA)
        with tenancy.brand(ALPHA, actor="test:look"):
            assert Memory.objects.get().forgotten_at is None
    press(desk, "It is wrong.")
    drain(world)
    with world.role("app"):
        memories.remember(brand_id=ALPHA)
        with tenancy.brand(ALPHA, actor="test:look"):
            kept = Memory.objects.get()
            assert (kept.text, kept.forgotten_at is not None) == ("", True)
