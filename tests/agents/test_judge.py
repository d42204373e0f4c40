"""Where verdicts send a task: on, back upstream at most twice, or to a human."""

import pytest

from agents import pipeline
from agents.goals.models import Plan
from agents.personas.states import TrustRung
from agents.tasks.models import Task, Verdict
from governance.models import ReviewItem
from governance.policies.base import Finding, Outcome, Policy, Snapshot
from publishing.models import Post
from tests import people
from tests.agents.fakes import desk, drain, looking, on_switchboard
from tests.conftest import ALPHA, World

SCORED = ("grounding", "relevance", "voice", "craft")


class Says(Policy):
    """A policy that says what a test wants, or fails."""

    name = "says"

    def __init__(self, *, outcome: Outcome = Outcome.PASS, score_bp: int | None = None, about: str = "draft") -> None:
        self.scored = score_bp is not None  # type: ignore[misc]
        self._finding = Finding(
            policy=self.name, outcome=outcome, reason="Not like this.", score_bp=score_bp, span="like", about=about
        )

    def check(self, *, snapshot: Snapshot) -> Finding:
        return self._finding


class Fails(Policy):
    name = "fails"

    def check(self, *, snapshot: Snapshot) -> Finding:
        raise RuntimeError("the scorer is down")


def start(world: World, *, rung: TrustRung = TrustRung.AUTONOMOUS, story: tuple[str, str] = people.STORY) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=rung)
        people.trend(brand_id=ALPHA, story=story)
        people.goal(agent=agent)


def until_judging() -> None:
    """Work until the post is to be judged."""
    for _ in range(10):
        for queue in ("think", "render"):
            pipeline.drain(queue=queue, stages=["plan", "work"], seconds=30)
        with looking():
            if Task.objects.filter(status="JUDGING").exists():
                return
    raise AssertionError("nothing came to be judged")


def judge() -> None:
    pipeline.drain(queue="think", stages=["judge"], seconds=30)


def tasks() -> dict[str, Task]:
    with looking():
        return {task.kind: task for task in Task.objects.all()}


def review() -> ReviewItem:
    with looking():
        return ReviewItem.objects.get()


def with_scores(monkeypatch: pytest.MonkeyPatch, score_bp: int) -> None:
    on_switchboard(monkeypatch, **{f"POLICIES__{name}": Says(score_bp=score_bp) for name in SCORED})


@pytest.mark.spec("JDG-2", "PLN-6")
def test_a_retry_opens_the_step_that_was_found_wrong_and_blocks_what_hangs_on_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_switchboard(monkeypatch, POLICIES__craft=Says(outcome=Outcome.BLOCK))
    start(world)
    until_judging()
    judge()
    now = tasks()
    assert {kind: task.status for kind, task in now.items()} == {
        "plan": "DONE",
        "research": "DONE",
        "draft": "READY",
        "image": "BLOCKED",
        "publish": "BLOCKED",
    }
    assert (now["image"].unmet, now["publish"].unmet) == (1, 2)
    assert now["draft"].feedback == [{"by": "judge", "reason": "Not like this.", "span": "like"}]
    assert now["draft"].ended_at is None


@pytest.mark.spec("JDG-2")
def test_a_retry_about_the_image_leaves_the_draft_as_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    on_switchboard(monkeypatch, POLICIES__craft=Says(outcome=Outcome.BLOCK, about="image"))
    start(world)
    until_judging()
    judge()
    now = tasks()
    assert (now["draft"].status, now["image"].status, now["publish"].status) == ("DONE", "READY", "BLOCKED")
    assert now["publish"].unmet == 1


@pytest.mark.spec("JDG-2", "PLN-6")
def test_after_two_retries_a_human_gets_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    on_switchboard(monkeypatch, POLICIES__craft=Says(outcome=Outcome.BLOCK))
    start(world)
    drain()
    with looking():
        assert list(Verdict.objects.order_by("id").values_list("route", flat=True)) == ["RETRY", "RETRY", "HUMAN"]
        assert Plan.objects.get().retries == 2
        assert len(set(Verdict.objects.values_list("content_hash", flat=True))) == 3  # something else each time
    assert tasks()["publish"].status == "HELD"
    assert len(tasks()["draft"].feedback) == 2
    assert review().kind == "retries"
    assert "Not like this." in review().why


