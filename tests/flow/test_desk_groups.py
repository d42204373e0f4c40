"""The page of a group: what waits of one trend side by side, decided with exceptions, and what one hears of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chimera.core import tenancy
from governance.models import ReviewItem
from governance.reviews import services as reviews
from tests import people
from tests.browser import cards
from tests.conftest import ALPHA, World

PAGE = "/admin/governance/reviewitem/desk/group/"
LIVE = {"HX-Request": "true"}
EVIL = "{{constructor}} ');alert(1)// </script><b onclick=x> in Orlowe"


class Desk:
    """Three cards of one trend, and a reviewer."""

    client: Client

    def __init__(self, world: World) -> None:
        self.world = world
        with world.role("operator"), tenancy.brand(ALPHA, actor="test:operator"):
            self.group = f"publishing.trend:{people.trend(brand_id=ALPHA).pk}"
        with world.role("app"), tenancy.brand(ALPHA, actor="test:cards"):
            self.bea = cards.agent()
            self.ids = [self.ask(place).pk for place in range(3)]

    def ask(self, place: int) -> ReviewItem:
        return cards.ask(agent=self.bea, minutes=60 + place, number=place + 1, group=self.group)

    def sign_in(self, name: str, *, may: tuple[str, ...] | None = None) -> Client:
        with tenancy.acting("test:operator"):
            user = User.objects.create_user(name, password="x", is_staff=True, is_superuser=may is None)
            for codename in may or ():
                user.user_permissions.add(Permission.objects.get(codename=codename))
        client = Client()
        client.force_login(user)
        return client

    def look(self, **more: Any) -> str:
        answer = self.client.get(PAGE, {"group": self.group, **more})
        assert answer.status_code == 200
        return answer.content.decode()

    def form(self, *choices: str, **more: str) -> dict[str, Any]:
        form: dict[str, Any] = {"group": self.group, "item": self.ids, **more}
        for pk, choice in zip(self.ids, choices, strict=True):
            item = cards.look(pk)
            form |= {f"choice-{pk}": choice, f"version-{pk}": item.state_version, f"hash-{pk}": item.content_hash}
        return form

    def decide(self, form: dict[str, Any]) -> Any:
        return self.client.post(f"{PAGE}decide/", form, headers=LIVE)


@pytest.fixture
def desk(world: World, settings: Any) -> Iterator[Desk]:
    settings.REVIEW_UNDO_S = 10.0
    made = Desk(world)
    with world.role("operator"):
        made.client = made.sign_in("ada")
        yield made


@pytest.mark.spec("REV-7")
def test_a_group_is_decided_with_exceptions_and_each_card_says_what_happened(desk: Desk) -> None:
    first, second, third = desk.ids
    form = desk.form("approve", "reject", "approve", code="voice", reason="All of them too loud.")
    bob = desk.sign_in("bob")
    bob.post(f"{PAGE}claim/", {"item": [third]})
    told = desk.decide(form).json()
    assert told["ok"] and told["said"] == "1 approved, 1 rejected, 1 not decided."
    assert "somebody else has it" in told["html"] and "in the hands of user:bob" in told["html"]
    assert [cards.status(pk) for pk in desk.ids] == ["APPROVED", "REJECTED", "PENDING"]
    refused = cards.look(second)
    assert (refused.reason_code, refused.reason) == ("voice", "All of them too loud.")
    kept = f'name="choice-{third}" value="approve" checked'
    assert kept in told["html"], "what failed stays as it was chosen"
    back = desk.client.post(f"{PAGE}undo/", {"group": desk.group, "item": [first, second]}, headers=LIVE).json()
    assert back["said"] == "2 of 2 taken back."
    assert f'name="choice-{second}" value="reject" checked' in back["html"] and "All of them too loud." in back["html"]
    assert {cards.status(pk) for pk in desk.ids} == {"PENDING"}


@pytest.mark.spec("REV-7", "REV-3")
def test_what_a_reviewer_wrote_is_kept_for_cards_that_failed(desk: Desk) -> None:
    changed, late, codeless = desk.ids
    form = desk.form("approve", "reject", "reject")
    form |= {f"code-{late}": "facts", f"reason-{late}": "It was nine.", f"reason-{codeless}": "Say it in fewer words."}
    with tenancy.brand(ALPHA, actor="test:world"):
        former = ReviewItem.objects.get(pk=changed)
        reviews.withdraw(about=former.about, reason="It was written again.")
        payload = {**former.snapshot["payload"], "text": cards.TEXT.replace("biscuit tin", "cake tin")}
        following = reviews.ask(
            brand_id=ALPHA, about=former.about, task=former.task, kind=former.kind, why=former.why,
            snapshot={**former.snapshot, "payload": payload}, deadline=former.deadline, group=desk.group,
        )  # fmt: skip
    with desk.world.superuser() as owner:
        owner.execute(
            "UPDATE governance_reviewitem SET deadline = chimera_now() - interval '1 s' WHERE id = %s", [late]
        )
    answer = desk.decide(form)
    told = answer.json()
    assert answer.status_code == 409 and told["said"] == "3 not decided."
    html = told["html"]
    assert f'name="choice-{following.pk}" value="approve" checked' in html, "the changed card, under its new number"
    assert "<del>biscuit</del>" in html and "<ins>cake</ins>" in html
    assert "Facts are wrong or not in the sources: It was nine." in html
    assert "Choose one of the reasons" in html and "Say it in fewer words." in html
    assert f'name="choice-{codeless}" value="reject" checked' in html
    assert "undo" not in told["html"].replace("desk_group_undo", "")
    form["code"] = "quality"
    form |= {f"choice-{changed}": "leave", f"choice-{late}": "leave"}
    assert desk.decide(form).json()["said"] == "1 rejected, 2 left as they were."
    assert cards.look(codeless).reason == "Say it in fewer words."


@pytest.mark.spec("REV-7")
def test_without_a_script_the_page_is_one_form_and_answers_with_itself(desk: Desk) -> None:
    html = desk.look()
    assert "3 posts wait of one trend" in html
    assert people.STORY[0] in html and "Score 0." in html and html.count("every post is reviewed.</p>") == 3
    nothing = desk.client.post(f"{PAGE}decide/", desk.form("leave", "leave", "leave"))
    assert "Nothing was chosen, so nothing was decided." in nothing.content.decode()
    page = desk.client.post(f"{PAGE}decide/", desk.form("approve", "approve", "leave")).content.decode()
    assert "2 approved, 1 left as they were." in page and "One post waits" in page and "desk/group/undo/" in page
    again = desk.client.post(f"{PAGE}undo/", {"group": desk.group, "item": desk.ids[:2]}).content.decode()
    assert "2 of 2 taken back." in again
    forged = desk.form("approve", "approve", "approve")
    forged = {name: one for name, one in forged.items() if not name.startswith(("version", "hash"))}
    assert desk.decide(forged).json()["said"] == "3 not decided.", "a page that does not say what was seen"
    assert desk.client.get(PAGE).status_code == 302 and "Nothing waits of this group" in desk.look(
        group="publishing.trend:0"
    )
    lost = desk.client.post(f"{PAGE}decide/", {"item": desk.ids}, follow=True)
    assert "did not say which group" in lost.content.decode()


@pytest.mark.spec("REV-7", "REV-9")
def test_a_group_is_reached_from_its_card_and_the_list_and_asks_as_often_for_many(desk: Desk) -> None:
    card = desk.client.get(f"/admin/governance/reviewitem/desk/{desk.ids[0]}/").content.decode()
    assert 'data-go="g"' in card and "3 of its trend, together" in card
    listed = desk.client.get(
        "/admin/governance/reviewitem/", {"status": "PENDING", "group": desk.group}
    ).content.decode()
    assert listed.count("desk/group/?group=publishing.trend%3A") == 4, "of each row, and of the list"
    asked = []
    for count in (0, 60):
        if count:
            with desk.world.role("app"), tenancy.brand(ALPHA, actor="test:cards"):
                for place in range(count):
                    desk.ask(10 + place)
        with CaptureQueriesContext(connection) as queries:
            html = desk.look()
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 15
    assert html.count("<article") == 50 and "Page 1 of 2" in html and "63 posts wait" in html
    assert desk.look(page="2").count("<article") == 13
    assert desk.client.get(PAGE, {"group": "a\0b"}).status_code == 302
    for page in ("0", "99", "x", "-1"):
        assert "<article" in desk.look(page=page)


@pytest.mark.spec("REV-7", "REV-8", "TEN-1")
def test_who_may_not_decide_reads_and_whoever_forges_is_refused(desk: Desk) -> None:
    form = desk.form("approve", "approve", "approve")
    eve = desk.sign_in("eve", may=("view_reviewitem",))
    page = eve.get(PAGE, {"group": desk.group}).content.decode()
    assert "You may read reviews here" in page and 'type="radio"' not in page
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="ada"))
    for hand in ("decide", "undo", "claim", "leave"):
        assert eve.post(f"{PAGE}{hand}/", form).status_code == 403
        assert strict.post(f"{PAGE}{hand}/", form).status_code == 403
        assert desk.client.get(f"{PAGE}{hand}/", form).status_code == 405
    assert {cards.status(pk) for pk in desk.ids} == {"PENDING"}
    many = {**form, "item": list(range(1, 80)), **{f"choice-{pk}": "approve" for pk in range(1, 80)}}
    assert "At most 50" in desk.decide(many).json()["said"]


@pytest.mark.spec("REV-7", "REV-3")
def test_claims_of_a_group_say_who_has_what_and_are_given_back(desk: Desk) -> None:
    bob = desk.sign_in("bob")
    bob.post(f"{PAGE}claim/", {"item": desk.ids[:1]})
    held = desk.client.post(f"{PAGE}claim/", {"item": desk.ids}).json()["cards"]
    assert [(one["is_mine"], one["by"]) for one in held] == [(False, "bob"), (True, ""), (True, "")]
    assert "bob has this card." in desk.look()
    assert desk.client.post(f"{PAGE}leave/", {"item": desk.ids}).status_code == 204
    assert [cards.look(pk).claimed_by for pk in desk.ids] == ["user:bob", "", ""]


@pytest.mark.spec("SAF-1", "REV-7")
def test_hostile_text_stays_text_beside_others(desk: Desk) -> None:
    with desk.world.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute(
            "UPDATE governance_reviewitem SET why = %s, hold_reason = %s, held_by = %s, assigned_to = %s,"
            " assigned_by = 'x', assign_reason = %s, snapshot = jsonb_set("
            "jsonb_set(snapshot, '{payload,text}', to_jsonb(%s::text)), '{agent,name}', to_jsonb(%s::text))",
            [EVIL] * 7,
        )
        owner.execute("UPDATE publishing_trend SET title = %s", [EVIL])
    form = {**desk.form("reject", "reject", "reject"), "reason": EVIL, f"reason-{desk.ids[0]}": f"\0{EVIL}"}
    for html in (desk.look(), desk.decide(form).json()["html"]):
        assert "constructor" in html and "<b onclick" not in html and "</script><b" not in html
