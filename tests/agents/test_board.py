"""The board: every number is the count of the list that it opens, and nothing is said of nothing."""

import json
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agents.board import figures, latency, outcomes, selectors, waiting, window
from agents.models import Agent, Task
from chimera.core import clock, tenancy
from governance.budgets.models import Entry
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.models import Control
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem, ReviewKind
from publishing.posts.models import Post
from tests import people
from tests.agents import judged
from tests.agents.arranged import HELD, Arranged
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def world_with_work(world: World) -> Iterator[World]:
    """One agent of three works and one is stopped; three posts, five tasks, two cards and two entries of today."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:begin"):
        agents = [people.agent(brand_id=ALPHA, soul_file=name) for name in ("bea_unscrews", "zuzka_bubbles")]
        people.trend(brand_id=ALPHA)
        people.goal(agent=agents[0])
        controls.impose(scope=agents[1].scope, kind=ControlKind.PAUSE, reason=f"Looks odd. {EVIL}")
    with tenancy.brand(ALPHA, actor="test:begin"):
        bea = Agent.objects.get(handle="bea_unscrews")
        for _ in range(3):  # posts are on accounts of their own, named by the number of their task
            judged.task(agent=bea)
        for approval in ("judge", "judge", "governance.reviewitem:9"):
            made = judged.verdict(task=judged.task(agent=bea))
            judged.published(verdict=made, approval=approval)
        rows.card(about="agents.task:11")
        rows.card(about="agents.task:12")
        reviews.ask(
            brand_id=ALPHA,
            about="publishing.post:1",
            task="agents.task:1",
            kind=ReviewKind.SAMPLE,
            snapshot={"payload": {"text": "Out already."}},
            why="A sample.",
            deadline=clock.now() + rows.timedelta(hours=5),
        )
    arranged = Arranged(world)
    for number, status in enumerate(("DONE", "DONE", "DONE", "REJECTED", "EXPIRED")):
        goal = arranged.goal(cause=f"board:{number}", agent_id=bea.pk)
        arranged.task(goal=goal, status=status, agent_id=bea.pk, ended_at="chimera_now() - interval '20 minutes'")
    old = arranged.goal(cause="board:old", agent_id=bea.pk)
    arranged.task(goal=old, status="REJECTED", agent_id=bea.pk, ended_at="chimera_now() - interval '2 hours'")
    for key, amount in (("a", 15_000), ("b", 30_000)):
        world.superuser().execute(
            "INSERT INTO governance_entry (brand_id, hold_key, about, scopes, day, debit, credit, amount_usd_micros, "
            "at) VALUES (%s, %s, 'publishing.post:1', '{brand:1}', (chimera_now() AT TIME ZONE 'UTC')::date, 'calls', "
            "'brand:1', %s, chimera_now())",
            [ALPHA, key, amount],
        )
    with world.role("operator"):
        yield world


def read(name: str = "24h") -> selectors.Board:
    with tenancy.all_brands(actor="test:look"):
        return selectors.read(name=name)


def signed_in(name: str = "ada", *codes: str) -> Client:
    with tenancy.acting("test:people"):
        user, _ = User.objects.get_or_create(username=name, is_staff=True, is_superuser=not codes)
        user.user_permissions.set(Permission.objects.filter(codename__in=codes))
        client = Client()
        client.force_login(user)
    return client


def test_each_figure_is_what_its_formula_says(world_with_work: World) -> None:
    board = read("1h")
    found = {one.name: one for one in [*board.agents, *board.figures]}
    assert (found["autonomy"].value, found["autonomy"].is_met) == (2 / 3, False)
    assert (found["success"].said, found["success"].goal) == ("60%", "more than 95%")
    assert found["escalation"].value == 2 / 4
    assert (found["cost_per_post"].said, found["cost_per_post"].is_met) == ("$0.015", True)
    assert found["posts_out_today"].value == 3
    assert {one.title: one.value for one in board.agents} == {"▶ working": 1, "○ idle": 0, "■ paused": 1}
    assert [(queue.name, queue.depth) for queue in board.queues][:2] == [("reviews", 2), ("samples", 1)]
    assert {one.name: one for one in read("24h").figures}["success"].value == 3 / 6
    for one in found.values():
        assert one.formula and one.as_json()["said"] == one.said


def test_every_number_opens_a_list_with_exactly_so_many_rows(world_with_work: World) -> None:
    ada = signed_in()
    for name in ("1h", "7d"):
        board = read(name)
        behind = [row for one in [*board.agents, *board.figures] for row in one.behind]
        behind += [queue.behind for queue in board.queues] + [board.stops_behind]
        assert sum(row.count for row in behind) > 15
        for row in behind:
            answer = ada.get(row.address)
            assert answer.status_code == 200, row.address
            assert answer.context["cl"].result_count == row.count, row
        for queue in board.queues:
            if queue.depth:
                assert ada.get(queue.oldest).context["cl"].result_count >= 1
        for cap in board.caps:
            assert ada.get(cap.address).context["cl"].result_count == 1


def test_the_first_claim_and_the_way_from_a_trend_to_its_post_are_timed(world: World) -> None:
    arranged = Arranged(world)
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:begin"):
        bea, trend = people.agent(brand_id=ALPHA), people.trend(brand_id=ALPHA)
    goal = arranged.goal(agent_id=bea.pk)
    plan = [arranged.task(goal=goal, status="DONE", kind=kind, agent_id=bea.pk, **HELD) for kind in ("draft", "plan")][
        1
    ]
    database = world.superuser()
    database.execute("SET session_replication_role = replica")
    database.execute("UPDATE agents_goal SET trend_id = %s WHERE id = %s", [trend.pk, goal])
    database.execute(
        "INSERT INTO governance_attempt (brand_id, subject, fence, stage, owner, claimed_at, outcome) "
        "SELECT 1, 'agents.task:' || id, 1, 'plan', 'worker:1', made_at + interval '3 seconds', '' FROM agents_task "
        "WHERE kind = 'plan'"
    )
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.post(key=str(plan))
    database.execute(
        "UPDATE publishing_post SET status = 'PUBLISHED', platform_id = 'p', published_at = r.first_seen "
        "FROM publishing_trend r"
    )
    world.shift_clock("10 seconds")
    with world.role("operator"):
        found = {one.name: one for one in read().figures}
        start, post = found["queue_to_start_p95"], found["trend_to_post_p95"]
        assert (start.said, start.behind[0].count) == ("3.0 s", 1)
        assert (post.said, post.behind[0].count) == ("0.0 s", 1)
        for one in (start, post):
            assert signed_in().get(one.behind[0].address).context["cl"].result_count == 1
    assert latency.p95([float(n) for n in range(1, 101)]) == 95.0


def test_the_times_are_of_the_newest_posts_of_all_brands_and_of_no_other_posts(world: World) -> None:
    for brand, soul in ((ALPHA, "bea_unscrews"), (BETA, "zuzka_bubbles")):
        arranged = Arranged(world, brand_id=brand)
        with world.role("operator"), tenancy.brand(brand, actor="test:begin"):
            agent, trend = people.agent(brand_id=brand, soul_file=soul), people.trend(brand_id=brand, key=soul)
        goals = [arranged.goal(cause=f"took:{number}", agent_id=agent.pk) for number in range(3)]
        for _ in range(2):  # posts are on accounts named by the number of their task, and agents have the first ones
            arranged.task(goal=goals[0], status="DONE", kind="draft", agent_id=agent.pk, **HELD)
        tasks = [arranged.task(goal=goal, status="DONE", agent_id=agent.pk, **HELD) for goal in goals]
        with world.superuser() as database:
            database.execute("SET session_replication_role = replica")
            database.execute("UPDATE agents_goal SET trend_id = %s WHERE id = ANY (%s)", [trend.pk, goals[:2]])
        with tenancy.brand(brand, actor="test:begin"):
            made = [rows.post(brand_id=brand, key=str(key)) for key in tasks]
        with world.superuser() as database:
            database.execute("SET session_replication_role = replica")
            for age, post in enumerate(made):  # the last one, the oldest, is about no trend
                database.execute(
                    "UPDATE publishing_post SET status = 'PUBLISHED', platform_id = 'p' || id, "
                    "published_at = chimera_now() - %s * interval '1 minute' WHERE id = %s",
                    [1 + brand + 10 * age, post.pk],
                )
    with world.role("operator"), tenancy.all_brands(actor="test:look"), connection.cursor() as cursor:

        def took(sample: int, posts: int = 100) -> list[int]:
            span = window.of(name="24h", until=clock.now())
            cursor.execute(latency._SQL, [span.since, span.until, sample, 100, posts])
            return [pk for kind, pk, _ in cursor.fetchall() if kind == "post"]

        newest = Post.objects.order_by("-published_at").values_list("pk", flat=True)
        assert took(9) == list(newest[:4]), "those about trends, the newest first"
        assert took(3) == list(newest[:3])
        assert took(9, posts=2) == list(newest[:2]), "among the last two"
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:look"), connection.cursor() as cursor:
        assert took(9) == list(
            Post.objects.filter(brand_id=ALPHA).order_by("-published_at").values_list("pk", flat=True)[:2]
        )


@pytest.mark.spec("TEN-1")
def test_whoever_asks_counts_the_rows_that_the_policies_show_them_and_no_others(world_with_work: World) -> None:
    for brand, key in ((BETA, 71), (BETA, 72)):
        arranged = Arranged(world_with_work, brand_id=brand)
        arranged.task(goal=arranged.goal(cause=f"b:{key}"), status="DONE", ended_at="chimera_now() - interval '1 hour'")
        with tenancy.brand(brand, actor="test:begin"):
            rows.card(brand_id=brand, about=f"agents.task:{key}")
            post = rows.post(brand_id=brand, key=str(key))
        with world_with_work.superuser() as database:
            database.execute("SET session_replication_role = replica")
            database.execute(
                "UPDATE publishing_post SET status = 'PUBLISHED', platform_id = 'p', approval = 'judge', "
                "published_at = chimera_now() WHERE id = %s",
                [post.pk],
            )
    world_with_work.shift_clock("1 second")
    seen = set()
    for brand, bound in (("", ""), ("1", ""), ("2", ""), ("", "2"), ("", "1,2"), ("1", "1"), ("1", "2"), ("9", "")):
        with tenancy.all_brands(actor="test:look"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('app.brand', %s, true), set_config('app.brands', %s, true)", [brand, bound]
            )
            span = window.of(name="24h", until=clock.now())
            found = outcomes.counted(window=span)
            within = (span.since, span.until - span.until.resolution)
            posts = Post.objects.filter(status="PUBLISHED", published_at__range=within)
            tasks = Task.objects.filter(outward=True, ended_at__range=within)
            cards = ReviewItem.objects.filter(made_at__range=within).exclude(kind=ReviewKind.SAMPLE)
            assert (found["post"].count, found["post"].some) == (posts.count(), posts.filter(approval="judge").count())
            assert found["post"].today == posts.filter(published_at__gte=span.midnight).count()
            assert (found["task"].count, found["task"].some) == (tasks.count(), tasks.filter(status="DONE").count())
            assert found["card"].count == cards.count()
            entries = Entry.objects.filter(at__range=within).values_list("amount_usd_micros", flat=True)
            assert (found["spent"].count, found["spent"].some) == (len(entries), sum(entries))
            seen.add((found["post"].count, found["task"].count, found["card"].count))
    assert seen == {(5, 8, 4), (3, 6, 2), (2, 2, 2), (0, 0, 0)}
    for role in ("app", "connector"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            world_with_work.connect(role).execute(
                "SELECT * FROM agents_board_counted('{}', '{}', chimera_now(), chimera_now(), '')"
            )


def test_what_is_counted_is_counted_from_indexes_alone_with_policies_on(world_with_work: World) -> None:
    span = window.of(name="7d", until=clock.now())
    values = {**span.values, "midnight": span.midnight, "alone": "judge", "now": span.until}
    plans: list[str] = []
    with world_with_work.superuser() as database:
        database.execute("VACUUM ANALYZE")
        database.execute("LOAD 'auto_explain'")  # tells the plans inside a function too
        for said in (
            *("auto_explain.log_min_duration = 0", "auto_explain.log_nested_statements = on"),
            *("client_min_messages = log", "role = chimera_operator", "app.brands = '1,2'"),
            *("enable_seqscan = off", "enable_bitmapscan = off"),  # tables so small are read whole otherwise
        ):
            database.execute(f"SET {said}".encode())
        database.add_notice_handler(lambda told: plans.append(told.message_primary or ""))
        for statement in (outcomes._SQL, waiting._SQL):
            database.execute(statement.encode(), values)
    lines = "\n".join(plans).splitlines()
    names = ("task_outward_by_end", "review_by_made", "review_waits_since", "post_by_time", "entry_by_day")
    for name in names:
        found = [line for line in lines if f" using {name} on" in line]
        assert found and all("Index Only Scan" in line for line in found), (name, "\n".join(lines))


def test_of_nothing_there_is_no_figure_yet(world: World) -> None:
    with world.role("operator"):
        board = read()
        none = {"autonomy", "success", "escalation", "cost_per_post", "queue_to_start_p95", "trend_to_post_p95"}
        for one in board.figures:
            if one.name in none:
                assert (one.value, one.said, one.is_met) == (None, "no figure yet", None), one.name
        text = signed_in().get("/admin/").content.decode()
    assert "no figure yet" in text and "no word on" in text and "Nothing is stopped." in text


def test_shares_and_times_are_said_without_rounding_them_away() -> None:
    assert [figures.percent(share) for share in (None, 0.0, 0.00001, 0.5, 0.99999, 1.0)] == [
        *("no figure yet", "0%", "0.1%", "50%", "99.9%", "100%")
    ]
    assert [figures.lasting(s) for s in (None, 0.42, 12, 300, 8_000, 200_000)] == [
        *("no figure yet", "0.4 s", "12 s", "5 min", "2 h", "2 d")
    ]
    drawing = figures.drawn([None, 0, 4], what="Posts")
    assert drawing is not None and len(drawing.bars) == 2 and "lowest 0, highest 4, latest 4" in drawing.words
    assert figures.drawn([None], what="Posts") is None


@pytest.mark.spec("REV-9")
def test_the_home_of_the_desk_asks_the_same_few_questions_however_much_there_is(world_with_work: World) -> None:
    eve = signed_in("eve", "view_agent", "view_task")

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert eve.get(address).status_code == 200
        return len([one for one in queries.captured_queries if one["sql"].lstrip(" (").startswith(("SELECT", "WITH"))])

    few = [asked(address) for address in ("/admin/", "/admin/agents/agent/board/?window=7d")]
    with tenancy.all_brands(actor="test:more"):
        for number in range(20):
            controls.impose(scope=f"agent:{900 + number}", kind=ControlKind.PAUSE, reason="More.")
    with tenancy.brand(ALPHA, actor="test:more"):
        for number in range(20, 40):
            rows.card(about=f"agents.task:{number}")
    assert [asked(address) for address in ("/admin/", "/admin/agents/agent/board/?window=7d")] == few
    assert max(few) <= 15, few


def test_the_board_is_shown_inert_with_its_window_and_lifts_a_stop_by_post_alone(world_with_work: World) -> None:
    ada = signed_in()
    text = ada.get("/admin/?window=7d").content.decode()
    assert EVIL not in text and "&lt;script&gt;" in text
    assert re.search(r'href="\?window=7d" aria-current="true"', text)
    assert not re.search(r"<rect[^>]*style=|<svg[^>]*style=|onclick", text)
    assert "There is no window &#x27;9y&#x27; on the board" in ada.get("/admin/?window=9y").content.decode()
    scope = Control.objects.get().scope
    said = {"scope": scope, "reason": "It was nothing.", "back": "board"}
    address = "/admin/agents/agent/why/resume/"
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = ada.cookies
    assert (ada.get(address).status_code, strict.post(address, said).status_code) == (405, 403)
    eve = signed_in("eve", "view_agent")
    assert eve.post(address, said).status_code == 403
    assert f"Resume {scope}" in text and f"Resume {scope}" not in eve.get("/admin/").content.decode()
    assert "Say why" in ada.post(address, {**said, "reason": " "}, follow=True).content.decode()
    assert "1 lifted" in ada.post(address, said, follow=True).content.decode()
    assert Control.objects.get().status == "LIFTED"


def test_who_may_not_see_agents_sees_no_figures(world_with_work: World) -> None:
    bob = signed_in("bob", "view_task")
    assert "can view agent" in bob.get("/admin/").content.decode()
    assert bob.get("/admin/agents/agent/board/").status_code == 403
    assert Client().get("/").headers["Location"].startswith("/admin/governance/reviewitem/")


def test_the_command_prints_the_figures_of_the_desk(world_with_work: World) -> None:
    def said(*words: str) -> str:
        out = StringIO()
        call_command("board", *words, stdout=out)
        return out.getvalue()

    found: dict[str, Any] = json.loads(said("--window", "1h", "--json").strip().splitlines()[-1])
    assert found["figures"]["success"]["value"] == 0.6
    assert found["figures"] == {one.name: one.as_json() for one in [*read("1h").agents, *read("1h").figures]}
    assert "no figure yet" in said() and "Looks odd." in said()
    with pytest.raises(CommandError, match="There is no window '2h' on the board"):
        call_command("board", "--window", "2h")
