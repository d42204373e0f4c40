"""`manage.py chaos` refuses what makes no sense in a sentence, and calls a broken promise broken."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chimera.chaos import report


def doubts(*, to_human: str, share_beyond: float = 0.0) -> dict[str, dict[str, float]]:
    """Nine posts of each class were sent; one of the class named went to a human."""
    shares = {"share": 0.1, "share_beyond": share_beyond}
    return {name: {"sent": 9, "to_human": int(name == to_human), **shares} for name in "ABC"}


ROW: dict[str, Any] = {
    "lost": 0, "published_twice": 0, "published_unasked": 0, "published_unlabelled": 0, "overspent": 0,
    "audit_ok": True,
    "in_doubt_to_human_by_class": doubts(to_human=""),
    "web_slowest_s_without_valkey": 0.2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--seconds", "2"], "--seconds 2 is not possible; give 5 to 21600."),
        (["--seconds", "10", "--faults", "500"], "--faults 500 do not fit into 10 s; give 0 to 50, or more --seconds."),
        (["--tasks", "-1"], "--tasks -1 is not possible; give 1 to 100000, or leave it out."),
        (["--only", "earthquake"], "--only names earthquake, which is no fault; choose from kill_child"),
    ],
)
def test_a_wrong_wish_is_refused_in_a_sentence(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("chaos", *words)
    assert str(refusal.value).startswith(sentence)


def test_a_run_that_kept_everything_broke_nothing() -> None:
    assert report.broken(ROW) == []


@pytest.mark.parametrize(
    "change",
    [
        {"lost": 1},
        {"published_twice": 1},
        {"published_unasked": 1},
        {"published_unlabelled": 1},
        {"overspent": 1},
        {"audit_ok": False},
        {"web_slowest_s_without_valkey": 2.5},
        {"in_doubt_to_human_by_class": doubts(to_human="B")},
        {"in_doubt_to_human_by_class": doubts(to_human="C", share_beyond=0.1)},
    ],
)
def test_whatever_was_promised_and_not_kept_is_told(change: dict[str, Any]) -> None:
    assert len(report.broken({**ROW, **change})) == 1


def test_a_human_may_be_asked_where_the_platform_is_blind() -> None:
    assert report.broken({**ROW, "in_doubt_to_human_by_class": doubts(to_human="C")}) == []


def test_a_result_is_written_twice_dated_and_as_the_newest(tmp_path: Path) -> None:
    faults = tmp_path / "faults.jsonl"
    faults.write_text('{"fault": "flushall"}\n')
    dated = report.keep(result=ROW, faults=faults, folder=tmp_path / "runs")
    assert json.loads(dated.read_text()) == json.loads((tmp_path / "runs" / "chaos.json").read_text()) == ROW
    assert (tmp_path / "runs" / f"{dated.stem}.faults.jsonl").read_text() == faults.read_text()
