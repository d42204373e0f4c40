"""Which promises are taken back, one at a time, and which test must notice. PLN-5, GOV-2, TEN-1, AUD-1, PUB-4.

`says` is what the failing test must fail of: a mutant that is caught by accident is not caught.
"""

from tests.mutants.changes import InDatabase, InPython, InSchema
from tests.mutants.mutant import Mutant
from tests.mutants.sealed import SEAL, VERIFIED

AGENTS, CORE, GOVERNANCE = "tests/agents", "tests/core", "tests/governance"
BLIND = "test_a_blind_platform_is_never_asked_twice_and_a_human_gets_the_evidence"
PUBLISHING = "tests/publishing"
TAKEN_OVER = f"{AGENTS}/test_sets.py::test_a_row_that_was_taken_over_is_finished_by_its_new_owner_alone"
SETTINGS_END = f"{AGENTS}/test_sets.py::test_brand_and_actor_of_a_statement_end_with_it"
LATE_WRITER = "AssertionError: the late writer is told that nothing was finished"

FENCES = (
    Mutant(
        name="no_fence_in_proposed",
        breaks="What a worker proposed is kept although somebody else has the row by now.",
        made=(InDatabase("agents_task_proposed", {"AND t.fence = r.fence": ""}),),
        test=f"{TAKEN_OVER}[proposed]",
        says=LATE_WRITER,
    ),
    Mutant(
        name="no_fence_in_accepted",
        breaks="A verdict counts although somebody else has the row by now.",
        made=(InDatabase("agents_task_accepted", {"AND t.fence = r.fence": ""}),),
        test=f"{TAKEN_OVER}[accepted]",
        says=LATE_WRITER,
    ),
    Mutant(
        name="no_fence_in_committed",
        breaks="A late committer ends a task that somebody else has by now.",
        made=(InDatabase("agents_task_committed", {"AND t.fence = r.fence": ""}),),
        test=f"{TAKEN_OVER}[committed]",
        says=LATE_WRITER,
    ),
    Mutant(
        name="no_fence_in_a_move",
        breaks="The door for single rows ignores the fencing number.",
        made=(InPython("governance.transitions:move", {"if fence is not None:": "if False:"}),),
        test=f"{GOVERNANCE}/test_transitions.py::test_a_move_under_an_old_fencing_number_is_fenced",
        says="Failed: DID NOT RAISE .*Fenced",
    ),
    Mutant(
        name="no_fence_in_a_send",
        breaks="A worker that lost its row may send all the same.",
        made=(InPython("governance.leases.services:require_held", {"fence=row.fence, ": ""}),),
        test=f"{GOVERNANCE}/test_effects.py::test_who_lost_the_row_sends_nothing",
        says="Failed: DID NOT RAISE .*Fenced",
    ),
    Mutant(
        name="no_fence_in_a_renewal",
        breaks="A worker goes on renewing a lease that belongs to somebody else.",
        made=(InDatabase("publishing_post_renew", {"AND t.fence = held.fence": ""}),),
        test=f"{GOVERNANCE}/test_leases.py::test_a_worker_learns_that_its_row_was_taken_over",
        says="AssertionError: assert False.*until",
    ),
    Mutant(
        name="claims_do_not_fence",
        breaks="A takeover gets the number that the worker before it had.",
        made=(InDatabase("publishing_post_claim", {"fence = t.fence + 1": "fence = greatest(t.fence, 1)"}),),
        test=f"{GOVERNANCE}/test_leases.py::test_the_row_of_a_dead_worker_is_taken_over_and_its_late_finish_is_fenced",
        says="IntegrityError: .*attempt_has_one_owner",
    ),
    Mutant(
        name="claims_do_not_fence_and_attempts_repeat",
        breaks="The same, with the unique key gone that would have stopped it.",
        made=(
            InDatabase("publishing_post_claim", {"fence = t.fence + 1": "fence = greatest(t.fence, 1)"}),
            InSchema("ALTER TABLE governance_attempt DROP CONSTRAINT attempt_has_one_owner"),
        ),
        test=f"{GOVERNANCE}/test_leases.py::test_the_row_of_a_dead_worker_is_taken_over_and_its_late_finish_is_fenced",
        says=r"AssertionError: assert \(1, 1\) == \(1, 2\)",
    ),
)

