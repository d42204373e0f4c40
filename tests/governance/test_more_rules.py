"""Rules on who paid, where links lead, what a persona claims, when it speaks, what the fleet said. SAF-3 to 7."""

import copy
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest

from agents.personas import soul as souls
from governance.policies.base import Finding, Outcome, Policy
from governance.policies.domains import is_domain, links
from governance.policies.engine import judge
from governance.policies.hours import Blackout, Quiet, opening
from governance.policies.rules.disclosure import Disclosure
from governance.policies.rules.experience import Experience, claim
from governance.policies.rules.fleet import FleetSimilarity
from governance.policies.rules.forbidden import ForbiddenTopics
from governance.policies.rules.links import Links
from governance.policies.rules.model_judge import ModelJudge
from governance.policies.rules.sensitive import SensitiveTopics
from governance.policies.rules.timing import Timing
from tests.governance.first_person import CLAIMS, NOT_CLAIMS
from tests.governance.test_rules import SNAPSHOT

PASS, ESCALATE, BLOCK = Outcome.PASS, Outcome.ESCALATE, Outcome.BLOCK
RULES = SNAPSHOT["rules"]


def check(policy: Policy, text: str | None = None, *, payload: dict[str, Any] | None = None, **parts: Any) -> Finding:
    snapshot = copy.deepcopy(SNAPSHOT)
    snapshot["payload"].update(payload or {})
    if text is not None:
        snapshot["payload"]["text"] = text
    for name, value in parts.items():
        snapshot[name] = {**snapshot[name], **value}
    return policy.check(snapshot=snapshot)


# What a virtual character never did.


@pytest.mark.spec("SAF-3")
@pytest.mark.parametrize("text", CLAIMS)
def test_a_claim_of_use_is_blocked_and_shown(text: str) -> None:
    finding = check(Experience(), f"New in the shops. {text}")
    assert finding.outcome == BLOCK, text
    assert finding.span and finding.span in f"New in the shops. {text}"


@pytest.mark.spec("SAF-3")
@pytest.mark.parametrize("text", NOT_CLAIMS)
def test_what_claims_no_use_is_let_through(text: str) -> None:
    assert check(Experience(), text).outcome == PASS, claim(text)


def test_no_persona_of_the_demo_claims_use_in_its_own_lines() -> None:
    for path in sorted((Path(__file__).parents[2] / "demo" / "souls").glob("*.md")):
        voice = souls.parse(path.read_bytes(), origin=path.name).front.voice
        assert [line for line in (*voice.openers, *voice.asides, *voice.closers) if claim(line)] == []


def test_the_description_of_an_image_claims_nothing_either() -> None:
    assert check(Experience(), payload={"media": [{"sha256": "a" * 64, "alt": "I tried it."}]}).span == "I tried it"


# Who paid.


@pytest.mark.spec("SAF-5")
@pytest.mark.parametrize("kind", ["paid", "gifted", "affiliate", "own"])
def test_work_that_somebody_paid_for_is_marked_where_people_see_it(kind: str) -> None:
    marked = {"sponsorship": kind}
    assert check(Disclosure(), "A kettle. " * 3, payload=marked).outcome == BLOCK
    assert check(Disclosure(), "#ad A kettle.", payload=marked).outcome == PASS
    assert check(Disclosure(), "Ad: a kettle.", payload=marked).outcome == PASS
    late = "A kettle that sings in the morning, in the evening and in the middle of the night too. #ad"
    finding = check(Disclosure(), late, payload=marked)
    assert (finding.outcome, finding.span) == (BLOCK, "#ad")
    for hidden in ("#adventure kettle", "#admin", "An ad for nobody", "Adam has a kettle", "#kettle#ad"):
        assert check(Disclosure(), hidden, payload=marked).outcome == BLOCK, hidden


@pytest.mark.spec("SAF-5")
def test_the_platforms_own_field_is_asked_for_where_it_has_one() -> None:
    field = {"sponsor_field": "paid_partnership"}
    finding = check(Disclosure(), "#ad A kettle.", payload={"sponsorship": "paid"}, limits=field)
    assert (finding.outcome, finding.about) == (BLOCK, "")
    both = {"sponsorship": "paid", "paid_partnership": True}
    assert check(Disclosure(), "#ad A kettle.", payload=both, limits=field).outcome == PASS


@pytest.mark.spec("SAF-5")
@pytest.mark.parametrize(
    "text",
    ["#ad Buy it.", "Use my code BEA10.", "15% with promo code BEA.", "A paid partnership.", "Sponsored by Tessel.",
     "In partnership with Tessel.", "Gifted by Tessel.", "#sponsored", "My affiliate link below."],
)  # fmt: skip
def test_what_advertises_cannot_say_that_nobody_paid(text: str) -> None:
    assert check(Disclosure(), text).outcome == BLOCK
    assert check(Disclosure(), "The zip code of Orlowe, a dress code, an adder.").outcome == PASS


