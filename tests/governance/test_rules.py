"""The judge's rules: what passes, what does not, and the words that are to blame. JDG-1, JDG-4, SAF-6, PUB-2."""

import copy
from typing import Any

import pytest

from chimera import switchboard
from chimera.core import registry
from governance.policies.base import Finding, Outcome, Policy
from governance.policies.rules.craft import Craft
from governance.policies.rules.duplicates import Duplicates
from governance.policies.rules.forbidden import ForbiddenTopics
from governance.policies.rules.grounding import Grounding
from governance.policies.rules.label import AiLabel
from governance.policies.rules.limits import PlatformLimits
from governance.policies.rules.relevance import Relevance
from governance.policies.rules.sensitive import SensitiveTopics
from governance.policies.rules.sensitive_words import WORDS
from governance.policies.rules.voice import Voice

PASS, ESCALATE, BLOCK = Outcome.PASS, Outcome.ESCALATE, Outcome.BLOCK
GOOD = (
    "The repair café in Orlowe just mended its 1,000th toaster, says the Harbour Post. "
    "“Most of them only needed a new fuse,” said volunteer Hettie Lamb. I like that very much."
)
FACT = (
    "The repair café in Orlowe has mended its 1,000th toaster since it opened in 2019. “Most of them only needed a "
    "new fuse,” said volunteer Hettie Lamb. The café opens at 9:30 every Saturday in the old tram depot and has 42 "
    "volunteers, 3.5 of them paid."
)
SNAPSHOT: dict[str, Any] = {
    "payload": {"text": GOOD, "ai_generated": True, "media": [{"sha256": "a" * 64, "alt": "A poster of a toaster."}]},
    "soul": {
        "name": "Bea Unscrews",
        "forbidden_topics": ["gambling", "diet pills"],
        "sensitive_topics": [],
        "links": [],
        "handle": "bea_unscrews",
        "audience": "Everyone with a screwdriver",
        "interests": ["toasters"],
        "directives": [],
        "backstory": "",
        "voice": {"openers": ["Look at this:"], "asides": ["I like that very much."], "closers": ["Yours, Bea."]},
    },
    "trend": {"title": "Repair café in Orlowe mends its 1,000th toaster", "relevance_bp": 9712},
    "measures": {"voice_bp": 8345},
    "citations": [{"text": FACT, "title": "Repair café mends toaster", "source": "Harbour Post", "url": "http://x"}],
    "facts": [{"text": FACT}],
    "rules": {"forbidden_topics": [], "sensitive_topics": [], "link_domains": [], "affiliate_domains": []},
    "fleet": {"days": 14, "text": None, "image": None, "text_block_bp": 9_600, "image_block_bits": 32},
    "schedule": {"ready": "2026-11-28T12:00:00+00:00", "goes_out": "2026-11-28T12:00:00+00:00", "why": ""},
    "model_judge": {"provider": "offline", "writer": "offline", "opinion": None},
    "limits": {"text_max": 280, "images_max": 1, "image_bytes_max": 1000, "label_field": "ai_generated"},
    "media": {"a" * 64: {"size_bytes": 1000, "width": 10, "height": 10}},
    "neighbours": [
        {"subject": "publishing.post:3", "handle": "bea", "text": "A kettle sings again.", "similarity_bp": 3100}
    ],
}


def check(policy: Policy, text: str | None = None, **parts: Any) -> Finding:
    """The finding about the good snapshot with another text, or with parts replaced (payload parts by name)."""
    snapshot = copy.deepcopy(SNAPSHOT)
    if text is not None:
        snapshot["payload"]["text"] = text
    for name, value in parts.items():
        place = snapshot["payload"] if name in ("ai_generated", "media_list") else snapshot
        place[name.removesuffix("_list")] = value
    return policy.check(snapshot=snapshot)


@pytest.mark.spec("JDG-1")
@pytest.mark.parametrize("name", switchboard.POLICIES)
def test_every_rule_passes_a_good_post_with_a_reason_that_a_human_can_read(name: str) -> None:
    policy = registry.get("POLICIES", name, Policy)
    finding = check(policy)
    assert (finding.policy, finding.outcome) == (name, PASS), finding
    assert finding.reason.endswith(".")
    assert finding.reason[0].isalnum()
    assert (finding.score_bp is not None) == policy.scored
    assert check(policy) == finding, "the same snapshot, the same finding"


# The label.


