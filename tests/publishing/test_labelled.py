"""An unlabelled act of publishing cannot be SENT, tried in plain SQL and from several connections. PUB-2."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import connection

from chimera.core import canonical, tenancy
from governance.effects.models import Effect
from governance.transitions import move
from publishing.posts import scheduling
from publishing.posts.models import Post
from tests.conftest import ALPHA, World
from tests.governance import rows

pytestmark = pytest.mark.spec("PUB-2")

SENT = "status = 'SENT', sends = sends + 1, grant_jti = 'j' || sends, state_version = state_version + 1"
INSERT = """
  INSERT INTO publishing_post (brand_id, status, state_version, queue, scopes, fence, attempts, attempts_max, priority,
                               note, lease_owner, task, account_id, payload, content_hash, approval, platform_id, url)
  SELECT brand_id, status, 1, queue, scopes, 0, 0, 8, 5, '', '', 'agents.task:99', account_id, %s, %s, '', '', ''
    FROM publishing_post LIMIT 1
"""
ACT = """
  INSERT INTO governance_effect (brand_id, status, state_version, subject, task, kind, platform_class, key, hold_key,
                                 payload_hash, sent_fence, call_timeout_s, grant_jti, platform_id, labelled)
  VALUES (1, 'INTENDED', 1, %s, 't', %s, 'A', %s, 'h', %s, 1, 10, '', '', true) RETURNING id
