"""Keys take turns without one refused grant, a revoked one counts no more, and nobody brings in a key of their own."""

import stat
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.db import connection
from forgeries import CLAIMS, PAYLOAD, Keys, genuine, pair, parts

from chimera.core import tenancy
from chimera.core.taint import Tainted
from governance.celery_tasks import rotate_grant_key
from governance.grants import rotation, selectors, trust
from governance.grants import services as grants
from governance.grants.models import GrantKey, GrantRevocation, GrantUsed
from governance.grants.ring import Ring
from governance.grants.rotation import IsRoot, NoReason, NoSuchKey
from governance.grants.services import Claims, Refused
from tests import servers
from tests.conftest import ALPHA, World
from tests.governance import rows
from tests.governance.test_grants import claims_of

pytestmark = pytest.mark.spec("PUB-3")


@pytest.fixture
def ringed(settings: Any, tmp_path: Path) -> Iterator[Keys]:
    """A publish worker: a root, and a ring that nobody has used."""
    settings.GRANT_PRIVATE_KEY, settings.GRANT_PUBLIC_KEY = made = pair()
    settings.GRANT_KEY_RING = str(tmp_path / "ring")
    rotation.forget()
    yield made
    rotation.forget()


@pytest.fixture
def ring(ringed: Keys, settings: Any, db: None) -> Ring:
    """Its ring, on a database that is rolled back."""
    return Ring(Path(settings.GRANT_KEY_RING))


@pytest.fixture
def kept(ringed: Keys, settings: Any, world: World) -> Ring:
    """The same on a database of its own, where the operator can revoke."""
    return Ring(Path(settings.GRANT_KEY_RING))


def checked(grant: str) -> Claims:
    return grants.check(grant=Tainted(grant, "test"), payload=PAYLOAD, connector="plaza")


def kid_of(grant: str) -> str:
    return str(parts(grant)[0]["kid"])


def states() -> dict[str, str]:
    return dict(GrantKey.objects.values_list("kid", "status"))


def revoke(world: World, kid: str, **more: Any) -> rotation.Revoked:
    with world.role("operator"), tenancy.acting("cli:ada"):
        return rotation.revoke_key(kid=kid, **{"reason": "It was in a log.", **more})


def files(ring: Ring) -> set[str]:
    return {path.name for path in ring.folder.iterdir()}


# Making and taking turns.


