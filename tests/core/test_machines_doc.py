"""Machines are found on disk, judged and drawn from their tables; the drawing is the same every time."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.db.models import TextChoices

from chimera.core import machines
from chimera.core.machines import Machine, MachineUnreadable


class Step(TextChoices):
    OPEN = "open", "Open: now"
    IN_DOUBT = "in-doubt", "In doubt"
    END = "end", "End"


class Other(TextChoices):
    AWAY = "away", "Away"


SOUND = {Step.OPEN: {Step.END, Step.IN_DOUBT}, Step.IN_DOUBT: {Step.END}, Step.END: set()}


def states(**names: object) -> ModuleType:
    module = ModuleType("agents.steps.states")
    module.__dict__.update({"Step": Step, "TRANSITIONS": SOUND, "INITIAL": {Step.OPEN}, **names})
    return module


def machine(**names: object) -> Machine:
    return machines.read(module=states(**names))


def test_a_machine_is_drawn_in_the_order_of_its_states() -> None:
    assert machines.diagram(machine=machine()) == (
        "stateDiagram-v2\n"
        "    s_open : Open  now\n"
        "    s_in_doubt : In doubt\n"
        "    s_end : End\n"
        "    [*] --> s_open\n"
        "    s_open --> s_in_doubt\n"
        "    s_open --> s_end\n"
        "    s_in_doubt --> s_end\n"
        "    s_end --> [*]"
    )


def test_a_sound_machine_has_no_problems_and_knows_its_ends() -> None:
    assert machines.problems(machine=machine()) == ()
    assert machine().terminal == ("end",)
    assert machine().name == "agents.steps"
    assert machine(MACHINE="agents.step").name == "agents.step"


def test_a_state_without_an_entry_is_a_problem() -> None:
    (sentence,) = machines.problems(
        machine=machine(TRANSITIONS={Step.OPEN: {Step.END, Step.IN_DOUBT}, Step.IN_DOUBT: ()})
    )
    assert "end not in TRANSITIONS" in sentence


def test_a_state_that_nothing_leads_to_is_a_problem() -> None:
    table = {Step.OPEN: {Step.END}, Step.IN_DOUBT: {Step.END}, Step.END: set()}
    (sentence,) = machines.problems(machine=machine(TRANSITIONS=table))
    assert "in-doubt cannot be reached" in sentence
    assert machines.problems(machine=machine(TRANSITIONS=table, INITIAL=(Step.OPEN, Step.IN_DOUBT))) == ()


def test_a_machine_that_no_row_can_enter_is_a_problem() -> None:
    assert "INITIAL is empty" in machines.problems(machine=machine(INITIAL=()))[0]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ({"TRANSITIONS": {}}, "has no TRANSITIONS"),
        ({"TRANSITIONS": {Step.OPEN: set(), Other.AWAY: set()}}, "one TextChoices"),
        ({"TRANSITIONS": {"open": set()}}, "one TextChoices"),
        ({"TRANSITIONS": {Step.OPEN: {Other.AWAY}}}, "names away, which Step does not have"),
        ({"INITIAL": Step.OPEN}, "must be a set or tuple of Step"),
        ({"INITIAL": None}, "must be a set or tuple of Step"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_a_sentence(names: dict[str, object], says: str) -> None:
    with pytest.raises(MachineUnreadable, match=says):
        machine(**names)


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An app on disk with two rooms, one inside the other, that can be imported."""
    source = (
        "from django.db import models\n"
        "class Light(models.TextChoices):\n    ON = 'on'\n    OFF = 'off'\n"
        "TRANSITIONS = {Light.ON: {Light.OFF}, Light.OFF: {Light.ON}}\nINITIAL = {Light.OFF}\n"
    )
    for room in ("zz_house/kitchen", "zz_house/hall/stairs"):
        (tmp_path / room).mkdir(parents=True)
        (tmp_path / room / "states.py").write_text(source)
    for folder in [tmp_path / "zz_house", *(path for path in (tmp_path / "zz_house").rglob("*") if path.is_dir())]:
        (folder / "__init__.py").write_text('"""A room."""\n')
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("zz_house")]:
        del sys.modules[name]


def test_every_states_module_on_disk_is_found_however_deep(app: Path) -> None:
    apps = ("zz_house", "zz_not_there")
    assert machines.modules_on_disk(root=app, apps=apps) == ("zz_house.hall.stairs.states", "zz_house.kitchen.states")
    found = machines.discover(root=app, apps=apps)
    assert [one.name for one in found] == ["zz_house.hall.stairs", "zz_house.kitchen"]
    page = machines.page(machines=found)
    assert page.count("```mermaid") == 2
    assert "2 machines." in page
    assert "Ends in: none." in page
    assert machines.page(machines=machines.discover(root=app, apps=apps)) == page


def test_two_machines_never_share_a_name(app: Path) -> None:
    for path in app.rglob("states.py"):
        path.write_text(path.read_text() + "MACHINE = 'light'\n")
    with pytest.raises(MachineUnreadable, match="Two machines are called light"):
        machines.discover(root=app, apps=("zz_house",))
