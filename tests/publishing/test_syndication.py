"""RSS and Atom as they are found in the wild (TRD-1, SAF-1)."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimera.core import errors, sentences
from publishing.trends.sources import syndication
from publishing.trends.sources.base import Document, NotAFeed
from publishing.trends.sources.syndication import Syndication

ORIGIN = "https://feeds.example/news/rss?token=hush"


def parse(body: str | bytes, origin: str = ORIGIN) -> Document:
    return Syndication().parse(body=body.encode() if isinstance(body, str) else body, origin=origin)


def rss(*items: str, head: str = "<title>Harbour Post</title><link>https://post.example/</link>") -> str:
    inside = "\n".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>{head}\n{inside}\n</channel></rss>'


def atom(*entries: str) -> str:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title type="text">Wire</title>{inside}</feed>'


@pytest.mark.spec("TRD-1")
def test_rss_2_becomes_entries() -> None:
    document = parse(
        rss(
            "<title>Bridge opens</title><description>It is long. It is red.</description><guid>b1</guid>"
            "<link>https://post.example/b</link><pubDate>Sat, 07 Nov 2026 09:30:00 +0200</pubDate>",
        )
    )
    (entry,) = document.entries
    assert (document.format, document.title, document.warning) == ("rss2", "Harbour Post", None)
    assert (entry.title.text, entry.summary.text) == ("Bridge opens", "It is long. It is red.")
    assert entry.title.origin == entry.summary.origin == ORIGIN
    assert entry.url == "https://post.example/b"
    assert entry.published_at == datetime(2026, 11, 7, 7, 30, tzinfo=UTC)


@pytest.mark.spec("TRD-1")
def test_atom_becomes_entries() -> None:
    document = parse(
        atom(
            '<id>urn:1</id><title type="html">A &amp;lt;b&amp;gt;bold&amp;lt;/b&amp;gt; move</title>'
            '<link rel="self" href="/self"/><link rel="alternate" href="https://wire.example/1"/>'
            "<updated>2026-11-07T10:00:00Z</updated><published>2026-11-06T10:00:00+01:00</published>"
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>First.</p><p>Second.</p></div></content>'
        )
    )
    (entry,) = document.entries
    assert (document.format, document.title) == ("atom", "Wire")
    assert (entry.guid, entry.title.text, entry.url) == ("urn:1", "A bold move", "https://wire.example/1")
    assert entry.summary.text == "First.\n\nSecond."
    assert entry.published_at == datetime(2026, 11, 6, 9, tzinfo=UTC)


def test_rss_1_and_0_91_are_read_too() -> None:
    one = parse(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<channel rdf:about="x"><title>Old</title></channel>'
        '<item rdf:about="https://old.example/1"><title>News</title><link>https://old.example/1</link></item></rdf:RDF>'
    )
    old = parse('<rss version="0.91"><channel><title>Older</title><item><title>News</title></item></channel></rss>')
    assert (one.format, one.entries[0].title.text, one.entries[0].url) == ("rss1", "News", "https://old.example/1")
    assert (old.format, old.entries[0].title.text) == ("rss0.9", "News")


def test_a_feed_without_items_is_a_feed() -> None:
    document = parse(rss())
    assert (document.entries, document.warning) == ((), None)


@pytest.mark.spec("TRD-1")
@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"<!DOCTYPE html><html><body>Hello</body></html>", "is an HTML page"),
        (b"\n<!-- hi -->\n<html><head><title>x</title></head></html>", "is an HTML page"),
        (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x"><html/>', "is an HTML page"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "is JSON"),
        (b"Not found", "is plain text"),
        (b"<", "is plain text"),
        (b"<urlset><url/></urlset>", "is XML of another kind (<urlset>)"),
        (b"\x1f\x8b\x08\x00abc", "is a gzip file"),
        (b"%PDF-1.7", "is a PDF"),
        (b'<?xml version="1.0" encoding="utf-7"?><rss/>', "declares the encoding utf-7"),
        (b'<?xml version="1.0" encoding="hex"?><rss/>', "declares the encoding hex"),
        (b"<rss><channel><title>x</title>\n\n<item><title>y", "breaks off at line 3 before its first whole item"),
        (b"<rss><channel>\n<title>a & b</title></channel></rss>", "is not well-formed XML at line 2"),
        (b"<rss>" + b"<a>" * 200, "nested deeper than 100"),
    ],
)
def test_what_is_no_feed_is_told_in_a_sentence(body: bytes, says: str) -> None:
    with pytest.raises(NotAFeed) as refusal:
        parse(body)
    message = str(refusal.value)
    assert says in message
    assert message.startswith("The feed https://feeds.example/news/rss ")
    assert message.endswith(".")
    assert "hush" not in message
    assert isinstance(refusal.value, errors.Denied)


@pytest.mark.spec("TRD-1")
def test_a_truncated_feed_keeps_its_whole_items_and_says_so() -> None:
    whole = rss(*(f"<title>Story {n}</title><description>&lt;b&gt;x</description>" for n in range(5)))
    cut = whole[: whole.index("Story 3") + 5]
    document = parse(cut)
    assert [entry.title.text for entry in document.entries] == ["Story 0", "Story 1", "Story 2"]
    assert document.warning is not None
    assert "breaks off at line 6; the 3 whole items before that were read." in document.warning


def test_a_truncated_atom_feed_keeps_its_whole_entries() -> None:
    whole = atom("<id>1</id><title>One</title>", "<id>2</id><title>Two €</title>")
    cut = whole.encode()[: whole.encode().index("€".encode()) + 2]
    document = parse(cut)
    assert [entry.title.text for entry in document.entries] == ["One"]
    assert document.warning is not None


@pytest.mark.spec("TRD-1")
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 700))
def test_a_feed_cut_anywhere_gives_whole_items_or_a_sentence(at: int) -> None:
    whole = rss(*(f"<title>Story – {n}</title><link>https://p.example/{n}</link>" for n in range(8))).encode()
    try:
        document = parse(whole[:at])
    except NotAFeed as refusal:
        assert str(refusal).endswith(".")
        return
    titles = [entry.title.text for entry in document.entries]
    assert titles == [f"Story – {n}" for n in range(len(titles))]
    assert document.warning or at >= len(whole)


def test_a_small_mistake_inside_does_not_lose_the_feed() -> None:
    document = parse(
        rss(
            "<title>Fish & chips</title>",
            "<title>One&nbsp;two</title><description>A <b>b</description>",
            "<title>Last</title>",
        )
    )
    assert [entry.title.text for entry in document.entries] == ["Fish & chips", "One two", "Last"]
    assert document.warning is not None
    assert "is not well-formed XML at line 3" in document.warning


def test_a_mistake_and_a_cut_keep_only_whole_items() -> None:
    body = rss("<title>Fish & chips</title>", "<title>Second</title>", "<title>Third and</title>")
    document = parse(body[: body.index(" and")])
    assert [entry.title.text for entry in document.entries] == ["Fish & chips", "Second"]


_BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.spec("TRD-1")
@pytest.mark.spec("SAF-1")
@pytest.mark.parametrize(
    "body",
    [
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{_BOMB}]>{rss("<title>&e9;</title>")[38:]}',
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&x;</title></item></channel></rss>',
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1/x.dtd"><rss version="0.91"></rss>',
        '<!-- quiet --><!doctype rss [<!entity x "y">]><rss/>',
        '<rss><channel><!ENTITY x "y"><item><title>&x;</title></item></channel></rss>',
        '<rss><channel><![CDATA[<!-- ]]><!ENTITY x "y"><![CDATA[ --> ]]></channel></rss>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE rss [<!ENTITY x "y">]><rss/>'.encode("utf-16"),
    ],
    ids=["bomb", "file", "outside dtd", "lower case", "in the body", "behind a fake comment", "utf-16"],
)
def test_document_types_and_entities_are_refused_before_parsing(body: str | bytes) -> None:
    begun = time.thread_time()
    with pytest.raises(NotAFeed, match="declares a document type or entities"):
        parse(body)
    assert time.thread_time() - begun < 1


def test_a_document_type_that_is_only_talked_about_is_no_danger() -> None:
    document = parse(
        rss("<title><![CDATA[On <!DOCTYPE html> and <!ENTITY x>]]></title><!-- <!DOCTYPE x> --><guid>1</guid>")
    )
    assert document.warning is None
    assert len(document.entries) == 1


@pytest.mark.parametrize("filler", ["<!--", "<![CDATA[", "<!", "<a ", "</item", "&", "<?"])
def test_hostile_repetition_takes_little_time(filler: str) -> None:
    body = "<rss><channel><item><title>x</title></item>" + filler * 200_000
    begun = time.thread_time()
    try:
        parse(body)
    except NotAFeed as refusal:
        assert str(refusal).endswith(".")
    assert time.thread_time() - begun < 3


def test_markup_that_is_slow_to_clean_does_not_hold_up_the_other_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syndication, "_CLEANING_S_MAX", 0.05)
    monkeypatch.setattr(sentences, "clean", lambda text: time.sleep(0.02) or text)
    document = parse(rss(*(f"<title>Story {n}</title>" for n in range(100))))
    assert 0 < len(document.entries) < 10
    assert document.warning is not None
    assert "takes too long to clean" in document.warning


@pytest.mark.spec("TRD-1")
def test_bytes_that_are_not_utf_8_are_told_with_their_line() -> None:
    with pytest.raises(NotAFeed, match="is not UTF-8 at line 3, although it should be; ask the publisher"):
        parse(rss("<title>Caf\xe9 reopens today</title>").encode("latin-1"))


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252"), ("UTF-16", "utf-16"), ("utf-8", "utf-8-sig")],
)
def test_a_declared_encoding_is_honoured(encoding: str, codec: str) -> None:
    body = f'<?xml version="1.0" encoding="{encoding}"?>' + rss("<title>Café reopens</title>")[38:]
    document = parse(body.encode(codec))
    assert document.entries[0].title.text == "Café reopens"
    assert document.warning is None


def test_a_declaration_after_blank_lines_and_control_characters_do_no_harm() -> None:
    document = parse("\n\n " + rss("<title>A\x0bB\x00C</title>"))
    assert (document.entries[0].title.text, document.warning) == ("ABC", None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Sat, 07 Nov 2026 09:30:00 GMT", datetime(2026, 11, 7, 9, 30, tzinfo=UTC)),
        ("Sat, 07 Nov 26 09:30:00 EST", datetime(2026, 11, 7, 14, 30, tzinfo=UTC)),
        ("2026-11-07", datetime(2026, 11, 7, tzinfo=UTC)),
        ("2026-11-07T09:30:00.123-05:00", datetime(2026, 11, 7, 14, 30, tzinfo=UTC)),
        ("2999-01-01T00:00:00Z", datetime(2999, 1, 1, tzinfo=UTC)),
        ("{{rfc822:-52}}", None),
        ("yesterday", None),
        ("Mon, 32 Foo 20226 99:99:99", None),
        ("1970-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00Z", None),
        ("", None),
    ],
)
def test_dates_are_utc_or_unknown(said: str, expected: datetime | None) -> None:
    document = parse(rss(f"<title>x</title><pubDate>{said}</pubDate>"))
    assert document.entries[0].published_at == expected


def test_the_guid_falls_back_to_the_link_and_then_to_the_title() -> None:
    body = rss(
        '<title>a</title><guid isPermaLink="false">tag:1</guid><link>https://p.example/1</link>',
        "<title>b</title><link>https://p.example/2</link>",
        "<title>c</title>",
        f'<title>d</title><guid isPermaLink="false">{"g" * 900}</guid>',
    )
    guids = [entry.guid for entry in parse(body).entries]
    assert guids[0].endswith("tag:1")
    assert guids[1] == "https://p.example/2"
    assert all(guid.startswith("sha256:") and len(guid) == 71 for guid in guids[2:])
    assert guids == [entry.guid for entry in parse(body).entries]


def test_an_item_that_comes_twice_is_taken_once() -> None:
    item = '<title>a</title><guid isPermaLink="false">tag:1</guid>'
    assert len(parse(rss(item, item, "<title>b</title>")).entries) == 2


@pytest.mark.spec("SAF-1")
@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/story", "https://feeds.example/story"),
        ("story?x=1", "https://feeds.example/news/story?x=1"),
        ("//other.example/s", "https://other.example/s"),
        ("http://other.example/s", "http://other.example/s"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://other.example/s", ""),
        ("file:///etc/passwd", ""),
        ("http://user:pw@other.example/", ""),
        ("http://[::1", ""),
        ("https://other.example/" + "x" * 3000, ""),
    ],
)
def test_links_are_absolute_web_addresses_or_dropped(link: str, expected: str) -> None:
    document = parse(rss(f"<title>x</title><link>{link}</link>"))
    assert document.entries[0].url == expected


@pytest.mark.spec("SAF-1")
def test_markup_and_hidden_characters_are_gone() -> None:
    document = parse(
        rss(
            "<title>&lt;b&gt;Bold&lt;/b&gt; &amp;amp; br\u200bave\u202e</title>"
            "<description><![CDATA[<p>One &eacute;t\u00e9.</p><script>alert(1)</script><style>p{}</style>"
            '<p>Two<br>three <img src="x" onerror="alert(2)"> tags.</p>]]></description>'
        )
    )
    (entry,) = document.entries
    assert entry.title.text == "Bold & brave"
    assert entry.summary.text == "One été.\n\nTwo\n\nthree tags."


def test_long_texts_are_cut_where_a_reader_would_cut() -> None:
    sentence = "The tram depot in Mill Lane opens as a library of tools. "
    document = parse(rss(f"<title>{'word ' * 100}</title><description>{sentence * 60}</description>"))
    (entry,) = document.entries
    assert len(entry.title.text) <= 300
    assert entry.title.text.endswith("word…")
    assert len(entry.summary.text) <= 2000
    assert entry.summary.text.endswith("library of tools.")
    (endless,) = parse(rss(f"<title>{'x' * 400}</title><description>{'y ' * 2000}</description>")).entries
    assert len(endless.title.text) == 300
    assert endless.summary.text.endswith("y y…")


def test_a_title_of_exactly_the_limit_is_left_alone() -> None:
    assert parse(rss(f"<title>{'x' * 300}</title>")).entries[0].title.text == "x" * 300


def test_an_item_without_a_title_is_named_by_its_summary_and_an_empty_one_is_dropped() -> None:
    document = parse(
        rss("<description>Only this.</description>", "<title> </title>", "<link>https://p.example/</link>")
    )
    assert [entry.title.text for entry in document.entries] == ["Only this."]


@pytest.mark.spec("TRD-1")
def test_more_than_500_items_are_cut_and_said() -> None:
    document = parse(rss(*(f"<title>Story {n}</title>" for n in range(700))))
    assert len(document.entries) == 500
    assert document.entries[-1].title.text == "Story 499"
    assert document.warning is not None
    assert "holds more than 500 items" in document.warning


def test_exactly_500_items_raise_no_warning() -> None:
    document = parse(rss(*(f"<title>Story {n}</title>" for n in range(500))))
    assert (len(document.entries), document.warning) == (500, None)


def test_an_address_as_a_body_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for body in (b"http://127.0.0.1:9/feed", b"/etc/passwd", b"file:///etc/passwd"):
        with pytest.raises(NotAFeed, match="is plain text"):
            parse(body)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300)
    | st.text(alphabet='<>/!?[]-&;="rsitemDOCTYPEnyl x\n', max_size=300).map(lambda text: ("<rss>" + text).encode())
)
def test_any_bytes_give_a_document_or_a_sentence(body: bytes) -> None:
    outcome: Any
    try:
        outcome = parse(body)
    except NotAFeed as refusal:
        outcome = refusal
        assert str(refusal).startswith("The feed ")
    assert isinstance(outcome, (Document, NotAFeed))
