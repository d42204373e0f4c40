"""The passport of a post: what anybody may know of it, who may look, and a proof that stands without Chimera."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from agents import passport_door
from agents.passport import proof, selectors
from agents.passport.proof import NotProved, Proved
from chimera.core import storage, tenancy
from governance.audit import notes, tree
from governance.policies.rules.disclosure import KINDS
from publishing.models import Post
from publishing.posts import tokens
from tests.agents import lived
from tests.conftest import World, own_world
from tests.governance import sealed
from tests.servers import CHECKOUT

CLIP = (CHECKOUT / "tests" / "publishing" / "clip.mp4").read_bytes()
EVERYBODY = override_settings(PASSPORTS_PUBLIC=["alpha"])


@pytest.fixture(scope="module")
def life(django_db_blocker: object, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A post that is out; its record is sealed under two checkpoints. Tests here only look."""
    media = tmp_path_factory.mktemp("media")
    with own_world(django_db_blocker) as world, override_settings(MEDIA_ROOT=media):
        lived.whole(world, media)
        with world.superuser() as owner:
            sealed.seal(owner, count_max=20)
            sealed.seal(owner)
            owner.execute("SET app.actor = 'user:bob'")
            owner.execute("UPDATE agents_agent SET posts_per_day = 4, state_version = state_version + 1")
            sealed.seal(owner)
        yield world


@pytest.fixture
def out(life: World) -> Iterator[Post]:
    """The post, in the operator's role."""
    post = lived.post()
    with life.role("operator"):
        yield post


def address(post: Post, more: str = "") -> str:
    return f"/passport/{tokens.token(post_id=post.pk)}{more}"


def fetched(post: Post, more: str = "", *, client: Client | None = None) -> str:
    answer = (client or Client()).get(address(post, more))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


# What it says.


@EVERYBODY
def test_anybody_learns_who_speaks_that_it_is_ai_who_paid_and_what_it_rests_on(out: Post) -> None:
    page = fetched(out)
    assert "Bea Tornquist" in page and "@bea_unscrews" in page
    assert "Made with AI" in page and "Virtual character made with AI; operated by" in page
    assert "ai_generated = true" in page and "Nobody paid for this post." in page
    assert "Repair café in Orlowe mends its 1,000th toaster" in page and "Harbour Post" in page
    assert "A human looked at exactly this content and said yes." in page
    assert 'href="http://127.0.0.1/p/7"' in page and "plaza-7" in page
    assert "Signed when it was made: the file carries Content Credentials" in page
    for digest in (out.content_hash, out.payload["media"][0]["sha256"]):
        assert digest in page
    assert hashlib.sha256(out.payload["text"].encode()).hexdigest() in page


@EVERYBODY
def test_nothing_of_the_house_stands_on_it(out: Post) -> None:
    shown = fetched(out) + fetched(out, "/proof.json")
    words = re.sub(r"[0-9A-Za-z+/=]{16,}", "", shown)  # digests and signatures spell "ada" by chance
    assert "chimera-proof/1" in words and out.content_hash not in words
    for inside in ("ada", "user:", "composite", "usd", "$0", "score_bp", "rung", "probation", "Warmer"):
        assert inside not in words, inside


@EVERYBODY
@pytest.mark.spec("SAF-1")
def test_words_from_outside_stay_words_and_only_web_addresses_become_links(life: World, out: Post) -> None:
    evil = "{{ x }} </code><script>alert(1)</script>"
    with life.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        kept = owner.execute("SELECT payload, url FROM publishing_post").fetchone()
        owner.execute(
            "UPDATE publishing_post SET url = 'javascript:alert(1)', payload = jsonb_set(payload, '{text}', %s::jsonb)",
            [json.dumps(evil)],
        )
        try:
            page = fetched(out)
        finally:
            owner.execute("UPDATE publishing_post SET payload = %s::jsonb, url = %s", [json.dumps(kept[0]), kept[1]])
    assert "<script" not in page and "javascript:" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("url", "kept"),
    [("https://a.example/x", True), ("javascript:alert(1)", False), ("https://[", False), ("//x", False), ("", False)],
)
def test_only_an_address_of_the_web_is_led_to(url: str, kept: bool) -> None:
    assert bool(selectors._web(url)) is kept


