"""Charts of figures, read by everybody: axe over them, light and dark. MET-1, REV-8."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from chimera.core import tenancy
from tests import people
from tests.agents.test_metrics_pages import written
from tests.browser.conftest import Site
from tests.conftest import ALPHA


def findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical in our part of the page; the rest is the admin's own."""
    told = Axe().run(page, context=".metrics", options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{page.url}: {one['id']}: {one['nodes']}" for one in told if one["impact"] in ("serious", "critical")]


@pytest.mark.spec("MET-1", "REV-8")
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_the_charts_of_a_post_and_of_an_agent_are_readable_by_everybody(site: Site, theme: str, width: int) -> None:
    with tenancy.brand(ALPHA, actor="test:operator"):
        agent = people.agent(brand_id=ALPHA)
    first, *_ = written(site.world, agent)
    page = site.sign_in("ada", theme=theme, width=width)
    page.goto(f"/admin/publishing/post/{first}/change/")
    expect(page.get_by_role("img", name=f"views of post {first} over its age")).to_be_visible()
    page.get_by_text("Every reading", exact=True).click()
    expect(page.get_by_role("cell", name="1,200")).to_be_visible()
    found = findings(page)
    page.goto(f"/admin/agents/agent/{agent.pk}/change/")
    expect(page.get_by_role("img", name="Engagement of the last 5 posts")).to_be_visible()
    page.get_by_text("Every post of the chart", exact=True).click()
    found += findings(page)
    assert found == [], "\n".join(found)
