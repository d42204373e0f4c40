"""Two people at the desk at once, and one who is slower than the world."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from chimera.core import canonical, tenancy
from governance.models import ReviewItem
from governance.reviews import services as reviews
from tests.browser import cards
from tests.browser.conftest import Site
from tests.browser.test_desk_hands import ready, shown
from tests.conftest import ALPHA

Open = Callable[..., Page]
DESK = "/admin/governance/reviewitem/desk/"


@pytest.mark.spec("REV-3")
def test_two_reviewers_get_two_cards_and_each_next_is_another(site: Site, open_desk: Open) -> None:
    ids = cards.queue(site.world, count=4)
    ada = open_desk("ada")
    ready(ada, ids[0])
    bob = open_desk("bob")
    ready(bob, ids[1])
    ada.keyboard.press("a")  # the one that ada's page had fetched is bob's by now
    ready(ada, ids[2])
    bob.keyboard.press("a")
    ready(bob, ids[3])
    assert {cards.look(pk).decided_by for pk in ids[:2]} == {"user:ada", "user:bob"}


@pytest.mark.spec("REV-3")
def test_a_card_that_somebody_has_can_be_read_and_not_decided_until_they_leave(
    site: Site, open_desk: Open, settings: pytest.FixtureRequest
) -> None:
    settings.REVIEW_HEARTBEAT_S = 0.3  # type: ignore[attr-defined]
    first, second = cards.queue(site.world, count=2)
    ada = open_desk("ada")
    ready(ada, first)
    bob = open_desk("bob", at=f"{DESK}{first}/")
    expect(bob.locator("[data-taken]")).to_have_text("ada has this card. You can read it, not decide it.")
    bob.keyboard.press("a")
    bob.keyboard.press("r")
    bob.wait_for_timeout(300)
    assert cards.status(first) == "PENDING" and shown(bob) == first
    ada.keyboard.press("j")
    ready(ada, second)
    expect(bob.locator("[data-taken]")).to_be_hidden()
    bob.keyboard.press("a")
    bob.wait_for_selector(f"[data-nothing], [data-card]:not([data-card='{first}'])")
    assert cards.look(first).decided_by == "user:bob"


@pytest.mark.spec("REV-3")
def test_what_changed_meanwhile_is_shown_and_the_reviewers_text_is_kept(site: Site, open_desk: Open) -> None:
    (pk,) = cards.queue(site.world, count=1)
    page = open_desk()
    ready(page, pk)
    page.keyboard.press("e")
    page.locator("#desk-edit").fill("My own words about Orlowe.")
    with tenancy.brand(ALPHA, actor="test:world"):
        former = ReviewItem.objects.get(pk=pk)
        reviews.withdraw(about=former.about, reason="It was written again.")
        payload = {**former.snapshot["payload"], "text": cards.TEXT.replace("biscuit tin", "cake tin")}
        following = reviews.ask(
            brand_id=ALPHA,
            about=former.about,
            task=former.task,
            kind=former.kind,
            snapshot={**former.snapshot, "payload": payload},
            why=former.why,
            deadline=former.deadline,
        )
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f'[data-card="{following.pk}"]')
    expect(page.locator(".desk-stale del")).to_have_text("biscuit")
    expect(page.locator(".desk-stale ins")).to_have_text("cake")
    expect(page.locator("#desk-edit")).to_have_value("My own words about Orlowe.")
    assert cards.status(following.pk) == "PENDING"
    assert following.content_hash == canonical.digest(payload)


@pytest.mark.spec("REV-6")
def test_a_card_whose_deadline_passed_is_not_answered(site: Site, open_desk: Open) -> None:
    (pk,) = cards.queue(site.world, count=1)
    page = open_desk()
    ready(page, pk)
    site.world.later("2 hours")
    page.keyboard.press("a")
    expect(page.locator("#desk-alert")).to_contain_text("was due by")
    assert cards.status(pk) == "PENDING"
    with site.world.role("app"):
        assert reviews.expire_late() == 1
    assert cards.status(pk) == "EXPIRED"


@pytest.mark.spec("REV-3")
def test_an_answer_of_somebody_else_is_told_before_one_tries(
    site: Site, open_desk: Open, settings: pytest.FixtureRequest
) -> None:
    settings.REVIEW_HEARTBEAT_S = 0.3  # type: ignore[attr-defined]
    (pk,) = cards.queue(site.world, count=1)
    ada = open_desk("ada")
    ready(ada, pk)
    bob = open_desk("bob", at=f"{DESK}{pk}/")
    expect(bob.locator("[data-taken]")).to_contain_text("ada has this card")
    ada.keyboard.press("a")
    expect(bob.locator("[data-taken]")).to_contain_text("This review is approved by ada by now")


@pytest.mark.spec("TEN-1", "REV-8")
def test_who_may_only_read_has_no_hands(site: Site, open_desk: Open) -> None:
    (pk,) = cards.queue(site.world, count=1)
    page = open_desk("eve", may=("view_reviewitem",))
    expect(page.locator("#desk-title")).to_be_visible()
    assert page.locator(".desk-hands").count() == 0
    page.keyboard.press("a")
    refused = page.evaluate(
        """async (pk) => {
          const body = new FormData(document.getElementById("desk-token"));
          const desk = `/admin/governance/reviewitem/desk/${pk}/`;
          const hands = ["approve", "heartbeat", "undo", "leave", "skip"];
          const answers = hands.map((hand) => fetch(`${desk}${hand}/`, { method: "POST", body }));
          return (await Promise.all(answers)).map((answer) => answer.status);
        }""",
        pk,
    )
    assert set(refused) == {403}
    item = cards.look(pk)
    assert (item.status, item.claimed_by) == ("PENDING", "")