@pytest.mark.spec("PUB-2")
@pytest.mark.parametrize("value", [False, None, "true", 1])
def test_without_the_platforms_label_nothing_goes_out(value: Any) -> None:
    finding = check(AiLabel(), ai_generated=value)
    assert finding.outcome == BLOCK
    assert finding.reason == "The platform's AI label ai_generated is not set."
    assert finding.about == "", "no retry of a draft sets a label"


@pytest.mark.spec("PUB-2")
def test_the_label_is_looked_for_in_the_platforms_own_field() -> None:
    assert check(AiLabel(), limits={"label_field": "is_aigc"}).outcome == BLOCK


# The platform's limits.


@pytest.mark.spec("PUB-6")
def test_a_text_may_fill_the_limit_and_not_pass_it() -> None:
    assert check(PlatformLimits(), "x" * 280).outcome == PASS
    finding = check(PlatformLimits(), "x" * 281)
    assert (finding.outcome, finding.reason) == (BLOCK, "The text has 281 characters; the limit is 280.")


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_an_empty_text_is_blocked(text: str) -> None:
    assert check(PlatformLimits(), text).reason == "The text is empty."
    assert check(PlatformLimits(), text).outcome == BLOCK


@pytest.mark.spec("PUB-6")
def test_images_are_counted_weighed_and_described() -> None:
    image = SNAPSHOT["payload"]["media"][0]
    assert check(PlatformLimits(), media_list=[]).outcome == PASS
    wrong = {
        "2 images; the platform takes 1.": ({"media_list": [image, image]}, "draft"),
        "An image of the post is not in storage.": ({"media": {}}, "image"),
        "An image has 1,001 bytes.": ({"media": {"a" * 64: {"size_bytes": 1001}}}, "image"),
        "An image has no description for people who do not see it.": ({"media_list": [{**image, "alt": " "}]}, "draft"),
    }
    for reason, (change, about) in wrong.items():
        finding = check(PlatformLimits(), **change)
        assert (finding.outcome, finding.reason, finding.about) == (BLOCK, reason, about)


TAKEN = {
    "bytes_max": 1_000, "duration_ms_min": 500, "duration_ms_max": 140_000, "fps_min": 1, "fps_max": 60,
    "ratio_min": [1, 3], "ratio_max": [3, 1], "video_codecs": ["avc1"], "audio_codecs": ["mp4a"], "moov_first": False,
}  # fmt: skip
FILM = {"sha256": "a" * 64, "alt": "A toaster turns.", "kind": "video"}
KNOWN = {"size_bytes": 1_000, "width": 720, "height": 1280}
MOVING = {"duration_ms": 4_000, "fps_milli": 30_000, "video_codec": "avc1", "audio_codec": "", "moov_first": True}


@pytest.mark.spec("PUB-6")
def test_a_video_is_what_the_platform_takes_before_anything_is_spent_on_it() -> None:
    good = {
        "media_list": [FILM],
        "limits": {**SNAPSHOT["limits"], "video": TAKEN},
        "media": {"a" * 64: {**KNOWN, "moving": MOVING}},
    }
    assert check(PlatformLimits(), **good).outcome == PASS
    wrong: dict[str, dict[str, Any]] = {
        "takes no videos of ours": {"limits": SNAPSHOT["limits"]},
        "One video and nothing else is taken; these are 2.": {"media_list": [FILM, SNAPSHOT["payload"]["media"][0]]},
        "is not in storage, or is no MP4": {"media": {"a" * 64: KNOWN}},
        "lasts 141 s": {"media": {"a" * 64: {**KNOWN, "moving": {**MOVING, "duration_ms": 141_000}}}},
        "has 1,001 bytes": {"media": {"a" * 64: {**KNOWN, "size_bytes": 1_001, "moving": MOVING}}},
        "no description": {"media_list": [{**FILM, "alt": " "}]},
    }
    for reason, change in wrong.items():
        finding = check(PlatformLimits(), **{**good, **change})
        assert finding.outcome == BLOCK and reason in finding.reason


# What the persona never talks about.


@pytest.mark.parametrize("text", ["Gambling is fun", "no more GAMBLING.", "(gambling)"])
def test_a_forbidden_topic_is_blocked_in_any_case_and_shown(text: str) -> None:
    finding = check(ForbiddenTopics(), text)
    assert (finding.outcome, finding.reason) == (BLOCK, "The soul forbids the topic 'gambling'.")
    assert finding.span in text
    assert finding.span.lower() == "gambling"


def test_a_forbidden_topic_is_a_whole_word_and_may_be_several() -> None:
    assert check(ForbiddenTopics(), "They sell diet pills there.").span == "diet pills"
    assert check(ForbiddenTopics(), "Their diet: pillsbury rolls, gamblings.").outcome == PASS


