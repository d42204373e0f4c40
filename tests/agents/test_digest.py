"""The morning digest says what happened and pads nothing; once a day for each subscriber. OPS-8."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from agents import telling
from agents.digest import services as digests
from agents.personas.states import TrustRung
from chimera.core import clock, tenancy
from chimera.core.clock import Now
from governance.controls import services as controls
from governance.controls.models import ControlKind
from governance.notices import services as notices
from governance.notices.models import Letter, Notice
from governance.thresholds import services as thresholds
from publishing.accounts import refusing
from publishing.posts.models import Post
from tests import people
from tests.agents.fakes import desk, drain
from tests.conftest import ALPHA, World
from tests.governance import rows


def subscribed(world: World, **more: Any) -> Any:
    """Somebody who reads at seven, UTC, and asked for it before that hour, whatever hour it is."""
    at_hour(world, 6)
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        return notices.subscribe(
            **{"name": "Ada", "channel": "mail", "address": "ada@example.org", "digest_hour": 7, **more}
        )


def digests_of(world: World) -> list[Letter]:
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        return list(Letter.objects.filter(kind="digest").order_by("id"))


def at_hour(world: World, hour: int) -> None:
    """Move the clock to the next such hour, UTC."""
    now = clock.now()
    then = now.replace(hour=hour, minute=0, second=30, microsecond=0)
    world.later(f"{(then + timedelta(days=then <= now) - now).total_seconds()} seconds")


@pytest.mark.spec("OPS-8")
def test_the_digest_tells_what_happened_and_leaves_out_what_did_not(world: World) -> None:
    with desk(world):
        agent = people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
        people.trend(brand_id=ALPHA)
        people.goal(agent=agent)
        thresholds.tighten(brand_id=ALPHA, scope="brand:1", act_above_bp=9_500, reason="a\nweek of care")
    drain()
    with world.role("operator"), tenancy.all_brands(actor="user:ada"):
        controls.impose(scope="platform:plaza", kind=ControlKind.PAUSE, reason="maintenance")
    with tenancy.brand(ALPHA, actor="test:a"):
        out = rows.post(key="77")
    root = world.superuser()
    root.execute("SET session_replication_role = replica")
    root.execute(
        "UPDATE publishing_post SET status = 'PUBLISHED', published_at = chimera_now(), platform_id = 'p1'"
        " WHERE id = %s",
        [out.pk],
    )
    now = clock.now()
    facts = digests.make(since=now - timedelta(days=1), until=now + timedelta(minutes=1), time_zone="Europe/Berlin")
    text = "\n".join(facts["lines"])
    assert facts["headline"].startswith("1 out, 1 waiting") and "(Europe/Berlin)" in text
    assert "  went out: 1 post (@handle-1-77 1)" in text
    assert "  waits: 1 review; the oldest for" in text
    assert f"@{agent.handle} has version 1 of its soul" in text
    assert "the threshold 0.95 of brand:1 was set by" in text
    assert "a pause on platform:plaza is in force (user:ada: maintenance)" in text
    assert "failed" not in text and "answered" not in text and len(facts["brands"]) == 1
    limited = digests.make(since=now - timedelta(days=1), until=now, brands=[2])
    assert limited["fleet"] is None and limited["headline"] == "nothing happened" and len(limited["lines"]) == 1
    assert json.loads(json.dumps(facts)) == facts


@pytest.mark.spec("OPS-8")
def test_a_digest_is_made_once_a_day_whoever_makes_it_and_after_a_silence_once(world: World) -> None:
    subscribed(world)
    assert digests.put_due() == 0 and not digests_of(world)
    at_hour(world, 8)
    assert sorted(rows.together([digests.put_due] * 3)) == [0, 0, 1]
    assert digests.put_due() == 0
    world.later("3 days")
    assert digests.put_due() == 1
    first, second = digests_of(world)
    assert second.day - first.day == timedelta(days=3)
    assert second.facts["since"][:16] == first.made_at.isoformat()[:16]  # nothing is left out


def test_the_hour_is_the_subscribers_own(world: World) -> None:
    subscribed(world, time_zone="Asia/Tokyo")  # seven there is 22 UTC
    at_hour(world, 21)
    before = digests.put_due()
    at_hour(world, 22)
    assert (before, digests.put_due()) == (0, 1)
    (letter,) = digests_of(world)
    assert letter.day == (clock.now() + timedelta(hours=9)).date()


@pytest.mark.spec("OPS-8")
def test_the_teller_looks_makes_and_carries(world: World, settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    subscribed(world)
    at_hour(world, 8)
    with tenancy.brand(ALPHA, actor="test:a"):
        card = rows.card()
        type(card).objects.filter(pk=card.pk).update(deadline=Now() + timedelta(minutes=5))
    assert telling.tell() == 2
    assert telling.tell() == 0
    mails = "".join(path.read_text() for path in tmp_path.iterdir())
    assert f"Review {card.pk}" in mails and "1 waiting" in mails


def test_a_platform_that_refuses_an_account_is_told_once_a_day(world: World) -> None:
    with tenancy.brand(ALPHA, actor="test:a"):
        account = Post.objects.select_related("account").get(pk=rows.post().pk).account
        assert not refusing.tell(account=account, code="too_long", sentence="The text is too long.")
        assert refusing.tell(account=account, code="token_expired", sentence="Renew it at https://evil.example")
        assert not refusing.tell(account=account, code="token_expired", sentence="Again.")
        (told,) = Notice.objects.all()
    assert told.scope == "brand:1" and "plaza refuses @handle-1-1 (token_expired)" in told.sentence
    assert "https://evil" not in told.sentence


def test_the_command_prints_it_for_a_time_and_a_reader(world: World) -> None:
    subscribed(world, brands=[ALPHA], time_zone="Asia/Tokyo")
    with world.role("operator"):
        out = StringIO()
        call_command("digest", "--for", "ada@example.org", "--json", stdout=out)
        said = json.loads(out.getvalue())
        assert "(Asia/Tokyo)" in said["lines"][0] and said["fleet"] is None
        out = StringIO()
        call_command("digest", "--at", "2026-01-02T07:00Z", stdout=out)
        assert "From Thu 01 Jan 07:00 to Fri 02 Jan 07:00 (UTC): nothing happened." in out.getvalue()
        for words, says in (
            (("--at", "x"), "is no moment"),
            (("--hours", "0"), "choose 1"),
            (("--for", "x"), "there is 1 Ada"),
        ):
            with pytest.raises(CommandError, match=says):
                call_command("digest", *words, stdout=StringIO())