GRANTS = (
    Mutant(
        name="grants_of_any_fence",
        breaks="A grant stands whatever fencing number it was made for.",
        made=(InDatabase("governance_grant_stands", {"AND e.sent_fence = p_fence": ""}),),
        test=f"{GOVERNANCE}/test_grants.py::test_a_grant_that_was_replaced_is_refused_and_not_used_up",
        says="Failed: DID NOT RAISE .*Refused",
    ),
    Mutant(
        name="grants_of_any_send",
        breaks="A grant stands although a later one was written on its effect.",
        made=(InDatabase("governance_grant_stands", {"e.grant_jti = p_jti AND": ""}),),
        test=f"{GOVERNANCE}/test_grants.py::test_a_grant_that_was_replaced_is_refused_and_not_used_up",
        says="Failed: DID NOT RAISE .*Refused",
    ),
    Mutant(
        name="frozen_workers_publish",
        breaks="A worker that was frozen wakes after the takeover, and its grant is good.",
        made=(InDatabase("governance_grant_stands", {"e.grant_jti = p_jti AND e.sent_fence = p_fence AND": ""}),),
        test=f"{GOVERNANCE}/test_grants.py::test_a_worker_that_was_frozen_cannot_publish_after_the_takeover",
        says="Failed: DID NOT RAISE .*Refused",
    ),
    Mutant(
        name="grants_are_used_twice",
        breaks="One grant publishes as often as it is shown.",
        made=(
            InSchema("ALTER TABLE governance_grantused DROP CONSTRAINT governance_grantused_pkey CASCADE"),
            InSchema("DROP INDEX IF EXISTS governance_grantused_jti_like"),
        ),
        test=f"{GOVERNANCE}/test_grants.py::test_a_grant_is_used_once",
        says="Failed: DID NOT RAISE .*Refused",
    ),
    Mutant(
        name="connectors_do_not_ask_for_stops",
        breaks="A call leaves under a stop that came after tx B.",
        made=(InDatabase("governance_grant_stop", {"c.status = 'IN_FORCE'": "false"}),),
        test=f"{GOVERNANCE}/test_stops.py::test_a_connector_lets_no_grant_be_used_under_a_stop[fleet]",
        says="Failed: DID NOT RAISE .*Stopped",
    ),
    Mutant(
        name="incidents_are_called_off_alone",
        breaks="Who imposed an emergency stop lifts it.",
        made=(InSchema("ALTER TABLE governance_control DROP CONSTRAINT control_incident_needs_a_second_person"),),
        test=f"{GOVERNANCE}/test_stops.py::test_who_called_an_incident_cannot_call_it_off[user:ada]",
        says="Failed: DID NOT RAISE .*CheckViolation",
    ),
)

