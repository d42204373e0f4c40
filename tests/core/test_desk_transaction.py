"""One transaction around a whole answer of the desk: rendering is inside, and a failed page changes nothing."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpResponse, StreamingHttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import RequestFactory

from chimera.core import tenancy
from chimera.core.brands.models import Brand
from chimera.core.tenancy.middleware import DeskTransaction
from governance.audit.models import AuditEvent
from tests.conftest import World

LIST = "{% for brand in brands %}[{{ brand.slug }}]{% endfor %}"


@pytest.fixture
def desk(world: World) -> Iterator[World]:
    """Django's connection as the operator."""
    with world.role("operator"):
        yield world


def answer(respond: object, user: object = None) -> HttpResponse:
    request = RequestFactory().get("/admin/")
    if user is not None:
        request.user = user
    return DeskTransaction(respond)(request)


def writes(status: int) -> object:
    def respond(request: object) -> HttpResponse:
        Brand.objects.create(slug="gamma", name="Gamma")
        return HttpResponse(status=status)

    return respond


def gamma_is_there() -> bool:
    with tenancy.all_brands(actor="test:look"):
        return Brand.objects.filter(slug="gamma").exists()


@pytest.mark.spec("TEN-1")
def test_a_list_that_is_read_while_rendering_sees_its_rows(desk: World) -> None:
    page = engines["django"].from_string(LIST)
    response = answer(lambda request: TemplateResponse(request, page, {"brands": Brand.objects.order_by("slug")}))
    assert response.is_rendered
    assert response.content == b"[alpha][beta]"


def test_a_list_read_after_the_answer_was_made_raises(desk: World) -> None:
    """A streamed answer opens its own context; without one it fails loudly instead of coming out empty."""

    def lines() -> Iterator[str]:
        yield from Brand.objects.values_list("slug", flat=True)

    response = answer(lambda request: StreamingHttpResponse(lines()))
    with pytest.raises(tenancy.NoBrand):
        b"".join(response.streaming_content)


@pytest.mark.parametrize(("status", "stays"), [(200, True), (302, True), (404, True), (500, False), (503, False)])
def test_a_server_error_changes_nothing(desk: World, status: int, stays: bool) -> None:
    assert answer(writes(status)).status_code == status
    assert gamma_is_there() is stays
    assert tenancy.current_brand() is None


def test_an_exception_changes_nothing(desk: World) -> None:
    def respond(request: object) -> HttpResponse:
        writes(200)(request)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        answer(respond)
    assert not gamma_is_there()


@pytest.mark.spec("AUD-1")
@pytest.mark.parametrize(
    ("user", "actor"),
    [(User(username="ada"), "user:ada"), (AnonymousUser(), "user:anonymous"), (None, "user:anonymous")],
    ids=["ada", "anonymous", "nobody"],
)
def test_the_record_names_who_was_signed_in(desk: World, user: object, actor: str) -> None:
    answer(writes(200), user)
    with tenancy.all_brands(actor="test:look"):
        made = Brand.objects.get(slug="gamma")
        assert AuditEvent.objects.get(subject=f"core.brand:{made.pk}").actor == actor
