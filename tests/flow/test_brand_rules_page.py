"""The desk's page of a brand's rules: what is filled in becomes the next version, a late save is refused. PLN-4."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chimera.core import tenancy
from governance.models import AuditEvent, BrandPolicy
from tests.conftest import ALPHA, World

PAGE = "/admin/governance/brandpolicy/"
EVIL = "{{constructor}} ');alert(1)// </script>"
FILLED = {
    "read_version": "0",
    "brand": str(ALPHA),
    "forbidden_topics": f"glue\n\n  lock picking \n{EVIL}",
    "sensitive_topics": "",
    "link_domains": "shop.example.org",
    "affiliate_domains": "",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
    "quiet_zone": "Europe/Prague",
    "blackout_from_0": "",
    "blackout_from_1": "",
    "blackout_until_0": "",
    "blackout_until_1": "",
}


@pytest.fixture
def desk(world: World) -> Iterator[Client]:
    with world.role("operator"):
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada", password="a long enough password")
        client = Client()
        client.login(username="ada", password="a long enough password")
        yield client


def rules() -> list[BrandPolicy]:
    with tenancy.all_brands(actor="test:look"):
        return list(BrandPolicy.objects.all())


@pytest.mark.spec("PLN-4", "AUD-1")
def test_what_is_filled_in_becomes_the_next_version_and_a_late_save_is_refused(desk: Client) -> None:
    assert desk.get(f"{PAGE}add/").status_code == 200
    assert desk.post(f"{PAGE}add/", FILLED).status_code == 302
    (row,) = rules()
    assert (row.state_version, row.forbidden_topics) == (1, ["glue", "lock picking", EVIL])
    page = desk.get(f"{PAGE}{row.pk}/change/").content.decode()
    assert "lock picking" in page and EVIL not in page, "what was typed is shown as text"
    changed = {**FILLED, "read_version": "1", "link_domains": "a.example.org\nb.example.org"}
    assert desk.post(f"{PAGE}{row.pk}/change/", changed, follow=True).status_code == 200
    late = desk.post(
        f"{PAGE}{row.pk}/change/", {**changed, "link_domains": "c.example.org"}, follow=True
    ).content.decode()
    assert "no longer version 1" in late and "successfully" not in late
    (row,) = rules()
    assert (row.state_version, row.link_domains) == (2, ["a.example.org", "b.example.org"])
    with tenancy.all_brands(actor="test:look"):
        events = AuditEvent.objects.filter(subject=row.subject).order_by("id")
        assert [event.actor for event in events] == ["user:ada", "user:ada"]
    assert "22:00 to 07:00, Europe/Prague" in desk.get(PAGE).content.decode()


def test_what_cannot_be_kept_is_said_on_the_page(desk: Client) -> None:
    for wrong, said in (
        ({"link_domains": "https://x.org"}, "is no domain"),
        ({"quiet_until": ""}, "another end"),
        ({"quiet_zone": "Nowhere"}, "is no time zone"),
    ):
        answer = desk.post(f"{PAGE}add/", {**FILLED, **wrong})
        assert answer.status_code == 200 and said in answer.content.decode(), wrong
    assert rules() == []
