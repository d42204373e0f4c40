"""Whoever puts goals in waits for a database that is away, from its first question on."""

from pathlib import Path

import pytest
from django.db import OperationalError

from chimera.chaos import feeder


def test_a_question_is_asked_again_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeder.time, "sleep", lambda seconds: None)
    answers = iter([OperationalError("the database system is shutting down"), OperationalError("starting up"), "here"])

    def ask() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert feeder.until_answered(ask) == "here"


def test_everybody_is_asked_for_with_the_same_patience(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(feeder.time, "sleep", lambda seconds: None)
    asked: list[str] = []

    def everybody() -> list[tuple[int, int]]:
        asked.append("everybody")
        if len(asked) == 1:
            raise OperationalError("the database system is shutting down")
        return [(1, 7)]

    monkeypatch.setattr(feeder, "everybody", everybody)
    monkeypatch.setattr(
        feeder, "put", lambda *, brand_id, agent_id, cause: asked.append(f"{brand_id}:{agent_id}:{cause}")
    )
    feeder.feed(count=1, seconds=0, noted=tmp_path / "noted")
    assert asked == ["everybody", "everybody", "1:7:chaos:0"]
    assert (tmp_path / "noted").read_text() == "chaos:0\n"
