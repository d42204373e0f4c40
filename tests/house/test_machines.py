"""One test over every state machine: the table is whole, every state can be reached, every end is declared."""

import house_tree
import pytest

from chimera.core import machines
from chimera.core.machines import Machine

FOUND = machines.discover(root=house_tree.ROOT)


@pytest.mark.parametrize("machine", FOUND, ids=lambda machine: machine.name)
def test_a_machine_is_whole(machine: Machine) -> None:
    assert not machines.problems(machine=machine)
    assert set(machine.transitions) == set(machine.labels), "a state that ends is declared by an empty set"
    for state, following in machine.transitions.items():
        assert state not in following, f"{machine.name}: {state} leads to itself; a move always changes the status"


@pytest.mark.parametrize("machine", FOUND, ids=lambda machine: machine.name)
def test_a_machine_is_drawn_in_the_documentation_as_it_is(machine: Machine) -> None:
    page = house_tree.ROOT / machines.PAGE
    assert page.is_file(), f"{machines.PAGE} is missing; run: manage.py diagrams"
    drawn = f"## {machine.name}\n"
    assert drawn in page.read_text(), f"{machine.name} is not in {machines.PAGE}; run: manage.py diagrams"
    assert machines.diagram(machine=machine) in page.read_text(), f"{machines.PAGE} is stale; run: manage.py diagrams"
