"""Pictures in a question: how each vendor is sent them, what they may cost, and what is kept of them. GEN-1, GEN-4."""

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from PIL import Image

from chimera.core import registry
from chimera.core.calls.replay import NotRecorded, Replayer
from chimera.core.calls.services import Recorder
from chimera.core.llm import costing, pictures, roles, tiers
from chimera.core.llm.base import Provider, Request, Why
from chimera.core.llm.pictures import BadPictures
from chimera.core.llm.schemas import Likeness
from chimera.core.llm.vendor import CUT_MARK
from chimera.core.money import Allowance
from tests.core.test_providers import DAY, VENDORS
from tests.model_peers import Peer, Says, serving

PLENTY = Allowance(hold_key="test", amount_usd_micros=10_000_000)
SAYS = Says(json.dumps({"likeness": 71, "reason": "The hair is longer."}))
RULES = f"Look.\n{CUT_MARK}"


def drawn(colour: str, form: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(written, format=form)
    return written.getvalue()


RED, BLUE = drawn("red"), drawn("blue", "JPEG")


@pytest.fixture(scope="module")
def server() -> Iterator[Peer]:
    with serving() as peer:
        yield peer


@pytest.fixture
def peer(server: Peer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    monkeypatch.setattr(costing, "moment", lambda: DAY)
    server.asked.clear()
    for vendor in VENDORS:
        server.says(vendor, SAYS)
    with override_settings(**server.settings(*VENDORS), MODEL_TIMEOUT_S=10.0):
        yield server


def question(*shown: bytes, **changes: Any) -> Request:
    said: dict[str, Any] = {
        "purpose": "likeness",
        "tier": "judge",
        "prompt": f"{RULES}Is it she?",
        "prompt_hash": "a" * 64,
        "variables": {"references": 1},
        "schema": Likeness,
        "origin": "a model that was shown pictures",
        "pictures": tuple(pictures.of(one) for one in shown),
    }
    return Request(**{**said, **changes})


def provider(vendor: str) -> Provider:
    return registry.get("MODELS", vendor, Provider)


@pytest.mark.spec("GEN-1", "GEN-4")
@pytest.mark.parametrize("vendor", VENDORS)
def test_pictures_arrive_as_the_vendor_wants_them_before_the_words_about_them(peer: Peer, vendor: str) -> None:
    answer = provider(vendor).complete(request=question(RED, BLUE), allowance=PLENTY)
    assert answer.value == Likeness(likeness=71, reason="The hair is longer.")
    (body,) = peer.of(vendor)
    kinds = ("image/png", "image/jpeg")
    if vendor == "anthropic":
        *seen, words = body["messages"][0]["content"]
        assert words == {"type": "text", "text": "Is it she?"} and body["system"][0]["text"] == "Look.\n"
        assert [(one["type"], one["source"]["type"]) for one in seen] == [("image", "base64")] * 2
        found = [(one["source"]["media_type"], one["source"]["data"]) for one in seen]
    elif vendor == "google":
        *seen, words = body["contents"][0]["parts"]
        assert words == {"text": "Is it she?"} and body["contents"][0]["role"] == "user"
        # Its package writes the protocol's own name of the field; the server reads both.
        found = [(one["inlineData"]["mime_type"], one["inlineData"]["data"]) for one in seen]
    else:
        *seen, words = body["messages"][1]["content"]
        assert words == {"type": "text", "text": "Is it she?"}
        assert {one["type"] for one in seen} == {"image_url"}
        uris = [one["image_url"]["url"] for one in seen]
        assert all(uri.startswith("data:image/") for uri in uris)
        found = [tuple(uri.removeprefix("data:").split(";base64,")) for uri in uris]
    assert tuple(kind for kind, _ in found) == kinds
    # Google's package writes the alphabet of addresses; its server reads both.
    sent = [base64.b64decode(text.replace("-", "+").replace("_", "/")) for _, text in found]
    assert sent == [RED, BLUE]


@pytest.mark.spec("GEN-1", "GOV-1")
@pytest.mark.parametrize("vendor", VENDORS)
def test_each_picture_is_in_the_worst_case_whatever_its_size(peer: Peer, vendor: str) -> None:
    def worst(*shown: bytes) -> int:
        return provider(vendor).worst_case_usd_micros(request=question(*shown))

    name = costing.model(provider=vendor, tier="judge").model
    reading, _ = costing.asked(name=name)
    least = pictures.TOKENS_MAX * reading.usd_nanos // reading.per // 1_000
    assert worst(RED) - worst() >= least > 0
    assert worst(RED, BLUE) - worst(RED) >= least
    assert worst(RED) == worst(drawn("red", "JPEG")), "what it shows costs nothing"
    # An answer without usage counts as paid in full, and is never more than was held.
    assert provider(vendor).complete(request=question(RED), allowance=PLENTY).cost_usd_micros < worst(RED)


@pytest.mark.spec("GEN-1")
def test_pictures_are_few_small_and_of_a_known_form() -> None:
    with pytest.raises(BadPictures, match="at most 5 pictures at a time, not 6"):
        question(*[RED] * 6)
    with pytest.raises(BadPictures, match="at most 4194304 bytes together"):
        question(RED + b"\0" * (pictures.BYTES_MAX - len(RED) + 1))
    assert len(question(*[RED] * 5).pictures) == 5
    for content in (b"", b"GIF89a", b"<svg/>"):
        with pytest.raises(BadPictures, match="PNG or JPEG"):
            pictures.of(content)
    assert "\\x89PNG" not in repr(question(RED)), "no log shows them"


@pytest.mark.spec("SAF-1")
def test_only_whoever_judges_likeness_is_shown_pictures() -> None:
    roles.require(request=question(RED))
    for purpose, tier, variables in (("draft", "write", {}), ("judge", "judge", {}), ("plan", "plan", {})):
        asked = question(RED, purpose=purpose, tier=tier, variables=variables, origin="")
        with pytest.raises(roles.OutOfRole, match="is shown no pictures"):
            roles.require(request=asked)
    with pytest.raises(roles.OutOfRole, match="may not show its model wish"):
        roles.require(request=question(RED, variables={"wish": "x"}))


@pytest.mark.spec("GEN-1", "GEN-4")
@pytest.mark.parametrize("purpose", ["likeness", "draft"])
def test_the_offline_writer_never_says_what_it_has_not_seen(purpose: str) -> None:
    offline = provider("offline")
    answer = offline.complete(request=question(RED, purpose=purpose), allowance=PLENTY)
    assert answer.value is None and answer.failure and "sees no pictures" in answer.failure
    assert not offline.sees and all(provider(vendor).sees for vendor in VENDORS)


@pytest.mark.spec("GEN-4")
def test_whoever_drew_a_picture_does_not_judge_it_while_another_can(peer: Peer) -> None:
    def who(drawer: str, judges: list[str]) -> list[str]:
        with override_settings(MODELS_BY_TIER={**settings.MODELS_BY_TIER, "judge": judges}):
            return [one.name for one in tiers.lookers(drawer=drawer)]

    assert who("", ["google", "anthropic", "offline"]) == ["google", "anthropic"]
    assert who("google", ["google", "anthropic"]) == ["anthropic"]
    assert who("google", ["google", "offline"]) == ["google"], "rather itself than nobody: it can only lower a score"
    assert who("", ["offline"]) == []
    with override_settings(ANTHROPIC_API_KEY="", GEMINI_API_KEY="", OPENAI_API_KEY="", OPENAI_BASE_URL=""):
        assert who("", ["google", "anthropic", "openai", "offline"]) == []


@pytest.mark.spec("GEN-1", "PLN-7")
def test_of_a_picture_its_hash_is_kept_and_a_replay_compares_it(peer: Peer, db: None) -> None:
    recorder = Recorder()
    recorder.ask(provider=provider("google"), request=question(RED, BLUE), allowance=PLENTY)
    (kept,) = recorder.calls
    hashes = [hashlib.sha256(one).hexdigest() for one in (RED, BLUE)]
    assert kept.request["pictures"] == hashes
    written = json.dumps(kept.request)
    assert base64.b64encode(RED).decode()[:40] not in written and "content" not in written
    recorder.ask(provider=provider("google"), request=question(purpose="hello"), allowance=PLENTY)
    assert "pictures" not in recorder.calls[1].request, "other questions are kept as ever"

    def again(request: Request) -> int:
        found = Replayer(records=[kept]).ask(provider=provider("openai"), request=request, allowance=PLENTY)
        assert isinstance(found.value, Likeness) and found.why != Why.DOWN
        return found.value.likeness

    count = len(peer.asked)
    assert again(question(RED, BLUE)) == 71
    named = Replayer(records=[kept]).shown(seat="likeness")
    assert [one.sha256 for one in named] == hashes and not any(one.content for one in named)
    assert again(question(pictures=named)) == 71
    assert Replayer(records=[kept]).shown(seat="draft") == () == Recorder().shown(seat="likeness")
    for other in (question(BLUE, RED), question()):
        with pytest.raises(NotRecorded, match="the request differs in"):
            again(other)
    assert len(peer.asked) == count, "nobody was asked again"