"""


def refused(sql: psycopg.Connection, promise: str, statement: str, *given: Any) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match=promise) as said:
        sql.execute(statement, given)  # type: ignore[call-overload]
    assert said.value.diag.constraint_name == promise


def arranged(world: World) -> Post:
    with tenancy.brand(ALPHA, actor="worker:1"):
        post = rows.claimed()
        rows.effect(row=post)
    return post


def taken_back(world: World, act: int) -> None:
    """There is one act for one subject: make room for the next."""
    with world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("DELETE FROM governance_effect WHERE id = %s", [act])


@pytest.mark.parametrize(
    "payload",
    [
        {"text": "Hello."},
        {"text": "Hello.", "ai_generated": False},
        {"text": "Hello.", "ai_generated": "true"},
        {"text": "Hello.", "ai_generated": 1},
        {"text": "Hello.", "deep": {"ai_generated": True}},
        [{"ai_generated": True}],
        "ai_generated",
    ],
)
def test_a_post_without_its_label_is_none(world: World, payload: Any) -> None:
    arranged(world)
    sql = world.connect("app", brand=ALPHA)
    refused(sql, "post_is_labelled", INSERT, json.dumps(payload), canonical.digest(payload))


@pytest.mark.parametrize("text", ["A kettle.", "#advice: buy it.", f"{'x' * 90} #ad", "It had it all.", "ad: a kettle"])
@pytest.mark.spec("SAF-5")
def test_paid_work_that_does_not_say_so_at_its_beginning_is_no_post(world: World, text: str) -> None:
    arranged(world)
    sql = world.connect("app", brand=ALPHA)
    paid = {"text": text, "ai_generated": True, "sponsorship": "paid"}
    refused(sql, "post_paid_is_disclosed", INSERT, json.dumps(paid), canonical.digest(paid))
    refused(sql, "post_paid_is_disclosed", INSERT, '{"ai_generated": true, "sponsorship": "gifted"}', "h")
    said = {**paid, "text": f"#ad {text}"}
    assert sql.execute(INSERT, [json.dumps(said), canonical.digest(said)]).rowcount == 1


def test_the_content_of_a_post_stays_what_was_accepted(world: World) -> None:
    post = arranged(world)
    for role in ("app", "operator"):
        sql = world.connect(role, brand=ALPHA)
        for change in (
            """payload = payload || '{"text": "Another."}'""",
            """payload = payload - 'ai_generated'""",
            "content_hash = 'another'",
            "account_id = account_id + 1",
            "task = 'agents.task:7'",
        ):
            refused(sql, "post_is_for_one_content", f"UPDATE publishing_post SET {change}")
    with tenancy.brand(ALPHA, actor="test"):
        assert Post.objects.get().payload == post.payload


def test_whatever_says_of_itself_that_it_is_labelled_is_not_believed(world: World) -> None:
    post = arranged(world)
    sql = world.connect("app", brand=ALPHA)
    hidden = {"text": "Hidden.", "ai_generated": True}
    sql.execute(INSERT, [json.dumps(hidden), post.content_hash])  # a hash that is another payload's
    (liar,) = sql.execute("SELECT id FROM publishing_post WHERE task = 'agents.task:99'").fetchone() or (0,)
    for key, (subject, content) in enumerate(
        [
            ("agents.task:1", post.content_hash),
            ("publishing.post:0", post.content_hash),
            ("publishing.post:999", post.content_hash),
            (f"publishing.post:{post.pk}x", post.content_hash),
            (f"publishing.post:{liar}", post.content_hash),
            (f"publishing.post:{liar}", canonical.digest(hidden)),
        ]
    ):
        (act,) = sql.execute(ACT, [subject, "publish", f"k{key}", content]).fetchone() or (0,)
        for change in (
            SENT,
            f"{SENT}, labelled = true",
            "status = 'CONFIRMED', platform_id = 'p', state_version = state_version + 1, labelled = true",
        ):
            refused(sql, "effect_sent_is_labelled", f"UPDATE governance_effect SET {change} WHERE id = {act}")
        taken_back(world, act)


def test_what_is_sent_is_labelled_and_cannot_lose_that(world: World) -> None:
    arranged(world)
    sql = world.connect("app", brand=ALPHA)
    sql.execute(f"UPDATE governance_effect SET {SENT}")
    sql.execute("UPDATE governance_effect SET labelled = false")  # written by the trigger, whatever is said
    with tenancy.brand(ALPHA, actor="test"):
        assert Effect.objects.get().labelled


def test_an_act_of_another_kind_needs_no_label_and_never_becomes_a_publish(world: World) -> None:
    arranged(world)
    sql = world.connect("app", brand=ALPHA)
    (act,) = sql.execute(ACT, ["publishing.hiding:999", "hide", "k", "h"]).fetchone() or (0,)
    sql.execute(f"UPDATE governance_effect SET {SENT} WHERE id = {act}")
    refused(sql, "effect_is_for_one_act", f"UPDATE governance_effect SET kind = 'publish' WHERE id = {act}")


def test_a_table_of_that_name_put_before_ours_deceives_nobody(world: World) -> None:
    post = arranged(world)
    sql = world.connect("app", brand=ALPHA)
    try:
        sql.execute("CREATE TEMP TABLE publishing_post (id bigint, brand_id bigint, payload jsonb, content_hash text)")
        sql.execute("INSERT INTO pg_temp.publishing_post VALUES (999, 1, %s, %s)", [json.dumps(post.payload), "h"])
    except psycopg.errors.InsufficientPrivilege:
        return  # it may not even make one
    (act,) = sql.execute(ACT, ["publishing.post:999", "publish", "k", post.content_hash]).fetchone() or (0,)
    refused(sql, "effect_sent_is_labelled", f"UPDATE governance_effect SET {SENT} WHERE id = {act}")


def test_however_many_try_at_once_nothing_unlabelled_is_sent(world: World) -> None:
    """Eight connections strip the label, lie about it and send, over and over, while one sends what is right."""
    post = arranged(world)
    start = threading.Barrier(8, timeout=20)
    attempts = [
        """UPDATE publishing_post SET payload = payload - 'ai_generated'""",
        """UPDATE publishing_post SET payload = '{"text": "Bare."}', content_hash = 'h'""",
        f"UPDATE governance_effect SET payload_hash = 'h', {SENT}",
        f"UPDATE governance_effect SET {SENT} WHERE subject = 'publishing.post:999'",
    ]

    def attack(number: int) -> int:
        sql = world.connect("app", brand=ALPHA)
        act = [f"publishing.post:{900 + number}", "publish", f"k{number}", post.content_hash]
        sql.execute(ACT, act)
        start.wait()
        failures = 0
        for turn in range(20):
            change = attempts[(number + turn) % 4].replace("999", str(900 + number))
            try:
                sql.execute(change)  # type: ignore[call-overload]
            except (psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation):
                failures += 1
        return failures

    with ThreadPoolExecutor(8) as pool:
        failures = list(pool.map(attack, range(8)))
    assert failures == [20] * 8
    with tenancy.brand(ALPHA, actor="worker:1"):
        effect = Effect.objects.get(about=post.subject)
        move(row=effect, to="SENT", sends=1, grant_jti="right")
        assert list(Effect.objects.filter(status="SENT").values_list("about", "labelled")) == [(post.subject, True)]
    connection.close()


def test_scheduling_says_so_before_the_database_has_to(alpha: int) -> None:
    post = rows.post()
    bare = scheduling.Scheduled(
        brand_id=alpha, task="agents.task:2", account=post.account, payload={"text": "Bare."}, scopes=[], approval=""
    )
    with pytest.raises(scheduling.NotLabelled, match="carries no AI label and nothing unlabelled goes out"):
        scheduling.schedule_all(rows=[bare])


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"b": [], "a": {}, "": None, "Ä": 1, "z": True, "Z": False, "😀": "x", "￿": "y"},
        {"text": 'Quotes " and \\ back/slash,\n\r\t\b\f \x01\x1f\x7f    ü 漢字 😀', "n": -12345678901234567890},
        {"media": [{"sha256": "a" * 64, "alt": "Ein “Plakat”"}], "ai_generated": True, "list": [[1, 2], [], [None]]},
    ],
)
def test_the_database_hashes_a_payload_as_the_house_does(alpha: int, value: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT publishing_canonical(%s::jsonb)", [json.dumps(value)])
        assert cursor.fetchone() == (canonical.dumps(value),)
