"""Hiding a reply on X: below an own post, with a scope of its own, under a grant to hide. Row X-32. ENG-1, PUB-3."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from django.db import connection

from chimera.core import clock, tenancy
from governance.budgets.models import Hold
from governance.effects.models import Effect
from publishing.accounts.models import Account
from publishing.connectors.base import NotSent, Receipt, Rejected, Unknown
from publishing.connectors.x.client import XConnector
from publishing.inbox.models import Mention
from publishing.inbox.states import MentionStatus
from publishing.moderation import hiding
from publishing.moderation import services as moderation
from publishing.moderation.models import Hiding
from publishing.simulators.x.meters import LIMITS
from publishing.simulators.x.tokens import SCOPES
from tests import people
from tests.agents.fakes import on_switchboard
from tests.conftest import ALPHA, World
from tests.publishing import x_world
from tests.publishing.x_world import X

pytestmark = pytest.mark.spec("ENG-1", "PUB-3")
OLD = tuple(one for one in SCOPES if one != "tweet.moderate.write")


@pytest.fixture
def x(world: World, tmp_path: Path) -> Iterator[X]:
    """Nova is connected and has a post."""
    x_world.register()
    with world.role("connector"):
        made = X(tmp_path / "x.sqlite")
        made.connect()
        made.publish()
        yield made
        made.close()


def reply(x: X, text: str = "Buy this!") -> str:
    (own,) = x.posts()
    return x.store.add_persons_post(handle="eve", text=text, reply_to=int(own.id))[0]


def hide(x: X, comment: str, *, key: str, action: str = "hide") -> Receipt:
    sent = {"account_handle": "nova", "action": "hide", "comment": comment, "ai_generated": True}
    grant = x.gate.grant(sent, key=key, action=action)
    return x.connector.hide(payload=sent, grant=grant, idempotency_key=key, timeout_s=15)


def is_hidden(x: X, comment: str) -> bool:
    found = x.store.post(post_id=int(comment))
    assert found is not None
    return bool(found["hidden"])


def test_a_reply_is_hidden_under_a_grant_to_hide_and_under_no_other(x: X) -> None:
    said = reply(x)
    with pytest.raises(Rejected, match="another act than to hide"):
        hide(x, said, key="k1", action="publish")
    with pytest.raises(Rejected, match="names no reply to hide"):
        hide(x, "../me", key="k2")
    assert not is_hidden(x, said)
    receipt = hide(x, said, key="k3")
    assert (receipt.platform_id, receipt.raw_status) == (said, "hidden, not read back"), "X shows it to no software"
    assert is_hidden(x, said) and hide(x, said, key="k4") == receipt, "again changes nothing"
    with httpx2.Client(base_url=x.platform.url, trust_env=False) as http:
        (own,) = x.posts()
        page = http.get(f"/nova/status/{own.id}").text
    assert "<summary>View hidden replies</summary>" in page and page.index("<summary>") < page.index("Buy this!")


def test_what_x_does_not_let_the_account_hide_is_said_in_a_sentence(x: X) -> None:
    begun, _ = x.store.add_persons_post(handle="eve", text="@nova hello", reply_to=None)
    elsewhere, _ = x.store.add_persons_post(handle="bob", text="@nova is a bot", reply_to=int(begun))
    for there in (begun, elsewhere):
        with pytest.raises(Rejected, match="hides only replies in conversations that it began") as no:
            hide(x, there, key=f"k{there}")
        assert no.value.code == "forbidden" and not is_hidden(x, there)
    gone = reply(x)
    x.store.withdraw(handle="eve", post_id=int(gone))
    with pytest.raises(Rejected, match="not on X any more"):
        hide(x, gone, key="k-gone")
    assert x.connector.may_hide(platform_id=gone, conversation="1")
    assert not x.connector.may_hide(platform_id=begun, conversation=begun), "what begins a conversation is no reply"


def test_an_account_that_never_allowed_it_is_to_be_connected_anew_and_goes_on_posting(x: X) -> None:
    said = reply(x)
    x.connect(scopes=OLD)
    with pytest.raises(Rejected, match=r"not allowed tweet.moderate.write. Run manage.py connect x @nova"):
        hide(x, said, key="k1")
    assert not is_hidden(x, said)
    assert x.publish(key="effect-2", text="High tide at eleven.").platform_id
    x.connect()
    assert hide(x, said, key="k2").platform_id == said


def test_a_limit_that_is_over_is_for_later_with_the_end_of_its_window(world: World, tmp_path: Path) -> None:
    assert LIMITS["hide"] == 50, "in 15 minutes, for each user"
    x_world.register()
    with world.role("connector"):
        x = X(tmp_path / "x.sqlite", limits={"hide": 1})
        x.connect()
        x.publish()
        one, other = reply(x), reply(x, "And this!")
        hide(x, one, key="k1")
        with pytest.raises(NotSent, match="Too Many Requests") as later:
            hide(x, other, key="k2")
        assert later.value.until is not None and later.value.until > clock.now()
        x.close()


def test_an_answer_that_does_not_say_so_leaves_it_unknown(x: X, monkeypatch: pytest.MonkeyPatch) -> None:
    said = reply(x)
    for status, body, says in (
        (200, {"data": {"hidden": False}}, "did not say that the reply is hidden"),
        (503, {"title": "Service Unavailable"}, "hiding twice hides once"),
    ):
        answer = httpx2.Response(status, json=body)

        def send(self: Any, request: Any, answer: httpx2.Response = answer, **_: Any) -> httpx2.Response:
            answer.request = request
            return answer

        with monkeypatch.context() as patched:
            patched.setattr("publishing.connectors.x.server.Desk.send", send)
            with pytest.raises(Unknown, match=says):
                hide(x, said, key=f"k{status}")


def test_the_simulator_lets_an_account_hide_in_its_own_conversations_with_the_scope(x: X) -> None:
    said = reply(x)
    whole, narrow = (x.store.tokens_for("nova", scopes)["access_token"] for scopes in (SCOPES, OLD))
    with httpx2.Client(base_url=x.platform.url, trust_env=False) as http:

        def put(token: str, sent: Any, post: str = said) -> tuple[int, str]:
            headers = {"Authorization": f"Bearer {token}"}
            answer = http.put(f"/2/tweets/{post}/hidden", json=sent, headers=headers)
            return answer.status_code, answer.text

        assert put(narrow, {"hidden": True})[0] == 403 and "tweet.moderate.write" in put(narrow, {"hidden": True})[1]
        for wrong in ({}, {"hidden": "yes"}, {"hidden": True, "why": "spam"}):
            assert put(whole, wrong)[0] == 400
        assert put(whole, {"hidden": True}, "1")[0] == 404
        assert not is_hidden(x, said)
        spent = x.store.spent_usd_micros()
        assert put(whole, {"hidden": True}) == (200, '{"data":{"hidden":true}}') and is_hidden(x, said)
        assert x.store.spent_usd_micros() - spent == 5_000
        assert put(whole, {"hidden": False})[0] == 200 and not is_hidden(x, said)


class Hiding32(XConnector):
    """X as the worker sees it, which answers by itself."""

    def __init__(self) -> None:
        self.asked: list[SimpleNamespace] = []

    def hide(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        self.asked.append(SimpleNamespace(payload=payload, key=idempotency_key))
        return Receipt(platform_id=payload["comment"], url="", raw_status="hidden, not read back")


@pytest.mark.spec("GOV-1", "REV-1")
def test_what_a_human_orders_is_hidden_for_what_x_asks_and_a_first_post_cannot_be_ordered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
        people.agent(brand_id=ALPHA)
    with tenancy.brand(ALPHA, actor="test"):
        agent = Account.objects.get().belongs_to
        account = Account.objects.create(
            brand_id=ALPHA, belongs_to=agent, platform="x", handle="nova", display_name="Nova"
        )
        for name, conversation in (("18", "17"), ("19", "19")):
            Mention.objects.create(
                brand_id=ALPHA,
                account=account,
                status=MentionStatus.NEW,
                platform_id=name,
                conversation=conversation,
                author="a1." + "0" * 40,
                text="You all are fools.",
                said_at=clock.now(),
            )
    there = Hiding32()
    on_switchboard(monkeypatch, CONNECTORS__x=there)
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        below, first = Mention.objects.select_related("account").order_by("platform_id")
        with pytest.raises(moderation.CannotHide, match="x lets nobody hide this"):
            moderation.order(mention=first, why="It insults.")
        assert moderation.propose(mentions=[first], why="A rule held it.") == 0
        moderation.order(mention=below, why="It insults.")
    world.later("1 hour")
    assert hiding.drain(seconds=20) == 1
    connection.close()
    with tenancy.brand(ALPHA, actor="test:look"):
        row, effect = Hiding.objects.get(), Effect.objects.get(kind="hide")
        assert (row.status, effect.status, row.payload["comment"]) == ("DONE", "CONFIRMED", "18")
        assert effect.receipt["raw_status"] == "hidden, not read back" and len(there.asked) == 1
        settled = Hold.objects.filter(key=effect.hold_key).values_list("status", "settled_usd_micros")
        assert set(settled) == {("SETTLED", 5_000)}
