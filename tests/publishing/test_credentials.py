"""Tokens of accounts: sealed, for the connector alone, refreshed once and stored before they are used. PUB-1, PUB-7."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError, connection

from chimera.core import tenancy
from chimera.core.errors import Unavailable
from publishing.accounts import services as accounts
from publishing.credentials import sealing
from publishing.credentials import services as credentials
from publishing.credentials.models import Credential
from publishing.credentials.services import NoSuchAccount, NotConnected, RefreshRefused, SignIn, Tokens, WrongAccount
from tests.conftest import ALPHA, BETA, World
from tests.governance.rows import failures, together

pytestmark = pytest.mark.spec("PUB-1", "PUB-7")
SCOPES = ("tweet.read", "tweet.write")
COLUMNS = "id, account_id, platform_user_id, scopes, expires_at, connected_at, refreshed_at, renewals, reconnect_why"


class Vendor:
    """Hands out tokens; a refresh token of its works once."""

    def __init__(self) -> None:
        self.made, self.lock = 0, threading.Lock()
        self.good = {"refresh-0"}

    def first(self, *, lasts_s: float = 7_200) -> Tokens:
        return Tokens(access="access-0", refresh="refresh-0", lasts_s=lasts_s, scopes=SCOPES)

    def refresh(self, token: str) -> Tokens:
        with self.lock:
            if token not in self.good:
                raise RefreshRefused("It was used before.")
            self.made += 1
            self.good = {f"refresh-{self.made}"}
            return Tokens(access=f"access-{self.made}", refresh=f"refresh-{self.made}", lasts_s=7_200, scopes=SCOPES)


@pytest.fixture
def vendor(world: World) -> Iterator[Vendor]:
    with tenancy.brand(ALPHA, actor="test"):
        accounts.register(brand_id=ALPHA, belongs_to="agents.agent:1", platform="x", handle="nova", display_name="Nova")
    with world.role("connector"):
        yield Vendor()


def connected(vendor: Vendor, **more: float) -> None:
    credentials.connect(platform="x", handle="nova", user_id="7", name="Nova", tokens=vendor.first(**more))
    connection.close()


def sign_in(vendor: Vendor, **more: str) -> SignIn:
    return credentials.sign_in(platform="x", handle="@nova", refresh=vendor.refresh, **more)


def test_a_token_that_is_valid_is_handed_out_as_it_is(vendor: Vendor) -> None:
    connected(vendor)
    assert sign_in(vendor) == SignIn(user_id="7", access="access-0") and vendor.made == 0


def test_a_token_that_is_valid_is_read_past_a_lock_and_leaves_the_brand_as_it_was(world: World, vendor: Vendor) -> None:
    connected(vendor)
    with world.superuser() as owner:  # who would wait for the lock fails
        owner.execute(f"ALTER DATABASE \"{world.name}\" SET lock_timeout = '2s'")
    with world.connect("connector", brand=ALPHA) as other, other.transaction():
        other.execute("SELECT 1 FROM publishing_credential FOR UPDATE")
        assert sign_in(vendor).access == "access-0"
        with pytest.raises(Unavailable):
            sign_in(vendor, refused="access-0")
    with world.connect("connector", brand=BETA) as plain, plain.transaction():
        told = "SELECT sealed FROM publishing_stored(%s, 'nova')"
        assert len(plain.execute(told, ["x"]).fetchall()) == 1
        assert plain.execute(told, ["instagram"]).fetchall() == []
        assert plain.execute("SELECT current_setting('app.brand')").fetchone() == (str(BETA),)


def test_of_many_who_need_a_new_token_one_refreshes_and_all_get_the_same(vendor: Vendor) -> None:
    connected(vendor, lasts_s=60)
    results = together([lambda: sign_in(vendor).access] * 6)
    assert failures(results) == [] and set(results) == {"access-1"} and vendor.made == 1
    assert sign_in(vendor, refused="access-1").access == "access-2", "what the platform does not take is renewed"
    assert sign_in(vendor, refused="access-1").access == "access-2", "and only once"


def test_a_refresh_that_failed_changes_nothing_and_one_that_was_refused_asks_for_a_human(vendor: Vendor) -> None:
    connected(vendor, lasts_s=60)

    def away(token: str) -> Tokens:
        raise Unavailable("X is away.")

    with pytest.raises(Unavailable, match="X is away"):
        credentials.sign_in(platform="x", handle="nova", refresh=away)
    vendor.good = set()
    for _ in range(2):
        with pytest.raises(NotConnected, match="@nova has to be connected to x anew: It was used before"):
            sign_in(vendor)
    vendor.good = {"refresh-0"}
    connected(vendor)
    assert sign_in(vendor).access == "access-0", "connected anew"


def test_who_is_not_known_not_connected_or_may_not_is_told_what_to_do(vendor: Vendor) -> None:
    with pytest.raises(NoSuchAccount, match="No account @eve on x is known; register it first"):
        credentials.sign_in(platform="x", handle="eve", refresh=vendor.refresh)
    with pytest.raises(NotConnected, match=r"@nova is not connected to x; run manage\.py connect x @nova"):
        sign_in(vendor)
    connected(vendor)
    with pytest.raises(NotConnected, match=r"It was not allowed media\.write"):
        sign_in(vendor, scope="media.write")


@pytest.mark.spec("TEN-1")
def test_nobody_but_the_connector_reads_a_token_and_it_lies_there_sealed(world: World, vendor: Vendor) -> None:
    connected(vendor)
    for role in ("app", "operator"):
        other = world.connect(role, brand=ALPHA)
        assert len(other.execute(f"SELECT {COLUMNS} FROM publishing_credential").fetchall()) == 1
        for sql in (
            "SELECT sealed FROM publishing_credential",
            "SELECT * FROM publishing_credential",
            "UPDATE publishing_credential SET sealed = 'mine'",
            "DELETE FROM publishing_credential",
            "SELECT publishing_whose('x', 'nova')",
            "SELECT publishing_stored('x', 'nova')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(sql)
            other.rollback()
    with tenancy.brand(ALPHA, actor="test"):
        row = Credential.objects.get()
    assert "access-0" not in row.sealed and sealing.opened(row.sealed) == {"access": "access-0", "refresh": "refresh-0"}
    assert "access-0" not in repr(sign_in(vendor)) + repr(vendor.first())


def test_keys_change_without_a_gap_and_a_lost_key_is_a_sentence(
    vendor: Vendor, settings: pytest.FixtureRequest
) -> None:
    settings.CREDENTIAL_KEYS = ["old"]  # type: ignore[attr-defined]
    connected(vendor)
    settings.CREDENTIAL_KEYS = ["new", "old"]  # type: ignore[attr-defined]
    assert sign_in(vendor).access == "access-0"
    settings.CREDENTIAL_KEYS = ["new"]  # type: ignore[attr-defined]
    with pytest.raises(Unavailable, match="CREDENTIAL_KEYS has changed"):
        sign_in(vendor)


def test_tokens_of_somebody_else_are_not_stored(vendor: Vendor) -> None:
    for user_id, name in (("8", "eve"), ("", "nova")):
        with pytest.raises(WrongAccount, match="signed in as"):
            credentials.connect(platform="x", handle="nova", user_id=user_id, name=name, tokens=vendor.first())
    with tenancy.brand(ALPHA, actor="test"):
        assert not Credential.objects.exists()


def test_a_database_that_is_away_is_a_sentence(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: str) -> tuple[int, int]:
        raise OperationalError("no connection to 10.0.0.1")

    monkeypatch.setattr(credentials, "_whose", away)
    with pytest.raises(Unavailable, match="is the database up") as said:
        sign_in(vendor)
    assert "10.0.0.1" not in str(said.value)