def test_a_kind_of_sponsorship_that_nobody_knows_is_blocked() -> None:
    assert check(Disclosure(), payload={"sponsorship": "friendly"}).outcome == BLOCK


@pytest.mark.spec("SAF-7", "SAF-5")
def test_a_link_that_earns_money_needs_a_disclosure() -> None:
    rules = {"affiliate_domains": ["shop.example.org"]}
    text = "Kettles at https://shop.example.org/k?tag=bea"
    assert check(Links(), text, rules=rules).outcome == PASS
    assert check(Disclosure(), text, rules=rules).outcome == BLOCK
    assert check(Disclosure(), f"#ad {text}", rules=rules, payload={"sponsorship": "affiliate"}).outcome == PASS


# Where links lead.


@pytest.mark.spec("SAF-7")
@pytest.mark.parametrize(
    "text",
    ["See https://evil.example.net/x", "See http://example.org@evil.net/", "See evil.com", "www.evil.co.uk now",
     "See example.org.evil.net", "Go to evil dot com", "evil[.]com/path is evil (dot) com", "http://10.0.0.1/x",
     "ехаmple.org/x", "HTTPS : // evil.io", "notexample.org", "bit.ly/3xyz", "http://[::1]/"],
)  # fmt: skip
def test_a_link_to_somewhere_else_is_blocked_and_shown(text: str) -> None:
    finding = check(Links(), text, rules={"link_domains": ["example.org"]})
    assert finding.outcome == BLOCK, list(links(text))
    assert finding.span


@pytest.mark.spec("SAF-7")
@pytest.mark.parametrize(
    "text", ["https://example.org/a.", "(www.example.org)", "EXAMPLE.ORG/x", "https://a.b.example.org?q=1", "No link."]
)
def test_a_link_to_an_allowed_domain_or_below_it_goes_out(text: str) -> None:
    assert check(Links(), text, rules={"link_domains": ["example.org"]}).outcome == PASS, list(links(text))


def test_what_only_looks_like_a_link_is_none() -> None:
    for text in ("U.S. trains at 9.30, 3.5 of them.", "He said so.Then he left.", "v1.2.3 of e.g. this", "a@b"):
        assert list(links(text)) == [], text
    assert check(Links(), "https://lamps.example.org", soul={"links": ["lamps.example.org"]}).outcome == PASS


def test_a_domain_is_written_without_scheme_path_or_capitals() -> None:
    assert is_domain("shop.example.org")
    for wrong in ("https://x.org", "X.org", "x.org/", "x", "", "10.0.0.1", "*.x.org", "пример.рф"):
        assert not is_domain(wrong), wrong


# Topics of a brand and of a soul.


def test_a_brand_forbids_topics_beside_the_soul_and_an_ending_may_be_open() -> None:
    brand = {"forbidden_topics": ["glue", "tessel*"]}
    assert check(ForbiddenTopics(), "No glue here.", rules=brand).reason == "The brand forbids the topic 'glue'."
    assert check(ForbiddenTopics(), "Tessels are phones.", rules=brand).span == "Tessels"
    assert check(ForbiddenTopics(), "Igloo, glued.", rules=brand).outcome == PASS
    alt = {"media": [{"sha256": "a" * 64, "alt": "A pot of glue."}]}
    assert check(ForbiddenTopics(), payload=alt, rules=brand).span == "glue"


@pytest.mark.spec("JDG-4")
def test_a_brand_and_a_soul_have_sensitive_topics_of_their_own() -> None:
    finding = check(SensitiveTopics(), "A power cut in Orlowe.", rules={"sensitive_topics": ["power cut"]})
    assert (finding.outcome, finding.span) == (ESCALATE, "power cut")
    assert check(SensitiveTopics(), "A strike.", soul={"sensitive_topics": ["strike*"]}).outcome == ESCALATE


# When.

NIGHT = Quiet(begin=time(22), end=time(7), zone="Europe/Prague", whose="the persona")
NOON = Quiet(begin=time(12), end=time(13), zone="UTC", whose="the brand")


@pytest.mark.spec("JDG-1")
@pytest.mark.parametrize(
    ("now", "goes_out"),
    [
        ("2026-11-28T20:59:59", "2026-11-28T20:59:59"),
        ("2026-11-28T21:00:00", "2026-11-29T06:00:00"),
        ("2026-11-29T05:59:59", "2026-11-29T06:00:00"),
        ("2026-11-29T06:00:00", "2026-11-29T06:00:00"),
        ("2026-07-01T20:30:00", "2026-07-02T05:00:00"),  # summer time
    ],
)
def test_quiet_hours_are_kept_on_the_clock_of_their_zone(now: str, goes_out: str) -> None:
    found = opening(now=datetime.fromisoformat(now).replace(tzinfo=UTC), silences=[NIGHT])
    assert found.at == datetime.fromisoformat(goes_out).replace(tzinfo=UTC)
    assert bool(found.why) == (now != goes_out)


