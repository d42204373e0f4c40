"""`bench memory` finds what is near by numpy, and tells of memories that do not come back. PER-4."""

from dataclasses import replace
from typing import Any

import pytest

from chimera.bench import remembering as bench
from tests import servers
from tests.conftest import World

ORDER = bench.Order(items=1_000, questions=10)
FORGETFUL = """
  CREATE OR REPLACE FUNCTION agents_memory_exact(p_brand bigint, p_agent bigint, p_vector vector, p_count integer)
  RETURNS TABLE (id bigint, away double precision) LANGUAGE sql STABLE AS $$
    SELECT m.id, m.vector <=> p_vector FROM agents_memory m
     WHERE m.brand_id = p_brand AND (p_agent = 0 OR m.agent_id = p_agent) ORDER BY 2 LIMIT 1 $$
"""


def measured(world: World) -> dict[str, Any]:
    ends = replace(servers._endpoints(), database=world.name)
    return bench.measured(ends, world.superuser(), ORDER, tell=lambda _: None)


@pytest.mark.spec("PER-4")
def test_few_memories_are_all_found_in_every_brand(world: World) -> None:
    found = measured(world)
    assert {name: found[name]["rows"] for name in bench.BRANDS} == {
        "brand_with_all": 1_000,
        "brand_with_a_fifth": 200,
        "brand_with_a_thirtieth": 33,
        "brand_with_a_hundredth": 10,
    }
    assert found["agent"]["rows"] in (1, 2, 3)
    for name in (*bench.BRANDS, "agent"):
        assert (found[name]["recall_at_5"], found[name]["fewer_than_there_are"]) == (1.0, 0)
        assert found[name]["p95_ms"] > 0


def test_memories_that_do_not_come_back_are_told_and_no_aim_is_met(world: World) -> None:
    world.superuser().execute(FORGETFUL)
    found = measured(world)
    assert found["brand_with_all"]["fewer_than_there_are"] == ORDER.questions
    assert found["brand_with_all"]["recall_at_5"] == 0.2
    assert found["is_met"] is False


@pytest.mark.parametrize(
    "asked, said", [({"items": 999}, "--items is 999; it must be"), ({"questions": 9}, "--questions is 9; it must be")]
)
def test_a_number_that_makes_no_run_is_refused(asked: dict[str, int], said: str) -> None:
    with pytest.raises(bench.BadCount, match=said):
        bench.Order(**asked)
