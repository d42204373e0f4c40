"""The run page for everybody: by keyboard, in both themes, on a phone, while it moves, with hostile text."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from agents.tasks import services as tasks
from agents.tasks.models import Task
from chimera.core import tenancy
from tests.browser import cards
from tests.browser.conftest import Site
from tests.browser.test_desk_looks import EVIL, findings
from tests.conftest import ALPHA, World
from tests.flow.test_side_by_side import begin, on_three

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def made(world: World) -> dict[str, Any]:
    """A run whose post waits for a human: its goal, and its tasks by kind."""
    cards.of_the_line(world)
    with tenancy.all_brands(actor="test:look"):
        rows = list(Task.objects.all())
    return {"goal": rows[0].goal_id, **{row.kind: row.pk for row in rows}}


def at(page: Page, task: int) -> None:
    """The panel of this step is there."""
    page.wait_for_selector(f'#run-step[data-step="{task}"]')


@pytest.mark.spec("REV-1", "REV-2")
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_run_is_walked_by_keyboard_and_axe_finds_nothing_serious(site: Site, tmp_path: Any, theme: str) -> None:
    run = made(site.world)
    page = site.sign_in("ada", theme=theme)
    page.goto(f"/admin/agents/goal/{run['goal']}/run/")
    assert findings(page) == []
    page.locator(f"#node-{run['plan']}").focus()
    for kind in ("research", "draft"):
        page.keyboard.press("ArrowDown")
        expect(page.locator(f"#node-{run[kind]}")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    at(page, run["draft"])
    expect(page.locator("#run-step-title")).to_be_focused()
    for more in page.locator("details").all():
        more.evaluate("(one) => one.open = true")
    page.wait_for_selector("#step-story-place h2")
    assert findings(page) == []
    page.locator("#run-step-title").focus()
    page.keyboard.press("Escape")
    expect(page.locator(f"#node-{run['draft']}")).to_be_focused()


@pytest.mark.spec("REV-1")
def test_a_press_opens_a_step_in_the_very_moment_in_which_the_page_follows(site: Site) -> None:
    """The drawing is made anew every two seconds; a press on a step that was just drawn must be heard."""
    run = made(site.world)
    page = site.sign_in("ada")
    page.goto(f"/admin/agents/goal/{run['goal']}/run/")
    page.evaluate(
        """(step) => new MutationObserver((_, seer) => {
          seer.disconnect();
          document.getElementById(step).dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
        }).observe(document.getElementById("run-live").parentElement, { childList: true })""",
        f"node-{run['draft']}",
    )
    at(page, run["draft"])
    assert page.url.endswith("/run/"), "opened in the panel, not as a page of its own"


@pytest.mark.spec("REV-1", "SAF-1")
def test_the_page_follows_what_moves_and_keeps_focus_panel_and_words_as_words(site: Site) -> None:
    run = made(site.world)
    with site.world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE agents_task SET note = %s WHERE kind <> 'publish'", [EVIL])
        owner.execute("UPDATE agents_goal SET wish = %s", [EVIL])
        owner.execute("UPDATE agents_artifact SET payload = jsonb_build_object('text', %s::text)", [EVIL])
        owner.execute("UPDATE core_callrecord SET answer = to_jsonb(%s::text), failure = %s", [EVIL, EVIL])
        owner.execute("UPDATE governance_attempt SET owner = %s, outcome = %s", [EVIL[:110], EVIL])
    page = site.sign_in("ada", width=375, height=740)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"/admin/agents/goal/of/task/{run['draft']}/")
    at(page, run["draft"])
    assert page.evaluate(WIDE) <= 0
    expect(page.locator("#run-step")).to_contain_text("{{constructor")
    page.locator(f"#node-{run['image']}").focus()
    with site.world.role("operator"), tenancy.brand(ALPHA, actor="user:bob"):
        tasks.cancel(goal_id=run["goal"], note="called off")
    page.wait_for_selector(f'#node-{run["publish"]}[aria-label*="cancelled"]')
    expect(page.locator(f"#node-{run['image']}")).to_be_focused()
    at(page, run["draft"])
    expect(page.locator("#run-said")).to_contain_text("cancelled")
    assert page.locator("#run-live[hx-trigger]").count() == 0, "nothing moves any more: nobody asks again"
    assert page.locator("#desk img[src=x], #desk b[onclick]").count() == 0
    assert dialogs == []


@pytest.mark.spec("PUB-1")
def test_the_posts_of_a_run_stand_abreast_until_a_step_is_open_and_below_each_other_on_a_phone(site: Site) -> None:
    on_three(site.world)
    with site.world.role("app"):
        begin(site.world)
    with tenancy.all_brands(actor="test:look"):
        goal, draft = Task.objects.values_list("goal_id", "pk").get(kind="draft")

    def places(page: Page) -> tuple[int, int]:
        """How many of the posts begin at the height of the first, and how many there are."""
        boxes = [one.bounding_box() for one in page.locator(".run-place").all()]
        return sum(abs(box["y"] - boxes[0]["y"]) < 1 for box in boxes), len(boxes)

    page = site.sign_in("ada", width=1280)
    page.goto(f"/admin/agents/goal/{goal}/run/")
    assert places(page) == (3, 3)
    graph = page.locator(".run-graph")
    assert graph.evaluate("(one) => one.scrollWidth <= one.clientWidth"), "the graph is whole beside them"
    page.locator(f"#node-{draft}").press("Enter")
    at(page, draft)
    column, panel = page.locator(".run-places").bounding_box(), page.locator("#run-step").bounding_box()
    assert column["x"] + column["width"] <= panel["x"], "what is open stands beside them and covers nothing"
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto(f"/admin/agents/goal/{goal}/run/")
    assert places(page)[0] < 3 and page.evaluate(WIDE) <= 0
