"""An agent is drawn from its soul, what it makes is signed before it is stored, and its page shows its drift."""

import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agents import admin_portrait, portraits
from agents.personas import soul
from agents.personas.models import Agent
from agents.portraits import NoSoul
from agents.tasks.models import Artifact
from chimera.core import storage
from publishing.media.consistency import drawing
from publishing.media.consistency.base import Outcome
from publishing.media.figures.base import FigureSpec
from publishing.media.figures.drawn import DrawnFigures
from publishing.media.provenance import selectors as provenance
from tests import people
from tests.agents.fakes import desk, drain, looking
from tests.conftest import ALPHA, World
from tests.servers import CHECKOUT

SOUL = CHECKOUT / "demo" / "souls" / "bea_unscrews.md"


@pytest.fixture(autouse=True)
def small(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """References are small here, and kept in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(drawing.references, "__kwdefaults__", {"size": "270x480"})


def said(world: World, *words: str) -> str:
    out = StringIO()
    with world.role("operator"):
        call_command("portrait", *words, stdout=out)
    return out.getvalue()


@pytest.mark.spec("GEN-4")
def test_an_agent_is_drawn_from_its_soul_and_its_page_shows_the_drift(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        assert "No picture of it was scored yet." in admin_portrait.drift(agent)
        traits = portraits.traits(agent=agent)
        spec = FigureSpec(traits=traits, pose="wave", setting="shore", seed=3, size="270x480")
        assert portraits.check(agent=agent, pictures=[DrawnFigures().make(spec=spec).bytes]).outcome == Outcome.PASS
        page = admin_portrait.drift(agent)
        assert "<svg" in page and "1 pictures, the last 0." in page and "0 below" in page
    with pytest.raises(NoSoul, match="has no soul yet"):
        portraits.traits(agent=Agent(brand_id=ALPHA, handle="nobody", name="Nobody"))


@pytest.mark.spec("GEN-4")
def test_the_command_draws_signs_and_checks(world: World, tmp_path: Path) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
    file = str(tmp_path / "own.png")
    ways = ("--pose", "mug", "--setting", "park", "--size", "270x480")
    assert "4 reference pictures" in said(world, agent.handle, "--draw", file, *ways)
    assert provenance.read(Path(file).read_bytes()).holds
    told = json.loads(said(world, agent.handle, "--check", file, "--json"))
    assert told["outcome"] == "pass" and len(told["references"]) == 4 and told["scores"] == [told["score_bp"] / 10_000]
    (tmp_path / "words.png").write_text("words")
    for words, sentence in (
        (("nobody",), "No agent is called"),
        ((agent.handle, "--check", str(tmp_path / "words.png")), "cannot be compared: The bytes are no picture"),
        ((agent.handle, "--draw", str(tmp_path / "no" / "x.png"), *ways), "cannot be written"),
    ):
        with pytest.raises(CommandError, match=sentence):
            said(world, *words)


@pytest.mark.spec("GEN-5", "GEN-6")
def test_what_a_worker_draws_is_signed_and_names_what_was_drawn(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
    drain()
    with looking():
        payload = Artifact.objects.get(task__kind="image").payload
    stored = storage.get(payload["sha256"])
    assert provenance.read(stored).holds and payload["size_bytes"] == len(stored)
    assert hashlib.sha256(stored).hexdigest() == payload["sha256"] != payload["drawn_sha256"]


def test_a_soul_says_how_its_persona_is_drawn_or_is_told_what_it_may_say() -> None:
    text = SOUL.read_text(encoding="utf-8")
    assert soul.parse(text.encode(), origin="x").front.visual.figure.hair == "bun"
    with pytest.raises(soul.BadSoul, match=r"`visual\.figure\.hair` is not usable: .*write one of bob, long"):
        soul.parse(text.replace("hair: bun", "hair: mullet").encode(), origin="x")
    with pytest.raises(soul.BadSoul, match=r"`visual\.figure\.tail` is unknown"):
        soul.parse(text.replace("    hair: bun", "    tail: long").encode(), origin="x")