KEYS = (
    Mutant(
        name="audiences_are_not_checked",
        breaks="A grant for one connector opens another.",
        made=(
            InPython(
                "governance.grants.services:_read",
                {"audience=wanted,": "", '"strict_aud": True': '"verify_aud": False'},
            ),
        ),
        test=f"{GOVERNANCE}/test_grants.py::test_a_grant_is_for_one_connector_and_one_account",
        says="Failed: DID NOT RAISE .*Refused",
    ),
    Mutant(
        name="replays_at_one_moment_all_win",
        breaks="A hundred connectors use one grant at once.",
        made=(
            InSchema("ALTER TABLE governance_grantused DROP CONSTRAINT governance_grantused_pkey CASCADE"),
            InSchema("DROP INDEX IF EXISTS governance_grantused_jti_like"),
        ),
        test=f"{GOVERNANCE}/test_grants.py::test_of_a_hundred_replays_at_one_moment_exactly_one_publishes",
        says="AssertionError: assert 100 == 1",
    ),
    Mutant(
        name="a_yes_covers_anything",
        breaks="A human's yes to one content is a yes to another.",
        made=(InDatabase("governance_grant_is_approved", {"AND r.approved_hash = p_hash": ""}),),
        test=f"{GOVERNANCE}/test_grants.py::test_a_human_yes_counts_only_for_the_content_that_was_approved",
        says="Failed: DID NOT RAISE .*Refused",
    ),
    Mutant(
        name="revocations_are_not_asked_for_at_the_use",
        breaks="What was checked before its key was revoked is used all the same.",
        made=(InDatabase("governance_use_grant", {"WHERE r.kid = ANY (p_keys)": "WHERE false"}),),
        test=f"{GOVERNANCE}/test_grant_keys.py::"
        "test_a_revoked_key_counts_no_more_from_the_next_use_on_and_the_next_one_signs",
        says="Failed: DID NOT RAISE .*Refused",
    ),
    Mutant(
        name="vouchers_are_believed",
        breaks="Whoever writes the table of keys brings in a key of their own.",
        made=(
            InPython(
                "governance.grants.trust:_vouched_by",
                {'options={"require": ["iss"]}': 'options={"verify_signature": False}'},
            ),
        ),
        test=f"{GOVERNANCE}/test_grant_keys.py::"
        "test_a_worker_that_writes_a_key_of_its_own_into_the_table_mints_nothing[its own word in the root's name]",
        says="Failed: DID NOT RAISE .*Refused",
    ),
    Mutant(
        name="retired_keys_verify_on",
        breaks="A key that was retired goes on verifying.",
        made=(InDatabase("governance_guard_grant_key", {"interval '75 seconds'": "interval '75 days'"}),),
        test=f"{GOVERNANCE}/test_grant_keys.py::"
        "test_rotating_lets_the_next_sign_and_the_former_verifies_until_its_last_grant_has_expired",
        says="Failed: DID NOT RAISE .*Refused",
    ),
)

DOUBT = (
    Mutant(
        name="blind_platforms_are_sent_to_again",
        breaks="The doubt protocol is off: what was sent to a platform that cannot be asked twice is repeated.",
        made=(
            InPython("governance.effects.services:may_ask_again", {'effect.platform_class != "A" or ': ""}),
            InPython("governance.effects.services:send", {'again.filter(platform_class="A")': "again"}),
            InDatabase("governance_guard_sends", {"OLD.status = 'SENT' AND OLD.platform_class = 'A'": "true"}),
        ),
        test=f"{PUBLISHING}/test_doubt.py::{BLIND}[said0]",
        says="AssertionError",
    ),
    Mutant(
        name="keys_are_remembered_for_ever",
        breaks="A platform is asked again under a key that it has forgotten, and publishes a second time.",
        made=(
            InPython(
                "governance.effects.services:may_ask_again",
                {"< timedelta(seconds=settings.EFFECT_KEY_WINDOW_S)": "< timedelta(days=9999)"},
            ),
        ),
        test=f"{PUBLISHING}/test_doubt.py::test_past_the_platforms_memory_of_the_key_it_is_a_doubt[False]",
        says="AssertionError",
    ),
    Mutant(
        name="one_absence_is_enough",
        breaks="A post that was looked for once and not found is sent again.",
        made=(
            InPython(
                "governance.effects.services:is_proved_absent", {"effect.absences >= ": "effect.absences >= 1 or "}
            ),
            InDatabase("governance_guard_sends", {"OLD.absences >= 3": "OLD.absences >= 1"}),
        ),
        test=f"{PUBLISHING}/test_doubt.py::test_absent_three_times_over_two_minutes_it_is_sent_once_more",
        says="AssertionError",
    ),
    Mutant(
        name="calls_outlast_their_lease",
        breaks="A call may begin under a lease that ends before it.",
        made=(InPython("governance.leases.services:require_held", {"<= longer_than_s": "<= 0"}),),
        test=f"{GOVERNANCE}/test_effects.py::test_nothing_is_sent_under_a_lease_that_ends_before_the_call_may",
        says="Failed: DID NOT RAISE .*LeaseTooShort",
    ),
    Mutant(
        name="stops_are_not_asked_before_a_send",
        breaks="Something is sent under a stop that came after the claim.",
        made=(InPython("governance.effects.services:send", {"controls.require_open(scopes=scopes)": "pass"}),),
        test=f"{GOVERNANCE}/test_effects.py::test_nothing_is_sent_or_sent_again_under_a_stop[fleet]",
        says="Failed: DID NOT RAISE .*Stopped",
    ),
    Mutant(
        name="acts_are_not_unique",
        breaks="One row may have two acts of one kind.",
        made=(InSchema("ALTER TABLE governance_effect DROP CONSTRAINT effect_once_per_subject_and_kind"),),
        test=f"{GOVERNANCE}/test_effects.py::"
        "test_the_database_refuses_a_second_act_a_send_without_grant_and_a_receipt_without_id",
        says="Failed: DID NOT RAISE .*IntegrityError",
    ),
)

