"""The one door for state: what is moved, what is not, and what the database itself refuses. PLN-4."""

import json
import sys
import threading

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F

from chimera.core import tenancy
from governance import transitions
from governance.machine import Stateful
from governance.models import AuditEvent, ReviewItem
from governance.transitions import Fenced, IllegalMove, LostRace
from publishing.models import Post
from tests.conftest import ALPHA, World
from tests.governance import rows

MACHINES = [model for model in apps.get_models() if issubclass(model, Stateful)]
ARROW = "CH001"


@pytest.mark.spec("PLN-4")
def test_a_move_changes_status_version_and_columns_in_one_step(alpha: int) -> None:
    post = rows.post()
    moved = transitions.move(row=post, to="HELD", note="look at this", attempts=F("attempts") + 3)
    assert moved is post
    assert (post.status, post.state_version, post.note) == ("HELD", 2, "look at this")
    assert post.attempts == 0, "an expression is the database's to work out, not the row's"
    fresh = Post.objects.get()
    assert (fresh.status, fresh.state_version, fresh.note, fresh.attempts) == ("HELD", 2, "look at this", 3)


def test_a_moved_row_can_be_moved_on_without_being_loaded_again(alpha: int) -> None:
    post = rows.post()
    transitions.move(row=transitions.move(row=post, to="HELD"), to="CANCELLED")
    assert Post.objects.get().state_version == 3


def test_an_arrow_that_the_machine_lacks_is_a_mistake_that_names_both_ends(alpha: int) -> None:
    post = transitions.move(row=rows.post(), to="CANCELLED")
    with pytest.raises(IllegalMove, match=r"publishing\.post has no arrow from CANCELLED to SCHEDULED"):
        transitions.move(row=post, to="SCHEDULED")
    assert Post.objects.get().status == "CANCELLED"


@pytest.mark.spec("PLN-4")
def test_a_write_from_a_stale_version_changes_nothing_and_says_so(alpha: int) -> None:
    post = rows.post()
    stale = Post.objects.get()
    transitions.move(row=transitions.move(row=post, to="HELD"), to="SCHEDULED")  # same status, later version
    with pytest.raises(LostRace, match=r"publishing\.post:\d+ was read as SCHEDULED \(version 1\) and has changed"):
        transitions.move(row=stale, to="CANCELLED", note="too late")
    fresh = Post.objects.get()
    assert (fresh.status, fresh.state_version, fresh.note) == ("SCHEDULED", 3, "")
    assert (stale.status, stale.state_version, stale.note) == ("SCHEDULED", 1, ""), "a row that was not moved lies"


@pytest.mark.spec("PLN-5")
def test_a_move_under_an_old_fencing_number_is_fenced(alpha: int) -> None:
    post = rows.claimed()
    rows.taken_over(post)
    with pytest.raises(Fenced, match="nothing was moved"):
        transitions.move(row=post, to="HELD", fence=post.fence)
    assert Post.objects.get().status == "SCHEDULED"
    transitions.move(row=post, to="HELD", fence=post.fence + 1)
    assert Post.objects.get().status == "HELD"


def test_many_rows_move_in_one_statement_and_keep_their_order(alpha: int, django_assert_num_queries) -> None:
    posts = [rows.post(key=str(number)) for number in (3, 1, 2)]
    with django_assert_num_queries(2):
        moved = transitions.move_many(rows=posts, to="CANCELLED", note="the brand left")
    assert moved == posts
    assert {post.state_version for post in moved} == {2}
    assert set(Post.objects.values_list("status", "state_version", "note")) == {("CANCELLED", 2, "the brand left")}


def test_rows_that_somebody_moved_first_are_left_out(alpha: int) -> None:
    fresh, elsewhere, again = (rows.post(key=str(number)) for number in range(3))
    transitions.move(row=Post.objects.get(pk=elsewhere.pk), to="HELD")
    transitions.move(row=transitions.move(row=Post.objects.get(pk=again.pk), to="HELD"), to="SCHEDULED")
    assert transitions.move_many(rows=[fresh, elsewhere, again], to="CANCELLED") == [fresh]
    assert [post.status for post in Post.objects.order_by("pk")] == ["CANCELLED", "HELD", "SCHEDULED"]
    assert (elsewhere.state_version, again.state_version) == (1, 1)


