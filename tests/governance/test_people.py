"""People at the desk: roles with exact permissions, who works for some brands only, and what they can reach."""

import json
import os
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chimera.core import storage, tenancy
from governance.people import services as people
from governance.people.backend import AtOnce
from governance.people.roles import ROLES
from governance.reviews import putting_off
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem
from publishing.models import Asset
from tests.conftest import ALPHA, BETA, World
from tests.governance import rows

LIST = "/admin/governance/reviewitem/?status=PENDING"


@pytest.fixture
def desk(world: World) -> Iterator[World]:
    """Both brands have a review that waits; Ada reviews for alpha, Bob for all, Olga operates, Aude audits alpha."""
    for brand, word in ((ALPHA, "Alpha's words"), (BETA, "Beta's words")):
        with tenancy.brand(brand, actor="worker:1"):
            rows.card(brand_id=brand, text=word)
    with world.role("operator"):
        with tenancy.all_brands(actor="cli:root"):
            people.add(name="ada", password="-", roles=["reviewer"], brands=["alpha"])
            people.add(name="bob", password="-", roles=["reviewer"])
            people.add(name="olga", password="-", roles=["operator"])
            people.add(name="aude", password="-", roles=["auditor"], brands=["alpha"])
        yield world


def signed_in(name: str) -> Client:
    client = Client()
    with tenancy.acting("test:people"):
        client.force_login(User.objects.get(username=name))
    return client


