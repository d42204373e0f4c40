"""The connector of Instagram: real MCP over HTTP to the simulated API, its tokens in the real database. PUB-1 to 4."""

import hashlib
import http.client
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import httpx2
import pytest

from chimera.core import clock
from chimera.core.errors import Unavailable
from publishing.connectors.base import Absent, Allotted, Found, NotSent, Rejected, Unknown
from publishing.connectors.instagram import containers, errors, pictures, server
from publishing.credentials import services as credentials
from tests.conftest import World
from tests.publishing.instagram_world import POSTER, POSTER_HASH, Instagram, payload, picture, register

pytestmark = pytest.mark.spec("PUB-1", "PUB-4")
Make = Callable[..., Instagram]


@pytest.fixture
def make(world: World, tmp_path: Path) -> Iterator[Make]:
    register()
    made: list[Instagram] = []

    def start(**store: Any) -> Instagram:
        made.append(Instagram(tmp_path / f"i{len(made)}.sqlite", **store))
        made[-1].connect()
        return made[-1]

    with world.role("connector"):
        yield start
        for one in made:
            one.close()


def look(there: Instagram, *, container: str = "", **fields: Any) -> Found | Absent:
    return there.connector.look_up(
        payload=payload(**fields),
        idempotency_key="effect-1",
        stage_ids={"container": container} if container else {},
        since=datetime.now(UTC) - timedelta(minutes=1),
        but=(),
        timeout_s=15,
    )


@pytest.mark.spec("PUB-2", "MCP-1")
def test_a_granted_post_goes_out_labelled_and_its_label_is_read_back(make: Make) -> None:
    there = make()
    receipt = there.publish()
    (post,) = there.posts()
    assert (post.caption, post.is_ai_generated) == ("Low tide at five.", True)
    assert [one["alt"] for one in post.media] == ["A poster"]
    assert (receipt.platform_id, receipt.raw_status) == (post.id, "published") and "/p/" in receipt.url
    assert there.noted == [("container", str(post.container_id))], "known before it could go live"
    assert there.gate.kept == [("published", post.id)]
    with pytest.raises(Rejected, match="carries no AI label"):
        there.publish(key="effect-2", ai_generated=False)


