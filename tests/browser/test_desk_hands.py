"""The desk by keyboard, in a real browser: a key for each hand, and the next card is there."""

import re
import statistics
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import cards
from tests.browser.conftest import Site

Open = Callable[..., Page]


def shown(page: Page) -> int:
    """The review on screen."""
    return int(page.locator("[data-card]").get_attribute("data-card") or 0)


def ready(page: Page, pk: int) -> None:
    """Wait until this card is on screen, in the hands of whoever looks, with the next one fetched."""
    page.wait_for_selector(f'[data-card="{pk}"][data-mine]')
    page.wait_for_selector("#desk[data-ahead]")


def focused(page: Page) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


@pytest.mark.spec("REV-2")
def test_fifty_cards_are_answered_by_keyboard_alone_and_the_next_is_there_at_once(site: Site, open_desk: Open) -> None:
    ids = cards.queue(site.world, count=50)
    page = open_desk()
    for place, pk in enumerate(ids):
        page.wait_for_selector(f'[data-card="{pk}"]')
        assert focused(page) == "desk-title"
        if place % 5 == 4:
            page.keyboard.press("r")
            page.keyboard.press("1")
        else:
            page.keyboard.press("a")
    page.wait_for_selector("[data-nothing]")
    assert focused(page) == "desk-title"
    answers = [cards.status(pk) for pk in ids]
    assert answers.count("APPROVED") == 40 and answers.count("REJECTED") == 10
    took = page.evaluate("performance.getEntriesByName('desk: key to card').map((one) => one.duration)")
    assert len(took) >= 40, "every answer but those that no key timed was measured"
    took.sort()
    p50, p95 = statistics.median(took), took[int(len(took) * 0.95)]
    print(f"key to next card: p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(took)}")  # noqa: T201 - a figure, with -s


@pytest.mark.spec("REV-1", "REV-2")
def test_a_key_approves_exactly_what_is_shown(site: Site, open_desk: Open) -> None:
    first, second = cards.queue(site.world, count=2)
    page = open_desk()
    ready(page, first)
    expect(page.locator("[data-post]")).to_contain_text("A repair café in Orlowe")
    expect(page.locator("img")).to_have_js_property("complete", True)
    page.keyboard.press("a")
    page.wait_for_selector(f'[data-card="{second}"]')
    expect(page.locator("#desk-words")).to_have_text(f"Approved: review {first}, @bea_unscrews.")
    item = cards.look(first)
    assert (item.status, item.decided_by, item.approved_hash) == ("APPROVED", "user:ada", item.content_hash)


@pytest.mark.spec("REV-2")
def test_an_edited_text_is_what_the_approval_covers_and_a_hard_rule_keeps_it_back(site: Site, open_desk: Open) -> None:
    pk = cards.of_the_line(site.world)  # the rules look at the evidence of its own task again
    page = open_desk()
    ready(page, pk)
    page.keyboard.press("e")
    assert focused(page) == "desk-edit"
    page.keyboard.press("Control+End")
    page.keyboard.type(" The mayor paid 9,999 dollars.")
    page.keyboard.press("Control+Enter")
    refused = page.locator("[data-refused]:visible")
    expect(refused).to_contain_text("9,999")
    assert "9,999 dollars" in page.locator("#desk-edit").input_value(), "what was written is kept"
    assert cards.status(pk) == "PENDING"
    better = f"{cards.look(pk).snapshot['payload']['text']} Lovely."
    page.locator("#desk-edit").fill(better)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[data-nothing]")
    item = cards.look(pk)
    assert item.status == "APPROVED"
    assert item.edited is not None and item.edited["payload"]["text"] == better
    assert item.approved_hash == item.edited["content_hash"] != item.content_hash


@pytest.mark.spec("REV-2")
def test_words_that_are_selected_go_with_the_rejection(site: Site, open_desk: Open) -> None:
    first, second = cards.queue(site.world, count=2)
    page = open_desk()
    ready(page, first)
    page.evaluate(
        """() => {
          const walk = document.createTreeWalker(document.querySelector("[data-post]"), NodeFilter.SHOW_TEXT);
          let node = walk.nextNode();
          while (!node.data.includes("biscuit tin")) node = walk.nextNode();
          const range = document.createRange();
          range.setStart(node, node.data.indexOf("biscuit"));
          range.setEnd(node, node.data.indexOf("biscuit") + "biscuit tin".length);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }"""
    )
    page.keyboard.press("r")
    expect(page.locator("#desk-span")).to_have_value("biscuit tin")
    page.locator("#desk-reason").fill("2 screws, not 7: a key in a field decides nothing")
    assert cards.status(first) == "PENDING"
    page.locator("[data-digit='1']").focus()
    page.keyboard.press("2")
    page.wait_for_selector(f'[data-card="{second}"]')
    item = cards.look(first)
    assert (item.status, item.reason_code, item.reject_span) == ("REJECTED", "facts", "biscuit tin")
    assert item.reason.startswith("2 screws")