def told(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("people", *words, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def card(brand: int) -> ReviewItem:
    with tenancy.all_brands(actor="test:look"):
        return ReviewItem.objects.get(brand_id=brand)


@pytest.mark.spec("REV-8")
def test_every_role_is_a_group_with_exactly_its_permissions_after_each_migrate(world: World) -> None:
    def groups() -> dict[str, set[str]]:
        return {
            one.name: {
                f"{app}.{name}" for app, name in one.permissions.values_list("content_type__app_label", "codename")
            }
            for one in Group.objects.all()
        }

    wanted = {role.name: set(role.permissions) for role in ROLES.values()}
    with world.role("operator"), tenancy.all_brands(actor="cli:root"):
        assert groups() == wanted, "made by migrating, and every codename of the table exists"
        Group.objects.get(name="auditor").permissions.add(Permission.objects.get(codename="delete_user"))
        Group.objects.get(name="reviewer").delete()
        last = [one for one in apps.get_app_configs() if one.models_module is not None][-1]
        people.after_migrate(sender=apps.get_app_config("core"))
        assert "reviewer" not in groups(), "the permissions of later apps are not there yet"
        people.after_migrate(sender=last)
        assert groups() == wanted
    assert not [name for name in ROLES["auditor"].permissions if ".view_" not in name]


@pytest.mark.spec("REV-8", "REV-9")
def test_what_somebody_may_do_is_one_query_and_what_django_says_they_may(desk: World) -> None:
    with tenancy.acting("test:look"):
        bob = User.objects.get(username="bob")
        bob.user_permissions.add(
            Permission.objects.get(codename="view_node"), Permission.objects.get(codename="view_goal")
        )
        for name in ("ada", "olga", "aude", "bob"):
            own, other = User.objects.get(username=name), User.objects.get(username=name)
            with CaptureQueriesContext(connection) as asked:
                found = own.get_all_permissions()
            assert len(asked) == 1 and found == ModelBackend().get_all_permissions(other), name
            assert own.has_perm("governance.view_reviewitem") and not own.has_perm("auth.delete_user")
            assert not own.has_perm("governance.view_reviewitem", other), "nobody has a permission for one row"
        assert bob.has_perm("agents.view_node")
        gone = User(username="gone", is_active=False, is_superuser=True)
        assert not gone.has_perm("governance.view_reviewitem")
        assert User(username="root", is_superuser=True).has_perm("auth.delete_user")
        assert AtOnce().get_all_permissions(User.objects.create(username="su", is_superuser=True)) > {
            "auth.delete_user"
        }


@pytest.mark.spec("TEN-1", "REV-8")
def test_who_works_for_one_brand_sees_and_decides_nothing_of_another(desk: World) -> None:
    ada, mine, other = signed_in("ada"), card(ALPHA), card(BETA)
    page = ada.get(LIST).content.decode()
    assert "Alpha&#x27;s words" in page and "Beta" not in page, "neither reviews nor the name of the brand"
    assert ada.get("/admin/governance/reviewitem/desk/next/").content.decode().count("Beta") == 0
    assert ada.get(f"/admin/governance/reviewitem/desk/{other.pk}/", headers={"HX-Request": "1"}).status_code == 404
    said = ada.post(
        f"/admin/governance/reviewitem/desk/{other.pk}/approve/",
        {"version": 1, "hash": other.content_hash},
        follow=True,
    )
    assert f"There is no review {other.pk}" in said.content.decode() and card(BETA).status == "PENDING"
    assert ada.get(f"/admin/governance/reviewitem/?brand={BETA}").content.decode().count("words") == 0
    record = signed_in("aude").get("/admin/governance/auditevent/").content.decode()
    assert mine.subject in record and f"{other.subject}<" not in record
    assert "Beta&#x27;s words" in signed_in("bob").get(LIST).content.decode(), "who is not bound sees all"
    ada.post(f"/admin/governance/reviewitem/desk/{mine.pk}/approve/", {"version": 1, "hash": mine.content_hash})
    assert card(ALPHA).decided_by == "user:ada"


@pytest.mark.spec("TEN-1")
def test_no_query_that_forgets_a_filter_leaks_and_the_database_refuses_answers_for_other_brands(desk: World) -> None:
    mine, other = card(ALPHA), card(BETA)
    with tenancy.desk(username="ada"):
        assert tenancy.current_brands() == (ALPHA,)
        assert set(ReviewItem.objects.values_list("brand_id", flat=True)) == {ALPHA}
        assert ReviewItem.objects.filter(brand_id=BETA).update(reason="x") == 0
        with connection.cursor() as cursor:
            for table in sorted(one._meta.db_table for one in apps.get_models() if hasattr(one, "brand_id")):
                cursor.execute(f"SELECT count(*) FROM {table} WHERE brand_id IS DISTINCT FROM {ALPHA}")
                assert cursor.fetchone()[0] == 0, table
        with pytest.raises(putting_off.NoSense, match="choose one of: ada, bob"):
            putting_off.hand_to(item=mine, username="olga", reason="Yours.")
    assert tenancy.current_brands() == ()
    with tenancy.desk(username="bob"):
        assert ReviewItem.objects.count() == 2
        with pytest.raises(putting_off.NoSense, match="of this brand; choose one of: bob"):
            putting_off.hand_to(item=other, username="ada", reason="Yours.")
    # Also where nobody said for whom the session works: whatever acts in a person's name is held to their brands.
    yes = "UPDATE governance_reviewitem SET status = 'APPROVED', decided_by = 'user:ada', state_version = 2"
    claim = "UPDATE governance_reviewitem SET claimed_by = 'user:ada', claimed_until = chimera_now() + interval '1 min'"
    for statement in (yes, claim):
        with pytest.raises(psycopg.errors.CheckViolation, match="review_is_of_the_persons_brands"):
            desk.connect("operator", brand=BETA, actor="user:ada").execute(statement.encode())
        with pytest.raises(psycopg.errors.CheckViolation, match="review_is_of_the_persons_brands"):
            desk.connect("app", brand=BETA, actor="user:ada").execute(statement.encode())


@pytest.mark.spec("TEN-1")
def test_requests_one_after_the_other_never_keep_somebody_elses_brands(desk: World) -> None:
    with tenancy.acting("test:outer"):
        for name, brands in (("ada", (ALPHA,)), ("bob", ()), ("ada", (ALPHA,)), ("nobody", ())):
            with tenancy.desk(username=name):
                assert tenancy.current_brands() == brands
                assert ReviewItem.objects.count() == (1 if brands else 2)
        with tenancy.all_brands():
            assert ReviewItem.objects.count() == 2, "put back behind a nested one"
    with tenancy.brand(ALPHA, actor="worker:1"), pytest.raises(tenancy.NoBrand), tenancy.desk(username="ada"):
        pass


@pytest.mark.spec("TEN-1")
def test_pictures_of_other_brands_are_not_there(desk: World, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    png = b"\x89PNG\r\n\x1a\n"
    hashes = {brand: storage.put(png + bytes([brand])) for brand in (ALPHA, BETA)}
    for brand, found in hashes.items():
        with tenancy.brand(brand, actor="worker:1"):
            Asset.objects.create(
                brand_id=brand, content_hash=found, mime="image/png", size_bytes=9, width=1, height=1, maker="test"
            )
    ada, bob = signed_in("ada"), signed_in("bob")
    assert [ada.get(f"/media/{hashes[one]}").status_code for one in (ALPHA, BETA)] == [200, 404]
    assert [bob.get(f"/media/{hashes[one]}").status_code for one in (ALPHA, BETA)] == [200, 200]


@pytest.mark.spec("REV-8")
def test_people_are_added_listed_given_roles_and_bound_by_command(desk: World) -> None:
    made = told("add", "cyd", "--role", "reviewer", "--brand", "alpha", "--brand", "beta")
    assert len(made["password"]) >= 12 and made["people"][0]["brands"] == ["alpha", "beta"]
    with tenancy.acting("test:look"):
        cyd = User.objects.get(username="cyd")
        assert cyd.check_password(made["password"]) and cyd.is_staff and not cyd.is_superuser
    assert told("brands", "cyd", "--brand", "beta")["people"][0]["brands"] == ["beta"]
    assert told("role", "cyd", "--role", "reviewer", "--role", "auditor")["people"][0]["roles"] == [
        "auditor",
        "reviewer",
    ]
    assert told("brands", "cyd", "--all")["people"][0]["brands"] == []
    os.environ["PERSON_PASSWORD"] = "of my own choice"
    try:
        assert "password" not in told("add", "dan", "--role", "operator")
    finally:
        del os.environ["PERSON_PASSWORD"]
    assert [one["name"] for one in told("list")["people"]] == ["ada", "aude", "bob", "cyd", "dan", "olga"]
    out = StringIO()
    call_command("people", "add", "eve", "--role", "auditor", stdout=out)
    assert "shown this once" in out.getvalue() and "every brand" in out.getvalue()
    record = desk.superuser().execute(
        "SELECT count(*) FROM governance_auditevent WHERE subject LIKE 'core.binding:%' AND actor LIKE 'cli:%'"
    )
    assert record.fetchone() == (6,), "four made, Cyd's two ended"
    roles = desk.superuser().execute("SELECT count(*) FROM governance_auditevent WHERE subject LIKE 'auth.role:%'")
    assert roles.fetchone()[0] >= 8


@pytest.mark.spec("REV-8")
def test_what_makes_no_sense_is_refused_with_a_sentence(desk: World) -> None:
    for said, sentence in (
        (("brands", "olga", "--brand", "alpha"), "olga is an operator, who acts on the whole fleet"),
        (("role", "ada", "--role", "operator"), "ada is an operator"),
        (("add", "fay", "--role", "finance approver", "--brand", "alpha"), "fay is a finance approver"),
        (("add", "ADA", "--role", "reviewer"), "There is a person named 'ADA' already"),
        (("add", "a b", "--role", "reviewer"), "'a b' is no name to sign in with"),
        (("brands", "ada", "--brand", "gamma"), "There is no brand 'gamma'; choose from alpha, beta"),
        (("role", "zoe", "--role", "reviewer"), "There is no person named 'zoe'; there are ada"),
        (("add",), "Say whom"),
        (("add", "gus"), "Say which role"),
        (("brands", "ada"), "Say which: --brand SLUG"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("people", *said)
    with pytest.raises(people.NoSuch, match="no role 'king'"), tenancy.all_brands(actor="cli:root"):
        people.give(name="ada", roles=["king"])
    assert [one["name"] for one in told("list")["people"]] == ["ada", "aude", "bob", "olga"], "and nobody was added"


@pytest.mark.spec("REV-8")
def test_the_page_of_people_says_who_has_what_in_as_many_queries_for_many_as_for_few(desk: World) -> None:
    with tenancy.all_brands(actor="user:bob"):
        reviews.approve(item=card(BETA))

    olga = signed_in("olga")

    def asked() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as queries:
            answer = olga.get("/admin/governance/person/")
        return len(queries), answer.content.decode()

    few, page = asked()
    for said in ("Finance approver", "alpha", "every brand", "never", f"{card(BETA).decided_at:%d %b %Y}"):
        assert said in page, said
    with tenancy.all_brands(actor="cli:root"):
        for number in range(20):
            people.add(name=f"r{number}", password="-", roles=["reviewer", "auditor"], brands=["alpha", "beta"])
    many, page = asked()
    assert (many, "auditor, reviewer" in page, "alpha, beta" in page) == (few, True, True)
    assert few <= 15


@pytest.mark.spec("REV-8")
def test_a_page_that_somebody_may_not_use_says_which_role_may(desk: World) -> None:
    ada = signed_in("ada")
    for address, sentence in (
        (
            "/admin/governance/control/",
            "Only a person with the role operator or auditor may do this. You are ada, reviewer.",
        ),
        ("/admin/governance/control/stop/", "Only a person with the role operator may do this."),
        ("/admin/governance/budgetlimit/add/", "Only a person with the role finance approver may do this."),
        ("/admin/agents/advice/calibration/", "Only a person with the role operator or auditor may do this."),
        ("/admin/auth/user/", "No role may do this; it is the superuser&#x27;s."),
    ):
        answer = ada.get(address)
        assert (answer.status_code, sentence in answer.content.decode()) == (403, True), address
    aude = signed_in("aude")
    answer = aude.post(f"/admin/governance/reviewitem/desk/{card(ALPHA).pk}/skip/", headers={"HX-Request": "1"})
    assert "Only a person with the role reviewer may do this. You are aude, auditor." in answer.json()["said"]
    assert "role reviewer" in aude.post("/admin/governance/reviewitem/queues/save/").content.decode()