LOCKS = (
    Mutant(
        name="goals_are_not_locked",
        breaks="Of two last tasks neither sees that the other has ended.",
        made=(InDatabase("agents_goal_close", {"ORDER BY g.id FOR UPDATE": "ORDER BY g.id"}),),
        test=f"{AGENTS}/test_sets.py::test_of_two_last_tasks_that_end_at_the_same_moment_one_ends_the_goal",
        says=r"AssertionError: assert \('ACTIVE', 2\)",
    ),
    # FOR UPDATE dropped alone changes nothing: the UPDATE behind it locks the same rows in the same order and counts
    # down from the newest version. What would hurt is to count down from what was read without a lock.
    Mutant(
        name="successors_are_counted_down_from_what_was_read",
        breaks="What hangs on a task is not locked while it is counted down.",
        made=(
            InDatabase(
                "agents_task_release",
                {
                    "SELECT t.id, m.n FROM": "SELECT t.id, m.n, t.unmet FROM",
                    " FOR UPDATE OF t": "",
                    "t.unmet - w.n": "w.unmet - w.n",
                    "t.unmet = w.n": "w.unmet = w.n",
                },
            ),
        ),
        test=f"{AGENTS}/test_sets.py::test_what_hangs_on_two_tasks_that_end_at_the_same_moment_is_due",
        says=r"AssertionError: assert \('BLOCKED', 1, True\)",
    ),
    Mutant(
        name="claims_wait_for_rows_in_hand",
        breaks="A claim waits for a row that somebody has in hand instead of passing it by.",
        made=(InDatabase("publishing_post_pick", {" SKIP LOCKED": ""}),),
        test=f"{GOVERNANCE}/test_leases.py::test_a_claim_passes_by_a_row_that_somebody_has_in_hand",
        says="LockNotAvailable: .*lock timeout",
    ),
    Mutant(
        name="stops_are_not_asked_by_claims",
        breaks="A claim takes what somebody stopped.",
        made=(InDatabase("publishing_post_pick", {"AND NOT (t.scopes::text[] && v_stopped)": ""}),),
        test=f"{GOVERNANCE}/test_leases.py::test_what_is_stopped_is_not_claimed_and_goes_on_by_itself_when_it_is_lifted",
        says=r"AssertionError: assert \[1\] == \[2\]",
    ),
    Mutant(
        name="claims_begin_with_the_first_brand",
        breaks="Brands do not take turns: who has the smallest number is always served first.",
        made=(InDatabase("publishing_post_pick", {"t.brand_id > p_after": "t.brand_id > 0"}),),
        test=f"{GOVERNANCE}/test_rotation.py::test_a_flood_of_one_brand_makes_another_wait_for_one_batch_at_most",
        says="AssertionError: and then round again",
    ),
    Mutant(
        name="a_worker_forgets_whose_turn_it_was",
        breaks="The line asks for the first brand again after every batch.",
        made=(InPython("agents.pipeline:drain", {"after_brand=turn": "after_brand=0"}),),
        test=f"{AGENTS}/test_turns.py::test_at_the_line_a_flood_of_one_brand_makes_another_wait_for_one_batch_at_most",
        says=r"AssertionError: assert 200 == \d+",
    ),
    Mutant(
        name="ticks_repeat",
        breaks="Two schedulers make two ticks.",
        made=(InSchema("ALTER TABLE core_tick DROP CONSTRAINT tick_happens_once"),),
        test=f"{CORE}/test_ticks.py::test_two_schedulers_make_one_tick",
        says=r"AssertionError: assert \[True, True\] == \[False, True\]",
    ),
)

