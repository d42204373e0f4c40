"""The connector of X: real MCP over HTTP to the simulated API, its tokens in the real database. PUB-1 to 4, ENG-1."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chimera.core import tenancy
from chimera.core.errors import Stopped, Unavailable
from publishing.connectors.base import Absent, CannotRead, Found, NotSent, Rejected, Unknown
from publishing.connectors.x import reading, uploads
from publishing.credentials import services as credentials
from publishing.credentials.models import Credential
from tests.conftest import ALPHA, World
from tests.publishing.test_plaza_connector import PNG_HASH
from tests.publishing.x_world import X, payload, register

pytestmark = pytest.mark.spec("PUB-1", "PUB-4")
Make = Callable[..., X]


@pytest.fixture
def make(world: World, tmp_path: Path) -> Iterator[Make]:
    register()
    made: list[X] = []

    def start(**store: Any) -> X:
        made.append(X(tmp_path / f"x{len(made)}.sqlite", **store))
        made[-1].connect()
        return made[-1]

    with world.role("connector"):
        yield start
        for one in made:
            one.close()


def look(x: X, **fields: Any) -> Found | Absent:
    return x.connector.look_up(
        payload=payload(**fields),
        idempotency_key="effect-1",
        stage_ids={},
        since=datetime.now(UTC) - timedelta(minutes=1),
        but=(),
        timeout_s=15,
    )


@pytest.mark.spec("PUB-2", "MCP-1")
def test_a_granted_post_goes_out_labelled_with_its_picture_and_what_it_shows(make: Make) -> None:
    x = make()
    receipt = x.publish(media=[{"sha256": PNG_HASH, "alt": "A poster"}])
    (post,) = x.posts()
    assert (post.text, post.made_with_ai, post.paid_partnership) == ("Low tide at five.", True, False)
    assert [one["alt"] for one in post.media] == ["A poster"]
    assert receipt.platform_id == post.id and receipt.url == f"{x.platform.url}/nova/status/{post.id}"
    assert x.gate.kept == [("published", post.id)]
    place = x.connector.place_of(evidence=receipt.url)
    assert (place.platform_id, place.url) == (post.id, receipt.url)


@pytest.mark.spec("PUB-2", "SAF-5")
def test_paid_work_carries_xs_own_label_and_without_it_nothing_is_sent(make: Make) -> None:
    x = make()
    x.publish(text="#ad Low tide at five.", sponsorship="paid", paid_partnership=True)
    assert [post.paid_partnership for post in x.posts()] == [True]
    with pytest.raises(Rejected, match="paid_partnership is not set") as said:
        x.publish(key="effect-2", text="#ad High tide at nine.", sponsorship="paid")
    assert said.value.code == "no_disclosure" and len(x.posts()) == 1 and "grant-1" not in x.gate.used
    with pytest.raises(Rejected, match="carries no AI label"):
        x.publish(key="effect-3", ai_generated=False)


def test_a_token_that_ended_is_renewed_before_the_post_and_the_new_one_is_stored(make: Make) -> None:
    x = make()
    told = x.connect(lasts_s=1)
    x.publish()
    with tenancy.brand(ALPHA, actor="test"):
        row = Credential.objects.get()
    assert row.renewals == 1 and credentials.sealing.opened(row.sealed)["refresh"] != told["refresh_token"]
    x.publish(key="effect-2", text="High tide at nine.")
    assert len(x.posts()) == 2


def test_a_token_that_x_does_not_take_is_renewed_once_and_the_post_goes_out_once(make: Make) -> None:
    x = make()
    told = x.connect()
    x.store.revoke(token=told["access_token"])
    x.publish()
    with tenancy.brand(ALPHA, actor="test"):
        assert Credential.objects.get().renewals == 1
    assert len(x.posts()) == 1


def test_an_account_whose_refresh_token_is_gone_publishes_nothing_and_says_what_to_do(make: Make) -> None:
    x = make()
    told = x.connect(lasts_s=1)
    x.store.redeem_refresh(token=told["refresh_token"])  # somebody else has used it
    with pytest.raises(Rejected, match=r"connected to x anew.*manage\.py connect x @nova") as said:
        x.publish()
    assert said.value.code == "unauthorized" and x.posts() == [] and x.gate.used == set()
    with pytest.raises(CannotRead, match="connected to x anew"):
        x.connector.hear(account_handles=["nova"], after="", timeout_s=15)


def test_what_x_says_no_to_is_one_class_and_one_action(make: Make) -> None:
    x = make()
    x.publish()
    with pytest.raises(Unknown, match="duplicate content"):
        x.publish(key="effect-2")
    assert isinstance(look(x), Found), "the one that it has is found"
    with pytest.raises(Rejected, match="Shorten the text") as said:
        x.publish(key="effect-3", text="tide " * 70)
    assert said.value.code == "text_too_long"
    theirs, _ = x.store.add_persons_post(handle="ada", text="nothing about anybody", reply_to=None)
    with pytest.raises(Rejected, match="only who spoke to it") as said:
        x.publish(key="effect-4", text="Hello", reply_to=theirs)
    assert said.value.code == "not_summoned"
    x.store.suspend("nova")
    with pytest.raises(Rejected, match="Appeal on X") as said:
        x.publish(key="effect-5", text="Anybody there?")
    assert said.value.code == "account_suspended" and len(x.posts()) == 1


@pytest.mark.spec("PUB-6")
def test_limits_and_credits_are_for_later_and_say_whose_turn_it_is(make: Make) -> None:
    x = make(limits={"create": 1})
    x.publish()
    with pytest.raises(NotSent, match=r"Its window ends at \d\d:\d\d:\d\d UTC") as late:
        x.publish(key="effect-2", text="High tide at nine.")
    assert late.value.asked and not late.value.whole_app
    assert late.value.until is not None and f"{late.value.until:%H:%M:%S} UTC" in str(late.value)
    whole = make(limits={"create_app": 1})
    whole.publish()
    with pytest.raises(NotSent) as closed:
        whole.publish(key="effect-2", text="High tide at nine.")
    assert closed.value.whole_app and closed.value.until - late.value.until > timedelta(hours=20)
    poor = make(credit_usd_micros=1_000)
    with pytest.raises(NotSent, match="Buy credits"):
        poor.publish(key="effect-3", text="Neap tide.")
    assert len(x.posts()) == 1 and poor.posts() == []


@pytest.mark.parametrize("fault", ["accept_then_drop", "error_500_after_accept", "duplicate_answer"])
def test_a_lost_answer_is_unknown_and_the_post_is_found(make: Make, fault: str) -> None:
    x = make()
    x.faults.append(fault)
    with pytest.raises(Unknown):
        x.publish(media=[{"sha256": PNG_HASH, "alt": ""}])
    (post,) = x.posts()
    found = look(x, media=[{"sha256": PNG_HASH, "alt": ""}])
    assert isinstance(found, Found) and found.receipt.platform_id == post.id
    assert isinstance(look(x), Absent), "one without a picture is another post"


def test_a_lost_question_is_unknown_and_shown_to_be_absent(make: Make) -> None:
    x = make()
    x.faults.append("drop_before_accept")
    with pytest.raises(Unknown):
        x.publish()
    assert isinstance(look(x), Absent) and x.posts() == []
    x.faults.append("lie_ok")
    assert x.publish(key="effect-2").platform_id
    assert isinstance(look(x), Absent), "an answer is no proof"


def test_a_stop_or_a_used_grant_lets_nothing_out(make: Make) -> None:
    x = make()
    x.gate.stop = "The fleet is stopped."
    with pytest.raises(Stopped, match="The fleet is stopped"):
        x.publish()
    x.gate.stop = ""
    sent = payload()
    grant = x.gate.grant(sent, key="effect-2")
    arguments = {"payload": sent, "grant": grant, "idempotency_key": "effect-2", "timeout_s": 15.0}
    x.connector.publish(**arguments)
    with pytest.raises(Rejected):
        x.connector.publish(**arguments)
    assert len(x.posts()) == 1


def test_words_are_compared_as_they_were_written(make: Make) -> None:
    x = make()
    text = "Fish & chips <3 at https://example.org/tides?a=1&b=2"
    x.publish(text=text, media=[{"sha256": PNG_HASH, "alt": ""}])
    x.publish(key="effect-2", text="More on tides.org & elsewhere")
    listed = x.connector.list_posts(account_handle="nova", count_max=10, timeout_s=15)
    assert [post.text for post in listed.posts] == ["More on http://tides.org & elsewhere", text] and listed.is_whole
    assert isinstance(look(x, text="More on tides.org & elsewhere"), Found)
    wrapped = {
        "text": "Fish &amp; chips &lt;3 at https://t.co/abc https://t.co/pic",
        "entities": {
            "urls": [
                {"url": "https://t.co/abc", "expanded_url": "https://example.org/tides?a=1&b=2"},
                {"url": "https://t.co/pic", "expanded_url": "https://x.com/nova/status/1/photo/1", "media_key": "3_1"},
            ]
        },
    }
    assert reading.readable(wrapped, has_media=True) == text


@pytest.mark.spec("ENG-1")
def test_mentions_are_heard_oldest_first_from_where_it_was_read_and_may_be_answered(make: Make) -> None:
    x = make()
    assert x.connector.hear(account_handles=["nova"], after="", timeout_s=15).mentions == ()
    ids = [
        x.store.add_persons_post(handle="ada", text=f"@nova is it {number}?", reply_to=None)[0] for number in range(3)
    ]
    x.publish(text="Talking to @nova myself")
    found = x.connector.hear(account_handles=["nova"], after="", timeout_s=15)
    assert [one.platform_id for one in found.mentions] == ids and found.is_whole
    first = found.mentions[0]
    assert (first.accounts, first.author_handle, first.text.text) == (("nova",), "ada", "@nova is it 0?")
    assert first.conversation == first.platform_id and first.in_reply_to == ""
    x.publish(key="effect-2", text="It is five.", reply_to=ids[0])
    assert x.posts()[0].reply_to == ids[0]
    again = x.connector.hear(account_handles=["nova"], after=found.position, timeout_s=15)
    assert [one.platform_id for one in again.mentions] == ids, "the last minute is read again, and kept once"
    assert again.position == found.position


@pytest.mark.spec("ENG-1")
def test_more_mentions_than_a_page_are_all_heard(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    x = make()
    monkeypatch.setattr(reading, "PAGE", 5)
    start = x.store.add_persons_post(handle="ada", text="@nova one", reply_to=None)[0]
    ids = [x.store.add_persons_post(handle="ada", text=f"@nova {n}", reply_to=None)[0] for n in range(12)]
    found = x.connector.hear(account_handles=["nova"], after=start, timeout_s=15)
    assert [one.platform_id for one in found.mentions][-12:] == ids and found.position == ids[-1]


@pytest.mark.spec("PUB-6")
def test_pictures_come_in_segments_and_what_x_cannot_use_is_refused_before_the_grant(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = make(limits={"media_append": 20})
    monkeypatch.setattr(uploads, "SEGMENT_BYTES", 4)
    x.publish(media=[{"sha256": PNG_HASH, "alt": ""}])
    assert len(x.posts()[0].media) == 1
    x.images["0" * 64] = b"no picture at all"
    with pytest.raises(Rejected, match="is not the PNG or JPEG that was approved"):
        x.publish(key="effect-2", text="Another", media=[{"sha256": "0" * 64, "alt": ""}])
    assert x.gate.used == {"grant-0"} and len(x.posts()) == 1


def test_an_x_that_is_away_publishes_nothing_and_is_asked_again(make: Make) -> None:
    x = make()
    x.platform.stop()
    with pytest.raises(NotSent):
        x.publish(media=[{"sha256": PNG_HASH, "alt": ""}])
    with pytest.raises(NotSent, match="No connection to X"):
        x.publish(key="effect-2")
    with pytest.raises(Unavailable):
        x.connector.hear(account_handles=["nova"], after="", timeout_s=15)
