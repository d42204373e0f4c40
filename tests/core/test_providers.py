"""The vendors' own packages against a local server that speaks their wire: every way a call can end. GEN-1, GEN-2."""

import json
import logging
import os
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import override_settings

from chimera.core import registry
from chimera.core.llm import costing, shape, wire
from chimera.core.llm.base import Answer, NoAnswer, Provider, Request, Why
from chimera.core.llm.schemas import Draft
from chimera.core.llm.vendor import CUT_MARK
from chimera.core.money import Allowance, AllowanceExceeded
from chimera.core.prices.selectors import UnknownPrice
from tests.model_peers import KEYS, Peer, Says, serving

VENDORS = ("anthropic", "google", "openai")
DAY = datetime(2026, 11, 28, 12, tzinfo=UTC)
FITS = {
    "text": "The clock at Vell runs again, via Harbour Post.",
    "poster_title": "Running again",
    "poster_kicker": "Clocks",
    "alt_text": "A poster.",
    "citations": [0],
}
GOOD = Says(json.dumps(FITS))
# 60 read afresh, 40 from a cache, 50 written; each part is rounded up to a micro of a dollar.
COSTS = {"anthropic": 120 + 4 + 500, "google": 45 + 3 + 188, "openai": 45 + 3 + 188}
PLENTY = Allowance(hold_key="test", amount_usd_micros=10_000_000)


@pytest.fixture(scope="module")
def server() -> Iterator[Peer]:
    with serving() as peer:
        yield peer


@pytest.fixture
def peer(server: Peer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    monkeypatch.setattr(costing, "moment", lambda: DAY)
    server.asked.clear()
    with override_settings(**server.settings(*VENDORS), MODEL_TIMEOUT_S=10.0):
        yield server


def question(**changes: Any) -> Request:
    said: dict[str, Any] = {
        "purpose": "draft",
        "tier": "write",
        "prompt": f"You are Ada.\n{CUT_MARK}Write.",
        "prompt_hash": "a" * 64,
        "variables": {},
        "schema": Draft,
        "origin": "Harbour Post in a model's words",
    }
    return Request(**{**said, **changes})


def provider(vendor: str) -> Provider:
    return registry.get("MODELS", vendor, Provider)


def ask(vendor: str, **changes: Any) -> Answer:
    return provider(vendor).complete(request=question(**changes), allowance=PLENTY)


def fails(vendor: str, **changes: Any) -> NoAnswer:
    with pytest.raises(NoAnswer) as caught:
        ask(vendor, **changes)
    assert KEYS[vendor] not in str(caught.value)
    return caught.value


def worst(vendor: str) -> int:
    return provider(vendor).worst_case_usd_micros(request=question())


@pytest.mark.spec("GEN-1", "GEN-2")
@pytest.mark.parametrize("vendor", VENDORS)
def test_an_answer_is_a_value_with_its_tokens_and_its_exact_price(peer: Peer, vendor: str) -> None:
    peer.says(vendor, GOOD)
    answer = ask(vendor)
    assert answer.value == Draft(**FITS)
    assert (answer.failure, answer.why, answer.offline, answer.provider) == (None, "", False, vendor)
    assert (answer.input_tokens, answer.cache_read_tokens, answer.output_tokens) == (100, 40, 50)
    assert answer.cost_usd_micros == COSTS[vendor] <= worst(vendor)


@pytest.mark.spec("GEN-2")
@pytest.mark.parametrize("vendor", VENDORS)
def test_the_schema_and_what_is_the_same_for_many_calls_are_sent_as_the_vendor_wants_them(
    peer: Peer, vendor: str
) -> None:
    peer.says(vendor, GOOD)
    ask(vendor)
    body = peer.of(vendor)[0]
    if vendor == "anthropic":
        sent, system = body["output_config"]["format"]["schema"], body["system"][0]
        assert (system["text"], system["cache_control"]["type"]) == ("You are Ada.\n", "ephemeral")
        assert body["messages"] == [{"role": "user", "content": "Write."}]
        limit = body["max_tokens"]
    elif vendor == "google":
        sent = body["generationConfig"]["responseJsonSchema"]
        assert body["systemInstruction"]["parts"] == [{"text": "You are Ada.\n"}]
        limit = body["generationConfig"]["maxOutputTokens"]
    else:
        sent = body["response_format"]["json_schema"]["schema"]
        assert body["messages"][0] == {"role": "system", "content": "You are Ada.\n"}
        limit = body["max_tokens"]
    assert sent == shape.of(Draft)
    assert sent["required"] == list(FITS) and sent["additionalProperties"] is False
    assert limit == 1024 + 3_000


@pytest.mark.spec("GEN-2")
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"text": "x"}', "does not fit Draft: poster_title"),
        (json.dumps({**FITS, "citations": [-1]}), "does not fit Draft: citations.0"),
        (json.dumps({**FITS, "text": "a\x00b"}), "characters that are none"),
        ("Certainly! Here is your post.", "does not fit Draft: the whole"),
        ("", "does not fit Draft: the whole"),
        (json.dumps({**FITS, "text": "long " * 40_000}), "does not fit Draft: text"),
    ],
    ids=["missing", "limit", "nul", "prose", "empty", "200 kB"],
)
def test_an_answer_that_does_not_fit_is_a_value_and_was_paid(peer: Peer, vendor: str, text: str, says: str) -> None:
    peer.says(vendor, Says(text))
    answer = ask(vendor)
    assert (answer.value, answer.why) == (None, Why.MISFIT)
    assert answer.failure and says in answer.failure and len(answer.failure) < 260
    assert answer.cost_usd_micros == COSTS[vendor]


