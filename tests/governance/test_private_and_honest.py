"""No post goes out that claims to be human or carries somebody's private things. SAF-2, SAF-3."""

import copy
from typing import Any

import pytest

from chimera.core import registry
from governance.policies.base import Finding, Outcome, Policy
from governance.policies.rules.honesty import Honesty
from governance.policies.rules.private import Private
from tests.governance.test_rules import SNAPSHOT


def check(policy: Policy, text: str, *, alt: str = "", soul: dict[str, Any] | None = None) -> Finding:
    snapshot = copy.deepcopy(SNAPSHOT)
    snapshot["payload"]["text"] = text
    snapshot["payload"]["media"] = [{"sha256": "0" * 64, "alt": alt}] if alt else []
    snapshot["soul"] = {**snapshot["soul"], **(soul or {})}
    return policy.check(snapshot=snapshot)


@pytest.mark.spec("SAF-3")
def test_a_claim_to_be_human_is_blocked_with_its_words() -> None:
    found = check(Honesty(), "Morning, all. I'm a real person, promise. More at noon.")
    assert found.outcome == Outcome.BLOCK and "a real person" in found.span
    assert check(Honesty(), "The sea is calm.", alt="A selfie: no, I'm not a bot.").outcome == Outcome.BLOCK
    name = SNAPSHOT["soul"]["name"]
    assert check(Honesty(), f"{name} is a real human.").outcome == Outcome.BLOCK
    assert check(Honesty(), f"{name} is a virtual character. A real person counted the seals.").outcome == Outcome.PASS


@pytest.mark.spec("SAF-2")
@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Ask Ida at ida.k@posteo.de about it.", "ida.k@posteo.de"),
        ("Ida lives at 12 Oak Street, Springfield, IL 62704.", "12 Oak Street, Springfield, IL 62704"),
        ("Her number: +49 171 2345678", "+49 171 2345678"),
        ("Pay to DE89 3704 0044 0532 0130 00 please", "DE89 3704 0044 0532 0130 00"),
        ("Card 4111 1111 1111 1111 works", "4111 1111 1111 1111"),
        ("The key is AKIAIOSFODNN7EXAMPLE, oops", "AKIAIOSFODNN7EXAMPLE"),
    ],
)
def test_a_post_with_somebodys_private_things_is_blocked_and_the_place_is_marked(text: str, span: str) -> None:
    found = check(Private(), text)
    assert (found.outcome, found.span) == (Outcome.BLOCK, span)
    assert span not in found.reason, "the reason goes into the record"
    assert check(Private(), "Look.", alt=text).outcome == Outcome.BLOCK


def test_the_contact_that_the_soul_names_may_go_out_but_never_a_key() -> None:
    own = {"backstory": "Write to hello@rosie.example.", "directives": ["Never share AKIAIOSFODNN7EXAMPLE"]}
    assert check(Private(), "Write to hello@rosie.example any time.", soul=own).outcome == Outcome.PASS
    assert check(Private(), "Write to ida@rosie.example any time.", soul=own).outcome == Outcome.BLOCK
    assert check(Private(), "It is AKIAIOSFODNN7EXAMPLE.", soul=own).outcome == Outcome.BLOCK
    assert check(Private(), "1,204 seals on 2026-11-20, up from 1,100.").outcome == Outcome.PASS


def test_both_are_among_the_rules_of_the_judge() -> None:
    assert {"honesty", "private"} <= set(registry.names("POLICIES"))
