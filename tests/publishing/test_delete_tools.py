"""Deleting through the connectors: real MCP over HTTP to the simulators, with a gate that is played. PUB-5, PUB-3."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chimera.core.errors import Stopped
from publishing.connectors import reversing
from publishing.connectors.base import Connector, NotSent, Rejected, Unknown
from publishing.connectors.plaza.variants import LookedUpPlaza
from publishing.connectors.reversing import CANNOT, Removed
from tests.conftest import World as Database
from tests.publishing import instagram_world, test_plaza_connector, x_world
from tests.publishing.test_plaza_connector import PLATFORM_TOKEN, World

pytestmark = pytest.mark.spec("PUB-5", "PUB-3", "MCP-1")
Side = World | x_world.X | instagram_world.Instagram


@pytest.fixture
def plaza(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "plaza.sqlite")
    yield made
    made.close()


@pytest.fixture
def start(world: Database, tmp_path: Path) -> Iterator[Callable[..., Side]]:
    """A side of this name with its account connected; nothing of Plaza needs a database."""
    made: list[Side] = []

    def begin(name: str, **more: Any) -> Side:
        if name == "plaza":
            made.append(World(tmp_path / "plaza.sqlite"))
            return made[-1]
        module: Any = {"x": x_world, "instagram": instagram_world}[name]
        with world.role("app"):
            module.register()
        make: Any = {"x": x_world.X, "instagram": instagram_world.Instagram}[name]
        one: Side = make(tmp_path / f"{name}.sqlite", **more)
        one.connect()  # type: ignore[union-attr]
        made.append(one)
        return one

    with world.role("connector"):
        yield begin
        for one in made:
            one.close()


def asked(side: Side, platform_id: str) -> dict[str, Any]:
    return reversing.payload(platform=side.connector.platform, account_handle="nova", platform_id=platform_id)


def take_down(side: Side, platform_id: str, *, key: str = "delete-1", **more: Any) -> Removed:
    payload = {**asked(side, platform_id), **more.pop("payload", {})}
    grant = more.pop("grant", "") or side.gate.grant(payload, key=key, action="delete")
    return side.connector.take_down(payload=payload, grant=grant, idempotency_key=key, timeout_s=15)


def live(side: Side) -> list[str]:
    """The ids that the platform lists, read as a worker reads them."""
    listing = side.connector.list_posts(account_handle="nova", count_max=100, timeout_s=15)
    return [one.platform_id for one in listing.posts]


@pytest.mark.parametrize("name", ["plaza", "x", "instagram"])
def test_what_is_granted_is_deleted_once_and_a_second_one_finds_nothing(start: Callable[..., Side], name: str) -> None:
    side = start(name, **({"deletes_media": True} if name == "instagram" else {}))
    kept, gone = side.publish(key="one").platform_id, side.publish(key="two", text="High tide at nine.").platform_id
    assert sorted(live(side)) == sorted([kept, gone])
    assert take_down(side, gone) == Removed(platform_id=gone, raw_status="deleted")
    assert live(side) == [kept]
    assert side.gate.kept[-1] == ("deleted", gone)
    if name != "instagram":  # where what is not there is not told from what cannot be deleted
        again = take_down(side, gone, key="delete-2")
        assert again.raw_status == ("deleted" if name == "plaza" else "gone"), "again it answers the same, or 404"
        never = {"plaza": "0" * 16, "x": "1790000000000000001"}[name]
        assert take_down(side, never, key="delete-3") == Removed(platform_id=never, raw_status="gone")
    assert live(side) == [kept]


@pytest.mark.parametrize("name", ["plaza", "x", "instagram"])
def test_a_grant_for_one_act_or_one_post_opens_no_other(start: Callable[..., Side], name: str) -> None:
    side = start(name)
    known = side.publish().platform_id
    payload = asked(side, known)
    publishes = side.gate.grant(payload, key="delete-1")
    with pytest.raises(Rejected, match="another act than to delete") as said:
        take_down(side, known, grant=publishes)
    assert said.value.code == "other_act"
    deletes = side.gate.grant(payload, key="delete-2", action="delete")
    with pytest.raises(Rejected, match="not for this payload"):
        take_down(side, known, key="delete-2", grant=deletes, payload={"platform_id": "9"})
    with pytest.raises(Rejected, match="another effect"):
        take_down(side, known, key="delete-3", grant=deletes)
    module: Any = {"plaza": test_plaza_connector, "x": x_world, "instagram": instagram_world}[name]
    sent = module.payload(text="High tide at nine.")
    with pytest.raises(Rejected, match="another act than to publish"):
        side.connector.publish(
            payload=sent,
            grant=side.gate.grant(sent, key="effect-9", action="delete"),
            idempotency_key="effect-9",
            timeout_s=15,
        )
    with pytest.raises(Rejected, match="another act than to delete"):
        take_down(side, known, key="delete-4", payload={"action": "hide"})
    side.gate.stop = "A stop on fleet."
    with pytest.raises(Stopped, match="Not deleted on"):
        take_down(side, known, key="delete-5")
    side.gate.stop = ""
    assert live(side) == [known] and [one for one in side.gate.kept if one[0] == "deleted"] == []


@pytest.mark.parametrize("name", ["plaza", "x"])
def test_a_lost_answer_is_unknown_and_what_was_asked_may_be_asked_again(start: Callable[..., Side], name: str) -> None:
    side = start(name)
    known = side.publish().platform_id
    side.faults.append("drop_before_delete")
    with pytest.raises(Unknown):
        take_down(side, known)
    assert live(side) == [known]
    side.faults.append("delete_then_drop")
    with pytest.raises(Unknown):
        take_down(side, known, key="delete-2")
    assert live(side) == []
    assert take_down(side, known, key="delete-3").raw_status in ("deleted", "gone")


def test_instagram_that_deletes_nothing_for_software_says_cannot(start: Callable[..., Side]) -> None:
    side = start("instagram")
    known = side.publish().platform_id
    with pytest.raises(Rejected, match="does not delete this post for software: Unsupported delete request") as said:
        take_down(side, known)
    assert said.value.code == CANNOT and live(side) == [known]
    assert side.gate.kept[-1] == ("rejected", CANNOT)
    with pytest.raises(Rejected, match="deletes only by the number of a media") as address:
        take_down(side, "C1aBcDeFgHi", key="delete-2")
    assert address.value.code == CANNOT and len(side.gate.used) == 2, "the grant of what cannot be is not used"


def test_an_instagram_that_deletes_and_loses_the_answer_is_unknown(start: Callable[..., Side]) -> None:
    side = start("instagram", deletes_media=True)
    known = side.publish().platform_id
    side.faults.append("delete_then_drop")
    with pytest.raises(Unknown):
        take_down(side, known)
    assert live(side) == []


def test_what_x_says_no_to_is_a_sentence_and_credits_are_for_later(start: Callable[..., Side]) -> None:
    side = start("x")
    assert isinstance(side, x_world.X)
    side.store.add_account("ada", "Ada")
    known = side.publish().platform_id
    with pytest.raises(Rejected, match="no id of a post on X") as said:
        take_down(side, "12; DROP", key="delete-1")
    assert said.value.code == "bad_id"
    with pytest.raises(Rejected, match="no id of a post on X"):
        take_down(side, "", key="delete-2")
    side.platform.stop()
    with pytest.raises(NotSent, match="Not deleted on X"):
        take_down(side, known, key="delete-3")


def test_a_page_of_plaza_shows_what_was_removed_no_more_and_another_account_removes_nothing(plaza: World) -> None:
    known = plaza.publish().platform_id
    own = {"Authorization": f"Bearer {PLATFORM_TOKEN}"}
    with httpx2.Client(base_url=plaza.platform.url, headers=own) as http:
        assert http.get(f"/p/{known}").status_code == 200
        stranger = http.delete(f"/api/v1/posts/{known}", params={"account": "somebody"})
        assert (stranger.status_code, stranger.json()["code"]) == (404, "post_unknown")
        nobody = http.delete(f"/api/v1/posts/{known}", headers={"Authorization": "no"})
        assert nobody.status_code == 401
        for _ in range(2):
            gone = http.delete(f"/api/v1/posts/{known}", params={"account": "nova"})
            assert (gone.status_code, gone.json()) == (200, {"id": known, "status": "removed"})
        assert http.get(f"/p/{known}").status_code == 404 == http.get(f"/api/v1/posts/{known}").status_code
        assert "Low tide at five." not in http.get("/").text + http.get("/@nova").text
        answers = http.post(
            "/api/v1/posts",
            json={"account": "ada", "text": "Why?", "ai_generated": False, "reply_to": known},
            headers={"Idempotency-Key": "k"},
        )
        assert answers.json()["code"] == "post_unknown"


def test_a_connector_that_offers_no_way_refuses_before_anything_is_sent() -> None:
    class Mute(LookedUpPlaza):
        take_down = Connector.take_down
        reverses = Connector.reverses

    mute = Mute(url="http://127.0.0.1:1/mcp", service_token="x")
    assert mute.reverses == frozenset()
    with pytest.raises(Rejected, match="Software can delete nothing") as said:
        mute.take_down(payload={}, grant="", idempotency_key="k", timeout_s=1)
    assert said.value.code == CANNOT
