"""`manage.py inbox`: what became of mentions, and whom nobody answers."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from chimera.core import tenancy
from publishing.inbox.models import Bar
from tests.conftest import ALPHA, World

ADA = ("--brand", "alpha", "--platform", "plaza", "--author", "4711")


def say(world: World, *words: str) -> str:
    out = StringIO()
    with world.role("operator"):
        call_command("inbox", *words, stdout=out)
    return out.getvalue()


@pytest.mark.spec("ENG-1", "SAF-2")
def test_a_person_is_blocked_muted_and_answered_again_without_their_name_being_kept(world: World) -> None:
    assert say(world, "--block", *ADA, "--why", "insults") == "Not answered any more.\n"
    with tenancy.brand(ALPHA, actor="test:look"):
        bar = Bar.objects.get()
        assert "4711" not in bar.author and (bar.until, bar.why) == (None, "insults")
    assert "is not answered, for good" in say(world)
    assert say(world, "--mute-hours", "2", *ADA).startswith("Not answered until 20")
    assert "until" in say(world)
    assert json.loads(say(world, "--lift", *ADA, "--json")) == {"changed": 1}
    assert say(world, "--lift", *ADA) == "Nobody was blocked or muted under this name.\n"
    found = json.loads(say(world, "--json"))
    assert found["barred"] == 0 and found["mentions"]["NEW"] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--block", "--platform", "plaza"), "Name either a person"),
        (("--block", "--author", "1"), "Say with --platform"),
        (("--block", "--brand", "nobody", "--platform", "plaza", "--author", "1"), "There is no brand 'nobody'"),
        (("--mute-hours", "0", *ADA), "it must be 1 to 8760"),
    ],
)
def test_what_cannot_be_meant_is_answered_in_a_sentence(world: World, words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        say(world, *words)
