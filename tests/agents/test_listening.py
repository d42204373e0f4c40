"""Listening for the whole fleet: one statement, few calls, and nobody is missed or held up by somebody else."""

from collections import defaultdict
from collections.abc import Collection
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from people_outside import HANDLE, Square, heard

from agents import listening
from agents.personas.states import TrustRung
from agents.planner import mentions
from chimera.core import tenancy
from chimera.core.circuits import services as circuits
from chimera.core.errors import Unavailable
from governance.controls import looking
from governance.controls import services as controls
from governance.controls.models import ControlKind
from publishing.connectors.base import CannotRead, Hearing
from publishing.inbox import selectors, services
from publishing.inbox.models import Cursor, Mention
from publishing.inbox.selectors import Ears
from tests import people
from tests.agents.fakes import on_switchboard
from tests.conftest import ALPHA, BETA, World

OTHER = "iven_at_lowtide"
pytestmark = pytest.mark.spec("ENG-1")


class Plaza(Square):
    """Answers for accounts of many brands at once, and only for those that were named."""

    hears_accounts = 500

    def __init__(self) -> None:
        super().__init__(page=100)
        self.asked_for: list[tuple[str, ...]] = []

    def hear(self, *, account_handles: Collection[str], after: str, timeout_s: float) -> Hearing:
        self.asked_for.append(tuple(sorted(account_handles)))
        page = super().hear(account_handles=account_handles, after=after, timeout_s=timeout_s)
        meant = tuple(one for one in page.mentions if set(one.accounts) & set(account_handles))
        return Hearing(mentions=meant, position=page.position, is_whole=page.is_whole)


@pytest.fixture
def plaza(world: World, monkeypatch: pytest.MonkeyPatch) -> Plaza:
    """Two brands with an autonomous agent each on a platform on which people speak."""
    with world.role("operator"):
        with tenancy.brand(ALPHA, actor="test:operator"):
            people.agent(brand_id=ALPHA, rung=TrustRung.AUTONOMOUS)
        with tenancy.brand(BETA, actor="test:operator"):
            people.agent(brand_id=BETA, rung=TrustRung.AUTONOMOUS, soul_file=OTHER)
    found = Plaza()
    on_switchboard(monkeypatch, CONNECTORS__plaza=found)
    monkeypatch.setattr(settings, "INBOX_BUSY_EVERY_S", 0)
    looking.forget()
    return found


def positions() -> dict[int, str]:
    return {ears.brand_id: ears.position for ears in selectors.ears()}


def kept(brand_id: int) -> list[str]:
    with tenancy.brand(brand_id, actor="test:look"):
        return [mention.text for mention in Mention.objects.order_by("id")]


def test_brands_that_have_read_equally_far_are_read_for_in_one_call_and_each_keeps_its_own(plaza: Plaza) -> None:
    plaza.said = [heard("hi Bea"), heard("hi Iven", to=[OTHER]), heard("hi both", to=[HANDLE, OTHER.upper()])]
    every = listening._read(selectors.ears())
    assert every == {ALPHA: 2, BETA: 2}
    assert plaza.asked_for == [(HANDLE, OTHER)]
    assert kept(ALPHA) == ["hi Bea", "hi both"] and kept(BETA) == ["hi Iven", "hi both"]
    assert positions() == {ALPHA: "3", BETA: "3"}


def test_who_has_read_less_far_is_read_for_alone_once_and_hears_nothing_twice(plaza: Plaza) -> None:
    plaza.said = [heard("first", to=[HANDLE])]
    assert listening.hear(brand_id=ALPHA) == 1
    plaza.said += [heard("second", to=[OTHER]), heard("third", to=[HANDLE])]
    for _ in range(3):
        listening._read(selectors.ears())
    assert plaza.asked_for == [(HANDLE,), (HANDLE,), (OTHER,), (HANDLE, OTHER), (HANDLE, OTHER)]
    assert positions() == {ALPHA: "3", BETA: "3"}
    assert kept(ALPHA) == ["first", "third"] and kept(BETA) == ["second"]


