"""Asking in order, within time and money; who sits where; what the command says of it. GEN-1, GEN-2, GOV-1, JDG-1."""

import io
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from pydantic import BaseModel

from chimera.core import taint
from chimera.core.calls import asking
from chimera.core.calls.replay import NotRecorded, Replayer
from chimera.core.calls.services import Recorder
from chimera.core.circuits import services as circuits
from chimera.core.errors import Unavailable
from chimera.core.llm import costing, tiers, usual
from chimera.core.llm.base import Answer, NoAnswer, Provider, Request, Why
from chimera.core.money import Allowance, AllowanceExceeded
from chimera.core.prices import selectors as prices
from tests.model_peers import KEYS, Says, serving

WORST = 10_000


class Line(BaseModel, extra="forbid"):
    text: str
    more: list[str] = []


class Voice(Provider):
    """Answers what a test says, in order."""

    name = "voice"

    def __init__(self, name: str, *says: str | Why | Exception, cost: int = 3_000, takes_s: float = 0.0) -> None:
        self.name = name  # type: ignore[misc]
        self._says, self._cost, self._takes_s = list(says), cost, takes_s
        self.asked: list[Request] = []

    def worst_case_usd_micros(self, *, request: Request) -> int:
        return WORST

    def complete(self, *, request: Request, allowance: Allowance) -> Answer:
        self.asked.append(request)
        time.sleep(self._takes_s)
        say = self._says.pop(0) if len(self._says) > 1 else self._says[0]
        if isinstance(say, Exception):
            raise say
        made = {"provider": self.name, "model": "v-1", "offline": False, "cost_usd_micros": self._cost}
        if isinstance(say, Why):
            return Answer(value=None, failure=f"It is {say}.", why=say, **made)
        return Answer(value=Line(text=say), failure=None, origin=request.origin, **made)


QUESTION = Request(
    purpose="draft", tier="write", prompt="Say it.", prompt_hash="a" * 64, variables={"seed": 7}, schema=Line
)
DOWN = NoAnswer("It is away.", cost_usd_micros=500)


@pytest.fixture(autouse=True)
def fresh(db: None) -> Iterator[None]:
    for part in (costing, circuits):
        part.forget()
    yield
    for part in (costing, circuits):
        part.forget()


def held(amount: int = 100 * WORST) -> Allowance:
    return Allowance(hold_key="test", amount_usd_micros=amount)


def ask(*voices: Provider, recorder: Recorder | None = None, amount: int = 100 * WORST) -> Answer:
    return asking.ask(recorder=recorder or Recorder(), providers=voices, request=QUESTION, allowance=held(amount))


@pytest.mark.spec("GEN-1", "PLN-8")
def test_the_next_in_the_order_is_asked_when_one_is_down_or_takes_no_such_request() -> None:
    recorder = Recorder()
    first, second, third = Voice("a", DOWN), Voice("b", Why.REJECTED), Voice("c", "Hello.")
    answer = ask(first, second, third, recorder=recorder)
    assert answer.value == Line(text="Hello.")
    assert [(call.provider, call.why) for call in recorder.calls] == [("a", "down"), ("b", "rejected"), ("c", "")]
    assert recorder.cost_usd_micros == 500 + 3_000 + 3_000


@pytest.mark.spec("GEN-2")
@pytest.mark.parametrize("why", [Why.REFUSED, Why.CUT_OFF])
def test_nobody_else_is_asked_for_what_one_has_refused_or_cut_off(why: Why) -> None:
    other = Voice("b", "Hello.")
    assert ask(Voice("a", why), other).why == why
    assert other.asked == []


@pytest.mark.spec("GEN-2")
def test_one_misfit_in_all_is_repaired_with_what_was_wrong() -> None:
    voice, other = Voice("a", Why.MISFIT, DOWN), Voice("b", Why.MISFIT)
    assert ask(voice, other).why == Why.MISFIT
    assert len(voice.asked) == 2 and len(other.asked) == 1, "the repair was used up"
    assert voice.asked[1].prompt.startswith("Say it.\n") and "It is misfit." in voice.asked[1].prompt
    assert voice.asked[1].prompt_hash not in (voice.asked[0].prompt_hash, other.asked[0].prompt_hash)


@pytest.mark.spec("GOV-1")
def test_what_is_set_aside_is_enough_for_the_dearest_way_and_not_exceeded() -> None:
    voices = [Voice("a", Why.MISFIT, DOWN, cost=WORST), Voice("b", Why.MISFIT, cost=WORST)]
    whole = asking.worst_case_usd_micros(providers=voices, request=QUESTION)
    assert whole == 3 * WORST
    recorder = Recorder()
    assert ask(*voices, recorder=recorder, amount=whole).why == Why.MISFIT
    assert recorder.cost_usd_micros <= whole
    with pytest.raises(AllowanceExceeded):
        ask(Voice("a", "Hello."), amount=WORST - 1)


