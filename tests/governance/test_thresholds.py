"""Thresholds of a scope and kind: only ever tighter, the strictest counts, every change has a name and a reason."""

import psycopg
import pytest

from chimera.core import tenancy
from governance.models import AuditEvent, Threshold
from governance.thresholds import selectors, services
from governance.thresholds.services import BadThreshold, ChangedMeanwhile
from tests.conftest import ALPHA, BETA, World
from tests.governance.rows import failures, together

INSERT = """
  INSERT INTO governance_threshold (brand_id, status, state_version, scope, kind, act_above_bp, retry_below_bp, reason,
                                    set_by, ended_by, end_reason)
  VALUES (1, 'IN_FORCE', 1, %s, '', %s, %s, %s, 'test:world', '', '')
"""


def tighten(scope: str = f"brand:{ALPHA}", **wanted: object) -> Threshold:
    return services.tighten(brand_id=ALPHA, scope=scope, **{"reason": "we begin", **wanted})  # type: ignore[arg-type]


@pytest.mark.spec("JDG-2")
def test_of_all_thresholds_that_apply_the_strictest_counts(world: World) -> None:
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        tighten(act_above_bp=9_200)
        tighten(scope="agent:7", act_above_bp=9_400, retry_below_bp=7_300)
        tighten(scope="agent:7", kind="publish", act_above_bp=9_100, retry_below_bp=7_500)

        def found(scope: str, kind: str) -> tuple[int, int]:
            strict = selectors.strictest(scopes=["fleet", f"brand:{ALPHA}", scope], kind=kind)
            return strict.act_above_bp, strict.retry_below_bp

        assert found("agent:7", "publish") == (9_400, 7_500)
        assert found("agent:7", "reply") == (9_400, 7_300)
        assert found("agent:8", "publish") == (9_200, 7_000)
    with tenancy.brand(BETA, actor="test:look"):
        assert selectors.strictest(scopes=["agent:7", f"brand:{ALPHA}"], kind="publish").act_above_bp == 9_000


@pytest.mark.spec("JDG-2", "AUD-1")
def test_a_new_threshold_takes_the_place_of_the_former_and_both_keep_their_story(world: World) -> None:
    with world.role("operator"):
        with tenancy.brand(ALPHA, actor="user:ada"):
            first = tighten(act_above_bp=9_500, reason="launch week")
        with tenancy.brand(ALPHA, actor="user:bob"):
            second = tighten(act_above_bp=9_200, reason="a quiet month")
            services.lift(threshold=second, reason="enough")
            first.refresh_from_db()
            assert (first.status, first.ended_by, first.end_reason) == ("ENDED", "user:bob", "a quiet month")
            assert selectors.strictest(scopes=[f"brand:{ALPHA}"], kind="").act_above_bp == 9_000
            with pytest.raises(ChangedMeanwhile, match=r"by user:bob; nothing was changed"):
                services.lift(threshold=second, reason="again")
            events = AuditEvent.objects.filter(subject=first.subject).order_by("id")
            assert [(e.actor, e.to_status) for e in events] == [("user:ada", "IN_FORCE"), ("user:bob", "ENDED")]


@pytest.mark.spec("JDG-2")
def test_a_threshold_that_may_not_be_set_is_refused_in_a_sentence(world: World) -> None:
    refused: list[tuple[dict[str, object], str]] = [
        ({"act_above_bp": 8_999}, "only ever tightened"),
        ({"act_above_bp": 10_001}, "only ever tightened"),
        ({"retry_below_bp": 6_999}, "choose 0.70 to 0.9000"),
        ({"retry_below_bp": 9_001}, "choose 0.70 to 0.9000"),
        ({"reason": "  "}, "Say why"),
        ({"scope": "fleet"}, "no scope of a brand"),
        ({"scope": "brand:2"}, "another brand"),
    ]
    with world.role("operator"), tenancy.brand(ALPHA, actor="user:ada"):
        for wanted, said in refused:
            with pytest.raises(BadThreshold, match=said):
                tighten(**wanted)  # type: ignore[arg-type]
        kept = tighten()
        with pytest.raises(BadThreshold, match="Say why"):
            services.lift(threshold=kept, reason="")


@pytest.mark.spec("JDG-2")
def test_the_database_takes_no_looser_threshold_from_anybody(world: World) -> None:
    at_the_desk = world.connect("operator", brand=ALPHA)
    for row, constraint in (
        (("brand:1", 8_999, 7_000, "why"), "threshold_act_only_tighter"),
        (("brand:1", 10_001, 7_000, "why"), "threshold_act_only_tighter"),
        (("brand:1", 9_000, 6_999, "why"), "threshold_retry_only_tighter"),
        (("brand:1", 9_000, 9_001, "why"), "threshold_retry_only_tighter"),
        (("brand:1", 9_000, 7_000, ""), "threshold_has_a_reason"),
        (("fleet", 9_000, 7_000, "why"), "threshold_scope_is_of_a_brand"),
    ):
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            at_the_desk.execute(INSERT, row)
        assert caught.value.diag.constraint_name == constraint


@pytest.mark.spec("JDG-2", "TEN-1")
def test_a_worker_reads_thresholds_and_sets_none(world: World) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        world.connect("app", brand=ALPHA).execute(INSERT, ("brand:1", 9_500, 7_000, "why"))


@pytest.mark.spec("JDG-2")
def test_of_several_who_tighten_at_once_one_threshold_holds(world: World) -> None:
    def set_one(bp: int) -> None:
        with tenancy.brand(ALPHA, actor="user:ada"):
            tighten(act_above_bp=bp)

    with world.role("operator"):
        results = together([lambda bp=bp: set_one(bp) for bp in (9_100, 9_200, 9_300, 9_400)])  # type: ignore[misc]
    assert len(failures(results)) < 4
    with world.superuser() as owner:
        held = owner.execute("SELECT count(*) FROM governance_threshold WHERE status = 'IN_FORCE'").fetchone()
    assert held == (1,)