def test_who_joins_a_position_from_before_its_own_reading_hears_what_came_between(plaza: Plaza) -> None:
    plaza.said = [heard("first", to=[HANDLE])]
    listening.hear(brand_id=ALPHA)
    calm = plaza.hear

    def busy(*, account_handles: Collection[str], after: str, timeout_s: float) -> Hearing:
        page = calm(account_handles=account_handles, after=after, timeout_s=timeout_s)
        plaza.said.append(heard(f"after call {len(plaza.asked_for)}", to=[HANDLE, OTHER]))
        return page

    plaza.hear = busy  # type: ignore[method-assign]
    for _ in range(3):
        listening._read(selectors.ears())
    assert plaza.asked_for[-1] == (HANDLE, OTHER)  # they meet although somebody speaks between any two calls
    plaza.hear = calm  # type: ignore[method-assign]
    listening._read(selectors.ears())
    said = [one.text.text for one in plaza.said]
    assert kept(ALPHA) == said and kept(BETA) == said[1:]


def test_a_stopped_brand_is_not_read_for_and_the_others_are(world: World, plaza: Plaza) -> None:
    plaza.said = [heard("hi", to=[HANDLE, OTHER])]
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        controls.impose(scope=f"brand:{ALPHA}", kind=ControlKind.PAUSE, reason="a test")
    looking.forget()
    listening._read(selectors.ears())
    assert plaza.asked_for == [(OTHER,)] and kept(ALPHA) == [] and kept(BETA) == ["hi"]


def test_a_stop_in_the_middle_of_a_reading_lets_no_further_page_be_read(world: World, plaza: Plaza) -> None:
    plaza.page, plaza.said = 2, [heard(f"hi {number}", to=[HANDLE, OTHER]) for number in range(6)]
    calm = plaza.hear

    def stopped_meanwhile(*, account_handles: Collection[str], after: str, timeout_s: float) -> Hearing:
        if not after:
            with world.role("operator"), tenancy.all_brands(actor="user:ada"):
                controls.impose(scope=f"brand:{ALPHA}", kind=ControlKind.PAUSE, reason="a test")
            looking.forget()
        return calm(account_handles=account_handles, after=after, timeout_s=timeout_s)

    plaza.hear = stopped_meanwhile  # type: ignore[method-assign]
    listening._read(selectors.ears())
    assert plaza.asked_for == [(HANDLE, OTHER), (OTHER,), (OTHER,)]
    assert kept(ALPHA) == ["hi 0", "hi 1"] and len(kept(BETA)) == 6
    assert positions() == {ALPHA: "2", BETA: "6"}


def test_a_platform_that_is_away_is_left_alone_after_a_few_calls_and_every_brand_says_why(plaza: Plaza) -> None:
    plaza.said = [heard("hi", to=[HANDLE])]
    assert listening.hear(brand_id=ALPHA) == 1  # the two stand apart: two calls a round
    plaza.asked_for, plaza.fails = [], Unavailable("Plaza is away.")
    for _ in range(settings.CIRCUIT_FAILURES + 3):
        listening._read(selectors.ears()[:1])
    assert plaza.asked_for == [(HANDLE,)] * settings.CIRCUIT_FAILURES
    listening._read(selectors.ears())
    assert len(plaza.asked_for) == settings.CIRCUIT_FAILURES
    for brand_id, position in {ALPHA: "1", BETA: ""}.items():
        with tenancy.brand(brand_id, actor="test:look"):
            assert (Cursor.objects.get().position, Cursor.objects.get().note) == (position, "Plaza is away.")
            Cursor.objects.update(read_at=None)
    listening._read(selectors.ears())
    with tenancy.brand(BETA, actor="test:look"):
        assert Cursor.objects.get().read_at is None  # said once is enough
    circuits.forget()


def test_a_platform_that_refuses_one_brand_is_heard_for_the_others_and_counts_as_working(plaza: Plaza) -> None:
    plaza.said = [heard("hi", to=[HANDLE, OTHER])]
    calm = plaza.hear

    def refusing(*, account_handles: Collection[str], after: str, timeout_s: float) -> Hearing:
        if HANDLE in account_handles:
            plaza.asked_for.append(tuple(sorted(account_handles)))
            raise CannotRead("Plaza does not show that.")
        return calm(account_handles=account_handles, after=after, timeout_s=timeout_s)

    plaza.hear = refusing  # type: ignore[method-assign]
    for _ in range(settings.CIRCUIT_FAILURES + 1):
        listening._read(selectors.ears())
    assert plaza.asked_for[:3] == [(HANDLE, OTHER), (HANDLE,), (OTHER,)]
    assert kept(BETA) == ["hi"] and positions() == {ALPHA: "", BETA: "1"}
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Cursor.objects.get().note == "Plaza does not show that."
    assert plaza.asked_for[-1] in ((HANDLE,), (OTHER,)), "no circuit keeps anybody from asking"


