"""MCP servers at the desk: a difference is shown inert and answered by a POST through the service. MCP-2, SAF-1."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from chimera.core import tenancy
from governance.servers import selectors, services
from governance.servers.listed import NotInForce, Reviewed
from governance.servers.models import Server
from tests.conftest import World
from tests.governance.listed_servers import listing, proposed

PAGE = "/admin/governance/server/"
EVIL = "Reads. {{constructor}} ');alert(1)// </script><b onclick=x>\u200b"
PASSWORD = "a long enough password"
URL = "https://news.example/mcp"


def signed_in(name: str, **kwargs: Any) -> Client:
    client = Client(**kwargs)
    assert client.login(username=name, password=PASSWORD)
    return client


@pytest.fixture
def ada(world: World) -> Iterator[Client]:
    """The operator, signed in; Eve may only look. `news` was allowed and has turned."""
    with world.role("operator"), tenancy.acting("user:ada"):
        services.allow(server=proposed(), reason="read it")
    with pytest.raises(NotInForce):
        Reviewed("news").seen(url=URL, listing=listing(EVIL))
    with world.role("operator"):
        with tenancy.acting("test:operator"):
            User.objects.create_superuser("ada", password=PASSWORD)
            eve = User.objects.create_user("eve", password=PASSWORD, is_staff=True)
            eve.user_permissions.set(Permission.objects.filter(codename="view_server"))
        yield signed_in("ada")


def news() -> Server:
    with tenancy.acting("test:look"):
        return selectors.named("news")


@pytest.mark.spec("MCP-2", "SAF-1")
def test_the_difference_is_shown_inert_and_a_reviewer_accepts_or_keeps(world: World, ada: Client) -> None:
    page = f"{PAGE}{news().pk}/change/"
    html = ada.get(page).content.decode()
    assert "A reviewer is needed" in html
    assert "<b onclick" not in html and "&lt;b onclick" in html
    assert "\\u{200b}" in html
    assert "<ins>" in html and "<del>" not in html.partition("What has changed")[0]
    said = {"_form_submitted": "True", "reason": "it wants our mail"}
    assert ada.get(f"{PAGE}{news().pk}/accept/").status_code == 200
    assert news().status == "DISABLED"
    answer = ada.post(f"{PAGE}{news().pk}/keep/", said, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == page
    assert (news().status, news().waits, news().reason) == ("DISABLED", False, "it wants our mail")
    assert "Answered: it stays disabled" in ada.get(page).content.decode()
    ada.post(f"{PAGE}{news().pk}/accept/", {**said, "reason": "it does no harm"})
    assert (news().status, news().reviewed_by) == ("ALLOWED", "user:ada")
    html = ada.get(page).content.decode()
    assert "What has changed" not in html and "KEPT by user:ada: it wants our mail" in html
    ada.post(f"{PAGE}{news().pk}/disable/", {**said, "reason": "an incident"})
    ada.post(f"{PAGE}{news().pk}/allow/", {**said, "reason": "over"})
    assert news().status == "ALLOWED"
    answer = ada.post(f"{PAGE}{news().pk}/accept/", said, follow=True)
    assert "no change that could be accepted" in answer.content.decode()
    pk = news().pk
    ada.post(f"{PAGE}{pk}/remove/", {**said, "reason": "gone"})
    assert Server.objects.get(pk=pk).status == "REMOVED"


@pytest.mark.spec("MCP-2")
def test_without_token_permission_or_reason_nothing_is_decided(world: World, ada: Client) -> None:
    pk, said = news().pk, {"_form_submitted": "True", "reason": "x"}
    assert ada.post(f"{PAGE}{pk}/accept/", {"_form_submitted": "True", "reason": ""}).status_code == 200
    assert signed_in("ada", enforce_csrf_checks=True).post(f"{PAGE}{pk}/accept/", said).status_code == 403
    assert signed_in("eve").get(f"{PAGE}{pk}/change/").status_code == 200
    assert signed_in("eve").post(f"{PAGE}{pk}/accept/", said).status_code in (302, 403)
    assert Client().post(f"{PAGE}{pk}/accept/", said).status_code == 302
    assert news().status == "DISABLED"


def test_the_pages_cost_the_same_however_many_servers_there_are(
    world: World, ada: Client, django_assert_max_num_queries: Any
) -> None:
    with tenancy.acting("user:ada"):
        for number in range(12):
            proposed(name=f"n{number}", url=f"https://n{number}.example/mcp")
    with django_assert_max_num_queries(14):
        html = ada.get(PAGE).content.decode()
    assert html.count("/change/") >= 16
    with django_assert_max_num_queries(14):
        assert "What it says of its tools" in ada.get(f"{PAGE}{selectors.named('n3').pk}/change/").content.decode()