def test_a_finding_about_nothing_that_could_be_opened_goes_to_a_human_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_switchboard(monkeypatch, POLICIES__label=Says(outcome=Outcome.BLOCK, about=""))
    start(world)
    drain()
    assert tasks()["publish"].status == "HELD"
    assert tasks()["draft"].feedback == []
    assert review().kind == "rule"
    with looking():
        assert Verdict.objects.get().route == "HUMAN"  # where it really went
        assert Plan.objects.get().retries == 0


@pytest.mark.spec("JDG-2", "PER-5")
@pytest.mark.parametrize(
    ("rung", "score_bp", "status"),
    [
        (TrustRung.AUTONOMOUS, 9_001, "ACCEPTED"),
        (TrustRung.AUTONOMOUS, 9_000, "HELD"),
        (TrustRung.AUTONOMOUS, 7_000, "HELD"),
        (TrustRung.AUTONOMOUS, 6_999, "BLOCKED"),
        (TrustRung.SUPERVISED, 9_501, "ACCEPTED"),
        (TrustRung.SUPERVISED, 9_500, "HELD"),
        (TrustRung.PROBATION, 10_000, "HELD"),
    ],
)
def test_the_composite_and_the_rung_decide(
    world: World, monkeypatch: pytest.MonkeyPatch, rung: TrustRung, score_bp: int, status: str
) -> None:
    with_scores(monkeypatch, score_bp)
    start(world, rung=rung)
    until_judging()
    judge()
    assert tasks()["publish"].status == status
    with looking():
        assert Verdict.objects.get().composite_bp == score_bp
        assert ReviewItem.objects.count() == (status == "HELD")


@pytest.mark.spec("JDG-4")
def test_a_sensitive_story_goes_to_a_human_however_good_the_post_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_scores(monkeypatch, 10_000)
    title, summary = people.STORY
    start(world, story=(title, summary + " The mayor hopes to win the election with it."))
    drain()
    assert tasks()["publish"].status == "HELD"
    assert review().kind == "rule"
    assert "always a human's decision" in review().why
    with looking():
        assert Post.objects.count() == 0


@pytest.mark.spec("JDG-3")
def test_verdicts_made_without_a_model_do_not_act_alone_unless_the_setting_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    settings.OFFLINE_VERDICTS_MAY_ACT = False  # type: ignore[attr-defined]
    with_scores(monkeypatch, 10_000)
    start(world)
    drain()
    assert tasks()["publish"].status == "HELD"
    assert "without a model" in review().why
    with looking():
        verdict = Verdict.objects.get()
        assert (verdict.offline, verdict.ruling, verdict.route) == (True, "HOLD", "HUMAN")


@pytest.mark.spec("JDG-3")
@pytest.mark.parametrize("scorer", ["down", "silent"])
def test_a_judge_without_an_answer_asks_a_human(world: World, monkeypatch: pytest.MonkeyPatch, scorer: str) -> None:
    part: Policy = Fails() if scorer == "down" else Says()
    on_switchboard(monkeypatch, **{f"POLICIES__{name}": part for name in SCORED})
    start(world)
    drain()
    assert tasks()["publish"].status == "HELD"
    assert ("could not be applied" if scorer == "down" else "No rule gave a score") in review().why
    with looking():
        assert Verdict.objects.get().composite_bp is None


@pytest.mark.spec("JDG-1", "REV-4")
def test_the_card_shows_exactly_what_was_judged_and_what_every_rule_said(world: World) -> None:
    start(world, rung=TrustRung.PROBATION)
    drain()
    card = review()
    with looking():
        verdict = Verdict.objects.get()
    assert card.content_hash == verdict.content_hash
    assert card.snapshot["payload"] == verdict.snapshot["payload"]
    assert card.snapshot["verdict"]["findings"] == verdict.findings
    assert {finding["policy"] for finding in verdict.findings} >= {*SCORED, "label", "sensitive"}
    assert all(finding["reason"].endswith((".", ")")) for finding in verdict.findings)
