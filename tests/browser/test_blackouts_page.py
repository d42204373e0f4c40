"""When nothing goes out, above the accounts: read by everybody, on a phone, and without JavaScript. PUB-6."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from chimera.core import clock, tenancy
from publishing.timing import services as timing
from tests import people
from tests.browser.conftest import Site
from tests.conftest import ALPHA

pytestmark = pytest.mark.spec("PUB-6")
PAGE = "/admin/publishing/account/"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SECTION = "section[aria-labelledby=blackouts]"


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 375)])
def test_blackouts_stand_above_the_accounts_and_axe_finds_nothing_serious(site: Site, theme: str, width: int) -> None:
    now = clock.now()
    with site.world.role("operator"), tenancy.all_brands(actor="user:olga"):
        for brand_id, reason in ((None, "They move their servers"), (ALPHA, "Wide" * 60)):
            begins_at, ends_at = now - timedelta(hours=1), now + timedelta(days=1)
            timing.add(brand_id=brand_id, platform="x", begins_at=begins_at, ends_at=ends_at, reason=reason)
    with site.world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
    page = site.sign_in("ada", theme=theme, width=width, height=800)
    page.goto(PAGE)
    expect(page.locator(f"{SECTION} li")).to_have_count(2)
    expect(page.locator(SECTION)).to_contain_text("the fleet, on x: They move their servers")
    found = Axe().run(page, context=SECTION, options={"resultTypes": ["violations"]}).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    assert page.evaluate(WIDE) <= 0
