"""Promises of the sealed record and of those who verify it, taken back one at a time. AUD-2, AUD-3, AUD-4."""

from tests.mutants.changes import InDatabase, InPython, InSchema
from tests.mutants.mutant import Mutant

GOVERNANCE = "tests/governance"
SEALING = f"{GOVERNANCE}/test_sealing.py"
SEAL = (
    Mutant(
        name="places_may_have_gaps",
        breaks="A place in the sealed record may be left out.",
        made=(InSchema("DROP TRIGGER guard_governance_sealedevent ON governance_sealedevent"),),
        test=f"{SEALING}::test_places_have_no_gap_whoever_writes_them",
        says="Failed: DID NOT RAISE .*DatabaseError",
    ),
    Mutant(
        name="the_record_may_fork",
        breaks="Two checkpoints may follow the same one.",
        made=(InSchema("ALTER TABLE governance_checkpoint DROP CONSTRAINT checkpoint_has_one_successor"),),
        test=f"{SEALING}::test_a_checkpoint_follows_the_former_one_and_covers_what_is_sealed",
        says="Failed: DID NOT RAISE .*DatabaseError",
    ),
    Mutant(
        name="late_commits_are_passed_over",
        breaks="The seal goes on behind transactions that are still running.",
        made=(
            InPython("governance.audit.standing:Standing.caught_up", {"self.window_xid if": "self.window_xid + 9 if"}),
        ),
        test=f"{SEALING}::test_who_commits_late_with_a_low_number_is_not_passed_over",
        says="AssertionError: the late event has no place",
    ),
    Mutant(
        name="signed_on_a_changed_past",
        breaks="The sealer signs on top of entries that were changed.",
        made=(InPython("governance.audit.sealing:_frontier", {"frontier.root() != (now.root or _NONE)": "False"}),),
        test=f"{SEALING}::test_a_record_that_was_changed_is_not_sealed_further",
        says="Failed: DID NOT RAISE .*RecordDisagrees",
    ),
    Mutant(
        name="forgetting_is_forgiven",
        breaks="A database that lost published entries begins anew although nobody restored it.",
        made=(InPython("governance.audit.sealing:_forgotten", {"if not now.is_restored:": "if False:"}),),
        test=f"{SEALING}::test_a_database_that_forgot_without_a_restore_is_not_sealed",
        says="Failed: DID NOT RAISE .*RecordDisagrees",
    ),
)

TOOL = f"{GOVERNANCE}/test_verify_record.py"
RETENTION = f"{GOVERNANCE}/test_export_and_retention.py"
VERIFIED = (
    Mutant(
        name="unsigned_checkpoints_count",
        breaks="A checkpoint that nobody signed vouches for what stands before it.",
        made=(InPython("tools.verify_record:Chain.signed", {'return "nobody signed it"': 'return ""'}),),
        test=f"{TOOL}::test_a_checkpoint_that_nobody_signed_vouches_for_nothing",
        says="AssertionError: an unsigned checkpoint counted",
    ),
    Mutant(
        name="wrong_signatures_count",
        breaks="A checkpoint with a wrong signature vouches for what stands before it.",
        made=(InPython("tools.verify_record:Chain.signed", {'else "its signature is wrong"': 'else ""'}),),
        test=f"{TOOL}::test_a_checkpoint_that_was_signed_wrongly_vouches_for_nothing",
        says="AssertionError: a wrong signature counted",
    ),
    Mutant(
        name="gaps_are_ignored",
        breaks="Numbers of entries may jump.",
        made=(InPython("tools.verify_record:Walk.go", {'row["seq"] != tree.size or': "False or"}),),
        test=f"{TOOL}::test_numbers_that_jump_are_found_though_every_leaf_is_there",
        says="AssertionError: a gap in the numbers passed",
    ),
    Mutant(
        name="the_copy_is_not_compared",
        breaks="A record that was rewritten and signed again passes though the auditor has a copy.",
        made=(InPython("tools.verify_record:Own.compare", {"elif self.declared(": "elif True or self.declared("}),),
        test=f"{TOOL}::test_a_record_that_was_rewritten_is_not_the_one_of_the_copy",
        says="AssertionError: another past passed",
    ),
    Mutant(
        name="whatever_is_missing_is_excused",
        breaks="A deleted event counts as put away.",
        made=(InPython("governance.inspection.verifying:_leaves", {"if not away.covers(expected):": "if False:"}),),
        test=f"{RETENTION}::test_what_is_missing_otherwise_is_still_found_and_is_never_put_away",
        says="AssertionError: assert None == 3",
    ),
    Mutant(
        name="deleted_without_an_act",
        breaks="The archivist deletes events that no act names.",
        made=(InSchema("ALTER POLICY archivist_deletes_governance_auditevent ON governance_auditevent USING (true)"),),
        test=f"{RETENTION}::test_nobody_deletes_an_event_without_an_act_that_names_it",
        says="AssertionError: assert .* == 0",
    ),
    Mutant(
        name="retention_covers_up",
        breaks="An event that somebody changed is put away like any other.",
        made=(InDatabase("governance_put_away", {"IF v_changed IS NOT NULL": "IF false"}),),
        test=f"{RETENTION}::test_what_somebody_changed_is_not_covered_up_by_retention",
        says="Failed: DID NOT RAISE .*NotWhole",
    ),
)
