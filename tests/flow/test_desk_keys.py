"""Keys of grants at the desk and in commands: what is shown, who revokes, and that reading changes nothing. PUB-3."""

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chimera.core import tenancy
from governance.grants import rotation, selectors
from governance.grants.models import GrantKey, GrantRevocation
from tests.conftest import World

PAGE = "/admin/governance/grantkey/"
EVIL = "{{constructor}} ');alert(1)// </script><b onclick=x>"
pytestmark = pytest.mark.spec("PUB-3")


@pytest.fixture
def keys(world: World, settings: Any, tmp_path: Path) -> Iterator[World]:
    """Two keys, made by a publish worker."""
    settings.GRANT_KEY_RING = str(tmp_path / "ring")
    rotation.forget()
    rotation.signer()
    yield world
    rotation.forget()


@pytest.fixture
def ada(keys: World) -> Iterator[Client]:
    """The operator, signed in; Eve may only look."""
    with keys.role("operator"):
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada")
            eve = User.objects.create_user("eve", is_staff=True)
            eve.user_permissions.set(Permission.objects.filter(codename="view_grantkey"))
        yield signed_in("ada")


def signed_in(name: str, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(User.objects.get(username=name))
    return client


def current() -> GrantKey:
    return GrantKey.objects.get(status="CURRENT")


def said(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


@pytest.mark.spec("REV-8")
def test_a_key_is_revoked_at_the_desk_with_a_reason_and_the_next_one_signs(ada: Client) -> None:
    key, waiting = current(), GrantKey.objects.get(status="NEXT")
    url = f"{PAGE}{key.pk}/revoke/"
    assert ada.get(url).status_code == 200, "the dialog"
    assert ada.post(url, {"_form_submitted": "True", "reason": ""}).status_code == 200
    strict = signed_in("ada", enforce_csrf_checks=True)
    form = {"_form_submitted": "True", "reason": EVIL}
    assert strict.post(url, form).status_code == 403
    assert signed_in("eve").post(url, form).status_code in (302, 403)
    assert not GrantRevocation.objects.exists()
    answer = ada.post(url, form, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == PAGE
    page = ada.get(PAGE).content.decode()
    assert f"Grant key {key.kid} is revoked. {waiting.kid} signs now." in page
    assert "REVOKED" in page and "CURRENT" in page
    for shown in (page, ada.get(f"{PAGE}{key.pk}/change/").content.decode()):
        assert key.kid in shown and "<b onclick" not in shown
    assert current().kid == waiting.kid
    assert GrantRevocation.objects.get().by == "user:ada"
    assert ada.post(f"{PAGE}{waiting.pk}/revoke/", {**form, "reason": "  x  "}).status_code == 302
    assert "The next worker that publishes makes another one." in ada.get(PAGE).content.decode()


def test_the_page_takes_as_many_queries_for_many_keys_as_for_two(keys: World, ada: Client) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert ada.get(PAGE).status_code == 200
        return len(queries)

    ada.get(PAGE)
    few = counted()
    with keys.role("app"):
        for _ in range(8):
            rotation.rotate()
    assert GrantKey.objects.count() == 10
    assert counted() == few


def test_the_page_shows_what_is_worth_nothing(keys: World, ada: Client, settings: Any) -> None:
    root = next(one.kid for one in selectors.shown() if one.state == selectors.ROOT)
    with tenancy.acting("cli:ada"):
        rotation.revoke_key(kid=root, reason="copied", even_the_root=True)
    assert "ROOT REVOKED" in ada.get(PAGE).content.decode()
    assert "It is not revoked." in ada.get(f"{PAGE}{GrantKey.objects.first().pk}/change/").content.decode()
    settings.GRANT_PUBLIC_KEY = ""
    assert "NOT VOUCHED FOR" in ada.get(PAGE).content.decode()


def test_the_commands_show_rotate_and_revoke(keys: World) -> None:
    first = current().kid
    assert first in said("grant_keys") and "CURRENT" in said("grant_keys")
    assert {one["state"] for one in json.loads(said("grant_keys", json=True))["keys"]} == {"ROOT", "CURRENT", "NEXT"}
    jwks = json.loads(said("grant_keys", jwks=True))
    assert {one["kid"] for one in jwks["keys"]} >= {first} and not any("d" in one for one in jwks["keys"])
    done = json.loads(said("rotate_grant_key", json=True))
    assert (done["former"], done["current"]) == (first, current().kid)
    assert f"Grants are signed by {done['next']} instead of {done['current']}; " in said("rotate_grant_key")
    with keys.role("operator"):
        with pytest.raises(CommandError, match=r"There is no grant key f; manage.py grant_keys lists them"):
            said("revoke_grant_key", "f", "--reason", "x")
        assert said("revoke_grant_key", done["next"], "--reason", "it was in a mail").startswith(
            f"{done['next']} is revoked. {current().kid} signs now."
        )
        again = json.loads(said("revoke_grant_key", done["next"], "--reason", "it was in a mail", "--json"))
        assert again == {"current": current().kid, "again": True}
        assert "it was in a mail" in said("grant_keys")


def test_a_process_without_root_and_ring_rotates_nothing_and_says_where_to(world: World, settings: Any) -> None:
    settings.GRANT_KEY_RING = ""
    with pytest.raises(CommandError, match="Keys can be rotated only where the root and the ring of grant keys are"):
        said("rotate_grant_key")
    assert "No key has been made yet: the first worker that publishes makes two." in said("grant_keys")