def test_the_yes_is_on_record_while_what_shows_is_asked_for(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    there, kept = make(), threading.Event()
    asked, noted = server.Desk.read_back, there.gate.ended

    def ended(**said: Any) -> None:
        noted(**said)
        kept.set()

    def never_comes_back_before(desk: server.Desk, receipt: dict[str, str], **more: Any) -> dict[str, str]:
        assert kept.wait(timeout=30), "a connector that dies now would leave a doubt"
        return asked(desk, receipt, **more)

    monkeypatch.setattr(there.gate, "ended", ended)
    monkeypatch.setattr(server.Desk, "read_back", never_comes_back_before)
    assert there.publish().raw_status == "published"
    assert there.gate.kept == [("published", there.posts()[0].id)]


def test_what_is_read_back_is_read_with_the_sign_in_that_published(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    there, asked = make(), list[str]()
    sent, whole = payload(), credentials.sign_in
    arguments = {"payload": sent, "grant": there.gate.grant(sent, key="effect-1"), "idempotency_key": "effect-1"}
    stage = there.connector.called("prepare_post", {**arguments, "stage": ""}, 15)["stage"]

    def counted(**said: Any) -> Any:
        asked.append(said["handle"])
        return whole(**said)

    monkeypatch.setattr(credentials, "sign_in", counted)
    told = there.connector.asked("publish_post", {**arguments, "stage": stage}, 15)
    assert (told["status"], asked) == ("published", ["nova"]), "the database is asked once"


def test_several_pictures_are_one_carousel_with_its_label(make: Make) -> None:
    there = make()
    other = picture(colour="coral")
    there.images[hashlib.sha256(other).hexdigest()] = other
    there.publish(media=[{"sha256": key, "alt": key[:4]} for key in there.images])
    (post,) = there.posts()
    assert [one["alt"] for one in post.media] == [key[:4] for key in there.images] and post.is_ai_generated is True


@pytest.mark.spec("PUB-6")
@pytest.mark.parametrize(
    ("size", "why"), [((300, 375), "300 pixels wide"), ((1080, 3000), "1080 to 3000; Instagram takes 4:5 to 1.91:1")]
)
def test_a_picture_that_does_not_fit_is_refused_before_anything_is_sent(
    make: Make, size: tuple[int, int], why: str
) -> None:
    there = make()
    wrong = picture(*size)
    there.images[hashlib.sha256(wrong).hexdigest()] = wrong
    with pytest.raises(Rejected, match=why):
        there.publish(media=[{"sha256": hashlib.sha256(wrong).hexdigest(), "alt": ""}])
    with pytest.raises(Rejected, match="1 to 10 pictures; this one has 0"):
        there.publish(key="effect-2", media=[])
    assert there.posts() == [] and there.gate.used == set()


def test_pictures_are_shown_at_signed_addresses_only_and_to_nobody_without(make: Make) -> None:
    there = make()
    shelf = pictures.Shelf(base=there.server.url, key=b"another", media=there.images.__getitem__)
    with httpx2.Client(trust_env=False) as anybody:
        forged = anybody.get(shelf.address(POSTER_HASH))
        bare = anybody.get(f"{there.server.url}/media/{POSTER_HASH}.jpg")
        closed = anybody.post(f"{there.server.url}/mcp", json={})
        assert [forged.status_code, bare.status_code, closed.status_code] == [404, 404, 401]
    raw = http.client.HTTPConnection("127.0.0.1", int(there.server.url.rpartition(":")[2]), timeout=10)
    raw.request("POST", "/media/../mcp", body=b"{}")  # as it stands, with nobody to tidy it up
    assert raw.getresponse().status == 404
    raw.close()
    own = pictures.Shelf(base="http://x", key=b"k", media=there.images.__getitem__)
    query = httpx2.QueryParams(own.address(POSTER_HASH).partition("?")[2])
    shown = own.shown(f"{POSTER_HASH}.jpg", query["until"], query["mark"])
    assert shown is not None and shown == pictures.as_jpeg(POSTER) and shown.startswith(b"\xff\xd8\xff")
    assert own.shown(f"{POSTER_HASH}.jpg", "1", own._mark(POSTER_HASH, "1")) is None, "it has ended"
    there.images[POSTER_HASH] = picture(500, 500)  # as somebody who writes to the storage could
    assert own.shown(f"{POSTER_HASH}.jpg", query["until"], query["mark"]) is None, (
        "it is not what was approved any more"
    )
    wide = pictures.as_jpeg(picture(2_000, 2_000))
    assert len(wide) < pictures.BYTES_MAX


def test_a_picture_is_made_a_jpeg_once_and_shown_as_it_was_looked_at(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, made = make(), mock.Mock(wraps=pictures.as_jpeg)
    monkeypatch.setattr(pictures, "as_jpeg", made)
    there.publish()
    assert len(there.posts()) == 1 and made.call_count == 1
    shelf = pictures.Shelf(base="http://x", key=b"k", media=there.images.__getitem__)
    for number in range(pictures.KEPT + 1):
        shelf.keep(str(number), b"x")
    assert list(shelf._made) == ["1", "2", "3", "4"], "the last few"


def test_only_the_container_that_was_made_for_a_payload_is_published_for_it(make: Make) -> None:
    there = make()
    first, second = payload(), payload(text="High tide at nine.")
    made = there.connector.called(
        "prepare_post",
        {"payload": first, "grant": there.gate.grant(first, key="k"), "idempotency_key": "k"},
        15,
    )
    for stage in (made["stage"], "17900000000000000.abc", ""):
        arguments = {"payload": second, "grant": there.gate.grant(second, key="k"), "idempotency_key": "k"}
        with pytest.raises(Rejected, match="was not made for this payload"):
            there.connector.asked("publish_post", {**arguments, "stage": stage}, 15)
    assert there.posts() == [] and there.gate.used == set()


@pytest.mark.parametrize("fault", ["accept_then_drop", "error_500_after_accept", "blocked_maybe_live"])
def test_a_lost_answer_is_unknown_and_the_container_tells(make: Make, fault: str) -> None:
    there = make()
    there.faults.append(fault)
    with pytest.raises(Unknown):
        there.publish()
    (post,) = there.posts()
    found = look(there, container=there.noted[0][1])
    assert isinstance(found, Found) and found.receipt.platform_id == post.id
    assert isinstance(look(there), Found) and isinstance(look(there, text="Another"), Absent)


def test_a_lost_question_is_unknown_and_its_container_says_that_nothing_was_published(make: Make) -> None:
    there = make()
    there.faults.append("drop_before_accept")
    with pytest.raises(Unknown):
        there.publish()
    assert isinstance(look(there, container=there.noted[0][1]), Absent) and there.posts() == []
    there.publish(key="effect-2")
    assert len(there.posts()) == 1 and there.noted[0] != there.noted[1]


def test_what_takes_long_is_gone_on_with_and_what_failed_is_made_anew(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "WAIT_S_MAX", 0.3)
    monkeypatch.setattr(containers, "PAUSE_S", 0.1)
    there = make(processing_s=0.8)
    with pytest.raises(NotSent, match="still works on the pictures"):
        there.publish()
    monkeypatch.setattr(containers, "WAIT_S_MAX", 5.0)
    there.publish(key="effect-2")
    assert len(there.posts()) == 1
    there.faults.append("processing_fails")  # 2207053, of which Meta says: make another container
    with pytest.raises(NotSent, match=r"cannot use the pictures.*it is tried again"):
        there.publish(key="effect-3", text="Neap tide.")
    assert there.gate.used == {"grant-1"}


def test_a_container_is_asked_for_soon_and_then_less_and_less_often(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = make(processing_s=3_600)
    pauses: list[float] = []
    # Time that passes only while it pauses: how long the calls take changes nothing.
    monkeypatch.setattr(containers, "time", SimpleNamespace(monotonic=lambda: sum(pauses), sleep=pauses.append))
    with pytest.raises(NotSent, match="still works on the pictures"):
        there.publish()
    assert pauses[:3] == [0.1, 0.2, 0.4] and set(pauses[3:]) == {containers.PAUSE_S}
    assert containers.WAIT_S_MAX - containers.PAUSE_S < sum(pauses) <= containers.WAIT_S_MAX


@pytest.mark.spec("PUB-4")
def test_a_picture_that_could_not_be_fetched_just_now_is_prepared_anew(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connector was killed while Instagram fetched from it: the post has done nothing wrong."""
    there = make()
    with monkeypatch.context() as away:
        away.setattr(pictures.Shelf, "shown", lambda *_: None)
        with pytest.raises(NotSent, match=r"could not be fetched.*INSTAGRAM_MEDIA_URL can be reached"):
            there.publish()
    there.publish()
    assert len(there.posts()) == 1 and len({value for _, value in there.noted}) == 1


@pytest.mark.parametrize("ready", [False, True])
def test_pictures_that_are_not_ready_in_a_minute_are_prepared_anew_and_those_that_are_go_out(
    make: Make, monkeypatch: pytest.MonkeyPatch, ready: bool
) -> None:
    monkeypatch.setattr(containers, "WAIT_S_MAX", 0.1)
    monkeypatch.setattr(containers, "PAUSE_S", 0.05)
    there = make(processing_s=3_600 if ready else 0.0)
    there.faults += [] if ready else ["processing_never_ends"]
    with pytest.raises(NotSent, match="still works on the pictures"):
        there.publish()
    monkeypatch.setattr(containers, "PICTURES_S_MAX", -1.0)
    monkeypatch.setattr(containers, "WAIT_S_MAX", 6.0)
    there.store.processing_s = 0.0  # what was only slow is done by now, and is not thrown away
    there.publish()
    with there.store._connection() as db:
        assert db.execute("SELECT count(*) FROM container").fetchone()[0] == (1 if ready else 2)
    assert len(there.posts()) == 1


@pytest.mark.spec("PUB-6")
def test_limits_are_for_later_and_a_restricted_account_is_a_humans(make: Make) -> None:
    there = make(limits={"posts_per_day": 1})
    there.publish()
    assert there.connector.quota(account_handle="nova", timeout_s=15) == Allotted(used=1, total=1, span_s=86_400)
    with pytest.raises(NotSent, match="asked again within the hour") as late:
        there.publish(key="effect-2", text="High tide at nine.")
    assert late.value.asked and timedelta(minutes=59) < late.value.until - clock.now() < timedelta(minutes=61)
    other = make()
    other.store.restrict("nova")
    with pytest.raises(Rejected) as said:
        other.publish(key="effect-3")
    assert said.value.code == "account_suspended"


def test_a_token_is_renewed_in_its_last_week_and_one_that_is_gone_is_a_humans(make: Make) -> None:
    there = make()
    there.connect(lasts_s=3_600)  # too young to be renewed: the platform says no, and a human is asked
    with pytest.raises(Rejected, match="connected to instagram anew"):
        there.publish()
    there.store.revoke(token=there.connect())
    with pytest.raises(Rejected, match=r"manage\.py connect instagram"):
        there.publish(key="effect-2")
    assert there.posts() == []


def test_posts_are_listed_and_what_is_away_is_for_later(make: Make) -> None:
    there = make()
    there.publish(text="One & two <3")
    there.publish(key="effect-2", text="Three")
    listing = there.connector.list_posts(account_handle="nova", count_max=10, timeout_s=15)
    assert [post.text for post in listing.posts] == ["Three", "One & two <3"] and listing.is_whole
    there.platform.stop()
    with pytest.raises(Unavailable):
        there.connector.list_posts(account_handle="nova", count_max=10, timeout_s=15)
    with pytest.raises(NotSent):
        there.publish(key="effect-3", text="Four")


@pytest.mark.spec("PUB-6")
def test_every_documented_code_is_one_class_with_what_to_do() -> None:
    documented = {
        (-2, 2207003): "not_sent", (-2, 2207020): "not_sent", (-1, 2207001): "unknown", (-1, 2207032): "not_sent",
        (-1, 2207053): "not_sent", (1, 2207057): "rejected", (36000, 2207004): "rejected", (36001, 2207005): "rejected",
        (36003, 2207009): "rejected", (9, 2207042): "not_sent", (4, 2207051): "unknown", (24, 2207008): "not_sent",
        (352, 2207026): "rejected", (9007, 2207027): "not_sent", (25, 2207050): "rejected", (0, 2207081): "rejected",
        (0, 2207082): "not_sent", (9004, 2207052): "not_sent", (100, 33): "unknown", (10, None): "rejected",
        (190, None): "rejected", (4, None): "not_sent", (17, None): "not_sent", (32, None): "not_sent",
        (80002, None): "not_sent",
    }  # fmt: skip
    for (code, subcode), means in documented.items():
        body = {"error": {"code": code, "error_subcode": subcode, "message": "m"}}
        found = errors.said(status=400, body=body)
        assert found.means == means and found.do, (code, subcode)
        assert "\n" not in errors.sentence(status=400, body=body, found=found)
    for body in ({}, {"error": "?"}, {"error": {"code": True, "error_subcode": "x"}}):
        assert errors.said(status=400, body=body).means == "rejected"
        assert errors.said(status=502, body=body).means == "unknown"