def test_the_first_grant_makes_two_keys_that_the_root_vouches_for(ring: Ring, ringed: Keys) -> None:
    grant = genuine()
    assert sorted(states().values()) == ["CURRENT", "NEXT"]
    assert states()[kid_of(grant)] == "CURRENT"
    root = grants.key_id(ringed[1])
    assert checked(grant).rests_on == (kid_of(grant), root)
    assert files(ring) == {f"{kid}.pem" for kid in states()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in ring.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(ring.folder.stat().st_mode) == 0o700
    assert kid_of(genuine()) == kid_of(grant), "and the next grant is of the same key"


def test_the_key_set_holds_public_halves_of_what_is_live_and_nothing_else(ring: Ring, ringed: Keys) -> None:
    genuine()
    found = selectors.jwks()["keys"]
    assert {one["kid"] for one in found} == {*states(), grants.key_id(ringed[1])}
    for one in found:
        assert set(one) == {"kty", "crv", "alg", "use", "kid", "x"}
        assert jwt.PyJWK(one).key_id == one["kid"]


def test_rotating_lets_the_next_sign_and_the_former_verifies_until_its_last_grant_has_expired(
    ringed: Keys, world: World
) -> None:
    old = genuine()
    waiting = next(kid for kid, state in states().items() if state == "NEXT")
    done = rotation.rotate()
    assert (done.former, done.current) == (kid_of(old), waiting)
    assert states() == {done.former: "RETIRED", done.current: "CURRENT", done.next: "NEXT"}
    assert kid_of(genuine()) == waiting
    assert files(Ring.from_settings() or pytest.fail()) == {f"{done.current}.pem", f"{done.next}.pem"}
    with world.role("connector"):
        checked(old)
        world.shift_clock("70 seconds")  # of the database; the grant itself goes by its own times
        checked(old)
        world.shift_clock("76 seconds")
        with pytest.raises(Refused, match="was retired, and the last grant of it has expired"):
            checked(old)


def test_keys_rotate_by_themselves_when_they_have_signed_long_enough(ring: Ring, settings: Any) -> None:
    assert not rotation.rotate_when_due(), "there was none: two are made"
    assert sorted(states().values()) == ["CURRENT", "NEXT"]
    before = kid_of(genuine())
    rotate_grant_key(tomorrow="argument")
    assert kid_of(genuine()) == before
    settings.GRANT_KEY_ROTATE_S = 0
    assert rotation.rotate_when_due()
    assert states()[before] == "RETIRED"
    settings.GRANT_PRIVATE_KEY = ""
    assert not rotation.rotate_when_due(), "without the root no key is made, and that is no failure"
    with pytest.raises(Refused, match="Keys can be rotated only where the root and the ring"):
        rotation.rotate()
    settings.GRANT_KEY_RING = ""
    assert not rotation.rotate_when_due()


def test_grants_that_are_issued_and_used_while_keys_rotate_are_all_accepted(ringed: Keys, world: World) -> None:
    with tenancy.brand(ALPHA, actor="worker:1"):
        acts = [claims_of(rows.sent(row=rows.claimed(key=f"{n}"), jti=f"j-{n}"), jti=f"j-{n}") for n in range(24)]
    issued: SimpleQueue[tuple[Claims, str] | None] = SimpleQueue()
    kids, issuing_is_over, rotated = [], threading.Event(), threading.Semaphore(0)

    def rotating() -> None:
        while not issuing_is_over.is_set():
            rotation.rotate()
            rotated.release()

    def issuing() -> None:
        try:
            for number, claims in enumerate(acts):
                if number % 8 == 0:  # another key since the last eight
                    while rotated.acquire(blocking=False):
                        pass
                    assert rotated.acquire(timeout=20)
                grant = genuine()
                kids.append(kid_of(grant))
                issued.put((claims, grant))
        finally:
            issuing_is_over.set()
            issued.put(None)

    def using() -> None:
        login = servers._endpoints().postgres.params(servers.ROLES["connector"], world.name)
        connection.settings_dict = {
            **connection.settings_dict,
            "USER": login["user"],
            "PASSWORD": login["password"],
        }  # of this thread alone
        while (one := issued.get(timeout=20)) is not None:
            grants.consume(claims=Claims(**{**vars(one[0]), "rests_on": checked(one[1]).rests_on}))

    results = rows.together([rotating, issuing, using])
    assert not rows.failures(results), results
    assert len(set(kids)) > 2, "several keys signed meanwhile"
    with world.role("connector"):
        assert len(grant_ids()) == len(acts)
    found = list(states().values())
    assert found.count("CURRENT") == found.count("NEXT") == 1


def grant_ids() -> set[str]:
    return set(GrantUsed.objects.values_list("jti", flat=True))


def test_of_many_workers_that_rotate_at_one_moment_one_does_and_all_share_its_keys(
    ringed: Keys, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = rows.together([lambda: kid_of(genuine())] * 8)
    assert len(set(map(str, first))) == 1 and len(states()) == 2, first
    meet = threading.Barrier(8, timeout=20)
    seen = rotation._current

    def together() -> str:
        kid = seen()
        meet.wait()  # everybody has seen the same current key before anybody rotates
        return kid

    monkeypatch.setattr(rotation, "_current", together)
    done = rows.together([rotation.rotate] * 8)
    assert not rows.failures(done), done
    assert len({(one.current, one.next) for one in done if isinstance(one, rotation.Rotated)}) == 1
    assert sorted(states().values()) == ["CURRENT", "NEXT", "RETIRED"]


# Revoking.


def test_a_revoked_key_counts_no_more_from_the_next_use_on_and_the_next_one_signs(ringed: Keys, world: World) -> None:
    with tenancy.brand(ALPHA, actor="worker:1"):
        act = claims_of(rows.sent(row=rows.claimed(), jti="jti-1"))
    old = genuine()
    waiting = next(kid for kid, state in states().items() if state == "NEXT")
    with world.role("connector"):
        before = Claims(**{**vars(act), "rests_on": checked(old).rests_on})  # checked, but not used yet
    assert revoke(world, kid_of(old)) == rotation.Revoked(current=waiting)
    assert revoke(world, kid_of(old)) == rotation.Revoked(current=waiting, again=True)
    with world.role("operator"):
        ended = GrantRevocation.objects.get()
        assert (ended.by, ended.reason, str(ended)) == (
            "cli:ada",
            "It was in a log.",
            f"grant key {kid_of(old)} revoked by cli:ada",
        )
        with tenancy.all_brands(actor="test:look"):
            told = world.superuser().execute(
                "SELECT subject, actor FROM governance_auditevent WHERE subject LIKE 'governance.grantrevocation:%'"
            )
            assert told.fetchall() == [(f"governance.grantrevocation:{ended.pk}", "cli:ada")]
    with world.role("connector"):
        with pytest.raises(Refused, match="The key of this grant is revoked; nothing was published"):
            checked(old)
        with pytest.raises(Refused, match=r"The key of the grant for publishing\.post:\d+ is revoked; nothing was"):
            grants.consume(claims=before)
        assert grant_ids() == set()
    new = genuine()
    assert kid_of(new) == waiting
    with world.role("connector"):
        grants.consume(claims=Claims(**{**vars(act), "rests_on": checked(new).rests_on}))
    assert not rotation.rotate_when_due()
    assert sorted(states().values()) == ["CURRENT", "NEXT", "RETIRED"], "and another one waits again"


def test_with_both_keys_revoked_the_next_worker_that_publishes_makes_others(kept: Ring, world: World) -> None:
    genuine()
    for number, kid in enumerate(sorted(states(), key=lambda kid: states()[kid]), start=1):
        assert bool(revoke(world, kid).current) == (number == 1)
    assert states().keys() and set(states().values()) == {"RETIRED"}
    checked(genuine())
    assert sorted(states().values()) == ["CURRENT", "NEXT", "RETIRED", "RETIRED"]
    assert [one.state for one in selectors.shown()].count(selectors.REVOKED) == 2
    assert {str(key) for key in GrantKey.objects.all()} == {f"grant key {kid}" for kid in states()}


def test_a_key_that_waits_can_be_revoked_and_the_current_one_signs_on(kept: Ring, world: World) -> None:
    grant = genuine()
    waiting = next(kid for kid, state in states().items() if state == "NEXT")
    assert revoke(world, waiting).current == kid_of(grant) == kid_of(genuine())
    checked(grant)


def test_a_root_is_revoked_only_on_purpose_and_takes_all_that_it_vouched_for_with_it(
    kept: Ring, world: World, ringed: Keys
) -> None:
    root, grant = grants.key_id(ringed[1]), genuine()
    with pytest.raises(IsRoot, match=f"{root} is a root: revoking it ends all publishing until"):
        revoke(world, root)
    assert revoke(world, root, even_the_root=True).current == ""
    with pytest.raises(Refused, match="The key of this grant is revoked"):
        checked(grant)
    with pytest.raises(Refused, match="No grant can be signed: the ring has no live key"):
        genuine()
    assert selectors.jwks() == {"keys": []}
    assert {one.state for one in selectors.shown()} == {selectors.REVOKED, selectors.FALLEN}


def test_with_another_root_in_the_settings_publishing_goes_on(
    kept: Ring, world: World, ringed: Keys, settings: Any
) -> None:
    grant = genuine()
    private, public = pair()
    settings.GRANT_PRIVATE_KEY, settings.GRANT_PUBLIC_KEY = private, ringed[1] + public
    assert kid_of(genuine()) == kid_of(grant), "both roots count while both are there"
    revoke(world, grants.key_id(ringed[1]), even_the_root=True)
    new = genuine()
    assert checked(new).rests_on == (kid_of(new), grants.key_id(public))
    settings.GRANT_PUBLIC_KEY = public
    checked(new)
    shown = {one.kid: one.state for one in selectors.shown()}
    assert shown[grants.key_id(ringed[1])] == selectors.REVOKED
    assert shown[kid_of(grant)] == selectors.STRANGE


def test_who_revokes_says_which_key_and_why(kept: Ring, world: World) -> None:
    genuine()
    for kid, more, family, said in (
        (next(iter(states())), {"reason": "  "}, NoReason, "Say why grant key"),
        ("f" * 16, {}, NoSuchKey, "There is no grant key f+; manage.py grant_keys lists them"),
    ):
        with pytest.raises(family, match=said):
            revoke(world, kid, **more)
    assert not GrantRevocation.objects.exists()


# Who may bring in a key.


def stranger(ringed: Keys, *, kind: str) -> tuple[Ed25519PrivateKey, dict[str, str]]:
    """A key of a worker that was taken over: it may write the table, and holds no root."""
    private, genuine_root = Ed25519PrivateKey.generate(), trust.root()
    assert genuine_root is not None
    public = private.public_key()
    kid, x = trust.raw_kid(public), trust.to_x(public)
    own = trust.Signer(kid=kid, private=private)
    other = Ed25519PrivateKey.generate().public_key()
    vouchers: dict[str, Callable[[], str]] = {
        "its own word": lambda: trust.vouch(by=own, public=public),
        "its own word in the root's name": lambda: trust.vouch(
            by=trust.Signer(kid=genuine_root.kid, private=private), public=public
        ),
        "the root's word for another key": lambda: trust.vouch(by=genuine_root, public=other),
        "the word of a key that is live": lambda: trust.vouch(by=rotation.signer(), public=public),
        "a grant of the root": lambda: grants.issue(claims=CLAIMS, connector="plaza", by=genuine_root),
        "no voucher": lambda: "nonsense",
        "nothing": lambda: "",
    }
    return private, {"kid": kid, "x": x, "voucher": vouchers[kind]()}


@pytest.mark.parametrize(
    "kind",
    [
        "its own word",
        "its own word in the root's name",
        "the root's word for another key",
        "the word of a key that is live",
        "a grant of the root",
        "no voucher",
        "nothing",
    ],
)
def test_a_worker_that_writes_a_key_of_its_own_into_the_table_mints_nothing(
    ring: Ring, ringed: Keys, kind: str
) -> None:
    genuine()
    private, columns = stranger(ringed, kind=kind)
    with tenancy.acting("worker:evil"):
        rotation.GrantKey.objects.filter(status="NEXT").update(status="RETIRED", state_version=2)
        GrantKey.objects.create(status="NEXT", **columns)
    forged = grants.issue(claims=CLAIMS, connector="plaza", by=trust.Signer(kid=columns["kid"], private=private))
    with pytest.raises(Refused, match="not a publish grant of a known key"):
        checked(forged)
    assert columns["kid"] not in {one["kid"] for one in selectors.jwks()["keys"]}
    assert {one.kid: one.state for one in selectors.shown()}[columns["kid"]] == selectors.STRANGE
    rotation.rotate_when_due()
    assert states()[columns["kid"]] == "RETIRED", "and it is swept out"
    checked(genuine())


def test_the_database_keeps_keys_as_they_were_written_and_revocations_for_ever(ringed: Keys, world: World) -> None:
    genuine()
    rotation.rotate()
    app, operator = world.connect("app"), world.connect("operator")
    new = "INSERT INTO governance_grantkey (kid, x, voucher, status, state_version) VALUES ('{}', '{}', '', '{}', 1)"
    x = trust.to_x(Ed25519PrivateKey.generate().public_key())
    kid = trust.raw_kid(trust.from_x(x))
    for statement, promise in (
        ("UPDATE governance_grantkey SET voucher = 'x'", "grant_key_is_written_once"),
        ("UPDATE governance_grantkey SET kid = 'x'", "grant_key_is_written_once"),
        (new.format("f" * 16, x, "NEXT"), "grant_key_is_named_by_its_hash"),
        (new.format(kid, x[:-1], "NEXT"), "grant_key_is_named_by_its_hash"),
        (new.format(kid, x, "NEXT"), "grant_key_one_is_next"),
        (new.format(kid, x, "CURRENT"), "grant_key_one_is_current"),
    ):
        with pytest.raises(psycopg.IntegrityError) as refused:
            app.execute(statement)  # type: ignore[call-overload]
        assert refused.value.diag.constraint_name == promise
    for role, change in (
        (app, "UPDATE governance_grantkey SET status = 'CURRENT', state_version = 3 WHERE status = 'RETIRED'"),
        (app, new.format(kid, x, "RETIRED")),
    ):
        with pytest.raises(psycopg.DatabaseError, match="RETIRED"):
            role.execute(change)  # type: ignore[call-overload]
    app.execute("UPDATE governance_grantkey SET since = now() + '1 day', verifies_until = now() + '1 day'")
    lasts = "SELECT max(verifies_until - since) FROM governance_grantkey WHERE status = 'RETIRED'"
    assert str(app.execute(lasts).fetchone()) == "(datetime.timedelta(seconds=75),)"
    gone = "INSERT INTO governance_grantrevocation (kid, reason, by) VALUES ('{}', '{}', 'user:eve')"
    for role in ("app", "connector"):
        for statement in (
            gone.format(kid, "x"),
            "DELETE FROM governance_grantrevocation",
            "DELETE FROM governance_grantkey",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                world.connect(role).execute(statement)  # type: ignore[call-overload]
    with pytest.raises(psycopg.errors.CheckViolation, match="grant_revocation_has_a_reason"):
        operator.execute(gone.format(kid, ""))  # type: ignore[call-overload]
    operator.execute(gone.format(kid, "x"))  # type: ignore[call-overload]
    assert operator.execute("SELECT by FROM governance_grantrevocation").fetchall() == [("test:world",)]
    for statement in ("DELETE FROM governance_grantrevocation", "UPDATE governance_grantrevocation SET kid = 'x'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            operator.execute(statement)  # type: ignore[call-overload]
        owner = world.superuser()
        owner.execute("SET ROLE chimera_owner")
        with pytest.raises(psycopg.DatabaseError, match="append-only"):
            owner.execute(statement)  # type: ignore[call-overload]


# The ring.


def test_a_ring_that_lost_its_keys_gets_new_ones_and_what_was_signed_still_counts(ring: Ring) -> None:
    old = genuine()
    for path in ring.folder.iterdir():
        path.unlink()
    new = genuine()
    assert kid_of(new) != kid_of(old)
    checked(old)
    checked(new)


def test_what_is_no_key_in_the_ring_is_none_and_wide_files_are_narrowed(ring: Ring) -> None:
    grant = genuine()
    path = ring.folder / f"{kid_of(grant)}.pem"
    path.chmod(0o644)
    assert ring.key(kid_of(grant)) is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    other = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"nonsense", pair()[0].encode(), other):
        path.write_bytes(content)
        assert ring.key(kid_of(grant)) is None
    (ring.folder / "notes.txt").write_text("not ours")
    (ring.folder / f"{'0' * 16}.pem").write_text("of a worker that died before its row was kept")
    assert kid_of(genuine()) != kid_of(grant)
    assert not (ring.folder / f"{'0' * 16}.pem").exists()
    assert (ring.folder / "notes.txt").exists()


def test_a_ring_that_cannot_be_used_is_said_in_a_sentence(ring: Ring, settings: Any, tmp_path: Path) -> None:
    kid = kid_of(genuine())
    (ring.folder / f"{kid}.pem").unlink()
    (ring.folder / f"{kid}.pem").mkdir()
    with pytest.raises(Refused, match=r"The ring of grant keys in .+ cannot be used \(Is a directory\)\. Give it to"):
        ring.key(kid)
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"cannot be used \(Not a directory\)"):
        Ring(tmp_path / "file" / "ring").add(Ed25519PrivateKey.generate())


def test_a_worker_with_a_ring_and_no_root_signs_and_makes_no_keys(
    kept: Ring, world: World, ringed: Keys, settings: Any
) -> None:
    first = genuine()
    settings.GRANT_PRIVATE_KEY = ""
    rotation.forget()
    assert grants.may_issue()
    assert kid_of(genuine()) == kid_of(first)
    second = revoke(world, kid_of(first)).current
    assert kid_of(genuine()) == second, "the next key was vouched for before"
    assert rotation._mended(kept) == second
    revoke(world, second)
    with pytest.raises(Refused, match="No grant can be signed: the ring has no live key, and none can be made here"):
        genuine()


def test_keys_in_the_settings_that_do_not_fit_are_said_in_sentences_without_them(settings: Any, db: None) -> None:
    private, public = pair()
    wrong = X25519PrivateKey.generate()
    other = wrong.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    other_public = wrong.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    for given, known, said in (
        (private, pair()[1], "GRANT_PRIVATE_KEY is not the private half of a key in GRANT_PUBLIC_KEY"),
        (other, public, "GRANT_PRIVATE_KEY is no Ed25519 private key in PEM"),
        ("secret nonsense", public, "GRANT_PRIVATE_KEY is no Ed25519 private key in PEM"),
        (private, "nonsense", "GRANT_PUBLIC_KEY is no Ed25519 public key in PEM"),
        (private, other_public, "GRANT_PUBLIC_KEY is no Ed25519 public key in PEM"),
        (private, "", "GRANT_PRIVATE_KEY is not the private half"),
    ):
        settings.GRANT_PRIVATE_KEY, settings.GRANT_PUBLIC_KEY, settings.GRANT_KEY_RING = given, known, ""
        with pytest.raises(Refused, match=said) as refused:
            genuine()
        assert "secret nonsense" not in repr(refused.value) + str(refused.value.__context__)
    assert "PRIVATE" not in repr(trust.Signer(kid="k", private=Ed25519PrivateKey.generate()))


def test_an_issuer_believes_for_a_moment_which_key_is_current_and_then_looks_again(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine()
    first = rotation._current()
    monkeypatch.setattr(selectors, "live", list)
    assert rotation._current() == first
    monkeypatch.setattr(rotation, "SEEN_S", 0.0)
    time.sleep(0.01)
    assert rotation._current() == ""
    assert connection.settings_dict["NAME"] in rotation._seen
