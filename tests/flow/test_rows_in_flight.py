"""Work that was under way when doubts could not be resolved yet goes on after the migration. PUB-4, PLN-3."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from chimera.core import canonical
from chimera.embedded.bootstrap import bootstrap
from tests import servers

BEFORE = (("governance", "0003_neighbours"), ("publishing", "0002_promises"))
HASH = canonical.digest({"ai_generated": True, "platform": "plaza", "text": "Hello."})
POST = """
  INSERT INTO publishing_post (id, brand_id, status, state_version, queue, scopes, fence, attempts, attempts_max,
                               priority, note, lease_owner, task, account_id, payload, content_hash, approval,
                               platform_id, url)
  VALUES (%(id)s, 1, %(post)s, 1, 'publish', '{fleet,brand:1,platform:plaza}', 1, 1, 8, 5, '', '',
          'agents.task:' || %(id)s, 1, '{"ai_generated": true, "platform": "plaza", "text": "Hello."}',
          %(hash)s, '', %(live)s, '')
"""
EFFECT = """
  INSERT INTO governance_effect (brand_id, status, state_version, subject, task, kind, platform_class, key, hold_key,
                                 payload_hash, sent_fence, grant_jti, call_timeout_s, sends, sent_at, platform_id)
  VALUES (1, %(effect)s, 1, 'publishing.post:' || %(id)s, 'agents.task:' || %(id)s, 'publish', 'A', 'k' || %(id)s,
          'h', %(hash)s, 1, %(jti)s, 10, %(sends)s, CASE WHEN %(sends)s > 0 THEN now() END, %(live)s)
"""
ROWS = (
    ("SCHEDULED", "INTENDED", 0),
    ("SCHEDULED", "SENT", 2),
    ("HELD", "SENT", 8),
    ("FAILED", "IN_DOUBT", 8),
    ("FAILED", "REFUTED", 1),
    ("PUBLISHED", "CONFIRMED", 1),
)


def migrate(name: str, *target: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", *target, "--no-input", "-v", "0"],
        env={**os.environ, **servers.variables("chimera_migrator", name)},
        cwd=servers.CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture
def old() -> Iterator[str]:
    """A database from before, with a post and its effect in every state."""
    name = f"{servers.database()}_old"
    servers.drop(name)
    bootstrap(servers._endpoints().postgres, database=name)
    for target in BEFORE:
        migrate(name, *target)
    with servers.admin(name) as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("INSERT INTO core_brand (id, slug, name) VALUES (1, 'alpha', 'Alpha')")
        for number, (post, effect, sends) in enumerate(ROWS, start=1):
            live = "p-9" if post == "PUBLISHED" else ""
            given = {"hash": HASH, "id": number, "post": post, "effect": effect, "sends": sends, "live": live}
            owner.execute(POST, given)
            owner.execute(EFFECT, {**given, "jti": f"jti-{number}" if sends else ""})
    yield name
    servers.drop(name)


def test_posts_and_effects_in_every_state_take_part_in_the_new_protocol(old: str) -> None:
    migrate(old)
    with servers.admin(old) as owner:
        found = owner.execute(
            "SELECT status, first_sent_at = made_at, sends, absences, incarnation, lookups"
            " FROM governance_effect ORDER BY id"
        ).fetchall()
        assert found == [(effect, True if sends else None, sends, 0, int(sends > 0), []) for _, effect, sends in ROWS]
        scoped = owner.execute("SELECT status, 'effects' = ANY (scopes) FROM publishing_post ORDER BY id").fetchall()
        assert scoped == [(post, post in ("SCHEDULED", "HELD")) for post, _, _ in ROWS]
        assert owner.execute("SELECT number FROM governance_incarnation").fetchall() == [(1,)]
    app = servers._endpoints().postgres.params("chimera_app", old)
    with psycopg.connect(**app, autocommit=True) as worker:
        worker.execute("SELECT set_config('app.brand', '1', false), set_config('app.actor', 'worker:1', false)")
        again = "sends = sends + 1, grant_jti = 'new', state_version = state_version + 1"
        worker.execute(f"UPDATE governance_effect SET {again} WHERE subject = 'publishing.post:2'")
        with pytest.raises(psycopg.errors.CheckViolation, match="effect_is_never_repeated_blindly"):
            worker.execute(f"UPDATE governance_effect SET {again} WHERE subject = 'publishing.post:4'")
