"""A card that takes two people, and pages for some roles only, in a real browser."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chimera.core import canonical, differences, tenancy
from governance.foureyes import services as foureyes
from governance.models import ReviewItem
from governance.people import services as people
from governance.reviews import services as reviews
from tests.browser import cards
from tests.browser.conftest import Site
from tests.browser.test_desk_hands import ready
from tests.browser.test_desk_looks import findings
from tests.conftest import ALPHA

Open = Callable[..., Page]
PICTURES = os.environ.get("DESK_PICTURES", "")  # a folder: the pages are kept there as pictures
EVIL = "<img src=x onerror=alert(1)>{{constructor.constructor('alert(2)')()}}"


def keep(page: Page, name: str) -> None:
    """A picture of the page, for the documentation, when asked for."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.jpg"), type="jpeg", quality=72)


@pytest.mark.spec("REV-8", "REV-2")
def test_the_first_yes_waits_and_the_second_person_sees_whose_it_is_and_what_they_changed(
    site: Site, open_desk: Open
) -> None:
    with tenancy.all_brands(actor="user:eve"):
        foureyes.require(brand_id=ALPHA, what="everything", reason="A new client.")
    first, second = cards.queue(site.world, count=2)
    ada = open_desk("ada")
    ready(ada, first)
    ada.keyboard.press("a")
    expect(ada.locator("#desk-words")).to_contain_text("one of two: another person must say yes too")
    ready(ada, second)
    with tenancy.all_brands(actor="user:ada"):
        item = ReviewItem.objects.get(pk=second)
        payload = {**item.snapshot["payload"], "text": f"{cards.TEXT} {EVIL}"}
        words = differences.words(before=item.snapshot["payload"]["text"], after=payload["text"])
        edited = {"payload": payload, "content_hash": canonical.digest(payload), "by": "user:ada", "diff": words}
        reviews.approve(item=item, edited={**edited, "findings": [], "composite_bp": 9_000})
    bob = open_desk("bob", theme="dark")
    ready(bob, first)
    expect(bob.get_by_text("Two people must approve this: one of two, by ada.")).to_be_visible()
    bob.keyboard.press("a")
    ready(bob, second)
    expect(bob.locator("#desk-first ~ p")).to_contain_text(EVIL)
    assert findings(bob) == []
    keep(bob, "two-people-dark")
    bob.keyboard.press("a")
    bob.wait_for_selector("[data-nothing]")
    assert [(cards.look(pk).status, cards.look(pk).first_by) for pk in (first, second)] == [
        ("APPROVED", "user:ada")
    ] * 2
    assert cards.look(second).approved_hash == edited["content_hash"]


@pytest.mark.spec("REV-8", "TEN-1")
def test_roles_and_brands_of_people_are_read_at_the_desk_and_who_may_not_is_told_who_may(site: Site) -> None:
    with tenancy.all_brands(actor="cli:root"):
        people.add(name="ada", password="-", roles=["reviewer"], brands=["alpha"])
        people.add(name="aude", password="-", roles=["auditor"])
        people.add(name="olga", password="-", roles=["operator"])
    (pk,) = cards.queue(site.world, count=1)
    ada = site.sign_in("ada")
    ada.goto("/admin/governance/control/")
    expect(ada.get_by_role("alert").filter(has_text="Only a person with the role operator or auditor")).to_be_visible()
    keep(ada, "not-for-your-role")
    aude = site.sign_in("aude")
    aude.goto(f"/admin/governance/reviewitem/desk/{pk}/")
    expect(aude.get_by_text("You may read reviews here, not decide them.")).to_be_visible()
    for theme, width in (("light", 1280), ("dark", 390)):
        olga = site.sign_in("olga", theme=theme, width=width, height=800)
        olga.goto("/admin/governance/person/")
        expect(olga.get_by_role("heading", name="The roles")).to_be_visible()
        keep(olga, f"people-{theme}")
        assert olga.locator("tr", has_text="ada").locator("td", has_text="alpha").count() == 1
    olga.goto("/admin/governance/foureyes/")
    keep(olga, "four-eyes-phone")