def test_no_rows_are_no_statement(alpha: int, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert transitions.move_many(rows=[], to="CANCELLED") == []


def test_many_rows_must_be_of_one_state_and_have_the_arrow(alpha: int) -> None:
    scheduled, held = rows.post(key="1"), transitions.move(row=rows.post(key="2"), to="HELD")
    with pytest.raises(IllegalMove, match=r"one state, not \['HELD', 'SCHEDULED'\]"):
        transitions.move_many(rows=[scheduled, held], to="CANCELLED")
    with pytest.raises(IllegalMove, match="no arrow from HELD to HELD"):
        transitions.move_many(rows=[scheduled, held], to="HELD")
    assert set(Post.objects.values_list("status", flat=True)) == {"SCHEDULED", "HELD"}


@pytest.mark.spec("PLN-4", "AUD-1")
def test_of_two_who_move_one_row_at_once_one_wins_and_the_other_changes_nothing(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.post()
    loaded = threading.Barrier(2, timeout=20)

    def move(to: str) -> str:
        with tenancy.brand(ALPHA, actor=f"user:{to.lower()}"):
            post = Post.objects.get()
            loaded.wait()
            transitions.move(row=post, to=to, note=f"by {to}")
            return to

    results = rows.together([lambda: move("HELD"), lambda: move("CANCELLED")])
    assert [type(lost) for lost in rows.failures(results)] == [LostRace]
    (winner,) = (result for result in results if isinstance(result, str))
    with tenancy.brand(ALPHA):
        post = Post.objects.get()
        assert (post.status, post.state_version, post.note) == (winner, 2, f"by {winner}")
        moves = AuditEvent.objects.filter(subject=post.subject, action="update")
        assert [(event.actor, event.to_status) for event in moves] == [(f"user:{winner.lower()}", winner)]


# What the database refuses, whoever asks.


@pytest.mark.spec("PLN-4")
def test_the_database_refuses_what_the_machine_does_not_have(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        transitions.move(row=rows.card(), to="WITHDRAWN")
    tries = {
        "status = 'EXPIRED', state_version = 3": "may not go from WITHDRAWN to EXPIRED",
        "status = 'NONSENSE', state_version = 3": "may not go from WITHDRAWN to NONSENSE",
        "state_version = 4": "jumps from state_version 2 to 4",
        "state_version = 1": "jumps from state_version 2 to 1",
    }
    for psql in (world.connect("app", brand=ALPHA), world.connect("operator"), world.superuser()):
        psql.execute("SET app.actor = 'test:psql'")
        for change, sentence in tries.items():
            with pytest.raises(psycopg.DatabaseError, match=sentence) as refused:
                psql.execute(f"UPDATE governance_reviewitem SET {change}")
            assert refused.value.sqlstate == ARROW
    with tenancy.brand(ALPHA):
        card = ReviewItem.objects.get()
        assert (card.status, card.state_version) == ("WITHDRAWN", 2)


@pytest.mark.spec("PLN-4")
def test_the_database_refuses_a_change_of_state_without_the_next_version(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:begin"):
        rows.card()
    psql = world.connect("operator")
    for version in ("state_version", "state_version + 2"):
        with pytest.raises(psycopg.DatabaseError, match="changes state without the next state_version") as refused:
            psql.execute(f"UPDATE governance_reviewitem SET status = 'WITHDRAWN', state_version = {version}")
        assert refused.value.sqlstate == ARROW
    psql.execute("UPDATE governance_reviewitem SET status = 'WITHDRAWN', state_version = state_version + 1")
    with tenancy.brand(ALPHA):
        assert ReviewItem.objects.get().status == "WITHDRAWN"


def test_the_database_refuses_a_row_that_is_born_in_the_middle(world: World) -> None:
    psql = world.connect("operator")
    insert = "INSERT INTO governance_control (scope, kind, reason, status, state_version) VALUES ('a', 'stop', 'x', {})"
    for values, sentence in {
        "'LIFTED', 1": "cannot be born as LIFTED",
        "'IN_FORCE', 2": "starts with state_version 1, not 2",
    }.items():
        with pytest.raises(psycopg.DatabaseError, match=sentence) as refused:
            psql.execute(insert.format(values))
        assert refused.value.sqlstate == ARROW
    psql.execute(insert.format("'IN_FORCE', 1"))


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model._meta.db_table)
@pytest.mark.spec("PLN-4")
def test_the_arrows_in_the_database_are_those_of_the_code(alpha: int, model: type[Stateful]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgargs FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'chimera_guard' "
            "AND t.tgenabled = 'O' AND t.tgrelid = %s::regclass",
            [model._meta.db_table],
        )
        (arguments,) = cursor.fetchall()
    arrows, initial = (json.loads(part) for part in bytes(arguments[0]).split(b"\0")[:2])
    assert {start: set(ends) for start, ends in arrows.items()} == {
        str(start): {str(end) for end in ends} for start, ends in model.TRANSITIONS.items()
    }
    states = sys.modules[model.__module__.removesuffix(".models") + ".states"]
    assert set(initial) == {str(state) for state in states.INITIAL}
