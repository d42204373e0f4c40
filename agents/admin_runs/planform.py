"""The form of a held plan: fields from what each kind lets a plan set, and steps from what came back. Doors only."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict

from agents.tasks.graph import BadPlan, Step
from agents.worker import checking

MINUTES = "%Y-%m-%dT%H:%M"


def fields(*, steps: Sequence[Step], said: QueryDict | None = None) -> list[dict[str, Any]]:
    """Each step with the fields that the template shows; what somebody wrote and was refused stands in them again."""
    known = checking.known()
    keys = [step.key for step in steps]
    return [_field(step, keys, known, said) for step in steps]


def _field(step: Step, keys: Sequence[str], known: dict[str, Any], said: QueryDict | None) -> dict[str, Any]:
    needs = step.needs if said is None else said.getlist(f"needs:{step.key}")
    deadline = step.deadline.astimezone(UTC).strftime(MINUTES) if step.deadline else ""
    written: dict[str, Any] = {} if said is None else said.dict()
    return {
        "step": step,
        "is_kept": said is None or f"keep:{step.key}" in said,
        "outward": step.kind in known and known[step.kind].outward,
        "others": [{"key": key, "is_needed": key in needs} for key in keys if key != step.key],
        "params": [
            {
                **one,
                "value": written.get(
                    f"param:{step.key}:{one['name']}", str(step.params.get(one["name"], one["usual"]))
                ),
            }
            for one in _params(step.kind, known)
        ],
        "deadline": written.get(f"deadline:{step.key}", deadline),
        "tries": written.get(f"tries:{step.key}", step.attempts_max or ""),
    }


def read(*, steps: Sequence[Step], said: QueryDict) -> list[Step]:
    """The steps as they were filled in. A dropped step's place is taken by what it needed. Raises BadPlan."""
    known = checking.known()
    found = [_read(step, said, known) for step in steps]
    dropped = {step.key: step for step in found if f"keep:{step.key}" not in said}
    return [replace(step, needs=_without(step, dropped)) for step in found if step.key not in dropped]


def _without(step: Step, dropped: dict[str, Step]) -> tuple[str, ...]:
    needs: list[str] = []
    todo = list(step.needs)
    seen: set[str] = set()
    while todo:
        need = todo.pop(0)
        if need in seen:
            continue
        seen.add(need)
        if need in dropped:
            todo += dropped[need].needs
        else:
            needs.append(need)
    return tuple(needs)


def _read(step: Step, said: QueryDict, known: dict[str, Any]) -> Step:
    params = {}
    for one in _params(step.kind, known):
        text = str(said.get(f"param:{step.key}:{one['name']}", "")).strip()
        value = _number(text, f"{step.key}: {one['title']}") if one["is_number"] and text else text
        if value != "" and value != one["usual"]:
            params[one["name"]] = value
    tries = str(said.get(f"tries:{step.key}", "")).strip()
    return replace(
        step,
        needs=tuple(said.getlist(f"needs:{step.key}")),
        params=params,
        deadline=_moment(step, str(said.get(f"deadline:{step.key}", "")).strip()),
        attempts_max=_number(tries, f"{step.key}: tries") if tries else None,
    )


def _moment(step: Step, text: str) -> datetime | None:
    if not text:
        return None
    if step.deadline is not None and text == step.deadline.astimezone(UTC).strftime(MINUTES):
        return step.deadline  # not touched: its seconds stay
    try:
        return datetime.strptime(text[:16], MINUTES).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadPlan(f"{step.key}: {text[:40]!r} is no moment; write it like 2026-11-29T18:30, in UTC.") from error


def _number(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadPlan(f"{where}: {text[:40]!r} is no whole number.")
    return int(text)


def _params(kind: str, known: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a kind, from the schema that its parameters are checked by."""
    if kind not in known:
        return []
    schema = known[kind].params.model_json_schema()
    return [_param(name, one) for name, one in schema.get("properties", {}).items()]


def _param(name: str, said: dict[str, Any]) -> dict[str, Any]:
    typed = next((one for one in said.get("anyOf", []) if one.get("type") != "null"), said)
    usual = said.get("default")
    return {
        "name": name,
        "title": said.get("title", name),
        "usual": "" if usual is None else usual,
        "is_number": typed.get("type") == "integer",
        "least": typed.get("minimum"),
        "most": typed.get("maximum"),
        "chars_max": typed.get("maxLength"),
        "choices": said.get("choices", []),
    }
