"""What is kept no longer is deleted, in steps; what somebody still needs is not."""

import psycopg
import pytest
from django.test import override_settings

from agents.archive import services as archive
from agents.personas.models import Agent
from chimera.core import tenancy, ticks
from tests import people
from tests.agents import finished
from tests.agents.fakes import desk
from tests.conftest import ALPHA, BETA, World

WORDS = ("One day in Orlowe", "Something happened in Orlowe. It was seen by many.")


def titles(eyes: psycopg.Connection, table: str) -> list[str]:
    return [row[0] for row in eyes.execute(f"SELECT title FROM {table} ORDER BY title")]


def age(eyes: psycopg.Connection, table: str, title: str, **columns: str) -> None:
    changes = ", ".join(f"{name} = chimera_now() - '{value}'::interval" for name, value in columns.items())
    assert eyes.execute(f"UPDATE {table} SET {changes} WHERE title = %s", [title]).rowcount == 1


def test_an_expired_trend_goes_when_no_goal_needs_it_and_its_items_go_after_it(world: World) -> None:
    eyes = world.superuser()
    with desk(world):
        agent = people.agent(brand_id=ALPHA)
        people.trend(brand_id=ALPHA, key="needed")
        people.goal(agent=agent)
        for key in ("past", "fresh"):
            people.trend(brand_id=ALPHA, story=(f"{key} story", WORDS[1]), key=key)
    with desk(world, brand_id=BETA):
        people.trend(brand_id=BETA, story=("story of beta", WORDS[1]), key="beta")
    for title in (people.STORY[0], "past story", "story of beta"):
        age(eyes, "publishing_trend", title, expires_at="31 days" if title != "story of beta" else "29 days")
    for title in (people.STORY[0], "past story", "fresh story", "story of beta"):
        age(eyes, "publishing_feeditem", title, seen_at="31 days", published_at="31 days")
    report = archive.run(batch=10)
    assert (report.forgotten_trends, report.forgotten_feed_items) == (1, 1)
    kept = sorted([people.STORY[0], "fresh story", "story of beta"])
    assert titles(eyes, "publishing_trend") == titles(eyes, "publishing_feeditem") == kept


@pytest.mark.parametrize("keeps", ["young", "old news seen today", "any age"])
def test_an_item_that_could_be_news_again_is_kept(world: World, keeps: str) -> None:
    eyes = world.superuser()
    with desk(world):
        people.trend(brand_id=ALPHA, story=WORDS)
    eyes.execute("DELETE FROM publishing_trend")
    if keeps != "young":
        seen = "1 hour" if keeps == "old news seen today" else "60 days"
        age(eyes, "publishing_feeditem", WORDS[0], seen_at=seen, published_at="60 days")
    eyes.execute("UPDATE publishing_feed SET any_age = %s", [keeps == "any age"])
    assert archive.run(batch=10).forgotten_feed_items == 0
    eyes.execute("UPDATE publishing_feed SET any_age = false")
    age(eyes, "publishing_feeditem", WORDS[0], seen_at="60 days", published_at="60 days")
    assert archive.run(batch=10).forgotten_feed_items == 1


@pytest.mark.spec("PLN-3")
def test_old_ticks_and_expired_sessions_go_and_the_rest_stays(world: World) -> None:
    eyes = world.superuser()
    for number, (old, ends) in enumerate([("8 days", "1 hour"), ("6 days", "-1 hour")]):
        eyes.execute(
            "INSERT INTO core_tick (name, period, at) VALUES ('t', %s, chimera_now() - %s::interval)", [number, old]
        )
        eyes.execute("INSERT INTO django_session VALUES (%s, 'x', chimera_now() - %s::interval)", [str(number), ends])
    report = archive.run(batch=10)
    assert (report.forgotten_ticks, report.forgotten_sessions) == (1, 1)
    assert eyes.execute("SELECT period FROM core_tick").fetchall() == [(1,)]
    assert eyes.execute("SELECT session_key FROM django_session").fetchall() == [("1",)]
    assert ticks.first(name="t", every_s=3600)
    with override_settings(RETENTION_TICK_DAYS=0):
        world.shift_clock("30 days")
        assert archive.run(batch=10).forgotten_ticks == 0


def test_archived_work_is_kept_as_long_as_the_setting_says_or_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "STEP_COUNT", 100)
    eyes = world.superuser()
    with desk(world):
        people.agent(brand_id=ALPHA)
        agent = Agent.objects.get()
    finished.make(eyes, brand=ALPHA, agent=agent.pk, soul=agent.soul_id, count=150)
    assert archive.run(batch=200).goals == 150
    assert archive.run(batch=200).forgotten_goals == 0
    world.shift_clock("330 days")
    with override_settings(RETENTION_ARCHIVE_DAYS=0):
        assert archive.run(batch=200).forgotten_goals == 0
    assert archive.run(batch=200, once=True).forgotten_goals == 100
    assert archive.run(batch=200).forgotten_goals == 50
    assert finished.counts(eyes, "agents_archivedtask") == {"agents_archivedtask": 0}
    posts = finished.counts(eyes, "publishing_post")
    assert posts == {"publishing_post": 150}


@pytest.mark.spec("TEN-1")
def test_a_program_reads_no_session_and_deletes_no_trend_itself(world: World) -> None:
    app = world.connect(brand=ALPHA)
    for statement in (
        "SELECT * FROM django_session",
        "DELETE FROM publishing_trend",
        "DELETE FROM publishing_feeditem",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(statement)
    for role in ("app", "operator"):  # a caller cannot lower the floors
        eyes = world.superuser()
        eyes.execute("DELETE FROM core_tick")
        eyes.execute("INSERT INTO core_tick (name, period) VALUES ('now', 1)")
        assert world.connect(role).execute("SELECT core_forget_ticks('-1 day', 10)").fetchone() == (0,)
    with tenancy.brand(ALPHA, actor="test:forget"):
        assert archive.forget(what="trends", keep_days=0, count_max=9) == 0