@pytest.mark.spec("GEN-2")
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(("how", "why"), [("refusal", Why.REFUSED), ("cut", Why.CUT_OFF)])
def test_a_refusal_and_a_cut_are_sentences_and_were_paid(peer: Peer, vendor: str, how: str, why: Why) -> None:
    peer.says(vendor, Says('{"text": "The clo', how=how))
    answer = ask(vendor)
    assert (answer.value, answer.why, answer.cost_usd_micros) == (None, why, COSTS[vendor])
    said = {Why.REFUSED: "refused to answer", Why.CUT_OFF: "was cut off"}[why]
    assert answer.failure and said in answer.failure
    assert len(peer.of(vendor)) == 1, "neither is tried again by itself"


@pytest.mark.spec("GEN-2")
@pytest.mark.parametrize("vendor", ["google", "openai"])
def test_what_a_filter_leaves_out_is_a_refusal(peer: Peer, vendor: str) -> None:
    peer.says(vendor, Says("", how="blocked"))
    assert ask(vendor).why == Why.REFUSED


@pytest.mark.spec("GEN-1", "PLN-8")
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("status", "says"),
    [
        (401, "refused the key (401); correct"),
        (402, "wants to be paid first"),
        (403, "refused the key (403)"),
        (404, "knows no model"),
        (408, "has too much to do (408)"),
        (409, "has too much to do (409)"),
        (429, "has too much to do (429)"),
        (500, "failed (500)"),
        (503, "failed (503)"),
        (529, "failed (529)"),
    ],
)
def test_an_outage_is_one_sentence_after_one_try_and_costs_nothing(
    peer: Peer, vendor: str, status: int, says: str
) -> None:
    peer.says(vendor, Says(how="status", status=status))
    error = fails(vendor)
    assert says in str(error) and error.cost_usd_micros == 0
    assert len(peer.of(vendor)) == 1, "the packages' own retries are off"


@pytest.mark.spec("GEN-1")
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_request_that_is_not_taken_is_a_value_without_the_key_that_the_vendor_quotes(peer: Peer, vendor: str) -> None:
    peer.says(vendor, Says(how="status", status=400))
    answer = ask(vendor)
    assert (answer.value, answer.why, answer.cost_usd_micros) == (None, Why.REJECTED, 0)
    assert answer.failure and "takes no such request (400): made up for a test" in answer.failure
    assert KEYS[vendor] not in answer.failure and "[key]" in answer.failure


@pytest.mark.spec("GEN-1", "GOV-1")
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("slow", "did not answer in time"),
        ("drip", "did not answer in time"),
        ("drop", "broke the connection off"),
        ("garbage", "no answer"),
        ("no_usage", ""),
    ],
)
def test_what_may_have_been_billed_counts_as_spent(peer: Peer, vendor: str, how: str, says: str) -> None:
    peer.let_go.clear()
    peer.says(vendor, Says(json.dumps(FITS), how=how))
    error = fails(vendor, timeout_s=0.4 if how in ("slow", "drip") else 10.0)
    peer.let_go.set()
    assert says in str(error)
    assert error.cost_usd_micros == worst(vendor) > 0