OVERSPENT = "ALTER TABLE governance_budget DROP CONSTRAINT budget_never_overspent"
MONEY = (
    Mutant(
        name="budgets_have_no_check",
        breaks="The database itself takes an overspent budget.",
        made=(InSchema(OVERSPENT),),
        test=f"{GOVERNANCE}/test_budgets.py::"
        "test_the_database_refuses_an_overspent_or_a_negative_budget_from_everybody",
        says="Failed: DID NOT RAISE .*CheckViolation",
    ),
    Mutant(
        name="budgets_have_no_check_and_reserving_asks_nobody",
        breaks="Money is set aside without looking whether it is there.",
        made=(
            InSchema(OVERSPENT),
            InDatabase(
                "governance_reserve_set",
                {"AND b.reserved_usd_micros + b.settled_usd_micros + p.amount <= b.limit_usd_micros": ""},
            ),
        ),
        test=f"{GOVERNANCE}/test_budgets.py::test_all_scopes_set_aside_or_none_and_the_gate_is_named",
        says="Failed: DID NOT RAISE .*Exhausted",
    ),
    Mutant(
        name="sets_of_money_ask_nobody",
        breaks="Many sets at once get more than the limit.",
        made=(
            InSchema(OVERSPENT),
            InDatabase(
                "governance_reserve_set",
                {"AND b.reserved_usd_micros + b.settled_usd_micros + p.amount <= b.limit_usd_micros": ""},
            ),
        ),
        test=f"{GOVERNANCE}/test_sets_of_money.py::"
        "test_of_many_sets_at_once_as_many_are_held_as_the_limit_has_room_for",
        says=r"AssertionError: assert \[\] == \[",
    ),
    Mutant(
        name="orphaned_spend_is_forgotten",
        breaks="What a worker spent that lost its row is not settled.",
        made=(
            InPython(
                "agents.worker.ending:_settle",
                {'budgets.settle_within(key=f"{subject}:{fence}", amount_usd_micros=recorder.cost_usd_micros)': "pass"},
            ),
        ),
        test=f"{AGENTS}/test_worker.py::test_a_worker_that_lost_its_lease_keeps_nothing_but_settles_what_it_spent",
        says=r"AssertionError: assert \{0\} == \{20000\}",
    ),
)

