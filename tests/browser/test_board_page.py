"""The board and why in a real browser: in both themes, on a phone, refreshing under somebody's hands."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from agents import admin_board
from chimera.core import tenancy
from governance.controls import services as controls
from governance.controls.models import ControlKind
from tests import people
from tests.agents import judged
from tests.browser.conftest import Site
from tests.conftest import ALPHA
from tests.governance import rows

EVIL = "{{constructor.constructor('alert(1)')()}} </script><img src=x onerror=alert(2)><b onclick=x>" + "Wide" * 60
MORE = """
INSERT INTO publishing_post (brand_id, task, account_id, payload, content_hash, approval, status, state_version, queue,
       scopes, lease_owner, fence, attempts, attempts_max, priority, note, platform_id, url, made_at, published_at)
SELECT brand_id, task || '0', account_id, payload, content_hash, approval, status, 2, queue, scopes, '', 0, 0, 8, 5, '',
       platform_id || '0', '', made_at, published_at FROM publishing_post
"""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def scene(site: Site) -> Callable[[], None]:
    """Two agents, one stopped with words of an enemy, one with two posts, a card and work."""

    def begin() -> None:
        with site.world.role("operator"), tenancy.brand(ALPHA, actor="test:board"):
            made = [people.agent(brand_id=ALPHA, soul_file=name) for name in ("bea_unscrews", "zuzka_bubbles")]
            people.trend(brand_id=ALPHA)
            people.goal(agent=made[0])
            controls.impose(scope=made[1].scope, kind=ControlKind.PAUSE, reason=EVIL)
        with site.world.role("app"), tenancy.brand(ALPHA, actor="test:board"):
            for _ in range(3):
                judged.task(agent=made[0])
            for approval in ("judge", "governance.reviewitem:9"):
                judged.published(verdict=judged.verdict(task=judged.task(agent=made[0])), approval=approval)
            rows.card(about="agents.task:11")

    return begin


def findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the part of the page that is ours."""
    found = Axe().run(page, context=".board", options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_enemies_words_stay_words(site: Site, scene: Any, theme: str) -> None:
    scene()
    page = site.sign_in("ada", theme=theme)
    for address in ("/admin/", "/admin/agents/agent/why/", "/admin/agents/agent/2/why/"):
        page.goto(address)
        for more in page.locator(".board details").all():
            more.evaluate("(one) => one.open = true")
        assert findings(page) == [], address
        assert "{{constructor" in page.locator(".board").inner_text()
        assert page.locator(".board img, .board b[onclick]").count() == 0
        assert page.locator("h1").count() == 1, "each page has one heading of its own"


def test_it_refreshes_in_place_without_touching_focus_or_what_is_open(site: Site, scene: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(admin_board, "EVERY_S", 1)
    scene()
    page = site.sign_in("ada")
    page.goto("/admin/?window=1h")
    number = page.locator("#board-posts_out_today")
    assert number.inner_text() == "2"
    number.focus()
    page.evaluate("window.kept = document.activeElement")
    page.locator("#board-stops summary").evaluate("(one) => one.parentElement.open = true")
    page.locator("#board-stops input[name=reason]").evaluate("(one) => one.value = 'half a sen'")
    before = number.get_attribute("href")
    assert before is not None
    with tenancy.all_brands(actor="test:board"):
        controls.impose(scope="spending", kind=ControlKind.PAUSE, reason="Meanwhile.")
    # Past the application: in this process a change of role would be the server's too.
    site.world.superuser().execute("SET session_replication_role = replica").connection.execute(MORE)
    page.wait_for_function("document.querySelector('#board-posts_out_today').textContent === '4'")
    assert page.evaluate("window.kept === document.activeElement && window.kept.isConnected")
    assert page.locator("#board-stops-count").inner_text() == "2"
    assert page.locator("#board-stops input[name=reason]").input_value() == "half a sen"
    assert page.locator(".board [aria-live]").count() == 0
    old = page.locator("#board-autonomy").get_attribute("href")
    page.wait_for_function(f"document.querySelector('#board-autonomy').getAttribute('href') !== {old!r}")
    page.locator("#board-stops summary").evaluate("(one) => one.parentElement.open = false")
    page.wait_for_function("document.querySelectorAll('#board-stops li').length === 2")


def test_on_a_phone_nothing_scrolls_sideways_and_a_stop_is_lifted_by_keyboard(site: Site, scene: Any) -> None:
    scene()
    page = site.sign_in("ada", width=375, height=740)
    for address in ("/admin/", "/admin/agents/agent/why/", "/admin/agents/agent/2/why/"):
        page.goto(address)
        assert page.evaluate(WIDE) <= 0, address
    page.locator(".board-form input[name=reason]").focus()
    page.keyboard.type("It was nothing.")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=1 lifted")
    assert "stopped" not in page.locator(".board").inner_text()
