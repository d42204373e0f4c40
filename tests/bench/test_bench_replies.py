"""`bench replies` counts every mention of its span without the calls' own time, and gives no figure for less. ENG-2."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from agents.worker.base import Work
from chimera.bench import replies_figures as replies
from chimera.bench import replies_models
from chimera.bench.ground import NotMeasured
from chimera.bench.replies_figures import Way
from chimera.core.llm import roles
from chimera.core.llm.schemas import Wording


def way(said: float, *, takes: float = 5.0, calls_s: float = 4.8, calls: int = 3, status: str = "TAKEN") -> Way:
    stages = {"plan": said + 0.2}
    return Way(
        said=said, heard=said + 0.1, taken=said + 0.15, decided=said + takes, route="ACCEPT", calls=calls,
        calls_s=calls_s, stages=stages, status=status,
    )  # fmt: skip


def test_what_is_left_without_the_calls_own_time_is_ours() -> None:
    span = [way(10.0), way(11.0, takes=9.0, calls_s=8.6), way(12.0, status="SKIPPED"), way(99.0, takes=50.0)]
    found = replies.judged(span, since=10.0, until=20.0)
    assert (found["mentions"], found["left_alone"], found["p95_s"]) == (2, 1, 9.0)
    assert (found["overhead_p50_s"], found["overhead_p95_s"]) == (0.2, 0.4)
    assert found["waits"]["heard"] == {"p50_s": 0.1, "p95_s": 0.1}
    assert found["routes"] == {"ACCEPT": 2}


def test_a_mention_without_a_decision_or_without_its_calls_leaves_no_figure() -> None:
    lost = Way(said=10.0, heard=None, taken=None, decided=None, route="", calls=0, calls_s=0.0, status="NEW")
    for span, why in (
        ([way(10.0), lost], r"1 of 2 mentions were not decided"),
        ([way(10.0, calls=2)], r"1 of 1 mentions had fewer than 3 calls"),
        ([], r"Nobody said anything"),
    ):
        with pytest.raises(NotMeasured, match=why):
            replies.judged(span, since=10.0, until=20.0)


def test_the_most_calls_at_once_are_counted_from_their_ends() -> None:
    assert replies.most_at_once([(0.0, 3.0), (1.0, 2.0), (1.5, 4.0), (5.0, 6.0)]) == 3
    assert replies.most_at_once([(0.0, 1.0), (1.0, 2.0)]) == 1


def test_what_the_models_say_fits_and_is_seldom_the_same() -> None:
    said = {replies_models.question(number) for number in range(200)}
    answers = {replies_models._answer(text, text, 200) for text in said}
    assert len(said) > 190 and len(answers) > 190
    assert all(Wording(text=text) for text in answers) and max(map(len, answers)) <= 200


def test_calls_under_way_are_counted_within_the_span() -> None:
    calls = [(0.0, 2.0), (1.0, 3.0), (9.0, 12.0)]
    assert replies.mean_at_once(calls, since=1.0, until=11.0) == pytest.approx((1 + 2 + 2) / 10)


def test_the_reader_is_asked_in_a_form_that_every_model_is_held_to() -> None:
    work = Work(subject="agents.task:1", brand_id=1, fence=1, kind="plan", agent={}, soul={}, goal={}, upstream={})
    roles.require(request=replies_models._reading(work))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--agents", "0"], "--agents is 0"),
        (["--per-s", "0"], "--per-s is 0"),
        (["--seconds", "0"], "--seconds is 0"),
        (["--in-flight", "1"], "--in-flight is 1"),
    ],
)
def test_an_order_that_makes_no_run_is_refused_in_a_sentence(words: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("bench", "replies", *words, stdout=StringIO(), stderr=StringIO())
