"""`bench audit` takes the lag from commits and from the outside file, and verifies against the rows. AUD-2, AUD-3."""

import time
from pathlib import Path

import pytest

from chimera.bench import audit
from chimera.bench.ground import NotMeasured
from tests.conftest import World
from tests.governance import sealers

pytestmark = pytest.mark.spec("AUD-2")


def test_the_lag_ends_with_the_first_checkpoint_over_an_entry() -> None:
    seen = [(2, 10.0), (5, 10.5)]
    assert audit.lags_s(seen, {7: 9.0, 8: 9.9, 9: 10.6}, {7: 0, 8: 2, 9: 4}) == pytest.approx([1.0, 0.6, 0.0])
    with pytest.raises(NotMeasured, match="Entry 5 is under no checkpoint"):
        audit.lags_s(seen, {7: 9.0}, {7: 5})


@pytest.mark.parametrize(
    ("order", "said"), [({"writers": 0}, "--writers is 0"), ({"seconds": 0.1}, "--seconds is 0.1")]
)
def test_an_order_that_makes_no_run_is_a_sentence(order: dict[str, float], said: str) -> None:
    with pytest.raises(audit.BadOrder, match=said):
        audit.Order(**order)  # type: ignore[arg-type]


def test_the_outside_file_is_watched_and_what_is_sealed_is_verified(world: World, tmp_path: Path) -> None:
    with audit.Watch(tmp_path / "checkpoints") as watch, sealers.sealing(world, tmp_path, count_max=3) as sealer:
        sealers.happen(4)
        size = sealer.all()[1].size
        ends = time.monotonic() + 20
        while watch.size < size and time.monotonic() < ends:
            time.sleep(0.01)
    assert [found for found, _ in watch.seen][-1] == size
    assert len(watch.seen) == len(sealers.published(tmp_path))
    owner = world.superuser()
    found = audit.verified(owner)
    assert found["entries"] == size and found["verify_per_s"] > 0
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE governance_auditevent SET actor = 'nobody' WHERE id = %s", [sealers.places(world)[2][1]])
    with pytest.raises(NotMeasured, match="Entry 2 is not what was sealed"):
        audit.verified(owner)
