"""The proof that does not change: under the first checkpoint, for every place, in as many reads for each."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chimera.core import tenancy
from governance.audit import notes, proofs, proving, tree
from tests.conftest import own_world
from tests.governance import sealed

SIZES = (5, 256, 300, 1_000)


@pytest.fixture(scope="module")
def record(django_db_blocker: object, django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A thousand events, sealed under four checkpoints, and one more that is not sealed."""
    with own_world(django_db_blocker) as world:
        owner = world.superuser()
        owner.execute(
            "INSERT INTO governance_auditevent (brand_id, subject, task_id, actor, action, from_status, to_status,"
            " state_version, body) SELECT 1, 'test:' || n, '', 'test:x', 'insert', '', '', 1, '{}'"
            " FROM generate_series(1, %s) AS n",
            [SIZES[-1] + 1],
        )
        (there,) = owner.execute("SELECT count(*) FROM governance_auditevent").fetchone()
        extra = there - SIZES[-1] - 1  # what the fixture of brands wrote stands before
        for before, after in zip((0, *SIZES), SIZES, strict=False):
            sealed.seal(owner, count_max=after - before + (extra if not before else 0))
        with world.role("operator"), tenancy.all_brands(actor="test:look"):
            yield owner


def place(record: psycopg.Connection, seq: int) -> tuple[int, bytes]:
    return record.execute("SELECT event_id, leaf FROM governance_sealedevent WHERE seq = %s", [seq]).fetchone()


@pytest.mark.spec("AUD-3")
@pytest.mark.parametrize("seq", [0, 3, 4, 200, 256, 299, 600, 777, 999])
def test_every_place_is_proved_under_the_first_checkpoint_after_it(record: psycopg.Connection, seq: int) -> None:
    event, leaf = place(record, seq)
    with CaptureQueriesContext(connection) as asked:
        proof = proving.first_proof(event_id=event)
    checkpoint = notes.parse(proof.note).checkpoint
    sizes = [row[0] for row in record.execute("SELECT size FROM governance_checkpoint ORDER BY size")]
    assert proof.size == checkpoint.size == next(size for size in sizes if size > seq)
    assert tree.check_inclusion(leaf, seq, proof.size, proof.path, checkpoint.root)
    assert len(asked) == 4
    newest = proofs.inclusion(event_id=event)
    if newest.size == proof.size:
        assert newest == proof


def test_what_is_not_sealed_or_unknown_is_said(record: psycopg.Connection) -> None:
    (young,) = record.execute("SELECT max(id) FROM governance_auditevent").fetchone()
    with pytest.raises(proofs.NotSealedYet, match="ask again"):
        proving.first_proof(event_id=young)
    with pytest.raises(proofs.NoProof, match="no event"):
        proving.first_proof(event_id=10**9)


def test_an_entry_that_has_a_place_waits_for_its_checkpoint_and_lost_hashes_are_told(
    record: psycopg.Connection,
) -> None:
    event, _ = place(record, 999)
    record.execute("SET session_replication_role = replica")
    record.execute("CREATE TEMP TABLE points AS SELECT * FROM governance_checkpoint WHERE size > 999")
    record.execute("CREATE TEMP TABLE trees AS SELECT * FROM governance_subtree")
    try:
        record.execute("DELETE FROM governance_subtree")
        with pytest.raises(proofs.NoProof, match="lost hashes"):
            proving.first_proof(event_id=event)
        record.execute("DELETE FROM governance_checkpoint WHERE size > 999")
        with pytest.raises(proofs.NotSealedYet, match="checkpoint"):
            proving.first_proof(event_id=event)
    finally:
        record.execute("INSERT INTO governance_checkpoint SELECT * FROM points")
        record.execute("INSERT INTO governance_subtree SELECT * FROM trees")
