"""Brands take turns: a flood of one makes another wait for one batch at most. PLN-9."""

import pytest

from chimera.core import tenancy
from governance.leases import services as leases
from governance.leases.services import Claim
from publishing.models import Post
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows

BATCH, FLOOD = 8, 200


def flood(world: World, *, brand_id: int, count: int) -> None:
    """This many due posts of a brand."""
    with tenancy.brand(brand_id, actor="test:begin"):
        first = rows.post(brand_id=brand_id)
    world.connect("app", brand=brand_id).execute(
        "INSERT INTO publishing_post (brand_id, task, account_id, payload, content_hash, status, state_version, queue, "
        "scopes, due_at, lease_owner, fence, attempts, attempts_max, priority, note, approval, platform_id, url) "
        "SELECT brand_id, task || '.' || n, account_id, payload, content_hash, status, state_version, queue, scopes, "
        "due_at - interval '1 hour', lease_owner, fence, attempts, attempts_max, priority, note, approval, "
        "platform_id, url FROM publishing_post, generate_series(2, %s) AS n WHERE id = %s",
        [count, first.pk],
    )


def claim_after(brand_id: int) -> list[Claim]:
    """A batch, as a worker claims that did this brand's rows last."""
    return leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=BATCH, after_brand=brand_id)


@pytest.mark.spec("PLN-9")
def test_a_flood_of_one_brand_makes_another_wait_for_one_batch_at_most(world: World) -> None:
    flood(world, brand_id=ALPHA, count=FLOOD)
    flood(world, brand_id=BETA, count=1)
    batches, last = [], 0
    for _ in range(4):
        batch = claim_after(last)
        last = batch[0].brand_id
        batches.append((last, len(batch)))
    assert batches == [(ALPHA, BATCH), (BETA, 1), (ALPHA, BATCH), (ALPHA, BATCH)], "and then round again"


@pytest.mark.spec("PLN-9")
def test_the_brand_that_comes_last_does_not_go_first_twice(world: World) -> None:
    """Also from the other side: the round begins again with the first brand."""
    flood(world, brand_id=ALPHA, count=1)
    flood(world, brand_id=BETA, count=FLOOD)
    assert {got.brand_id for got in claim_after(BETA)} == {ALPHA}
    assert {got.brand_id for got in claim_after(ALPHA)} == {BETA}