@pytest.mark.spec("REV-2")
def test_skipping_holding_and_handing_over_have_their_keys(site: Site, open_desk: Open) -> None:
    first, second, third, fourth = cards.queue(site.world, count=4)
    site.sign_in("bob")
    page = open_desk()
    ready(page, first)
    page.keyboard.press("s")
    ready(page, second)
    page.keyboard.press("h")
    assert focused(page) == "desk-hours"
    page.locator("#desk-hours").select_option("")
    page.locator("#desk-hold-reason").fill("The client is asked")
    page.keyboard.press("Enter")
    ready(page, third)
    page.keyboard.press("t")
    page.locator("#desk-to").select_option("bob")
    page.locator("#desk-hand-reason").fill("He knows toasters")
    page.keyboard.press("Enter")
    ready(page, fourth)
    assert {cards.status(pk) for pk in (first, second, third)} == {"PENDING"}
    held, handed = cards.look(second), cards.look(third)
    assert (held.held_by, held.hold_reason) == ("user:ada", "The client is asked")
    assert (handed.assigned_to, handed.assign_reason) == ("user:bob", "He knows toasters")
    page.goto(f"/admin/governance/reviewitem/desk/{second}/")
    expect(page.locator(".desk-taken", has_text="On hold")).to_contain_text("The client is asked")
    page.wait_for_selector("[data-mine]")
    page.keyboard.press("h")
    page.wait_for_selector(f'[data-card="{fourth}"]')
    assert cards.look(second).held_by == ""


@pytest.mark.spec("REV-2", "REV-3")
def test_a_late_word_about_the_card_before_does_not_bind_the_hands_of_this_one(site: Site, open_desk: Open) -> None:
    first, second, third = cards.queue(site.world, count=3)
    page = open_desk()
    ready(page, first)
    page.evaluate(
        """(first) => {
          const read = Response.prototype.json;
          Response.prototype.json = async function () {
            const told = await read.call(this);
            if (!this.url.includes(`/${first}/heartbeat/`)) { return told; }
            await new Promise((done) => { window.lateWord = done; });
            return { ...told, said: "Approved by ada by now.", may_decide: false, is_mine: false };
          };
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        first,
    )
    page.wait_for_function("window.lateWord !== undefined")  # its head has come, its body is being read
    page.keyboard.press("a")
    ready(page, second)
    page.evaluate("window.lateWord()")
    page.wait_for_timeout(50)
    expect(page.locator("[data-taken]")).to_be_hidden()
    page.keyboard.press("a")
    ready(page, third)
    assert [cards.status(pk) for pk in (first, second)] == ["APPROVED", "APPROVED"]


@pytest.mark.spec("REV-5")
def test_an_answer_is_taken_back_while_the_seconds_count_down(site: Site, open_desk: Open, settings: Any) -> None:
    settings.REVIEW_UNDO_S = 30.0
    first, second = cards.queue(site.world, count=2)
    page = open_desk()
    ready(page, first)
    page.keyboard.press("a")
    ready(page, second)
    assert cards.status(first) == "APPROVED"
    expect(page.locator("#desk-undo")).to_be_visible()
    assert re.search(r"\b(30|2\d) s", page.locator("#desk-undo").inner_text())
    page.keyboard.press("z")
    ready(page, first)
    assert cards.status(first) == "PENDING"
    expect(page.locator("#desk-words")).to_contain_text("Taken back")
    page.keyboard.press("z")
    expect(page.locator("#desk-words")).to_contain_text("Nothing can be taken back")


@pytest.mark.spec("REV-5")
def test_when_the_seconds_are_over_nothing_is_taken_back(site: Site, open_desk: Open, settings: Any) -> None:
    settings.REVIEW_UNDO_S = 60.0
    first, second = cards.queue(site.world, count=2)
    page = open_desk()
    ready(page, first)
    page.keyboard.press("a")
    ready(page, second)
    site.world.later("61 seconds")  # the page's own clock still counts: the database decides
    page.keyboard.press("z")
    expect(page.locator("#desk-alert")).to_contain_text("The time to take this back is over")
    assert cards.status(first) == "APPROVED"


@pytest.mark.spec("REV-2")
def test_next_and_previous_look_without_deciding_and_give_the_card_back(site: Site, open_desk: Open) -> None:
    first, second = cards.queue(site.world, count=2)
    page = open_desk()
    ready(page, first)
    page.keyboard.press("j")
    ready(page, second)
    assert cards.look(first).claimed_by == ""
    page.keyboard.press("k")
    ready(page, first)
    assert {cards.status(pk) for pk in (first, second)} == {"PENDING"}


@pytest.mark.spec("REV-2")
def test_the_keys_are_listed_and_can_be_turned_off(site: Site, open_desk: Open) -> None:
    first, _ = cards.queue(site.world, count=2)
    page = open_desk()
    ready(page, first)
    page.keyboard.press("?")
    expect(page.locator("#desk-help")).to_be_visible()
    page.keyboard.press("a")
    page.locator("#desk-keys-on").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#desk-help")).to_be_hidden()
    page.keyboard.press("a")
    page.keyboard.press("s")
    page.wait_for_timeout(200)
    assert shown(page) == first and cards.status(first) == "PENDING"
    page.get_by_role("button", name="Approve").click()
    page.wait_for_function(f"document.querySelector('[data-card]').dataset.card !== '{first}'")
    assert cards.status(first) == "APPROVED"
