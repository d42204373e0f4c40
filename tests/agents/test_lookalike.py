"""Look-alikes: handles read the same, the same name, nearly the same words; and what is another persona after all."""

import re

import pytest

from agents.personas import lookalike, services, soul
from agents.personas.lookalike import Known, LookAlike
from agents.personas.soul import SoulFile
from chimera.core import tenancy
from chimera.core.embeddings import embed, similarity
from tests import people
from tests.agents.fakes import desk
from tests.conftest import ALPHA, BETA, World

NAMES = ("bea_unscrews", "iven_at_lowtide", "zuzka_bubbles")
SOULS = {name: (people.SOULS / f"{name}.md").read_text() for name in NAMES}


def parsed(which: str = "bea_unscrews", **changes: str) -> SoulFile:
    text = SOULS[which]
    for field, value in changes.items():
        text = re.sub(rf"^{field}: .*$", f"{field}: {value}", text, count=1, flags=re.MULTILINE)
    return soul.parse(text.encode(), origin="x.md")


def prose(file: SoulFile) -> str:
    return lookalike.prose(backstory=file.backstory, voice=file.front.voice.model_dump())


def known(name: str) -> Known:
    file = parsed(name)
    return Known(handle=file.front.handle, name=file.front.name, prose=prose(file), brand="alpha")


def likeness(first: str, second: str) -> float:
    vectors = embed([first, second])
    return similarity(vectors[0], vectors[1])


BEA = Known(handle="bea_unscrews", name="Bea Tornquist", prose="I mend lifts and toasters.", brand="alpha")


@pytest.mark.spec("SAF-3")
@pytest.mark.parametrize(
    "handle",
    ["bea_unscrews", "bea-unscrews", "beaunscrews", "bea_unscrew5", "b3a_unscrews", "bea_unscrews2", "_bea_unscrevvs_"],
)
def test_a_handle_that_is_read_as_another_is_a_look_alike(handle: str) -> None:
    with pytest.raises(LookAlike) as caught:
        lookalike.refuse(handle=handle, name="Somebody Else", prose="Cheese and the moon.", among=[BEA])
    said = str(caught.value)
    assert f"@{handle} would be a look-alike of @bea_unscrews (Bea Tornquist, brand alpha)" in said
    assert "\n" not in said and said.endswith(".")


@pytest.mark.parametrize("handle", ["bea_screws", "ben_unscrews", "unscrews", "007", "ada"])
def test_another_handle_is_none(handle: str) -> None:
    assert lookalike.find(handle=handle, name="Somebody Else", prose="Cheese and the moon.", among=[BEA]) is None


def test_handles_of_digits_alone_are_told_apart() -> None:
    other = Known(handle="1701", name="Ship", prose="Space.", brand="alpha")
    assert lookalike.find(handle="2001", name="Else", prose="Cheese.", among=[other]) is None
    assert lookalike.find(handle="1701", name="Else", prose="Cheese.", among=[other]) is not None


@pytest.mark.parametrize("name", ["BEA TORNQUIST", "Bea  Tornquist", "Ｂｅａ Tornquist"])
def test_the_same_name_in_another_spelling_is_a_look_alike(name: str) -> None:
    found = lookalike.find(handle="quite_other", name=name, prose="Cheese.", among=[BEA])
    assert found is not None and found[0] is BEA


@pytest.mark.parametrize("name", NAMES)
def test_light_edits_of_a_soul_are_over_the_threshold_and_other_souls_far_below(name: str) -> None:
    text = prose(parsed(name))
    sentences = re.split(r"(?<=[.!?])\s+", text)
    shorter = " ".join(sentence for n, sentence in enumerate(sentences) if n % 4)
    swapped = (
        text.replace("mother", "aunt").replace("toaster", "kettle").replace("people", "folk").replace("old", "aged")
    )
    assert likeness(text, shorter) > lookalike.SAME_PROSE_MIN
    assert likeness(text, swapped) > lookalike.SAME_PROSE_MIN
    for other in NAMES:
        if other != name:
            assert likeness(text, prose(parsed(other))) < lookalike.SAME_PROSE_MIN - 0.4


def test_the_nearest_of_several_is_named() -> None:
    copy = parsed("zuzka_bubbles", name="Quite Other", handle="quite_other")
    found = lookalike.find(
        handle="quite_other", name="Quite Other", prose=prose(copy), among=[known(name) for name in NAMES]
    )
    assert found is not None and found[0].handle == "zuzka_bubbles"
    assert "nearly the same (1.00 of 1)" in found[1]


@pytest.mark.spec("SAF-3", "PER-2")
def test_the_same_agent_is_its_next_version_and_every_other_brand_is_looked_at(world: World) -> None:
    with desk(world):
        services.launch(brand_id=ALPHA, soul=parsed(), platform="plaza")
    edited, copied = parsed(posts_per_day="2"), parsed(name="Ida Fenn", handle="ida_fenn")
    with world.role("operator"), tenancy.all_brands(actor="test:desk"):
        services.refuse_look_alike(soul=edited, brand_id=ALPHA)
        services.refuse_look_alike(soul=parsed("zuzka_bubbles"), brand_id=ALPHA)
        for other, brand_id in ((copied, ALPHA), (copied, BETA), (edited, BETA), (edited, 0)):
            with pytest.raises(LookAlike, match="look-alike of @bea_unscrews"):
                services.refuse_look_alike(soul=other, brand_id=brand_id)