def test_silences_that_follow_each_other_are_all_waited_for() -> None:
    at = datetime(2026, 11, 29, 5, tzinfo=UTC)
    blackout = Blackout(begin=datetime(2026, 11, 29, 6, tzinfo=UTC), end=datetime(2026, 11, 29, 12, 30, tzinfo=UTC))
    found = opening(now=at, silences=[NIGHT, NOON, blackout])
    assert found.at == datetime(2026, 11, 29, 13, tzinfo=UTC)
    assert "the persona" in found.why and "the brand's blackout" in found.why and "the brand (12:00" in found.why


@pytest.mark.spec("JDG-1")
def test_waiting_is_no_flaw_but_a_trend_that_is_over_by_then_is() -> None:
    waits = {"goes_out": "2026-11-29T06:00:00+00:00", "why": "the quiet hours"}
    alive = check(Timing(), schedule=waits, trend={"expires_at": "2026-11-29T06:00:01+00:00"})
    assert (alive.outcome, "it goes out at 2026-11-29 06:00 UTC" in alive.reason) == (PASS, True)
    over = check(Timing(), schedule=waits, trend={"expires_at": "2026-11-29T06:00:00+00:00"})
    assert (over.outcome, over.about) == (BLOCK, "")
    assert check(Timing(), schedule=waits, trend={"expires_at": None}).outcome == PASS


# What the fleet has said.


@pytest.mark.spec("SAF-4")
def test_what_the_fleet_has_said_is_blocked_without_a_word_of_it() -> None:
    text = {"similarity_bp": 9_600, "own": False, "day": "2026-11-20"}
    finding = check(FleetSimilarity(), fleet={"text": text})
    assert finding.outcome == BLOCK
    assert "another brand" in finding.reason and "2026-11-20" in finding.reason and "96.0%" in finding.reason
    near = check(FleetSimilarity(), fleet={"text": {**text, "similarity_bp": 9_599}})
    assert near.outcome == PASS and "96.0% alike" in near.reason
    image = {"bits": 32, "own": True, "day": "2026-11-20"}
    finding = check(FleetSimilarity(), fleet={"image": image})
    assert (finding.outcome, finding.about) == (BLOCK, "image") and "this brand" in finding.reason
    assert check(FleetSimilarity(), fleet={"image": {**image, "bits": 33}}).outcome == PASS
    assert "to the last bit" in check(FleetSimilarity(), fleet={"image": {**image, "bits": 0}}).reason


# The seat of a model.


@pytest.mark.spec("JDG-1", "JDG-3")
def test_an_empty_seat_is_offline_and_has_no_part_in_the_composite() -> None:
    verdict = judge(snapshot=SNAPSHOT, policies=[ModelJudge()])
    assert (verdict.composite_bp, verdict.parts) == (None, {})
    assert verdict.findings[0].reason.startswith("Offline:")


@pytest.mark.spec("JDG-1", "JDG-3")
def test_a_model_in_the_seat_scores_and_one_that_is_silent_or_judges_itself_escalates() -> None:
    seat = {"provider": "google", "writer": "anthropic"}
    opinion = {"score_bp": 8_000, "reason": "Reads well.", "span": "café"}
    spoke = check(ModelJudge(), model_judge={**seat, "opinion": opinion})
    assert (spoke.outcome, spoke.score_bp, spoke.span) == (PASS, 8_000, "café")
    for silent in (None, {}, {"score_bp": "high", "reason": ""}):
        assert check(ModelJudge(), model_judge={**seat, "opinion": silent}).outcome == ESCALATE
    own = check(ModelJudge(), model_judge={"provider": "google", "writer": "google", "opinion": opinion})
    assert (own.outcome, own.score_bp) == (ESCALATE, None)


# An objection that nobody can mend.


@pytest.mark.spec("JDG-3")
def test_an_objection_to_a_step_that_the_plan_does_not_have_escalates() -> None:
    class Odd(Policy):
        name = "odd"

        def check(self, *, snapshot: Any) -> Finding:
            return self.finding(BLOCK, "Wrong.", about=snapshot["about"])

    def judged(**snapshot: Any) -> list[str]:
        found = judge(snapshot=snapshot, policies=[Odd()]).findings
        return [f"{one.policy}:{one.outcome.name}" for one in found]

    assert judged(about="clip", steps=["draft", "image"]) == ["odd:BLOCK", "engine:ESCALATE"]
    assert judged(about="draft", steps=["draft"]) == ["odd:BLOCK"]
    assert judged(about="", steps=["draft"]) == ["odd:BLOCK"]
    assert judged(about="clip") == ["odd:BLOCK"], "a plan that is not told has no steps to miss"
