"""Comments on Instagram: heard, answered with a label that people see, read back, and looked up when in doubt."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from django.db import connection

from chimera.core.errors import Unavailable
from publishing.connectors.base import Absent, CannotRead, Found, Heard, NotSent, Receipt, Rejected, Unknown
from tests.conftest import World
from tests.publishing.instagram_world import Instagram, payload, register

pytestmark = pytest.mark.spec("ENG-1", "PUB-1")
Make = Callable[..., Instagram]
ANSWER = "🤖 AI Low tide is at five."


@pytest.fixture
def there(world: World, tmp_path: Path) -> Iterator[Instagram]:
    """Nova has one post on Instagram."""
    register()
    with world.role("connector"):
        made = Instagram(tmp_path / "i.sqlite", processing_s=0)
        made.connect()
        made.publish()
        yield made
        made.close()


def hear(there: Instagram, after: str = "") -> list[Heard]:
    return list(there.connector.hear(account_handles=["nova"], after=after, timeout_s=15).mentions)


def answer(there: Instagram, comment: str, *, key: str = "effect-2", **fields: Any) -> Receipt:
    return there.publish(key=key, **{"text": ANSWER, "media": [], "reply_to": comment, **fields})


def look(there: Instagram, comment: str, *, but: tuple[str, ...] = (), text: str = ANSWER) -> Found | Absent:
    return there.connector.look_up(
        payload=payload(text=text, media=[], reply_to=comment),
        idempotency_key="effect-2",
        stage_ids={},
        since=datetime.now(UTC) - timedelta(minutes=1),
        but=but,
        timeout_s=15,
    )


@pytest.mark.spec("PLN-9")
def test_no_connection_to_the_database_is_held_while_instagram_is_asked(
    there: Instagram, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: dict[str, bool] = {}
    send = httpx2.Client.send

    def noted(http: httpx2.Client, request: httpx2.Request, **more: Any) -> httpx2.Response:
        name = f"{request.method} {request.url.path.rpartition('/')[2]}"
        held[name] = held.get(name, False) or connection.connection is not None
        return send(http, request, **more)

    monkeypatch.setattr(httpx2.Client, "send", noted)
    (post,) = there.posts()
    comment = there.store.add_comment("ada", post.id, "When is low tide?")
    answer(there, comment)
    there.publish(key="effect-3", text="Neap tide.")
    assert {"POST replies", "POST media", "POST media_publish", f"GET {comment}"} <= set(held)
    assert not any(held.values()), held


def test_comments_of_others_on_own_media_are_heard_once_read_with_their_thread(there: Instagram) -> None:
    (post,) = there.posts()
    first = there.store.add_comment("ada", post.id, "When is low tide?")
    below = there.store.add_comment("ben", post.id, "I wonder too", first)
    hidden = there.store.add_comment("eve", post.id, "Buy this!")
    there.store.hide(caller=there.caller(), comment_id=int(hidden), is_hidden=True)
    there.store.reply(caller=there.caller(), comment_id=int(first), text="Ours, and no mention.")
    hearing = there.connector.hear(account_handles=["nova"], after="", timeout_s=15)
    assert [(one.platform_id, one.author_handle, one.accounts) for one in hearing.mentions] == [
        (first, "ada", ("nova",)),
        (below, "ben", ("nova",)),
    ]
    assert [(one.conversation, one.in_reply_to) for one in hearing.mentions] == [(first, post.id), (first, first)]
    assert hearing.is_whole and abs(int(hearing.position) - datetime.now(UTC).timestamp()) < 60
    again = hear(there, after=hearing.position)
    assert [one.platform_id for one in again] == [first, below], "a little is read again, and kept once"
    assert hear(there, after=str(int(hearing.position) + 3_600)) == []


def test_a_comment_elsewhere_that_names_the_account_is_shown_by_its_id_and_answered(there: Instagram) -> None:
    elsewhere = there.others_post("mara")
    named = there.store.add_comment("ada", elsewhere, "Ask @nova, it knows the tides.")
    other = there.store.add_comment("ada", elsewhere, "Nobody is meant.")
    (post,) = there.posts()
    own = there.store.add_comment("ben", post.id, "And at noon?")
    shown = there.connector.hear_named(account_handle="nova", platform_ids=[named, other, own, "17"], timeout_s=15)
    assert {one.platform_id: one.text.text for one in shown} == {
        named: "Ask @nova, it knows the tides.",
        own: "And at noon?",
    }
    receipt = answer(there, named)
    assert [one["text"] for one in there.store.comments(elsewhere)][-1] == ANSWER
    assert receipt.raw_status == "published, not read back", "Instagram shows nobody's comments on others' media"


@pytest.mark.spec("PUB-4")
def test_an_outage_shows_no_comment_and_takes_none_for_gone(there: Instagram) -> None:
    (post,) = there.posts()
    comment = there.store.add_comment("ada", post.id, "When is low tide?")
    there.faults.append("error_500_read")
    with pytest.raises(Unavailable, match="could not be read"):
        there.connector.hear_named(account_handle="nova", platform_ids=[comment], timeout_s=15)
    there.faults.append("error_500_read")
    with pytest.raises(NotSent) as said:
        answer(there, comment)
    assert "no such comment" not in str(said.value) and there.gate.used == {"grant-0"}
    answer(there, comment)
    assert [one["text"] for one in there.store.comments(post.id, parent_id=int(comment))] == [ANSWER]


@pytest.mark.spec("PUB-2", "SAF-3")
def test_a_reply_goes_out_once_with_its_label_in_words_and_is_read_back(there: Instagram) -> None:
    (post,) = there.posts()
    comment = there.store.add_comment("ada", post.id, "When is low tide?")
    for text in ("Low tide is at five.", "Low tide 🤖 AI is at five.", "🤖 AIs know: at five."):
        with pytest.raises(Rejected, match="neither begins nor ends with"):
            answer(there, comment, text=text)
        sent = payload(text=text, media=[], reply_to=comment)
        arguments = {"payload": sent, "grant": there.gate.grant(sent, key="k"), "idempotency_key": "k", "stage": ""}
        with pytest.raises(Rejected, match="no field for the label"):
            there.connector.asked("publish_post", arguments, 15)
    receipt = answer(there, comment)
    (kept,) = there.store.comments(post.id, parent_id=int(comment))
    assert (kept["username"], kept["text"], kept["id"]) == ("nova", ANSWER, receipt.platform_id)
    assert receipt.raw_status == "published" and receipt.url.endswith(post.permalink)
    assert there.gate.kept[-1] == ("published", receipt.platform_id)
    assert [one.platform_id for one in hear(there)] == [comment]
    with pytest.raises(Rejected, match="takes no pictures"):
        answer(there, comment, key="effect-3", media=payload()["media"])


@pytest.mark.spec("PUB-4")
@pytest.mark.parametrize("fault", ["accept_then_drop", "error_500_after_accept", "blocked_maybe_live"])
def test_an_answer_that_was_lost_is_found_below_its_comment(there: Instagram, fault: str) -> None:
    (post,) = there.posts()
    first = there.store.add_comment("ada", post.id, "When is low tide?")
    comment = there.store.add_comment("ben", post.id, "I wonder too", first)  # two levels: ours lands below the first
    assert isinstance(look(there, comment), Absent)
    there.faults.append(fault)
    with pytest.raises(Unknown):
        answer(there, comment)
    found = look(there, comment)
    assert isinstance(found, Found)
    assert isinstance(look(there, comment, but=(found.receipt.platform_id,)), Absent)
    assert isinstance(look(there, comment, text="🤖 AI Something else."), Absent)


@pytest.mark.spec("PUB-4")
def test_what_is_gone_or_not_allowed_is_said_before_anything_is_sent(there: Instagram) -> None:
    (post,) = there.posts()
    comment = there.store.add_comment("ada", post.id, "When is low tide?")
    there.store.delete_comment(caller=there.caller(), comment_id=int(comment))
    with pytest.raises(NotSent, match="no such comment"):
        answer(there, comment)
    with pytest.raises(Unavailable):
        look(there, comment)
    there.connect(scopes=("instagram_business_basic", "instagram_business_content_publish"))
    with pytest.raises(CannotRead, match="not allowed instagram_business_manage_comments"):
        hear(there)
    assert there.gate.used == {"grant-0"}, "only the post's"
