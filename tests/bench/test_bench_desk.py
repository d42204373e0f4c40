"""`bench desk` multiplies what the line made, cards and all, and a page that fails is no figure. REV-9."""

from typing import Any

import pytest
from django.http import HttpResponse

from agents.personas.states import TrustRung
from agents.tasks.models import Task
from chimera.bench import desk, desk_pages
from governance.models import AuditEvent, ReviewItem
from tests import people
from tests.agents.fakes import desk as at_desk
from tests.agents.fakes import drain
from tests.conftest import ALPHA, World


def test_cards_are_copied_whole_and_the_pages_can_be_asked(world: World) -> None:
    with at_desk(world):
        agent = people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    drain()
    there = desk.fill(world.superuser(), desk.Order(tasks=40, items=4))
    assert (there["cards"], there["tasks"]) == (4, 40)
    assert world.superuser().execute("SELECT count(*) FROM governance_reviewanswer").fetchone() == (4,)
    with at_desk(world):
        cards = list(ReviewItem.objects.order_by("id"))
        assert len({card.about for card in cards}) == len({card.urgent_at for card in cards}) == 4
        for card in cards:
            task = Task.objects.get(pk=int(card.about.rpartition(":")[2]))
            assert (task.status, task.artifact_set.get().content_hash) == ("HELD", card.content_hash)
            assert AuditEvent.objects.filter(task_id=card.about).exists()
    with world.role("operator"):
        pages = desk_pages.main(rounds=1, warm_up=0)["pages"]
    assert pages.keys() == desk_pages.PAGES.keys()
    assert {name: page["queries"] for name, page in pages.items() if not 0 < page["queries"] <= 15} == {}
    assert all(page["p95_ms"] > 0 for page in pages.values()), pages
    with at_desk(world):
        deciders = ReviewItem.objects.filter(status="APPROVED").values_list("decided_by", flat=True)
        assert sorted(deciders) == ["user:bench", "user:bench-bound"]
        assert not ReviewItem.objects.exclude(claimed_by="").exists(), "the next to be asked finds every card free"

    def broken(client: Any, card: Any) -> HttpResponse:
        answer = HttpResponse(status=500)
        answer.request = {"PATH_INFO": "/admin/"}  # type: ignore[attr-defined]
        return answer

    with pytest.raises(SystemExit, match="answered 500"):
        desk_pages.asked(None, broken, iter([None]), rounds=1, warm_up=0)


@pytest.mark.parametrize("wrong", [{"tasks": 0}, {"items": 0}, {"rounds": 0}])
def test_a_run_of_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(desk.BadOrder, match="must be at least 1"):
        desk.Order(**wrong)
