"""A group in a real browser: chosen and decided by keyboard, with what failed kept; a post in doubt on its own card."""

from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from agents.personas.models import Agent
from chimera.core import tenancy
from governance.models import ReviewItem
from governance.reviews import services as reviews
from tests import people
from tests.browser import cards
from tests.browser.conftest import Site
from tests.browser.test_desk_hands import ready
from tests.browser.test_desk_looks import EVIL, ORDER, findings
from tests.conftest import ALPHA

DESK = "/admin/governance/reviewitem/desk/"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def arranged(site: Site, count: int) -> tuple[str, list[int]]:
    """So many cards of one trend; the group and their ids."""
    with site.world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        group = f"publishing.trend:{people.trend(brand_id=ALPHA).pk}"
    return group, cards.queue(site.world, count=count, group=group)


def opened(site: Site, group: str, name: str = "ada", **more: Any) -> Page:
    """The page of a group, with its cards in this person's hands."""
    page = site.sign_in(name, **more)
    page.goto(f"{DESK}group/?group={group}")
    page.wait_for_selector("#desk[data-held]")
    return page


@pytest.mark.spec("REV-7", "REV-2", "REV-5")
def test_a_group_is_decided_by_keyboard_with_exceptions_and_taken_back(site: Site, settings: Any) -> None:
    settings.REVIEW_UNDO_S = 60.0
    settings.REVIEW_HEARTBEAT_S = 0.3
    group, (first, second, third, fourth, fifth) = arranged(site, 5)
    page = site.sign_in("ada")
    beats: set[Request] = set()
    page.on("request", lambda one: beats.add(one) if "/claim/" in one.url else None)
    page.on("requestfinished", lambda one: beats.discard(one))
    page.on("requestfailed", lambda one: beats.discard(one))
    page.goto(f"{DESK}{first}/")
    ready(page, first)
    page.keyboard.press("g")
    page.wait_for_selector("#desk[data-held]")
    bob = site.sign_in("bob")
    bob.goto(f"{DESK}group/?group={group}")
    bob.wait_for_selector("#desk[data-held]")
    expect(bob.locator(f"#card-{first} [data-taken]")).to_have_text("ada has this card.")
    assert bob.locator(f"#card-{first} input[value=approve]").is_disabled()
    with tenancy.brand(ALPHA, actor="test:world"):
        reviews.withdraw(about=ReviewItem.objects.get(pk=fifth).about, reason="Its trend is over.")
    for key in ("*", "ArrowRight", "ArrowRight", "r", "2", "e"):
        page.keyboard.press(key)
    page.keyboard.type("It was not nine. A r z")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == f"card-{second}"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator("#group-count")).to_have_text("2 to approve, 1 to reject, 2 left as they are.")
    page.keyboard.press("Shift+A")
    expect(page.locator("#group-heard")).to_have_text("2 approved, 1 rejected, 2 left as they were.")
    assert [cards.status(pk) for pk in (first, second, third, fourth)] == [
        "APPROVED",
        "REJECTED",
        "PENDING",
        "APPROVED",
    ]
    assert (cards.look(second).reason_code, cards.look(second).reason) == ("facts", "It was not nine. A r z")
    page.keyboard.press("z")
    expect(page.locator("#group-heard")).to_have_text("3 of 3 taken back.")
    expect(page.locator(f"#reason-{second}")).to_have_value("It was not nine. A r z")
    assert {cards.status(pk) for pk in (first, second, third, fourth)} == {"PENDING"}
    # A beat that is under way when its page is left would take the cards again, until the lease ends.
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    while beats:
        page.wait_for_timeout(50)
    page.goto("about:blank")
    expect(bob.locator(f"#card-{first} [data-taken]")).to_be_hidden()
    bob.locator(f"#card-{first} input[value=approve]").check()
    bob.get_by_role("button", name="Decide these").click()
    expect(bob.locator("#group-heard")).to_contain_text("1 not decided")
    expect(bob.locator(".group-failed")).to_contain_text("it has changed since you saw it")
    expect(bob.locator(f"#card-{first} input[value=approve]")).to_be_checked()
    bob.get_by_role("button", name="Decide these").click()
    expect(bob.locator("#group-heard")).to_contain_text("1 approved")
    assert cards.look(first).decided_by == "user:bob"


