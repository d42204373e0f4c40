"""`manage.py check` reads every line of the switchboard and names the wrong ones."""

import sys
from types import ModuleType

import pytest
from django.core import checks as django_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from chimera.core import checks

PROVIDER = "chimera.core.llm.base.Provider"
OFFLINE = "chimera.core.llm.offline.OfflineProvider"


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch, settings: object) -> ModuleType:
    """A switchboard of one right line, to be spoiled."""
    made = ModuleType("spoiled_board")
    made.SOCKETS = {"MODELS": PROVIDER}
    made.MODELS = {"offline": OFFLINE}
    monkeypatch.setitem(sys.modules, "spoiled_board", made)
    settings.SWITCHBOARD = "spoiled_board"
    return made


def found() -> list[str]:
    return [str(error.msg) for error in checks.check_switchboard()]


def test_every_line_of_our_switchboard_fits() -> None:
    assert found() == []


def test_a_right_line_passes(board: ModuleType) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("chimera.core.llm.offline.OfflineProvidr", "cannot be imported: ImportError"),
        ("chimera.core.llm.nowhere.Provider", "cannot be imported: ModuleNotFoundError"),
        ("nodots", "cannot be imported: ImportError"),
        ("chimera.core.money.Allowance", "is no Provider"),
        ("chimera.core.money.usd", "is no Provider"),
        (PROVIDER, "leaves complete, worst_case_usd_micros unwritten"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(board: ModuleType, path: str, says: str) -> None:
    board.MODELS = {"offline": OFFLINE, "wrong": path}
    (message,) = found()
    assert message.startswith(f"spoiled_board.MODELS['wrong']: {path} ")
    assert says in message


def test_a_module_that_fails_while_it_is_imported_is_a_wrong_line_and_no_traceback(
    board: ModuleType, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "part_that_falls.py").write_text("raise RuntimeError('no licence file')\n")
    monkeypatch.syspath_prepend(tmp_path)
    board.MODELS = {"wrong": "part_that_falls.Provider"}
    (message,) = found()
    assert "RuntimeError: no licence file" in message


def test_a_section_without_a_socket_and_a_socket_without_a_section_are_named(board: ModuleType) -> None:
    board.WALLETS = {"local": OFFLINE}
    board.SOCKETS = {**board.SOCKETS, "CLIPS": PROVIDER}
    assert found() == [
        "spoiled_board.CLIPS: has no counterpart: it is in SOCKETS only.",
        "spoiled_board.WALLETS: has no counterpart: SOCKETS has no line for it.",
    ]


def test_a_socket_that_cannot_be_imported_is_named(board: ModuleType) -> None:
    board.SOCKETS = {"MODELS": "chimera.core.llm.base.Providr"}
    (message,) = found()
    assert message.startswith("spoiled_board.MODELS: chimera.core.llm.base.Providr cannot be imported")


def test_the_plain_check_command_fails_on_a_wrong_line(board: ModuleType) -> None:
    board.MODELS = {"wrong": "chimera.core.money.Allowance"}
    assert checks.check_switchboard in django_checks.registry.registry.get_checks()
    with pytest.raises(SystemCheckError, match=r"chimera\.E004.*is no Provider"):
        call_command("check")