@EVERYBODY
def test_it_reads_well_for_a_screen_reader_and_needs_no_script(out: Post) -> None:
    page = fetched(out)
    found = Outline()
    found.feed(page)
    assert found.headings[0] == 1 and set(found.headings[1:]) == {2}
    assert found.lang == "en" and found.title.startswith("Passport of a post by Bea Tornquist")
    assert found.unlabelled == [] and found.images_without_words == [] and found.scripts == 0
    assert "on" not in {name[:2] for name in found.attributes} and "style" not in found.attributes


class Outline(HTMLParser):
    """Headings, labels of sections, words of images, and what should not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: set[str] = set()
        self.sections: list[str] = []
        self.images_without_words: list[str] = []
        self.attributes: set[str] = set()
        self.scripts = 0
        self.lang = self.title = ""
        self._in_title = False

    @property
    def unlabelled(self) -> list[str]:
        return [name for name in self.sections if name not in self.ids]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.attributes |= set(said)
        self.ids.add(said.get("id") or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.lang = said.get("lang") or self.lang
        self.scripts += tag == "script"
        self._in_title = tag == "title"
        if tag == "section":
            self.sections.append(said.get("aria-labelledby") or "none")
        if tag == "img" and not said.get("alt"):
            self.images_without_words.append(said.get("src") or "")

    def handle_data(self, text: str) -> None:
        if self._in_title:
            self.title, self._in_title = text, False


# Who may look.


def test_without_the_setting_it_is_the_operators_alone_and_others_learn_nothing(out: Post) -> None:
    wrong = f"/passport/{out.pk}-{'0' * 32}"
    answers = [Client().get(address(out, more)) for more in ("", "/proof.json", f"/picture/{'0' * 64}")]
    answers += [Client().get(path) for path in (wrong, "/passport/x", f"/passport/{out.pk}")]
    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}
    assert "There is no passport under this address." in answers[0].content.decode()
    assert answers[0].headers["Cache-Control"] == "no-store"
    seen = lived.signed_in().get(address(out))
    assert seen.status_code == 200 and seen.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in seen.headers["Vary"]


@pytest.mark.parametrize(("public", "status"), [(["*"], 200), (["alpha"], 200), (["beta"], 404), ([], 404)])
def test_a_brand_is_public_by_its_slug_or_with_all(out: Post, public: list[str], status: int) -> None:
    with override_settings(PASSPORTS_PUBLIC=public):
        assert Client().get(address(out)).status_code == status


@EVERYBODY
def test_only_what_is_out_has_a_passport_and_only_looking_is_offered(life: World, out: Post) -> None:
    assert Client().post(address(out)).status_code == 405
    assert Client().get(f"/passport/{tokens.token(post_id=10**9)}").status_code == 404
    with life.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE publishing_post SET status = 'HELD'")
        try:
            assert Client().get(address(out)).status_code == 404
        finally:
            owner.execute("UPDATE publishing_post SET status = 'PUBLISHED'")


def test_a_name_is_of_one_post_and_survives_the_rotation_of_the_key() -> None:
    name = tokens.token(post_id=42)
    assert tokens.post_id(token=name) == 42
    assert tokens.post_id(token=name.replace("42-", "43-")) is None
    assert tokens.post_id(token=name[:-1]) is None and tokens.post_id(token=f"{2**63}-{'0' * 32}") is None
    former = "the key of yesterday, long enough to be one"
    with override_settings(SECRET_KEY=former):
        older = tokens.token(post_id=42)
    assert older != name and tokens.post_id(token=older) is None
    with override_settings(SECRET_KEY_FALLBACKS=[former]):
        assert tokens.post_id(token=older) == tokens.post_id(token=name) == 42


# How it is served.


@EVERYBODY
def test_it_is_kept_for_a_while_and_asked_for_again_by_its_mark(out: Post) -> None:
    first = Client().get(address(out))
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = Client().get(address(out), headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""
    assert Client().head(address(out)).headers["ETag"] == first.headers["ETag"]


@EVERYBODY
def test_its_policy_lets_nothing_run_and_nothing_be_sent(out: Post) -> None:
    answer = Client().get(address(out))
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script-src" not in policy
    style = re.search("<style>(.*?)</style>", answer.content.decode(), re.DOTALL)
    assert style is not None and style[1] == passport_door.STYLE
    assert passport_door.STYLE_HASH in policy


@EVERYBODY
def test_a_picture_is_shown_only_with_its_own_post(out: Post) -> None:
    sha256 = out.payload["media"][0]["sha256"]
    answer = Client().get(address(out, f"/picture/{sha256}"))
    assert answer.headers["Content-Type"] == "image/png"
    assert hashlib.sha256(answer.content).hexdigest() == sha256
    assert Client().get(address(out, f"/picture/{'0' * 64}")).status_code == 404
    with override_settings(MEDIA_ROOT=passport_door.Path("gone")):
        assert Client().get(address(out, f"/picture/{sha256}")).status_code == 404


@EVERYBODY
def test_a_video_is_told_in_words_and_its_file_is_not_sent(life: World, out: Post) -> None:
    film = storage.put(CLIP)
    shown = [{"sha256": film, "alt": "Video of a toaster that turns.", "kind": "video"}]
    with showing(life, out, shown):
        page = fetched(out)
        answer = Client().get(address(out, f"/picture/{film}"))
    assert "<img" not in page and "A video, which is not played here. Video of a toaster that turns." in page
    assert film in page and f"/picture/{film}" not in page
    assert "None: the file carries no Content Credentials" in page, "nobody has signed this one"
    assert answer.status_code == 404 and CLIP not in answer.content


@contextmanager
def showing(life: World, post: Post, media: list[dict[str, Any]]) -> Iterator[None]:
    """The post with other media, for a while."""
    with life.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        change = "UPDATE publishing_post SET payload = %s::jsonb WHERE id = %s"
        owner.execute(change, [json.dumps({**post.payload, "media": media}), post.pk])
        try:
            yield
        finally:
            owner.execute(change, [json.dumps(post.payload), post.pk])


@EVERYBODY
def test_a_page_takes_a_constant_number_of_queries(out: Post) -> None:
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            fetched(out)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 17  # six of them begin and end the transaction and its brand


# The proof.


@EVERYBODY
@pytest.mark.spec("AUD-2", "AUD-3")
def test_the_proof_leads_from_what_was_published_to_a_signed_root(life: World, out: Post) -> None:
    told = json.loads(fetched(out, "/proof.json"))
    entry = json.loads(told["entry"])
    assert told["format"] == "chimera-proof/1"
    # From the content to the entry ...
    assert hashlib.sha256(told["content"].encode()).hexdigest() == json.loads(entry["body"])["content_hash"]
    assert json.loads(told["content"]) == out.payload
    assert (entry["subject"], entry["to"]) == (out.subject, "PUBLISHED")
    # ... from the entry to the root ...
    checkpoint = notes.verify(told["checkpoint"], *told["keys"])
    leaf = tree.leaf_hash(told["entry"].encode())
    path = [bytes.fromhex(one) for one in told["path"]]
    assert tree.check_inclusion(leaf, told["seq"], told["size"], path, checkpoint.root)
    assert checkpoint.size == told["size"]
    # ... which does not change when the record goes on.
    with life.superuser() as owner:
        sizes = [row[0] for row in owner.execute("SELECT size FROM governance_checkpoint ORDER BY size")]
    assert len(sizes) == 3 and told["size"] == sizes[1]
    assert not tree.check_inclusion(tree.leaf_hash(b"another"), told["seq"], told["size"], path, checkpoint.root)


@EVERYBODY
@pytest.mark.spec("AUD-3")
def test_somebody_without_chimera_checks_the_proof_and_finds_a_changed_word(out: Post, tmp_path: Path) -> None:
    told = json.loads(fetched(out, "/proof.json"))
    (tmp_path / "keys.txt").write_text("".join(f"{key}\n" for key in told["keys"]), encoding="utf-8")
    (tmp_path / "true.json").write_text(fetched(out, "/proof.json"), encoding="utf-8")
    told["content"] = told["content"].replace("toaster", "kettle")
    (tmp_path / "false.json").write_text(json.dumps(told), encoding="utf-8")
    ends = {}
    for name in ("true", "false"):
        words = ["--proof", f"{name}.json", "--keys", "keys.txt", "--pure", "--json"]
        command = [sys.executable, "-I", str(CHECKOUT / "tools" / "verify_record.py"), *words]
        ends[name] = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    said = json.loads(ends["true"].stdout)
    assert ends["true"].returncode == 0, ends["true"].stderr
    assert (said["ok"], said["content"], said["keys_from"], said["seq"]) == (True, True, "you", told["seq"])
    assert ends["false"].returncode == 1 and "content" in ends["false"].stdout + ends["false"].stderr


def proved(post: Post) -> Proved | NotProved:
    with tenancy.all_brands(actor="test:look"):
        return proof.prove(passport=selectors.of_post(post=post))


def test_without_a_seal_it_says_so_and_nobody_keeps_the_page(life: World, out: Post) -> None:
    with life.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("CREATE TEMP TABLE kept AS SELECT * FROM governance_sealedevent")
        owner.execute("DELETE FROM governance_sealedevent")
        try:
            with EVERYBODY:
                answer = Client().get(address(out))
                assert "It is not sealed yet; that takes about a second." in answer.content.decode()
                assert answer.headers["Cache-Control"] == "private, no-cache"
                file = Client().get(address(out, "/proof.json"))
                assert (file.status_code, file.headers["Retry-After"]) == (503, "1")
        finally:
            owner.execute("INSERT INTO governance_sealedevent SELECT * FROM kept")


def test_an_entry_that_names_a_person_is_shown_to_nobody(life: World, out: Post) -> None:
    statement = "UPDATE governance_auditevent SET actor = %s WHERE subject = %s AND to_status = ANY (%s)"
    with life.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        (actor,) = owner.execute(
            "SELECT actor FROM governance_auditevent WHERE subject = %s AND to_status = 'PUBLISHED'", [out.subject]
        ).fetchone()
        try:
            owner.execute(statement, ["cli:ada", out.subject, ["PUBLISHED"]])
            found = proved(out)
            assert isinstance(found, Proved)
            assert (json.loads(found.entry)["to"], "scheduled" in found.said) == ("SCHEDULED", True)
            owner.execute(statement, ["user:ada", out.subject, ["PUBLISHED", "SCHEDULED"]])
            nothing = proved(out)
            assert isinstance(nothing, NotProved) and "name a person" in nothing.why and not nothing.is_young
        finally:
            owner.execute(statement, [actor, out.subject, ["PUBLISHED", "SCHEDULED"]])


def test_a_record_that_lost_hashes_says_so_instead_of_a_proof(life: World, out: Post) -> None:
    with life.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("CREATE TEMP TABLE kept AS SELECT * FROM governance_sealedevent WHERE seq = 0")
        owner.execute("DELETE FROM governance_sealedevent WHERE seq = 0")
        try:
            found = proved(out)
            assert isinstance(found, NotProved) and "lost hashes" in found.why
        finally:
            owner.execute("INSERT INTO governance_sealedevent SELECT * FROM kept")


# What it says of posts with less behind them.


def of(post: Post, **columns: Any) -> selectors.Passport:
    for name, value in columns.items():
        setattr(post, name, value)
    with tenancy.all_brands(actor="test:look"):
        return selectors.of_post(post=post)


def test_what_is_not_known_any_more_is_said(out: Post) -> None:
    told = of(out, task="agents.task:999999")
    assert (told.sources, told.sources_said) == ([], "What it was made from is no longer kept.")
    assert (told.name, told.label_field, told.is_labelled) == (out.account.display_name, "ai_generated", True)
    assert of(out, task="elsewhere").soul_version is None
    assert of(out, content_hash="0" * 64).sources_said == "What it was made from is no longer kept."


def test_paid_work_a_judge_alone_and_a_post_without_a_picture_are_told(out: Post) -> None:
    told = of(out, payload={"text": "#ad Hi.", "sponsorship": "paid"}, approval="judge")
    assert told.sponsored == "Somebody paid for this post." and told.decided.startswith("The judge alone")
    assert (told.media, told.is_labelled) == ([], False)
    assert set(selectors.SPONSORED) == set(KINDS)
    assert of(out, payload={"text": "x", "sponsorship": "odd"}).sponsored == "Who paid is not known."


def test_a_brief_is_the_brands_own_and_is_not_shown(life: World, out: Post) -> None:
    with life.superuser() as owner:
        owner.execute("SET session_replication_role = replica")
        owner.execute("UPDATE agents_goal SET campaign_id = 1, campaign_version = 1")
        try:
            told = of(out)
        finally:
            owner.execute("UPDATE agents_goal SET campaign_id = NULL, campaign_version = NULL")
    assert (told.sources, told.sources_said) == ([], "It was written from a brief of the brand.")
    assert "post_id" not in told.as_json() and told.as_json()["handle"] == "bea_unscrews"


def test_the_desk_links_a_post_that_is_out_to_its_passport(out: Post) -> None:
    client = lived.signed_in()
    page = client.get(f"/admin/publishing/post/{out.pk}/change/").content.decode()
    assert address(out) in page
    assert client.get(address(out)).status_code == 200
