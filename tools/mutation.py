"""Mutation score of the modules that decide about money, ways and states: `make mutation`.

Each module is changed in one place at a time, in a copy of the tree, and its tests are run until one fails. A change
that no test notices survives and is listed. Not part of CI: it takes an hour or more on two cores. Libraries for this
(mutmut, cosmic-ray) fork under open database connections, or bring eighteen packages.

    python tools/mutation.py [--only governance/routing.py] [--json FILE]
"""

import argparse
import ast
import copy
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tests import place  # noqa: E402

HOME = place.home()
COPY = ROOT / ".chimera" / "mutation"
TIMEOUT_S = 180  # a change that makes a test hang is noticed; on a busy machine ten times the unchanged run
G = "tests/governance"
TARGETS: dict[str, list[str]] = {
    "governance/routing.py": [f"{G}/test_routing.py"],
    "governance/transitions.py": [f"{G}/test_transitions.py"],
    "governance/budgets/services.py": [
        f"{G}/{name}.py"
        for name in ("test_budgets", "test_budget_sets", "test_sets_of_money", "test_windows", "test_gates")
    ],
}
COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
CALCULATED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult}
NAMES = {"max": "min", "min": "max", "any": "all", "all": "any"}


def changes(source: str) -> Iterator[tuple[int, str, str]]:
    """Every change of a module: line, what was changed, and the source with it. Texts and annotations stay."""
    tree = ast.parse(source)
    for number, node in enumerate(_places(tree)):
        for way in range(_ways(node)):
            changed = copy.deepcopy(tree)
            place = _places(changed)[number]
            before = ast.unparse(place)
            told = _change(changed, place, way)
            if told:
                yield node.lineno, f"{before.splitlines()[0][:70]}  ->  {told[:70]}", ast.unparse(changed)


def _places(tree: ast.AST) -> list[ast.AST]:
    skipped: set[int] = set()
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            hint = getattr(node, name, None)
            if hint is not None:
                skipped.update(id(one) for one in ast.walk(hint))
    kinds = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.BinOp, ast.Constant, ast.Return, ast.If, ast.Expr, ast.Name)
    return [node for node in ast.walk(tree) if isinstance(node, kinds) and id(node) not in skipped]


def _ways(node: ast.AST) -> int:
    return len(node.ops) if isinstance(node, ast.Compare) else 1


def _change(tree: ast.AST, node: ast.AST, way: int) -> str:
    """Change the node in place; what it is now, or "" when there is nothing to change about it."""
    if isinstance(node, ast.Compare) and type(node.ops[way]) in COMPARED:
        node.ops[way] = COMPARED[type(node.ops[way])]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.BinOp) and type(node.op) in CALCULATED:
        node.op = CALCULATED[type(node.op)]()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        node.value += 1
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        _put(tree, node, node.operand)
        return ast.unparse(node.operand)
    elif isinstance(node, ast.If) and not isinstance(node.test, ast.Compare | ast.BoolOp):
        node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)
        return ast.unparse(node.test)
    elif _gives_something(node):
        node.value = ast.Constant(value=None)  # type: ignore[attr-defined]
    elif isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
        node.id = NAMES[node.id]
    else:
        return ""
    return ast.unparse(node).splitlines()[0]


def _gives_something(node: ast.AST) -> bool:
    """A return with a value, or a call whose value nobody takes."""
    if isinstance(node, ast.Return):
        return node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _put(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list) and old in value:
                value[value.index(old)] = new


def _tree() -> None:
    """A copy of what git knows, beside the real one."""
    shutil.rmtree(COPY, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        (COPY / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, COPY / name)


def _is_noticed(
    tests: list[str], *, within: Mapping[str, str] = MappingProxyType({}), timeout_s: float = TIMEOUT_S * 10
) -> bool:
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header", *tests]
    try:
        done = subprocess.run(
            words,
            cwd=COPY,
            env={**os.environ, "CHIMERA_TEST_HOME": str(HOME), "PYTHONDONTWRITEBYTECODE": "1", **within},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode != 0


def score(name: str, tests: list[str]) -> dict[str, object]:
    """Try every change of one module."""
    source, began = (ROOT / name).read_text(), time.monotonic()
    if _is_noticed(tests):  # this run also makes the template of the databases
        raise SystemExit(f"{name}: its tests fail as they are; nothing can be said.")
    timeout_s = max(TIMEOUT_S, 10 * (time.monotonic() - began))
    found, survivors = list(changes(source)), []
    for number, (line, told, changed) in enumerate(found, start=1):
        (COPY / name).write_text(changed)
        # The servers are ours already: a run that is told so neither starts nor ends them.
        if not _is_noticed(tests, within={"CHIMERA_TEST_RUN": str(os.getpid())}, timeout_s=timeout_s):
            survivors.append(f"{name}:{line}  {told}")
        print(f"\r{name}: {number} of {len(found)}, {len(survivors)} survive", end="", file=sys.stderr, flush=True)  # noqa: T201
    (COPY / name).write_text(source)
    print(file=sys.stderr)  # noqa: T201
    share = round(1 - len(survivors) / len(found), 4) if found else None
    seconds = round(time.monotonic() - began)
    return {"module": name, "changes": len(found), "score": share, "survivors": survivors, "seconds": seconds}


def main() -> None:
    """Run, print, and write down if asked."""
    parser = argparse.ArgumentParser(description="Mutation score of governance's deciding modules.")
    parser.add_argument("--only", choices=sorted(TARGETS), help="one module")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    options = parser.parse_args()
    _tree()
    from chimera.embedded import lifecycle
    from chimera.embedded.home import Home

    # Held for the whole run, so that not every change starts servers of its own.
    with lifecycle.borrowed(Home(HOME), settings=place.FAST):
        told = [score(name, tests) for name, tests in TARGETS.items() if options.only in (None, name)]
    for one in told:
        print(f"{one['module']}: {one['score']:.1%} of {one['changes']} changes were noticed")  # noqa: T201
        for survivor in one["survivors"]:  # type: ignore[attr-defined]
            print(f"  survived: {survivor}")  # noqa: T201
    if options.json:
        options.json.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