@pytest.mark.spec("REV-7", "SAF-1")
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 375)])
def test_a_group_is_accessible_fits_a_phone_and_keeps_hostile_text_text(
    site: Site, settings: Any, theme: str, width: int
) -> None:
    settings.REVIEW_UNDO_S = 60.0
    group, ids = arranged(site, 3)
    with site.world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE governance_reviewitem SET why = %s,"
            " snapshot = jsonb_set(snapshot, '{payload,text}', to_jsonb(%s::text)) WHERE id = %s",
            [EVIL, f"{EVIL} {ORDER} {'Donaudampfschifffahrt' * 6}", ids[0]],
        )
        owner.execute("UPDATE publishing_trend SET title = %s", [f"{EVIL} {ORDER}"])
    page = opened(site, group, theme=theme, width=width, height=800)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    assert findings(page) == [] and page.evaluate(WIDE) <= 0
    assert (
        page.locator("#desk img[src=x], #desk b[onclick]").count() == 0 and page.locator(".desk-mark-order").count() > 1
    )
    page.locator(f"#card-{ids[0]} input[value=reject]").check()
    page.locator(f"#card-{ids[1]} input[value=approve]").check()
    page.locator(f"#reason-{ids[0]}").fill(EVIL)
    assert page.evaluate(WIDE) <= 0, "with a reason open"
    page.get_by_role("button", name="Decide these").click()
    expect(page.locator("#group-heard")).to_have_text("1 approved, 1 not decided, 1 left as they were.")
    expect(page.locator(f"#reason-{ids[0]}")).to_have_value(EVIL)
    assert findings(page) == [] and page.evaluate(WIDE) <= 0, "with what became of it"
    page.keyboard.press("?")
    expect(page.locator("#desk-help")).to_be_visible()
    assert dialogs == []


def in_doubt(site: Site, *, bea: Agent | None = None, said: str = f"{EVIL} {ORDER}") -> int:
    """The card of a post that may be live, of a platform that can be read."""
    looks = [
        {"at": "2026-11-28T10:02:00+00:00", "send": 1, "result": "absent", "said": ""},
        {
            "at": "2026-11-28T10:03:00+00:00",
            "send": 1,
            "result": "failed",
            "said": f"Plaza answered 502. {said}",
        },
    ]
    with site.world.role("app"), tenancy.brand(ALPHA, actor="test:cards"):
        bea = bea or cards.agent()
        made = cards.ask(agent=bea)
        reviews.withdraw(about=made.about)
        return reviews.ask(
            brand_id=ALPHA, about="publishing.post:1", task=made.task, kind="in_doubt", deadline=made.deadline,
            snapshot={
                "payload": made.snapshot["payload"], "agent": made.snapshot["agent"],
                "effect": {"status": "IN_DOUBT", "platform_class": "B", "sends": 1, "key": "f" * 64,
                           "sent_at": "2026-11-28T10:00:00+00:00", "lookups": looks},
            },
            why="The platform does not show this post; look whether it is live.",
        ).pk  # fmt: skip


@pytest.mark.spec("PUB-4", "SAF-1", "REV-2")
def test_a_doubt_is_answered_by_keyboard_and_a_wrong_address_is_one_sentence(site: Site) -> None:
    pk = in_doubt(site)
    page = site.sign_in("ada", theme="dark")
    page.goto(f"{DESK}{pk}/")
    ready(page, pk)
    assert page.locator("#desk b[onclick], #desk img[src=x]").count() == 0
    expect(page.locator("[data-platform]")).to_have_attribute("href", "http://127.0.0.1:8802/@bea_unscrews")
    for key in ("n", "x", "l"):
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        expect(page.locator(f".desk-hand[data-hand={key}]")).to_have_attribute("open", "")
    assert findings(page) == []
    page.keyboard.type("https://elsewhere.example/p/1")
    page.keyboard.press("Enter")
    expect(page.locator("[data-refused]:visible")).to_contain_text("is not on plaza, which is at 127.0.0.1:8802")
    expect(page.locator("#desk-evidence")).to_have_value("https://elsewhere.example/p/1")
    page.locator("#desk-evidence").fill("http://127.0.0.1:8802/p/0123456789abcdef")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-nothing]")
    found = cards.look(pk)
    assert (found.answer, found.evidence_url) == ("found_live", "http://127.0.0.1:8802/p/0123456789abcdef")