def test_what_one_brand_cannot_keep_or_look_at_makes_no_other_deaf(
    plaza: Plaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    plaza.said = [heard("hi", to=[HANDLE, OTHER])]
    keep, take_up = services.keep, mentions.take_up

    def broken_keep(*, ears: Ears, hearing: Hearing) -> int:
        return keep(ears=ears, hearing=hearing) if ears.brand_id == BETA else 1 // 0

    monkeypatch.setattr(services, "keep", broken_keep)
    listening.listen()
    assert kept(ALPHA) == [] and kept(BETA) == ["hi"]
    with tenancy.brand(ALPHA, actor="test:look"):
        assert (Cursor.objects.get().position, "ZeroDivisionError" in Cursor.objects.get().note) == ("", True)
    monkeypatch.setattr(services, "keep", keep)
    listening._read(selectors.ears())
    monkeypatch.setattr(mentions, "take_up", lambda: take_up() if tenancy.current_brand() == BETA else 1 // 0)
    assert listening._work(selectors.ears(), defaultdict(int), True) >= 0
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Mention.objects.get().status == "NEW"
    with tenancy.brand(BETA, actor="test:look"):
        assert Mention.objects.get().status == "TAKEN"


def test_a_character_that_no_database_keeps_is_left_out(plaza: Plaza) -> None:
    plaza.said = [heard("hi\0 there")]
    assert listening.hear(brand_id=ALPHA) == 1 and kept(ALPHA) == ["hi there"]


def test_a_call_names_so_many_accounts_or_those_of_one_brand(plaza: Plaza) -> None:
    every = selectors.ears()
    assert [len(group) for group in listening._groups(every, 2)] == [2]
    assert [len(group) for group in listening._groups(every, 1)] == [1, 1]
    assert [len(group) for group in listening._groups(every, 0)] == [1, 1]


@pytest.mark.spec("TEN-1")
def test_the_fleets_statements_show_no_words_and_move_a_cursor_only_from_where_it_stands(plaza: Plaza) -> None:
    plaza.said = [heard("hi")]
    old = selectors.ears()
    listening._read(old)
    services.heard_nothing(every=old, position="99")  # a reader that was slow
    assert positions() == {ALPHA: "1", BETA: "1"}
    asked = "SELECT has_column_privilege('chimera_dispatch', %s, %s, 'SELECT')"
    with connection.cursor() as cursor:
        for column, may in {"status": True, "text": False, "author": False, "conversation": False}.items():
            cursor.execute(asked, ["publishing_mention", column])
            assert cursor.fetchone() == (may,), column


def test_a_round_asks_as_often_for_two_brands_as_for_one_when_somebody_else_is_spoken_to(plaza: Plaza) -> None:
    listening._read(selectors.ears())
    asked = []
    for every in (selectors.ears()[:1], None):
        plaza.said.append(heard("hi", to=["somebody_else"]))
        with CaptureQueriesContext(connection) as queries:
            listening._read(selectors.ears() if every is None else every)
        asked.append(len(queries))
        listening._read(selectors.ears())
    assert asked[1] == asked[0] + 1 <= 5, asked  # the one more is the statement that says what all listen to


def test_one_listens_while_people_speak_and_leaves_it_to_whoever_was_sooner(
    plaza: Plaza, monkeypatch: pytest.MonkeyPatch
) -> None:
    firsts = iter([False, True, False, False])
    clock = iter([9.0, 0.0, 0.0, 1.0, 3.0])
    monkeypatch.setattr(listening, "ticks", SimpleNamespace(first=lambda **_: next(firsts)))
    monkeypatch.setattr(listening, "time", SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _: None))
    monkeypatch.setattr(listening, "_work", lambda *_: 0)
    monkeypatch.setattr(listening, "_read", lambda every: {ears.brand_id: 1 for ears in every})
    assert listening.listen() == 0  # another one has this period
    assert listening.listen() == 4  # two rounds of two brands; then another one had its period
