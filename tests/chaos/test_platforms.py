"""What a run reads of its platforms is what stands in their own files, and each fault goes where it is known."""

from pathlib import Path
from typing import Any

import pytest

from chimera.chaos import feeder, platforms
from chimera.chaos.injector import UNCLEAR
from chimera.chaos.kinds import media_for
from chimera.chaos.plan import SORTS
from chimera.chaos.platforms import Place, Platform
from publishing.simulators.instagram import faults as instagram_faults
from publishing.simulators.instagram.store import Store as Instagram
from publishing.simulators.plaza import faults as plaza_faults
from publishing.simulators.x import faults as x_faults
from publishing.simulators.x.posts import Draft
from publishing.simulators.x.store import Store as X

BY_NAME = {one.name: one for one in platforms.ALL}
KNOWN: dict[str, Any] = {"plaza": plaza_faults, "x": x_faults, "instagram": instagram_faults}


def place(platform: Platform, store: Path) -> Place:
    return Place(platform=platform, port=1, connector_port=2, store=store)


@pytest.mark.parametrize("platform", platforms.ALL, ids=lambda one: one.name)
def test_every_fault_that_a_platform_is_given_is_one_that_it_plays(platform: Platform, tmp_path: Path) -> None:
    ordered = {name.removeprefix("platform_") for name in SORTS if name.startswith("platform_")}
    given = {name for name in ordered if place(platform, tmp_path / "none").plays(name)}
    assert given and given <= set(KNOWN[platform.simulator].NAMES)
    assert {name.removeprefix("platform_") for name in UNCLEAR} <= ordered


@pytest.mark.spec("PUB-2")
def test_an_unlabelled_post_on_x_is_found_in_its_file(tmp_path: Path) -> None:
    store = X(tmp_path / "x.db")
    store.add_account("nova", "Nova")
    caller = store.caller(token=store.tokens_for("nova")["access_token"])
    here = {"x": place(BY_NAME["x"], tmp_path / "x.db")}
    assert platforms.unlabelled(here) == [] and platforms.copies(here)["x"].total() == 0
    store.add_post(caller=caller, draft=Draft(text="Labelled.", made_with_ai=True))
    assert platforms.unlabelled(here) == []
    store.add_post(caller=caller, draft=Draft(text="Bare."))
    assert platforms.unlabelled(here) == ["'Bare.' is on x without its label"]
    assert platforms.copies(here)["x"] == {"Labelled.": 1, "Bare.": 1}


@pytest.mark.parametrize("name", ["plaza", "x", "instagram"])
def test_the_storage_of_each_platform_can_be_read(name: str, tmp_path: Path) -> None:
    from publishing.simulators.plaza.store import Store as Plaza

    {"plaza": Plaza, "x": X, "instagram": Instagram}[name](tmp_path / "file.db")
    assert place(BY_NAME[name], tmp_path / "file.db").posts() == []
    assert place(BY_NAME[name], tmp_path / "not-there.db").posts() == []


def test_everybody_is_somewhere_and_every_platform_is_played_by_all_brands() -> None:
    agents = feeder.BRANDS * len(platforms.ALL)
    assert [feeder.platform_of(number) for number in range(agents)] == [
        one.name for one in platforms.ALL for _ in range(feeder.BRANDS)
    ]
    assert media_for(platform="instagram", number=2) and not media_for(platform="plaza", number=2)
    assert [bool(media_for(platform="x", number=number)) for number in (1, 2)] == [True, False]


def test_programs_are_told_where_each_platform_is(tmp_path: Path) -> None:
    told = place(BY_NAME["instagram"], tmp_path / "i.db").variables()
    assert told["INSTAGRAM_API_URL"] == "http://127.0.0.1:1"
    assert told["INSTAGRAM_MEDIA_URL"] == "http://127.0.0.1:2"
    assert told["INSTAGRAM_CONNECTOR_URL"] == "http://127.0.0.1:2/mcp"
