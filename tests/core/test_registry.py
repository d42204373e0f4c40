"""The switchboard's parts are made when they are first used, once, and only where they fit."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import ModuleType

import pytest

from chimera.core import registry
from chimera.core.errors import Denied


class Lamp(ABC):
    made = 0

    @abstractmethod
    def light(self) -> str: ...


class Candle(Lamp):
    def __init__(self) -> None:
        Lamp.made += 1

    def light(self) -> str:
        return "soft"


class Torch(Lamp):
    def __init__(self, watts: int) -> None:
        self.watts = watts

    @classmethod
    def from_settings(cls) -> "Torch":
        return cls(watts=5)

    def light(self) -> str:
        return f"{self.watts} W"


class Stone:
    pass


@pytest.fixture(autouse=True)
def board(monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[ModuleType]:
    """A switchboard with a section of lamps."""
    made = ModuleType("lamp_board")
    made.LAMPS = {
        "torch": f"{__name__}.Torch",
        "candle": f"{__name__}.Candle",
        "stone": f"{__name__}.Stone",
        "typo": f"{__name__}.Candel",
    }
    monkeypatch.setitem(sys.modules, "lamp_board", made)
    monkeypatch.setattr(Lamp, "made", 0)
    settings.SWITCHBOARD = "lamp_board"
    registry._made.cache_clear()
    yield made
    registry._made.cache_clear()


def test_names_come_in_the_order_of_the_switchboard() -> None:
    assert registry.names("LAMPS") == ("torch", "candle", "stone", "typo")


@pytest.mark.spec("JDG-1")
def test_a_part_is_made_at_first_use_and_once() -> None:
    registry.names("LAMPS")
    assert Lamp.made == 0
    assert registry.get("LAMPS", "candle", Lamp) is registry.get("LAMPS", "candle", Lamp)
    assert Lamp.made == 1


def test_a_part_that_needs_settings_takes_them() -> None:
    assert registry.get("LAMPS", "torch", Lamp).light() == "5 W"


def test_a_name_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(Denied, match="LAMPS has no 'sun'; the switchboard knows: torch, candle, stone, typo"):
        registry.get("LAMPS", "sun", Lamp)


def test_a_part_that_does_not_fit_is_refused() -> None:
    with pytest.raises(registry.NotOnSwitchboard, match=r"LAMPS\['stone'\] is a Stone, which is no Lamp"):
        registry.get("LAMPS", "stone", Lamp)


def test_a_part_that_cannot_be_imported_hurts_only_who_asks_for_it() -> None:
    assert registry.get("LAMPS", "candle", Lamp).light() == "soft"
    with pytest.raises(ImportError, match="Candel"):
        registry.get("LAMPS", "typo", Lamp)


def test_all_parts_of_a_section_come_in_its_order(board: ModuleType) -> None:
    board.LAMPS = {name: board.LAMPS[name] for name in ("candle", "torch")}
    assert [lamp.light() for lamp in registry.every("LAMPS", Lamp)] == ["soft", "5 W"]
