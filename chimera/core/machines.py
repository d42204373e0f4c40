"""State machines as data: found on disk, checked, and drawn for the documentation.

A room declares its machine in `states.py`: one `TextChoices`, `TRANSITIONS` (state -> states that may follow),
`INITIAL` (states that a row may be born in) and, if the room's path is not the right name, `MACHINE`. Tests and
diagrams read the same table that the database trigger is made from. Requirements: AUD-1, PLN-4, SPC-1.
"""

import importlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from django.db.models import TextChoices

from chimera.core.errors import Denied

ROOT = Path(__file__).resolve().parents[2]
PAGE = Path("docs/states.md")
APPS = ("chimera/core", "governance", "publishing", "wallets", "agents")


class MachineUnreadable(Denied):
    """A `states.py` does not declare its machine the way that this module reads it."""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One state machine. States are their stored values, in the order in which the room declares them."""

    name: str
    module: str
    labels: Mapping[str, str]
    initial: tuple[str, ...]
    transitions: Mapping[str, tuple[str, ...]]

    @property
    def terminal(self) -> tuple[str, ...]:
        return tuple(state for state, following in self.transitions.items() if not following)


def modules_on_disk(*, root: Path = ROOT, apps: Sequence[str] = APPS) -> tuple[str, ...]:
    """Dotted names of every `states.py` of the apps that exist below `root`, sorted."""
    found = [path for app in apps for path in (root / app).rglob("states.py")]
    return tuple(sorted(".".join(path.relative_to(root).with_suffix("").parts) for path in found))


def discover(*, root: Path = ROOT, apps: Sequence[str] = APPS) -> tuple[Machine, ...]:
    """Every machine of the apps, sorted by name. Imports the modules found. Raises MachineUnreadable."""
    machines = [read(module=importlib.import_module(name)) for name in modules_on_disk(root=root, apps=apps)]
    names = [machine.name for machine in machines]
    for name in names:
        if names.count(name) > 1:
            raise MachineUnreadable(f"Two machines are called {name}; give one of them another MACHINE name.")
    return tuple(sorted(machines, key=lambda machine: machine.name))


def read(*, module: ModuleType) -> Machine:
    """The machine that a `states` module declares. Raises MachineUnreadable with what is missing."""
    name = module.__name__
    table = getattr(module, "TRANSITIONS", None)
    if not isinstance(table, Mapping) or not table:
        raise MachineUnreadable(f"{name} has no TRANSITIONS table; write one entry for every state.")
    kinds = {type(state) for state in table}
    kind = next(iter(kinds))
    if len(kinds) != 1 or not issubclass(kind, TextChoices):
        raise MachineUnreadable(f"{name}: every key of TRANSITIONS must be a state of one TextChoices class.")
    initial = _states(getattr(module, "INITIAL", None), kind, f"{name}: INITIAL")
    declared = [kind(value) for value in kind.values]
    return Machine(
        name=str(getattr(module, "MACHINE", name.removesuffix(".states"))),
        module=name,
        labels={state.value: str(state.label) for state in declared},
        initial=initial,
        transitions={
            state.value: _states(table[state], kind, f"{name}: TRANSITIONS[{state.value}]")
            for state in declared
            if state in table
        },
    )


def _states(value: object, kind: type[TextChoices], where: str) -> tuple[str, ...]:
    """The stored values of a collection of states, in the order of declaration (sets have none of their own)."""
    if isinstance(value, str) or not isinstance(value, Collection):
        raise MachineUnreadable(f"{where} must be a set or tuple of {kind.__name__} states.")
    strangers = [str(state) for state in value if not isinstance(state, kind)]
    if strangers:
        raise MachineUnreadable(f"{where} names {', '.join(sorted(strangers))}, which {kind.__name__} does not have.")
    return tuple(state for state in kind.values if state in value)


def reachable(*, machine: Machine) -> frozenset[str]:
    """The states that a row can ever be in."""
    seen: set[str] = set()
    open_states = list(machine.initial)
    while open_states:
        state = open_states.pop()
        if state not in seen:
            seen.add(state)
            open_states.extend(machine.transitions.get(state, ()))
    return frozenset(seen)


def problems(*, machine: Machine) -> tuple[str, ...]:
    """What is wrong with the machine, as sentences; empty when it is sound."""
    found = []
    missing = [state for state in machine.labels if state not in machine.transitions]
    if missing:
        found.append(f"{machine.name}: {', '.join(missing)} not in TRANSITIONS; a state that ends gets an empty set.")
    if not machine.initial:
        found.append(f"{machine.name}: INITIAL is empty, so no row could ever be born.")
    within = reachable(machine=machine)
    lost = [state for state in machine.labels if state not in within]
    if lost:
        found.append(f"{machine.name}: {', '.join(lost)} cannot be reached from INITIAL; draw the arrow.")
    return tuple(found)


def diagram(*, machine: Machine) -> str:
    """The machine as a mermaid stateDiagram-v2."""
    lines = ["stateDiagram-v2"]
    lines += [f"    {_node(state)} : {_text(label)}" for state, label in machine.labels.items()]
    lines += [f"    [*] --> {_node(state)}" for state in machine.initial]
    for state, following in machine.transitions.items():
        lines += [f"    {_node(state)} --> {_node(target)}" for target in following]
    lines += [f"    {_node(state)} --> [*]" for state in machine.terminal]
    return "\n".join(lines)


def _node(state: str) -> str:
    # Mermaid reads `-` as part of an arrow and "end" as a keyword.
    return "s_" + re.sub(r"\W", "_", state)


def _text(label: str) -> str:
    return re.sub(r"[:;#\n]", " ", label)


def page(*, machines: Sequence[Machine]) -> str:
    """The page `docs/states.md`. Equal machines give equal text."""
    lines = [
        "# State machines",
        "",
        "Written by `manage.py diagrams` from the `states.py` of every room; edit those, not this page. Only",
        "`governance/transitions.py` moves a row, and a trigger in the database refuses any other arrow.",
        "",
        f"{len(machines)} machines.",
    ]
    for machine in machines:
        ends = ", ".join(f"`{state}`" for state in machine.terminal) or "none"
        lines += ["", f"## {machine.name}", "", f"From `{machine.module}`. Ends in: {ends}.", ""]
        lines += ["```mermaid", diagram(machine=machine), "```"]
    return "\n".join(lines) + "\n"