# Sensitive fields.

SENSITIVE = {
    "politics": ("The senators met.", "senators"),
    "health": ("A vaccine for toasters.", "vaccine"),
    "finance": ("Now it is about BITCOIN.", "BITCOIN"),
    "legal": ("They sued the café.", "sued"),
    "minors": ("Children came too.", "Children"),
    "harm": ("Nobody was injured.", "injured"),
}


@pytest.mark.spec("JDG-4")
@pytest.mark.parametrize("field", WORDS)
def test_a_sensitive_field_is_always_a_humans_decision(field: str) -> None:
    text, span = SENSITIVE[field]
    finding = check(SensitiveTopics(), text)
    assert (finding.outcome, finding.span) == (ESCALATE, span)
    assert finding.reason == f"The text touches {field} ({span!r}); that is always a human's decision."


@pytest.mark.spec("JDG-4")
def test_what_the_story_is_about_counts_as_much_as_the_text() -> None:
    for change in (
        {"trend": {"title": "Toaster sets hospital on fire"}},
        {"facts": [{"text": FACT}, {"text": "It burned a hospital."}]},
    ):
        finding = check(SensitiveTopics(), **change)
        assert (finding.outcome, finding.span) == (ESCALATE, ""), "the text holds no such word to show"
        assert finding.reason.startswith("The story touches health ('hospital')")


def test_words_that_only_look_sensitive_are_let_through() -> None:
    assert check(SensitiveTopics(), "A warm courtyard, a trialling engineer, a deadline, a childhood.").outcome == PASS


# Saying the same thing twice.


def neighbour(text: str, similarity_bp: int) -> dict[str, Any]:
    return {"subject": "publishing.post:3", "handle": "rival", "text": text, "similarity_bp": similarity_bp}


def test_the_same_words_are_blocked_whatever_their_marks_and_case() -> None:
    again = GOOD.upper().replace(".", "!!  ")
    finding = check(Duplicates(), neighbours=[neighbour("Other.", 100), neighbour(again, 0)])
    assert (finding.outcome, finding.reason) == (BLOCK, "@rival has posted exactly this (publishing.post:3).")


def test_nearly_the_same_is_a_humans_business_from_the_limit_on() -> None:
    assert check(Duplicates(), neighbours=[neighbour("Other.", 9199)]).outcome == PASS
    finding = check(Duplicates(), neighbours=[neighbour("Other.", 9200)])
    assert (finding.outcome, finding.reason) == (ESCALATE, "Very like what @rival has posted (publishing.post:3).")
    assert check(Duplicates(), neighbours=[]).outcome == PASS


# Grounding: nothing is claimed that no source says.


@pytest.mark.spec("SAF-6")
def test_what_the_sources_say_is_grounded() -> None:
    finding = check(Grounding())
    assert (finding.outcome, finding.score_bp, finding.span) == (PASS, 10_000, "")
    assert finding.reason == "All 5 names, numbers, dates and quotations are in the sources."


@pytest.mark.spec("SAF-6")
@pytest.mark.parametrize(
    "text",
    [
        "It was the 1,000th.",
        "It mended 1,000.",
        "Since 2019, they say.",
        "It opens at 9:30, with 42 volunteers.",
        "Says the Harbour Post.",
        "Yours, Bea.",
        'He heard "only needed a NEW fuse" there.',
        "Bea Unscrews likes the café. So do I.",
        "No claim at all.",
    ],
)
def test_true_words_pass_in_whatever_form(text: str) -> None:
    finding = check(Grounding(), text)
    assert (finding.outcome, finding.score_bp) == (PASS, 10_000), finding


@pytest.mark.spec("SAF-6")
@pytest.mark.parametrize(
    ("text", "kind", "span"),
    [
        ("It mended 1,001 toasters.", "number", "1,001"),
        ("It mended 11,000 toasters.", "number", "11,000"),
        ("It mended 1,000,000 toasters.", "number", "1,000,000"),
        ("It mended 000 toasters.", "number", "000"),
        ("It mended 100 toasters.", "number", "100"),
        ("It opened in 201.", "number", "201"),
        ("It opens at 9.", "number", "9"),
        ("It opens at 30 past.", "number", "30"),
        ("It pays 3 of them.", "number", "3"),
        ("It pays 5 of them.", "number", "5"),
        ("It has 4 volunteers.", "number", "4"),
        ("It has 42.5 volunteers.", "number", "42.5"),
        ("“Most of them only needed a new plug,” she said.", "quotation", "Most of them only needed a new plug,"),
        ('She said "it was never the fuse" there.', "quotation", "it was never the fuse"),
    ],
)
def test_a_planted_number_or_quotation_is_blocked_and_shown(text: str, kind: str, span: str) -> None:
    finding = check(Grounding(), text)
    assert finding.outcome == BLOCK
    assert (finding.span, finding.reason) == (span, f"The {kind} {span!r} is in no cited source.")
    assert finding.score_bp is not None
    assert finding.score_bp < 10_000


