"""The table of ways in docs/judging.md is the one in the code."""

import pytest

from governance.governor import Ruling
from governance.routing import TABLE, Class
from tests import servers


@pytest.mark.spec("JDG-2")
def test_the_table_on_the_page_is_the_one_that_routes() -> None:
    page = (servers.CHECKOUT / "docs" / "judging.md").read_text()
    for found in Class:
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {found}:")]
        shown = [cell.strip() for cell in line.strip("|").split("|")][1:]
        assert shown == [TABLE[found, ruling] for ruling in (Ruling.ALLOW, Ruling.HOLD, Ruling.DENY)]
