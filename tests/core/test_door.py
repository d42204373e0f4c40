"""Commands answer a person: an example in the help, one sentence when something is refused."""

import getpass
import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from chimera.core.errors import Conflict, Denied, Unavailable
from chimera.core.management.door import DoorCommand


class Greet(DoorCommand):
    """A command that says hello, or fails as it is told."""

    help = "Say hello."
    example = "  manage.py greet Rosie\n  manage.py greet Ida --json"

    def arguments(self, parser: Any) -> None:
        parser.add_argument("name")

    def act(self, options: dict[str, Any]) -> None:
        if isinstance(options["name"], Exception):
            raise options["name"]
        if options["json"]:
            self.say_json({"hello": options["name"], "by": 1})
        else:
            self.stdout.write(f"Hello {options['name']}")


class Quiet(Greet):
    json_too = False


def call(name: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command(Greet(stdout=out), name, **options)
    return out.getvalue()


@pytest.mark.parametrize("family", [Conflict, Denied, Unavailable])
def test_what_a_person_can_do_something_about_is_one_sentence(
    family: type[Exception], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Greet, "act", lambda self, options: (_ for _ in ()).throw(family("The door is shut; knock.")))
    with pytest.raises(SystemExit) as left:
        Greet().run_from_argv(["manage.py", "greet", "Rosie"])
    assert left.value.code == 1
    assert capsys.readouterr().err == "CommandError: The door is shut; knock.\n"


def test_the_reason_is_kept_for_those_who_call_it_from_code() -> None:
    reason = Denied("No.")
    with pytest.raises(CommandError) as caught:
        Greet().handle(name=reason, json=False)
    assert caught.value.__cause__ is reason


def test_a_mistake_in_the_code_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        Greet().handle(name=ZeroDivisionError(), json=False)


@pytest.mark.spec("OPS-1")
def test_the_help_shows_its_examples_as_they_are_written() -> None:
    text = Greet().create_parser("manage.py", "greet").format_help()
    assert "Say hello." in text
    assert text.rstrip().endswith("examples:\n  manage.py greet Rosie\n  manage.py greet Ida --json")


def test_a_command_speaks_to_machines_in_one_line() -> None:
    assert call("Rosie") == "Hello Rosie\n"
    assert json.loads(call("Žuzka", json=True)) == {"hello": "Žuzka", "by": 1}
    assert "Žuzka" in call("Žuzka", json=True)


def test_a_command_without_an_answer_has_no_json() -> None:
    with pytest.raises(CommandError, match="unrecognized arguments: --json"):
        Quiet().create_parser("manage.py", "quiet").parse_args(["Rosie", "--json"])


@pytest.mark.parametrize("missing", [KeyError, OSError])
def test_the_record_names_who_ran_it(missing: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "ada")
    assert Greet().actor == "cli:ada"

    def nobody() -> str:
        raise missing("no such uid")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert Greet().actor == "cli:unnamed"


def test_a_table_is_printed_where_the_command_writes() -> None:
    out = io.StringIO()
    Greet(stdout=out).show("a table")
    assert out.getvalue() == "a table\n"