@pytest.mark.spec("PLN-11")
def test_the_others_are_tried_within_the_time_of_the_stage_only() -> None:
    late, other = Voice("a", DOWN, takes_s=0.3), Voice("b", "Hello.")
    with override_settings(MODEL_STAGE_S=1.2), pytest.raises(NoAnswer, match="It is away"):
        ask(late, other)
    assert other.asked == [], "less than a second was left"
    with override_settings(MODEL_STAGE_S=300.0, MODEL_TIMEOUT_S=400.0):
        ask(Voice("a", DOWN), other)
    assert other.asked[0].timeout_s is not None and 290 < other.asked[0].timeout_s <= 300


@pytest.mark.spec("PLN-8")
def test_when_nobody_answers_each_says_why_and_the_last_ones_outage_counts() -> None:
    with pytest.raises(Unavailable, match=r"It is away\. It is gone\.") as caught:
        ask(Voice("a", DOWN), Voice("b", NoAnswer("It is gone.")))
    assert caught.value.provider == "b"


@pytest.mark.spec("PLN-7")
def test_a_replay_passes_over_who_was_down_whoever_is_in_the_order_now(alpha: int) -> None:
    recorder = Recorder()
    ask(Voice("a", DOWN), Voice("b", "Hello."), recorder=recorder)
    again = Replayer(records=recorder.calls)
    assert ask(Voice("now", "never asked"), recorder=again).value == Line(text="Hello.")
    assert again.unasked == [] and again.refused == []
    away = Replayer(records=recorder.calls[:1])
    with pytest.raises(Unavailable, match="It is away"):
        ask(Voice("a", "x"), Voice("b", "x"), recorder=away)
    assert away.refused == []
    with pytest.raises(NotRecorded):
        ask(Voice("a", "x"), recorder=Replayer(records=[]))


@pytest.mark.spec("SAF-1", "GEN-2")
def test_what_a_model_made_of_outside_words_is_outside_words() -> None:
    origin = "Harbour Post in a model's words"
    plain = Answer(value=Line(text="a", more=["b"]), failure=None, provider="v", model="m", offline=False)
    assert plain.outside() == {"text": "a", "more": ["b"]}
    marked = Answer(**{**vars(plain), "origin": origin}).outside()
    assert marked == {"text": taint.Tainted("a", origin), "more": [taint.Tainted("b", origin)]}
    with pytest.raises(taint.TaintedSink, match="Harbour Post"):
        taint.refuse(marked, sink="A post")
    assert Answer(**{**vars(plain), "value": None, "failure": "no", "origin": origin}).outside() is None


ANTHROPIC = {"ANTHROPIC_API_KEY": KEYS["anthropic"]}
GOOGLE = {"GEMINI_API_KEY": KEYS["google"]}


@pytest.mark.spec("JDG-1")
def test_the_judges_seat_is_for_another_maker_than_the_writers() -> None:
    assert tiers.seat(writer="offline").first == tiers.NOBODY
    with override_settings(**ANTHROPIC):
        assert tiers.seat(writer="anthropic").providers == ()
        assert "anthropic wrote this" in tiers.seat(writer="anthropic").why
        for writer in ("offline", "operator", "google"):
            assert tiers.seat(writer=writer).first == "anthropic"
    with override_settings(**ANTHROPIC, **GOOGLE):
        assert tiers.seat(writer="anthropic").first == "google"
        assert tiers.seat(writer="google").first == "anthropic"
    behind = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "https://api.anthropic.com/v1"}
    with override_settings(**ANTHROPIC, **behind, MODEL_IDS={"openai": "claude-opus-5-5"}):
        assert tiers.seat(writer="anthropic").first == tiers.NOBODY, "the same maker behind another address"


@pytest.mark.spec("GEN-1")
def test_who_lacks_a_key_a_model_or_a_price_is_passed_over() -> None:
    assert tiers.names(tiers.ready(tier="write")) == "offline"
    assert not tiers.any_outside(tier="write")
    with override_settings(**ANTHROPIC, OPENAI_BASE_URL="http://127.0.0.1:1/v1"):
        assert tiers.names(tiers.ready(tier="write")) == "anthropic, then offline"
        assert "Name one: MODEL_IDS=openai" in _provider("openai").missing(tier="write")
    with override_settings(MODELS_BY_TIER={"write": ["google"]}):
        with pytest.raises(tiers.NobodyReady, match=r"manage\.py models"):
            tiers.ready(tier="write")
        assert usual.estimate_usd_micros(tier="write", tokens=(1, 1)) == 0


