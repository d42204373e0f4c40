"""People, rules of four eyes, cards for two and refused pages, read by everybody: axe over the whole page. REV-8."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from chimera.core import tenancy
from governance.foureyes import services as foureyes
from governance.people import services as people
from tests.browser import cards
from tests.browser.conftest import Site
from tests.browser.test_desk_hands import ready
from tests.conftest import ALPHA

Open = Callable[..., Page]
PEOPLE, EYES, STOPS = "/admin/governance/person/", "/admin/governance/foureyes/", "/admin/governance/control/"
DESK = "/admin/governance/reviewitem/desk/"


def findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical, anywhere on the page."""
    found: list[dict[str, Any]] = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{page.url}: {one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.spec("REV-8")
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_people_roles_rules_and_refusals_are_readable_by_everybody(site: Site, theme: str, width: int) -> None:
    with tenancy.all_brands(actor="cli:root"):
        people.add(name="ada", password="-", roles=["reviewer"], brands=["alpha"])
        people.add(name="olga", password="-", roles=["operator"])
        foureyes.require(brand_id=ALPHA, what="everything", reason="A new client.")
    olga = site.sign_in("olga", theme=theme, width=width)
    found: list[str] = []
    for address, words in ((PEOPLE, "The roles"), (EYES, "everything")):
        olga.goto(address)
        expect(olga.get_by_text(words).first).to_be_visible()
        found += findings(olga)
    first = olga.locator("#result_list a[href*='foureyes/'], table a[href*='foureyes/']").first
    olga.goto(first.get_attribute("href") or EYES)
    found += findings(olga)
    olga.goto(f"{EYES}?status=OVER")
    found += findings(olga)
    ada = site.sign_in("ada", theme=theme, width=width)
    assert (ada.goto(STOPS) or pytest.fail("no answer")).status == 403
    expect(ada.get_by_role("alert").filter(has_text="Only a person with the role")).to_be_visible()
    found += findings(ada)
    assert found == [], "\n".join(found)


@pytest.mark.spec("REV-8", "REV-1")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_card_for_two_is_readable_by_the_first_the_second_and_who_may_only_look(
    site: Site, open_desk: Open, theme: str
) -> None:
    with tenancy.all_brands(actor="user:eve"):
        foureyes.require(brand_id=ALPHA, what="everything", reason="A new client.")
    with tenancy.all_brands(actor="cli:root"):
        people.add(name="aude", password="-", roles=["auditor"])
    first, second = cards.queue(site.world, count=2)
    ada = open_desk("ada", theme=theme)
    ready(ada, first)
    ada.keyboard.press("a")
    ready(ada, second)
    ada.goto(f"{DESK}{first}/")
    expect(ada.locator("#desk-first, [data-card]").first).to_be_visible()
    found = findings(ada)
    ada.goto(PEOPLE)  # away: the card is let go
    bob = open_desk("bob", theme=theme)
    ready(bob, first)
    expect(bob.get_by_text("Two people must approve this: one of two, by ada.")).to_be_visible()
    found += findings(bob)
    aude = site.sign_in("aude", theme=theme)
    aude.goto(f"{DESK}{first}/")
    expect(aude.get_by_text("You may read reviews here, not decide them.")).to_be_visible()
    found += findings(aude)
    assert found == [], "\n".join(found)