@pytest.mark.spec("SAF-6")
@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("It was mended by Gustav Grim.", "Gustav Grim"),
        ("It was mended by Lamb Hettie.", "Lamb Hettie"),
        ("They met in Orlo.", "Orlo"),
        ("They met in Orlowestadt.", "Orlowestadt"),
        ("The Harbour Times says so.", "Harbour Times"),
        ("So said volunteer Hettie Lambert.", "Hettie Lambert"),
    ],
)
def test_a_planted_name_is_a_humans_business_and_shown(text: str, span: str) -> None:
    finding = check(Grounding(), text)
    assert finding.outcome == ESCALATE
    assert (finding.span, finding.reason) == (span, f"The name {span!r} is in no cited source.")


@pytest.mark.spec("SAF-6")
def test_a_false_number_outweighs_a_false_name_and_the_score_is_the_share_that_is_found() -> None:
    finding = check(Grounding(), "In Orlowe the volunteer Gustav mended 42 toasters and 7 kettles.")
    assert (finding.outcome, finding.span, finding.score_bp) == (BLOCK, "7", 5000)
    finding = check(Grounding(), "In Orlowe the volunteer Gustav met a certain Hettie and then Olga.")
    assert (finding.outcome, finding.span, finding.score_bp) == (ESCALATE, "Gustav", 5000)


@pytest.mark.spec("SAF-6")
def test_a_source_that_is_not_cited_grounds_nothing() -> None:
    finding = check(Grounding(), "It mended 42 toasters.", citations=[{"text": "Other.", "title": "", "source": "X"}])
    assert (finding.outcome, finding.span) == (BLOCK, "42")
    nothing = check(Grounding(), "No claim.", citations=[])
    assert (nothing.outcome, nothing.score_bp, nothing.reason) == (BLOCK, 0, "The text cites no source.")


@pytest.mark.spec("SAF-6")
def test_every_source_of_a_story_that_several_tell_counts() -> None:
    cited = [{"text": FACT, "title": "", "source": "Harbour Post", "sources": ["Tram Weekly"]}]
    assert check(Grounding(), "So says the Tram Weekly.", citations=cited).outcome == PASS
    assert check(Craft(), GOOD.replace("Harbour Post", "Tram Weekly"), citations=cited).score_bp == 10_000


# Relevance and voice are measured elsewhere; the rule passes the share on.


@pytest.mark.parametrize(("policy", "share"), [(Relevance(), 9712), (Voice(), 8345)])
def test_a_measured_share_is_the_score_and_is_said_in_words(policy: Policy, share: int) -> None:
    finding = check(policy)
    assert finding.score_bp == share
    assert f"{share / 100:.1f}%" in finding.reason


# Craft.


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        (GOOD.replace("Harbour Post", "paper"), "it names a source"),
        (GOOD + " And then…", "it is not cut off"),
        (GOOD + " And then,", "it is not cut off"),
        ("Harbour Post: short.", "it says enough"),
        (GOOD + " I like that very much.", "no sentence comes twice"),
        (GOOD.replace("mended its", "MENDED THAT VERY TOASTER of its"), "it does not shout"),
        (GOOD + " Wow! Yes!", "it does not shout"),
        (GOOD + " #toast #fuse", "at most one hashtag"),
        (GOOD + " {{name}}", "no placeholder is left"),
        (GOOD + " [YOUR NAME]", "no placeholder is left"),
        (GOOD + " Lorem ipsum.", "no placeholder is left"),
        (GOOD + " (like that.", "brackets and quotation marks are paired"),
        (GOOD.replace("”", ""), "brackets and quotation marks are paired"),
    ],
)
def test_each_flaw_of_craft_costs_its_share_and_is_named(text: str, failed: str) -> None:
    finding = check(Craft(), text)
    assert finding.reason == f"Not so: {failed}."
    assert (finding.outcome, finding.score_bp) == (PASS, 8750)


def test_one_hashtag_one_shout_and_short_capitals_are_no_flaw() -> None:
    assert check(Craft(), GOOD + " The BBC and NASA agree #toast!").score_bp == 10_000