def _provider(name: str) -> Provider:
    return next(one for one in tiers.listed(tier="write") if one.name == name)


@pytest.mark.spec("GEN-7", "GEN-1")
def test_prices_and_models_hold_from_their_day_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for day, usd in ((datetime(2026, 12, 31, 23, 59, tzinfo=UTC), 750), (datetime(2027, 1, 1, tzinfo=UTC), 1_500)):
        monkeypatch.setattr(costing, "moment", lambda day=day: day)
        usage = costing.Usage(fresh=1_000)
        assert costing.cost_usd_micros(name="gemini-3.8-flash", usage=usage) == usd
    monkeypatch.setattr(costing, "moment", lambda: datetime(2026, 9, 1, tzinfo=UTC))
    with pytest.raises(costing.UnknownModel):
        costing.model(provider="google", tier="write")
    with pytest.raises(prices.UnknownPrice, match="before 2026-10-01"):
        costing.asked(name="gemini-3.8-flash")


@pytest.mark.spec("GOV-1")
def test_cached_tokens_without_a_discount_that_is_known_cost_what_fresh_ones_do() -> None:
    usage = costing.Usage(read=1_000)
    assert costing.cost_usd_micros(name="gemini-4-hydrogen", usage=usage) == 1_500


@pytest.mark.spec("GEN-1", "GOV-1")
def test_an_operators_own_prices_are_added_and_bad_ones_are_a_sentence(tmp_path: Path) -> None:
    own = tmp_path / "prices.toml"
    own.write_text(
        '[[prices]]\nof = "model:mine"\neffective_from = 2026-01-01\nsource = "my own machine"\nper = 1_000_000\n'
        'usd = { input_token = "0", output_token = "0" }\n'
    )
    mine = {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "MODEL_IDS": {"openai": "mine"}}
    with override_settings(**mine):
        assert "model:mine:input_token" in _provider("openai").missing(tier="write")
        with override_settings(PRICES_FILE=str(own)):
            assert _provider("openai").missing(tier="write") == ""
            assert prices.most_usd_micros(item="platform:x:post") == 15_000
        own.write_text("[[prices]]\n")
        for path in (own.with_name("gone.toml"), own.with_name("prices.toml")):
            with override_settings(PRICES_FILE=f"{path.parent}/./{path.name}"):
                with pytest.raises(prices.BadPrices, match="nothing was bought"):
                    prices.table()


def command(*words: str) -> str:
    out = io.StringIO()
    call_command("models", *words, stdout=out)
    return out.getvalue()


@pytest.mark.spec("GEN-1", "GEN-7")
def test_the_command_shows_the_order_the_price_and_what_is_missing_and_never_a_key() -> None:
    assert "The model judge's seat is empty" in command()
    assert "Nobody has a key, so nobody was called" in command("--check")
    with override_settings(**ANTHROPIC, **GOOGLE):
        shown = command()
        found: dict[str, Any] = json.loads(command("--json").splitlines()[-1])
    assert found["judge"] == "What anthropic writes is judged by google."
    lines = {(line["tier"], line["provider"]): line for line in found["models"]}
    first = lines["write", "anthropic"]
    assert (first["model"], first["input_usd"], first["output_usd"]) == ("claude-sonnet-5-5", "2", "10")
    assert first["asked_first"] and first["missing"] == "" and first["price_from"] == "2026-10-07"
    assert lines["write", "openai"]["missing"].startswith("No key and no address")
    assert [line["provider"] for line in found["models"] if line["asked_first"]] == [
        "anthropic",
        "anthropic",
        "google",
        "google",
    ]
    for text in (shown, json.dumps(found)):
        assert not any(key in text for key in KEYS.values())


@pytest.mark.spec("GEN-1")
def test_the_command_calls_each_once_and_fails_when_one_does_not_answer() -> None:
    hello = Says('{"greeting": "Hello."}')
    with serving() as peer, override_settings(**peer.settings("anthropic", "google")):
        peer.says("anthropic", hello)
        peer.says("google", hello)
        found = json.loads(command("--check", "--json").splitlines()[-1])
        assert all(one["works"] and one["cost_usd_micros"] > 0 for one in found["checked"])
        assert len({(one["provider"], one["model"]) for one in found["checked"]}) == len(found["checked"]) == 6
        peer.says("google", Says(how="status", status=401))
        with pytest.raises(CommandError, match="Not every provider answered"):
            command("--check")