@pytest.mark.spec("GEN-1")
@pytest.mark.parametrize("vendor", VENDORS)
def test_an_answer_without_end_is_not_read_to_it(peer: Peer, vendor: str) -> None:
    peer.says(vendor, Says("x" * 300_000))
    with override_settings(MODEL_ANSWER_BYTES_MAX=250_000):
        assert "more than 250000 bytes" in str(fails(vendor))


@pytest.mark.spec("GOV-1")
@pytest.mark.parametrize("count", [-1, 0, 10**12])
def test_tokens_that_cannot_have_been_counted_cost_all_that_was_held(peer: Peer, count: int) -> None:
    usage = {"prompt_tokens": count, "completion_tokens": 50, "total_tokens": 1}
    peer.says("openai", Says(json.dumps(FITS), usage=usage))
    error = fails("openai")
    assert "did not say what the call cost" in str(error) and error.cost_usd_micros == worst("openai")


@pytest.mark.spec("GEN-1")
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_key_does_not_travel_to_where_a_redirect_leads(peer: Peer, vendor: str) -> None:
    peer.says(vendor, Says(how="elsewhere"))
    assert "answers from somewhere else (307)" in str(fails(vendor))
    assert len(peer.asked) == 1


@pytest.mark.spec("GEN-1")
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_server_that_is_not_there_costs_nothing(peer: Peer, vendor: str) -> None:
    gone = {"ANTHROPIC_BASE_URL": "http://127.0.0.1:9", "GEMINI_BASE_URL": "http://127.0.0.1:9"}
    with override_settings(**gone, OPENAI_BASE_URL="http://127.0.0.1:9/v1"):
        error = fails(vendor)
    assert "cannot be connected to" in str(error) and error.cost_usd_micros == 0


@pytest.mark.spec("GEN-1")
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_planted_key_is_in_no_log_and_no_error(peer: Peer, vendor: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for say in (GOOD, Says(how="status", status=500), Says(how="status", status=401), Says(how="garbage")):
        peer.says(vendor, say)
        try:
            ask(vendor)
        except NoAnswer as error:
            chain: BaseException | None = error
            while chain is not None:
                assert KEYS[vendor] not in repr(chain)
                chain = chain.__cause__
    assert KEYS[vendor] not in caplog.text
    assert KEYS[vendor] not in repr(vars(provider(vendor)))


@pytest.mark.spec("GOV-1")
@pytest.mark.parametrize("vendor", VENDORS)
def test_nothing_is_sent_that_could_cost_more_than_is_held_or_that_has_no_price(peer: Peer, vendor: str) -> None:
    with pytest.raises(AllowanceExceeded):
        provider(vendor).complete(
            request=question(), allowance=Allowance(hold_key="test", amount_usd_micros=worst(vendor) - 1)
        )
    with override_settings(MODEL_IDS={vendor: "nobody-knows-1"}):
        with pytest.raises(UnknownPrice, match="model:nobody-knows-1:input_token"):
            ask(vendor)
        assert "nobody-knows-1" in provider(vendor).missing(tier="write")
    with pytest.raises(costing.TooLong):
        ask(vendor, prompt="x" * 120_000)
    assert peer.asked == []


@pytest.mark.spec("GEN-1")
@pytest.mark.parametrize("vendor", VENDORS)
def test_the_client_is_made_once_and_a_forked_child_makes_its_own(peer: Peer, vendor: str) -> None:
    peer.says(vendor, GOOD)
    ask(vendor), ask(vendor)
    before = {key: id(client) for key, client in wire._made.items() if key[0] == vendor and peer.url in key[2]}
    assert len(before) == 1
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on: other threads live, and none is in the way
        child = os.fork()
    if child == 0:  # no assertion in here: nobody would see it
        said = b"other" if not wire._made else b"same"
        try:
            said += b" works" if ask(vendor).value else b" fails"
        finally:
            os.write(writing, said)
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 100) == b"other works"
    os.close(reading), os.close(writing)
    assert ask(vendor).value is not None, "the parent's connection is still its own"
    assert {key: id(client) for key, client in wire._made.items() if key in before} == before
