"""A platform that answers what a test says, for every class, and a post that is due on it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from agents.personas.models import Agent
from chimera.core import registry, tenancy
from chimera.core.taint import Tainted
from governance.grants import services as grants
from governance.models import Budget, Effect, Hold
from publishing.accounts.models import Account
from publishing.connectors.base import Absent, CannotRead, Connector, Found, Limits, Listing, Receipt
from publishing.connectors.reversing import Removed
from publishing.posts import scheduling
from publishing.posts.models import Post
from tests.conftest import ALPHA

FEE = 15_000
LIVE = Receipt(platform_id="plaza-7", url="http://127.0.0.1/p/7", raw_status="ok")
Answer = Receipt | BaseException | Callable[[], Receipt]
Sight = Found | Absent | BaseException


class FakePlaza(Connector):
    """Answers what a test says, in order, the last one for ever; remembers what it was asked."""

    platform = "plaza"
    effect_class = "A"
    limits = Limits(text_max=280, images_max=1, image_bytes_max=1_000)
    label_field = "ai_generated"
    reverses = frozenset({"delete"})

    def __init__(self) -> None:
        self.answers: list[Answer] = [LIVE]
        self.keys: list[str] = []
        self.grants: list[grants.Claims] = []
        self.sights: list[Sight] = [Absent()]
        self.looks: list[dict[str, Any]] = []
        self.listing: Listing | BaseException = Listing(posts=(), is_whole=True)
        self.stages: list[tuple[str, str]] = []
        self.ends: list[Removed | BaseException] = []  # of deletions, in order, the last one for ever; none: deleted
        self.deleted: list[str] = []
        self.begun: list[dict[str, str]] = []  # what each try was told of the one before it

    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        self.keys.append(idempotency_key)
        self.grants.append(grants.check(grant=Tainted(grant, "test"), payload=payload, connector="plaza"))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        if answer is LIVE:  # a post of its own for each key
            return replace(LIVE, platform_id=f"plaza-{7 + list(dict.fromkeys(self.keys)).index(idempotency_key)}")
        return answer if isinstance(answer, Receipt) else answer()

    def publish_in_stages(self, *, note: Callable[[str, str], None], **call: Any) -> Receipt:
        for name, value in self.stages:
            note(name, value)
        self.begun.append(dict(call["stage_ids"]))
        return super().publish_in_stages(note=note, **call)

    def take_down(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Removed:
        self.deleted.append(payload["platform_id"])
        told = Tainted(grant, "test")
        self.grants.append(grants.check(grant=told, payload=payload, connector="plaza", action="delete"))
        if not self.ends:
            return Removed(platform_id=payload["platform_id"], raw_status="deleted")
        end = self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]
        if isinstance(end, BaseException):
            raise end
        return end

    def look_up(
        self, *, stage_ids: Mapping[str, str], since: datetime, but: Collection[str], **asked: Any
    ) -> Found | Absent:
        if not self.can_look_up:
            raise CannotRead("Nothing can be read here.")
        self.looks.append({"stage_ids": dict(stage_ids), "since": since, "but": list(but), **asked})
        sight = self.sights.pop(0) if len(self.sights) > 1 else self.sights[0]
        if isinstance(sight, BaseException):
            raise sight
        return sight

    def list_posts(self, **_: Any) -> Listing:
        if isinstance(self.listing, BaseException):
            raise self.listing
        return self.listing

    def is_of_class(self, effect_class: str) -> None:
        """Behave as a platform of this class; A and B can be read."""
        self.effect_class, self.can_look_up = effect_class, effect_class != "C"  # type: ignore[misc]


@pytest.fixture
def plaza(monkeypatch: pytest.MonkeyPatch) -> FakePlaza:
    """Stands for every platform on the switchboard."""
    return standing_in(monkeypatch, FakePlaza())


def standing_in(monkeypatch: pytest.MonkeyPatch, fake: FakePlaza) -> FakePlaza:
    """Put it before the switchboard's platforms."""
    made = registry._made
    monkeypatch.setattr(
        registry, "_made", lambda section, name: fake if section == "CONNECTORS" else made(section, name)
    )
    return fake


def schedule(task: str = "agents.task:5", text: str = "Keep the drawing.") -> Post:
    """A post of the one agent that is due now."""
    agent, account = Agent.objects.get(), Account.objects.get()
    payload = {"platform": "plaza", "account_handle": account.handle, "text": text, "ai_generated": True}
    scopes = [*agent.scopes, "platform:plaza"]
    row = scheduling.Scheduled(
        brand_id=ALPHA, task=task, account=account, payload=payload, scopes=scopes, approval="judge"
    )
    scheduling.schedule_all(rows=[row])
    return Post.objects.get(task=task)


def state() -> tuple[Post, Effect, Hold]:
    with tenancy.brand(ALPHA, actor="test:look"):
        return Post.objects.get(), Effect.objects.get(), Hold.objects.order_by("-id")[0]


def money() -> set[tuple[int, int]]:
    """(reserved, settled) over the budgets of agent and brand."""
    with tenancy.brand(ALPHA, actor="test:look"):
        found = list(Budget.objects.values_list("reserved_usd_micros", "settled_usd_micros"))
    assert len(found) == 2
    return set(found)
