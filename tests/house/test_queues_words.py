"""Celery carries wake-ups and nothing else: no results, no delays, no retries, no chords.

Each of these loses or doubles work when a process dies or the broker is wiped: a delayed message sits in a worker's
memory, a chord waits for a result that never comes. A due time is a column and the sweeper finds it.
"""

import ast
from collections.abc import Iterator

import house_tree
import pytest

WAKE = "chimera/core/wake.py"
DELAYS = {"countdown", "eta"}
SENDS = {"apply_async", "delay", "send_task"}
SIGNS = {"signature", "subtask", "s", "si", "set", "task", "shared_task", "retry", "add_periodic_task"}
RESULTS = {"AsyncResult", "GroupResult", "ResultSet", "EagerResult", "allow_join_result"}
WAITS = {"get", "join", "join_native", "collect", "wait"}


def _called(node: ast.expr) -> str | None:
    """The last word of what is called: "delay" for `task.delay(...)`."""
    if not isinstance(node, ast.Call):
        return None
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def _results(source: ast.Module) -> set[str]:
    """The names that hold what a send returned."""
    return {
        target.id
        for node in ast.walk(source)
        if isinstance(node, ast.Assign) and _called(node.value) in SENDS | RESULTS
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _wrong_call(node: ast.Call, results: set[str]) -> Iterator[str]:
    called = _called(node)
    words = {keyword.arg for keyword in node.keywords if keyword.arg}
    yield from (f"{word}=" for word in sorted(words & DELAYS))
    if "expires" in words and called in SENDS | SIGNS:
        yield "expires="
    if called == "chord":
        yield "chord("
    if not isinstance(node.func, ast.Attribute):
        return
    owner = node.func.value
    if called == "retry" and isinstance(owner, ast.Name) and owner.id == "self":
        yield "self.retry"
    if called in WAITS and (_called(owner) in SENDS | RESULTS or (isinstance(owner, ast.Name) and owner.id in results)):
        yield f".{called}( on a result"


def _wrong_options(node: ast.Dict) -> Iterator[str]:
    """Delays hidden in a schedule: `{"options": {"expires": 60}}`."""
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "options" and isinstance(value, ast.Dict):
            inner = {one.value for one in value.keys if isinstance(one, ast.Constant)}
            yield from (f"options: {word}" for word in sorted(inner & (DELAYS | {"expires"})))


def wrong(source: ast.Module) -> list[tuple[int, str]]:
    """Every forbidden word with its line."""
    results = _results(source)
    found: list[tuple[int, str]] = []
    for node in ast.walk(source):
        if isinstance(node, ast.Call):
            found += [(node.lineno, word) for word in _wrong_call(node, results)]
        elif isinstance(node, ast.Dict):
            found += [(node.lineno, word) for word in _wrong_options(node)]
    for one in house_tree.imports_of(source):
        if one.is_from("celery") and one.name in RESULTS | {"chord"}:
            found.append((one.line, f"import {one.name}"))
    return found


def test_nobody_waits_for_a_result_delays_a_message_or_retries_in_celery() -> None:
    found = [
        f"{house_tree.name(path)}, line {line}: {word}"
        for path in house_tree.sources()
        if house_tree.name(path) != WAKE
        for line, word in wrong(house_tree.tree(path))
    ]
    assert not found, f"write the due time into the row and let the sweeper find it: {found}"


@pytest.mark.parametrize(
    "source",
    [
        "advance.apply_async(kwargs={}, countdown=5)",
        "advance.apply_async(eta=soon)",
        "advance.s(1).set(expires=60)",
        "self.retry()",
        "self.retry(exc=error)",
        "chord(tasks)(done)",
        "canvas.chord(tasks)",
        "from celery import chord",
        "from celery.result import AsyncResult",
        "advance.delay(1).get()",
        "answer = advance.delay(1)\nanswer.get(timeout=3)",
        "AsyncResult('id').get()",
        "app.send_task('a').wait()",
        "SCHEDULE = {'scan': {'task': 'a', 'options': {'expires': 60}}}",
    ],
)
def test_the_gate_catches_it_in_every_spelling(source: str) -> None:
    assert wrong(ast.parse(source))


@pytest.mark.parametrize(
    "source",
    [
        "payload.get('a')",
        "Trend(expires=soon)",
        "response.set_cookie('a', expires=60)",
        "chain(advance.si(1), advance.si(2)).apply_async(ignore_result=True)",
        "advance.delay(task_id=1)",
        "retry(count_max=3)",
    ],
)
def test_the_gate_lets_honest_words_pass(source: str) -> None:
    assert not wrong(ast.parse(source))