TENANTS = (
    Mutant(
        name="the_context_is_global",
        breaks="A connection that is used again still has the brand of who used it before.",
        made=(InPython("chimera.core.tenancy.context:_tell", {", %s, true)": ", %s, false)"}),),
        test=f"{CORE}/test_tenancy.py::test_the_setting_ends_with_its_transaction",
        says=r"AssertionError: assert \('1', 'test:a'\) == \('', ''\)",
    ),
    Mutant(
        name="claims_set_the_brand_globally",
        breaks="A claim leaves its brand behind on the connection.",
        made=(InDatabase("agents_task_claim", {"v_brand::text, true)": "v_brand::text, false)"}),),
        test=f"{SETTINGS_END}[claim]",
        says=r"AssertionError: assert \('1', ''\) == \('', ''\)",
    ),
    Mutant(
        name="sets_set_the_brand_globally",
        breaks="Finishing a set leaves its brand behind on the connection.",
        made=(InDatabase("agents_task_proposed", {"p_brand::text, true)": "p_brand::text, false)"}),),
        test=f"{SETTINGS_END}[proposed]",
        says=r"AssertionError: assert \('1', ''\) == \('', ''\)",
    ),
    Mutant(
        name="policies_let_everybody_read",
        breaks="The application reads the rows of every brand.",
        made=(InSchema("ALTER POLICY app_publishing_account ON publishing_account USING (true)"),),
        test=f"{CORE}/test_tenancy.py::test_inside_a_brand_only_its_own_rows_are_there",
        says="AssertionError: assert 1 == 0",
    ),
)

RECORD = (
    Mutant(
        name="no_guard_of_arrows",
        breaks="A row goes wherever somebody sends it.",
        made=(InSchema("DROP TRIGGER guard_governance_reviewitem ON governance_reviewitem"),),
        test=f"{GOVERNANCE}/test_transitions.py::test_the_database_refuses_what_the_machine_does_not_have",
        says="Failed: DID NOT RAISE .*DatabaseError",
    ),
    Mutant(
        name="versions_are_not_guarded",
        breaks="A state changes without the next version, so nobody who read the old one notices.",
        made=(InDatabase("chimera_guard", {"NEW.state_version <> OLD.state_version + 1": "false"}),),
        test=f"{GOVERNANCE}/test_transitions.py::test_the_database_refuses_a_change_of_state_without_the_next_version",
        says="Failed: DID NOT RAISE .*DatabaseError",
    ),
    Mutant(
        name="changes_leave_no_record",
        breaks="A change by plain SQL is not on the record.",
        made=(InSchema("DROP TRIGGER record_governance_reviewitem_change ON governance_reviewitem"),),
        test=f"{GOVERNANCE}/test_audit.py::test_a_change_by_plain_sql_is_on_the_record_too",
        says="AssertionError: .*'cli:owner', 'delete', .* != .*'cli:ada', 'update',",
    ),
    Mutant(
        name="nobody_need_say_who_acts",
        breaks="A change without an actor is taken.",
        made=(InDatabase("chimera_record", {"IF v_actor = ''": "IF false"}),),
        test=f"{GOVERNANCE}/test_audit.py::test_a_change_without_an_actor_is_refused_from_everybody",
        says="Failed: DID NOT RAISE .*DatabaseError",
    ),
    Mutant(
        name="moved_tasks_leave_no_record",
        breaks="A task that moves is not on the record.",
        made=(InSchema("DROP TRIGGER record_agents_task_change ON agents_task"),),
        test=f"{AGENTS}/test_sets.py::test_a_task_is_moved_on_the_record_or_not_at_all",
        says=r"AssertionError: assert \[\] == \[\('cli:ada'",
    ),
    Mutant(
        name="nobody_need_say_who_moves_a_task",
        breaks="A task is moved without an actor.",
        made=(InDatabase("chimera_record_agents_task", {"IF coalesce(v_actor, '') = ''": "IF false"}),),
        test=f"{AGENTS}/test_sets.py::test_a_task_is_moved_on_the_record_or_not_at_all",
        says="Failed: DID NOT RAISE .*DatabaseError",
    ),
    Mutant(
        name="the_record_can_be_changed",
        breaks="The owner of the record rewrites it.",
        made=(InSchema("DROP TRIGGER keep_governance_auditevent ON governance_auditevent"),),
        test=f"{GOVERNANCE}/test_audit.py::test_the_owner_of_the_table_cannot_change_the_record_either",
        says="Failed: DID NOT RAISE .*DatabaseError",
    ),
)

MUTANTS = (*FENCES, *GRANTS, *KEYS, *DOUBT, *LOCKS, *MONEY, *TENANTS, *RECORD, *SEAL, *VERIFIED)
