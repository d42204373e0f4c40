"""The rule of grounding on the set that was written to try it: what is planted is caught, the true passes. SAF-6."""

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command

from governance.policies import evaluating


@pytest.mark.spec("SAF-6")
@pytest.mark.parametrize("half", evaluating.HALVES)
def test_planted_falsehoods_are_caught_and_true_posts_pass(half: str) -> None:
    found = evaluating.grounding(halves=[half])[half]
    assert found["caught"]["share"] >= 0.95, found
    assert found["passed"]["share"] >= 0.95, found
    for kind, share in found["caught_by_kind"].items():
        assert share["share"] >= 0.95, (kind, found)


def test_the_set_is_large_enough_and_its_halves_share_no_story() -> None:
    halves = {half: list(evaluating.lines(half)) for half in evaluating.HALVES}
    every = [line for lines in halves.values() for line in lines]
    assert sum(line["true"] for line in every) >= 150
    planted = Counter(line["kind"] for line in every if not line["true"])
    assert sum(planted.values()) >= 300 and set(planted) == set(evaluating.KINDS) and min(planted.values()) >= 30
    stories = [{line["cited"][0]["title"] for line in lines} for lines in halves.values()]
    assert not stories[0] & stories[1]
    assert len({line["id"] for line in every}) == len(every)
    for line in every:
        if not line["true"]:
            assert line["planted"] in line["text"]


def test_the_command_says_it_for_people_and_for_machines() -> None:
    out = StringIO()
    call_command("evaluate", "grounding", "--half", "tuned", stdout=out)
    assert "tuned: caught" in out.getvalue() and "planted quotations caught" in out.getvalue()
    out = StringIO()
    call_command("evaluate", "grounding", "--half", "tuned", "--json", stdout=out)
    assert json.loads(out.getvalue())["tuned"]["passed"]["of"] > 50
