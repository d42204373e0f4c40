"""Notices and numbers for everybody: axe in light and dark, on a phone, with hostile text; the bell counts. OPS-8."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from chimera.core import tenancy
from governance.notices import services
from governance.notices.models import NoticeKind
from tests.browser.conftest import Site
from tests.conftest import World

EVIL = "{{constructor.constructor('alert(1)')()}} ');alert(1)// </script><img src=x onerror=alert(2)>"
NUMBERS, NOTICES = "/admin/governance/reviewanswer/numbers/", "/admin/governance/notice/"
WRITTEN = """
INSERT INTO governance_reviewanswer (brand_id, item_id, reviewer, answer, kind, agent, platform, group_key,
                                     content_hash, waited_s, took_ms, first_id, undone_at, at)
SELECT 1, n, (ARRAY['user:ada', 'user:bea', 'user:cleo'])[1 + n % 3],
       (ARRAY['approved', 'approved', 'approved', 'edited', 'rejected'])[1 + (n * 7) % 5],
       (ARRAY['doubt', 'rule', 'probation', 'sample'])[1 + n % 4], 'bea_unscrews', 'plaza', '', n / 2, 600,
       4000 + (n * 7919) % 60000, CASE WHEN n % 2 = 1 THEN 2000 + n - 1 END,
       CASE WHEN n % 23 = 0 THEN chimera_now() END, chimera_now() - n * interval '11 minutes'
  FROM generate_series(1, 400) n
"""


def filled(world: World) -> None:
    """Numbers of three people, and things that were told."""
    root = world.superuser()
    root.execute("SET session_replication_role = replica")
    root.execute("SELECT setval(pg_get_serial_sequence('governance_reviewanswer', 'id'), 2000)")
    root.execute(WRITTEN)
    said = {
        "deadline": "Review 41 of @bea_unscrews (brand demo) is due by 29 Nov 08:30 UTC; then it expires.",
        "cap": "agent:7 (brand demo) has $1.70 of its $2.00 today spent or set aside (85%).",
        "stop": "An emergency stop on brand:1 (brand demo) is in force by user:ada: a rumour is going round",
        "circuit": f"plaza is down: its circuit opened 7 times in a row. It said (outside text) “{EVIL}”.",
        "account": "plaza refuses @bea_unscrews (token_expired): its posts fail until its credentials are renewed.",
    }
    with tenancy.acting("worker:test"):
        for kind, sentence in said.items():
            services.note(
                kind=NoticeKind(kind), scope="brand:1", sentence=sentence, key=kind, link="/admin/governance/control/"
            )


def findings(page: Page, part: str) -> list[str]:
    """What axe-core finds serious or critical on our part of the page."""
    found = Axe().run(page, context=part, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.spec("OPS-8", "SAF-1")
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_numbers_and_notices_are_readable_by_everybody(site: Site, theme: str, width: int) -> None:
    filled(site.world)
    page = site.sign_in("ada", theme=theme, width=width)
    for name, at in (("numbers", NUMBERS), ("notices", NOTICES)):
        page.goto(at)
        bell = page.wait_for_selector("#notices-bell")
        assert bell.get_attribute("aria-label") == "5 new notices"
        assert findings(page, "#content") == []
        assert findings(page, "#notices-bell") == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        out = page.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".slice(0, 5).map(e => e.outerHTML.slice(0, 120))"
        )
        assert wide <= 0, f"{name} scrolls sideways by {wide} px: {out}"
        if folder := os.environ.get("TOLD_SHOTS"):
            page.screenshot(path=f"{folder}/told-{name}-{theme}-{width}.png", full_page=False)
