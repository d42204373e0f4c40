"""A conversation in a real browser: in both themes, on a phone, by keyboard, with the words of an enemy in it."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Page

from chimera.core import clock, tenancy
from chimera.core.taint import Tainted
from publishing.connectors.base import Heard, Hearing
from publishing.connectors.plaza.client import PlazaConnector
from publishing.inbox import selectors, services
from publishing.inbox.models import Mention
from tests import people
from tests.browser.conftest import Site
from tests.conftest import ALPHA

EVIL = "{{constructor.constructor('alert(1)')()}} <img src=x onerror=alert(2)> " + "Wide" * 60
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def said(text: str, platform_id: str, *, author: str) -> Heard:
    return Heard(
        platform_id=platform_id, accounts=("bea_unscrews",), author_id=author, author_handle=author, is_machine=False,
        text=Tainted(text, "a person"), in_reply_to="", conversation="c-1", said_at=clock.now(),
    )  # fmt: skip


@pytest.fixture
def talk(site: Site) -> Callable[[], str]:
    """Three turns of two people."""

    def begin() -> str:
        with site.world.role("operator"), tenancy.brand(ALPHA, actor="test:talk"):
            people.agent(brand_id=ALPHA)
        with site.world.role("app"), tenancy.brand(ALPHA, actor="test:talk"):
            (ears,) = selectors.ears()
            turns = (
                said(EVIL, "m-1", author="ada"),
                said("  ", "m-2", author="bob"),
                said("Why?", "m-3", author="ada"),
            )
            services.keep(ears=ears, hearing=Hearing(mentions=turns, position="3", is_whole=True))
            return f"/admin/publishing/mention/{Mention.objects.get(platform_id='m-1').pk}/change/"

    return begin


def findings(page: Page) -> list[str]:
    found = Axe().run(page, context=".talk", options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious_and_strangers_words_stay_words(
    site: Site, talk: Callable[[], str], theme: str
) -> None:
    address = talk()
    page = site.sign_in("ada", theme=theme)
    page.goto(address)
    assert findings(page) == []
    assert "{{constructor" in page.locator(".talk").inner_text()
    assert page.locator(".talk img").count() == 0
    assert page.locator("h1").count() == 1


def test_on_a_phone_nothing_scrolls_sideways_and_a_person_is_muted_by_keyboard(
    site: Site, talk: Callable[[], str]
) -> None:
    address = talk()
    page = site.sign_in("ada", width=375, height=740)
    page.goto(address)
    assert page.evaluate(WIDE) <= 0
    page.locator("#bar-why-person").focus()
    page.keyboard.type("It insults.")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=This person is not answered until")
    page.locator("text=Answer this person again").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=This person is answered again.")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_somebody_said_is_hidden_by_keyboard_and_axe_finds_nothing_serious(
    site: Site, talk: Callable[[], str], monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    monkeypatch.setattr(PlazaConnector, "can_hide", True)
    monkeypatch.setattr(settings, "REVIEW_UNDO_S", 60.0)  # axe takes its time
    address = talk()
    page = site.sign_in("ada", theme=theme, width=375, height=740)
    page.goto(address)
    assert findings(page) == [] and page.evaluate(WIDE) <= 0
    why = page.locator("[id^=hide-why-]").first
    why.focus()
    page.keyboard.type("It is an attack.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=It will be hidden: It is an attack.")
    assert findings(page) == []
    page.get_by_role("button", name="Leave it visible").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=It stays visible")
