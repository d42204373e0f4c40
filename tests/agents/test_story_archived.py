"""What was put away still tells its story, and has its passport."""

from pathlib import Path

import pytest

from agents.archive import selectors
from agents.archive import services as archive
from chimera.core import tenancy
from publishing.posts import tokens
from tests.agents import lived
from tests.conftest import ALPHA, World


@pytest.mark.spec("PLN-7", "AUD-1")
def test_a_task_that_was_put_away_tells_the_same_story_and_how_it_was_put_away(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived.whole(world, tmp_path)
    task = lived.ids()["publish"]
    before = lived.told(world, task)
    world.shift_clock("60 days")
    with tenancy.brand(ALPHA, actor="test:archive"):
        assert archive.archive(count_max=10)[0] == 1
    after = lived.told(world, task)
    count = len(before.steps)
    assert after.is_archived and after.steps[:count] == before.steps
    assert {step.what for step in after.steps[count:]} == {"The row was moved into the archive."}
    assert after.spent_usd_micros == before.spent_usd_micros
    assert [one["fence"] for one in after.tries] == [one["fence"] for one in before.tries]
    with world.role("operator"):
        client = lived.signed_in()
        answer = client.get(f"/admin/agents/task/{task}/change/")
        assert answer.headers["Location"] == f"/admin/agents/task/{task}/story/"
        assert "archived" in client.get(answer.headers["Location"]).content.decode()
        goal = client.get(f"/admin/agents/archivedgoal/{after.goal}/change/").content.decode()
        assert f'href="/admin/agents/task/{task}/story/"' in goal and "draft" in goal
        passport = client.get(f"/passport/{tokens.token(post_id=lived.post().pk)}").content.decode()
        assert "Harbour Post" in passport and "version 1 of its rules" in passport
        assert "It is not sealed yet" in passport
    monkeypatch.setattr(selectors, "story", _tampered)
    with world.role("operator"):
        passport = lived.signed_in().get(f"/passport/{tokens.token(post_id=lived.post().pk)}").content.decode()
        assert "What it was made from is no longer kept." in passport
        assert "does not match its hash" in lived.signed_in().get(answer.headers["Location"]).content.decode()


def _tampered(**_: object) -> None:
    raise selectors.Tampered("The archive of agents.goal:1 does not match its hash; restore it from a backup.")
