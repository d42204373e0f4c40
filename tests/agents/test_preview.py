"""A preview shows what a soul would post and creates nothing; a launch asks first when somebody is there to answer."""

import base64
import hashlib
import io
import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from agents.personas.models import Agent
from chimera.core import tenancy
from chimera.core.brands.models import Brand
from governance.budgets.models import BudgetLimit
from publishing.accounts.models import Account
from publishing.trends.models import Feed
from tests import people
from tests.agents.fakes import looking
from tests.conftest import World

BEA = str(people.SOULS / "bea_unscrews.md")


def run(world: World, *arguments: str) -> str:
    out = StringIO()
    with world.role("operator"):
        call_command("launch_agent", *arguments, "--brand", "alpha", stdout=out, stderr=StringIO())
    return out.getvalue()


def last_json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text.rstrip("\n").split("\n")[-1])
    return found


def refusal(world: World, *arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(world, *arguments)
    sentence = str(caught.value)
    assert "\n" not in sentence and sentence.endswith(".")
    return sentence


def counts(world: World) -> dict[str, int]:
    """The rows of every table, past every rule."""
    found = {}
    owner = world.superuser()
    for (table,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
        (number,) = owner.execute(f'SELECT count(*) FROM "{table}"').fetchone() or (0,)
        found[table] = int(number)
    return found


def feed(path: Path, *stories: tuple[str, str]) -> str:
    items = "".join(
        f"<item><guid>{n}</guid><title>{title}</title><description>{text}</description></item>"
        for n, (title, text) in enumerate(stories)
    )
    head = '<?xml version="1.0"?><rss version="2.0"><channel><title>Wire &amp; &lt;b&gt;Sons</title>'
    path.write_text(f"{head}{items}</channel></rss>")
    return str(path)


ALIEN = (
    "Minister resigns over tax plan",
    "The finance minister of Brell has resigned over the tax plan of the cabinet.",
)


@pytest.mark.spec("PER-1", "JDG-1", "GEN-6")
def test_a_preview_of_the_bundled_feeds_writes_no_row_in_any_table(world: World, tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    before = counts(world)
    assert len(before) > len(apps.get_models()) // 2, "the question must be able to fail"
    found = last_json(run(world, BEA, "--preview", "--to", str(tmp_path / "out"), "--json"))
    assert counts(world) == before
    assert not (tmp_path / "media").exists()
    assert set(found) == {"posts", "cost_usd", "created", "page"}
    assert (found["cost_usd"], found["created"]) == (0, 0)
    assert len(found["posts"]) == 10
    texts = [post["text"] for post in found["posts"]]
    assert len(set(texts)) == len(texts) and all(0 < len(text) <= 280 for text in texts)
    for post in found["posts"]:
        assert set(post) == {"text", "trend", "relevance", "composite", "route", "image"}
        assert post["route"] == "HUMAN"  # on probation everything waits
        assert 0.75 <= post["relevance"] <= 1 and 0 < post["composite"] <= 1
        assert Path(post["image"]).read_bytes().startswith(b"\x89PNG")
    page = Path(found["page"]).read_text()
    assert found["page"] == str(tmp_path / "out" / "index.html")
    assert "operated by Alpha." in page
    assert ("Fewer than 10 posts" in page) == (len(texts) < 10)


@pytest.mark.spec("PER-1", "SAF-1")
def test_the_page_runs_nothing_fetches_nothing_and_escapes_what_came_from_outside(world: World, tmp_path: Path) -> None:
    hostile = (people.STORY[0], f"{people.STORY[1]} &lt;script&gt;alert(1)&lt;/script&gt;")
    source = feed(tmp_path / "a.xml", hostile, ALIEN)
    said = run(world, BEA, "--preview", "--feed", source, "--to", str(tmp_path / "out"))
    page = (tmp_path / "out" / "index.html").read_text()
    assert people.STORY[0] in page and people.STORY[0] in said
    assert "<script" not in page and "<b>" not in page and "http://" not in page and "https://" not in page
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{digest}'" in page.replace("&#x27;", "'")
    assert page.count("<img ") == page.count('alt="') == 3  # three takes on the one trend
    assert '<html lang="en">' in page
    assert 'alt=""' not in page


@pytest.mark.spec("TRD-3")
def test_fewer_than_ten_relevant_trends_are_shown_and_it_is_said_why(world: World, tmp_path: Path) -> None:
    source = feed(tmp_path / "a.xml", people.STORY, ALIEN)
    said = run(world, BEA, "--preview", "--feed", source, "--to", str(tmp_path / "out"))
    assert "Fewer than 10 posts: 1 of 2 trends in 1 feeds are near enough" in said
    assert "would wait for a human" in said and "score " in said
    none = run(world, BEA, "--preview", "--feed", feed(tmp_path / "b.xml", ALIEN), "--to", str(tmp_path / "out"))
    assert "0 of 1 trends" in none
    assert not list((tmp_path / "out").glob("*.png"))  # those of the preview before are gone


@pytest.mark.spec("JDG-1")
@pytest.mark.parametrize("may_act", [True, False])
def test_what_the_judge_would_do_once_the_agent_is_trusted_follows_the_setting(
    world: World, tmp_path: Path, settings: Any, may_act: bool
) -> None:
    settings.OFFLINE_VERDICTS_MAY_ACT = may_act
    source = feed(tmp_path / "a.xml", people.STORY)
    said = run(world, BEA, "--preview", "--feed", source, "--to", str(tmp_path / "out"))
    assert ("once trusted it would be published" in said) == may_act
    assert ("would wait for a human, once trusted too" in said) != may_act


def test_feeds_that_are_followed_are_used_when_none_is_named(world: World, tmp_path: Path) -> None:
    source = Path(feed(tmp_path / "a.xml", people.STORY)).as_uri()
    with world.role("operator"):
        Feed.objects.create(url=source)
    found = last_json(run(world, BEA, "--preview", "--to", str(tmp_path / "out"), "--json"))
    assert {post["trend"] for post in found["posts"]} == {people.STORY[0]}
    assert len({post["text"] for post in found["posts"]}) == len(found["posts"])


def test_what_cannot_be_previewed_is_one_sentence(world: World, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.xml")
    assert "None of the feeds could be read" in refusal(world, BEA, "--preview", "--feed", gone)
    assert "belong to --preview" in refusal(world, BEA, "--feed", gone)
    foreign = tmp_path / "site"
    foreign.mkdir()
    (foreign / "index.html").write_text("my homepage")
    source = feed(tmp_path / "a.xml", people.STORY)
    assert "is not a preview" in refusal(world, BEA, "--preview", "--feed", source, "--to", str(foreign))
    assert (foreign / "index.html").read_text() == "my homepage"
    beneath = str(Path(source) / "out")
    assert "cannot be written" in refusal(world, BEA, "--preview", "--feed", source, "--to", beneath)


@pytest.mark.spec("GOV-1")
def test_a_budget_of_ones_own_is_the_limit_and_can_be_changed(world: World) -> None:
    found = last_json(run(world, BEA, "--budget", "3.00", "--json"))
    assert found["checklist"]["budget"] == "$3.00 a day"
    with looking():
        scope = Agent.objects.get().scope
        assert BudgetLimit.objects.get(scope=scope).limit_usd_micros == 3_000_000
    run(world, BEA)
    run(world, BEA, "--budget", "25")
    said = run(world, BEA)
    assert "[x] budget: $25.00 a day" in said
    assert "The brand as a whole has $10.00 a day" in said


@pytest.mark.parametrize("budget", ["0", "-1", "nan", "inf", "three", "3.001", "10001", "1e9", ""])
def test_a_budget_that_is_none_is_refused_in_a_sentence(world: World, budget: str) -> None:
    assert "like 3.00" in refusal(world, BEA, f"--budget={budget}")
    with looking():
        assert Agent.objects.count() == 0


@pytest.mark.spec("SAF-3")
def test_a_look_alike_is_refused_and_its_preview_says_so(world: World, tmp_path: Path) -> None:
    run(world, BEA)
    copy = tmp_path / "SOUL.md"
    copy.write_text(Path(BEA).read_text().replace("handle: bea_unscrews", "handle: bea_unscrew5"))
    assert "would be a look-alike of @bea_unscrews (Bea Tornquist, brand alpha)" in refusal(world, str(copy))
    source = feed(tmp_path / "a.xml", people.STORY)
    run(world, str(copy), "--preview", "--feed", source, "--to", str(tmp_path / "out"))
    assert "Launching will be refused." in (tmp_path / "out" / "index.html").read_text()
    with looking():
        assert [agent.handle for agent in Agent.objects.all()] == ["bea_unscrews"]
    edited = tmp_path / "edited.md"
    edited.write_text(Path(BEA).read_text().replace("posts_per_day: 4", "posts_per_day: 2"))
    assert last_json(run(world, str(edited), "--json"))["soul_version"] == 2


class Terminal(io.StringIO):
    """Text that says that somebody sits there."""

    def isatty(self) -> bool:
        return True


def at_terminal(world: World, monkeypatch: pytest.MonkeyPatch, answers: str, *arguments: str) -> str:
    monkeypatch.setattr("sys.stdin", Terminal(answers))
    out = Terminal()
    with world.role("operator"):
        call_command("launch_agent", BEA, "--brand", "alpha", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.spec("PER-3", "PUB-2")
def test_at_a_terminal_every_item_is_asked_for_before_anything_is_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for answers, name in (
        ("n\n", "account"),
        ("y\n", "labels"),
        ("y\ny\nno\n", "budget"),
        ("y\nyes\nY\n\n", "disclosure"),
    ):
        before = counts(world)
        with pytest.raises(CommandError, match=f"Nothing was launched: `{name}` was not confirmed"):
            at_terminal(world, monkeypatch, answers)
        assert counts(world) == before
    said = at_terminal(world, monkeypatch, "y\ny\ny\ny\n")
    assert said.count("[y/N]") == 4
    assert "Virtual character made with AI; operated by Alpha." in said
    with looking():
        assert Agent.objects.count() == Account.objects.count() == 1


@pytest.mark.spec("PER-3")
def test_with_yes_or_without_a_terminal_the_checklist_is_printed_and_nobody_is_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = at_terminal(world, monkeypatch, "", "--yes")
    assert "[y/N]" not in said
    assert "[x] account: @bea_unscrews on plaza" in said
    assert "[ ] disclosure" in said and "Put this into the bio" in said
    monkeypatch.setattr("sys.stdin", StringIO(""))
    assert "[y/N]" not in run(world, BEA)


def test_the_demo_brand_is_made_by_a_launch_and_not_by_a_preview(world: World, tmp_path: Path) -> None:
    source = feed(tmp_path / "a.xml", people.STORY)
    more = ["--preview", "--feed", source, "--to", str(tmp_path / "out")]
    with world.role("operator"):
        call_command("launch_agent", BEA, *more, stdout=StringIO(), stderr=StringIO())
        with tenancy.all_brands(actor="test:look"):
            assert not Brand.objects.filter(slug="demo").exists()
        call_command("launch_agent", BEA, stdout=StringIO(), stderr=StringIO())
        with tenancy.all_brands(actor="test:look"):
            assert Agent.objects.get().brand == Brand.objects.get(slug="demo")
