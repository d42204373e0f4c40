"""Who was told what they talk to: once, by a hash, within a brand; forgotten when asked or in time. SAF-2, SAF-3."""

import json
from datetime import timedelta
from io import StringIO
from threading import Barrier, Thread

import psycopg
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from agents.archive import services as archive
from chimera.core import clock, tenancy
from chimera.core.honesty import selectors, services
from chimera.core.honesty.models import Disclosure
from chimera.core.pii import authors
from tests.conftest import ALPHA, BETA, World

WHO = {"platform": "plaza", "author_id": "4711", "speaker": "agents.agent:1"}
OLD, NEW = "1:b2xkIGtleSBvZiBhdXRob3Jz", "2:bmV3IGtleSBvZiBhdXRob3Jz"


def tell(brand: int, **more: str) -> bool:
    return services.tell(brand_id=brand, language="en", **{**WHO, **more})


@pytest.mark.spec("SAF-3")
def test_a_person_is_told_once_by_each_speaker_also_after_a_rotation_of_keys(alpha: int, settings) -> None:
    settings.AUTHOR_KEYS = [OLD]
    assert not selectors.told(brand_id=alpha, **WHO)
    assert tell(alpha) and not tell(alpha) and selectors.told(brand_id=alpha, **WHO)
    assert tell(alpha, speaker="agents.agent:2") and tell(alpha, author_id="4712")
    settings.AUTHOR_KEYS = [NEW, OLD]
    assert not tell(alpha)
    assert "4711" not in str(list(Disclosure.objects.values_list()))


def test_nothing_but_a_hash_can_be_kept(alpha: int) -> None:
    with pytest.raises(IntegrityError, match="disclosure_author_is_a_hash"), transaction.atomic():
        Disclosure.objects.create(brand_id=alpha, platform="plaza", author="4711", speaker="x", language="en")


@pytest.mark.spec("SAF-3")
def test_of_two_replies_at_once_one_is_the_first(world: World) -> None:
    author = f"a1.{'0' * 40}"
    both, first = Barrier(2), []

    def reply() -> None:
        mine = world.connect(brand=ALPHA)
        both.wait()
        done = mine.execute(
            "INSERT INTO core_disclosure (brand_id, platform, author, speaker, language)"
            " VALUES (%s, 'plaza', %s, 'agents.agent:1', 'en') ON CONFLICT DO NOTHING",
            [ALPHA, author],
        )
        first.append(done.rowcount)

    threads = [Thread(target=reply) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(first) == [0, 1]
    mine, theirs = world.connect(brand=ALPHA), world.connect(brand=BETA)
    assert theirs.execute("SELECT count(*) FROM core_disclosure").fetchone() == (0,)
    for statement in ("DELETE FROM core_disclosure", "UPDATE core_disclosure SET language = 'de'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            mine.execute(statement)
    assert theirs.execute("SELECT core_forget_author(%s)", [[author]]).fetchone() == (0,)
    assert mine.execute("SELECT core_forget_author(%s)", [[author]]).fetchone() == (1,)


@pytest.mark.spec("SAF-2")
def test_an_author_is_forgotten_in_every_brand_and_nobody_else_is(db: None, settings) -> None:
    settings.AUTHOR_KEYS = [OLD]
    for brand in (ALPHA, BETA):
        with tenancy.brand(brand, actor="test:fixture"):
            tell(brand)
            tell(brand, author_id="4712")
    settings.AUTHOR_KEYS = [NEW, OLD]
    words = ["forget_author", "--platform", "plaza", "--author", "4711"]
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"forgotten": {"disclosures": 2, "mentions": 0, "memories": 0}}
    out = StringIO()
    call_command(*words, stdout=out)
    assert out.getvalue() == "Forgotten: 0 disclosures, 0 mentions, 0 memories.\n"
    for brand in (ALPHA, BETA):
        with tenancy.brand(brand, actor="test:fixture"):
            kept = authors.names(brand_id=brand, platform="plaza", author_id="4712")
            assert [one.author in kept for one in Disclosure.objects.all()] == [True]


@pytest.mark.spec("SAF-2")
@pytest.mark.parametrize(("days", "gone"), [(30, 1), (0, 0)])
def test_what_is_past_its_time_goes_with_the_archive(alpha: int, settings, days: int, gone: int) -> None:
    settings.RETENTION_OUTSIDE_TEXT_DAYS = days
    tell(alpha)
    author = authors.name(brand_id=alpha, platform="plaza", author_id="4712")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_disclosure (brand_id, platform, author, speaker, language, told_at)"
            " VALUES (%s, 'plaza', %s, 'agents.agent:1', 'en', %s)",
            [alpha, author, clock.now() - timedelta(days=31)],
        )
    assert archive._of_people(10) == gone
    assert Disclosure.objects.count() == 2 - gone
