"""Scanning into the database: items once, trends that stay themselves, errors kept with their feed."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from chimera.core import clock, tenancy
from chimera.core.taint import Tainted
from publishing.simulators import feeds as simulator
from publishing.trends import selectors, services
from publishing.trends.models import Feed, FeedItem, Trend
from tests.conftest import ALPHA, BETA, World
from tests.serving import Served

TOASTER = (
    "Repair café mends its 1,000th toaster",
    "The repair café in Orlowe has mended its 1,000th toaster since it opened in 2019.",
)
TOASTER_TOO = (
    "Orlowe's repair café fixes toaster number 1,000",
    "Volunteers at the repair café in Orlowe have mended the 1,000th toaster since 2019.",
)
SEALS = ("A record 1,204 seal pups on Inch Corran", "Wardens on Inch Corran counted 1,204 grey seal pups this season.")

Story = tuple[str, str]


def write(path: Path, *stories: tuple[str, Story, datetime | None], title: str = "Wire") -> str:
    """An RSS file of (guid, story, when); returns its path."""
    items = "".join(
        f'<item><guid isPermaLink="false">{guid}</guid>'
        f"<title>{story[0]}</title><description>{story[1]}</description>"
        + (f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>" if at else "")
        + "</item>"
        for guid, story, at in stories
    )
    path.write_text(f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>')
    return str(path)


def scan(*paths: str, any_age: bool = False) -> int:
    """Follow, scan and refresh in the running brand; returns how many trends there are."""
    services.scan(feeds=services.follow(sources=paths, any_age=any_age))
    return services.refresh(brand_id=ALPHA)


@pytest.mark.spec("TRD-1", "SAF-1")
def test_a_scan_keeps_every_item_once_with_its_origin(alpha: int, tmp_path: Path) -> None:
    now = clock.now()
    path = write(tmp_path / "a.xml", ("1", TOASTER, now), ("2", SEALS, now), ("2", SEALS, now))
    scan(path)
    scan(path)
    feed = Feed.objects.get()
    assert (feed.title, feed.format, feed.items_seen, feed.error) == ("Wire", "rss2", 2, "")
    assert feed.read_at is not None
    assert sorted(FeedItem.objects.values_list("guid", flat=True)) == ["1", "2"]
    trend = Trend.objects.get(title=TOASTER[0])
    (item,) = selectors.items_of(trend=trend)
    assert item["title"] == Tainted(TOASTER[0], feed.url)
    assert item["source"] == "Wire"


@pytest.mark.spec("TRD-2")
def test_two_outlets_on_one_story_are_one_trend(alpha: int, tmp_path: Path) -> None:
    now = clock.now()
    one = write(tmp_path / "a.xml", ("1", TOASTER, now), title="Post")
    two = write(tmp_path / "b.xml", ("x", TOASTER_TOO, now), ("y", SEALS, now), title="Courier")
    assert scan(one, two) == 2
    trend = Trend.objects.get(items__len=2)
    assert trend.sources == ["Courier", "Post"]
    assert Trend.objects.get(items__len=1).title == SEALS[0]


@pytest.mark.spec("TRD-2")
def test_a_near_duplicate_joins_the_trend_that_it_repeats_and_renews_its_life(world: World, tmp_path: Path) -> None:
    with tenancy.brand(ALPHA, actor="test:scan"):
        scan(write(tmp_path / "a.xml", ("1", TOASTER, clock.now())))
        before = Trend.objects.get()
    world.shift_clock("3 hours")
    with tenancy.brand(ALPHA, actor="test:scan"):
        scan(write(tmp_path / "b.xml", ("9", TOASTER, clock.now()), title="Agency"))
        after = Trend.objects.get()
    assert (after.pk, after.fingerprint) == (before.pk, before.fingerprint)
    assert len(after.items) == 2
    assert timedelta(hours=2, minutes=59) < after.expires_at - before.expires_at < timedelta(hours=3, minutes=1)


@pytest.mark.spec("TRD-2")
def test_looking_again_at_the_same_news_does_not_make_it_younger(world: World, tmp_path: Path) -> None:
    with tenancy.brand(ALPHA, actor="test:scan"):
        path = write(tmp_path / "a.xml", ("1", TOASTER, clock.now()))
        scan(path)
        before = Trend.objects.get()
    world.shift_clock("2 hours")
    with tenancy.brand(ALPHA, actor="test:scan"):
        scan(path)
        after = Trend.objects.get()
    assert after.expires_at == before.expires_at
    assert after.freshness_bp < before.freshness_bp


@pytest.mark.spec("TRD-2")
def test_an_earlier_item_that_comes_late_does_not_make_a_second_trend(alpha: int, tmp_path: Path) -> None:
    now = clock.now()
    scan(write(tmp_path / "a.xml", ("1", TOASTER, now)))
    first = Trend.objects.get()
    scan(write(tmp_path / "b.xml", ("0", TOASTER_TOO, now - timedelta(hours=1)), title="Late"))
    again = Trend.objects.get()
    assert again.pk == first.pk
    assert again.sources == ["Late", "Wire"]
    assert again.fingerprint == first.fingerprint


@pytest.mark.spec("TRD-2")
def test_a_trend_is_live_until_the_time_that_was_stated(world: World, tmp_path: Path) -> None:
    with tenancy.brand(ALPHA, actor="test:scan"):
        scan(write(tmp_path / "a.xml", ("1", TOASTER, clock.now())))
    for shift, live in (("23 hours 59 minutes", 1), ("24 hours 1 minute", 0)):
        world.shift_clock(shift)
        with tenancy.brand(ALPHA, actor="test:scan"):
            assert selectors.live().count() == live


@pytest.mark.spec("TRD-2")
@pytest.mark.parametrize(("any_age", "expected"), [(False, 0), (True, 1)])
def test_old_items_are_no_news_unless_somebody_named_the_feed(
    alpha: int, tmp_path: Path, any_age: bool, expected: int
) -> None:
    path = write(tmp_path / "a.xml", ("1", TOASTER, clock.now() - timedelta(hours=73)))
    assert scan(path, any_age=any_age) == expected
    assert FeedItem.objects.count() == 1  # kept all the same: it is known from now on


def test_an_item_from_the_future_or_without_a_date_is_from_now(alpha: int, tmp_path: Path) -> None:
    now = clock.now()
    scan(write(tmp_path / "a.xml", ("1", TOASTER, now + timedelta(days=9)), ("2", SEALS, None)))
    for at in FeedItem.objects.values_list("published_at", flat=True):
        assert now <= at <= clock.now()


@pytest.mark.spec("TRD-1")
def test_an_error_is_kept_with_its_feed_in_a_sentence_and_spoils_no_other(alpha: int, tmp_path: Path) -> None:
    good = write(tmp_path / "good.xml", ("1", TOASTER, clock.now()))
    bad = tmp_path / "bad.xml"
    bad.write_text("<html><body>not a feed</body></html>")
    assert scan(str(bad), str(tmp_path / "gone.xml"), good) == 1
    errors = {Path(feed.url).name: feed.error for feed in Feed.objects.all()}
    assert errors["good.xml"] == ""
    assert "bad.xml" in errors["bad.xml"] and errors["bad.xml"].endswith(".")
    assert "No such file" in errors["gone.xml"]
    write(bad, ("2", SEALS, clock.now()))
    scan(str(bad))
    assert Feed.objects.get(url__endswith="bad.xml").error == ""  # mended


def test_a_feed_that_breaks_keeps_what_was_read_of_it(alpha: int, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", ("1", TOASTER, clock.now()))
    scan(path)
    Path(path).write_text("gone fishing")
    scan(path)
    feed = Feed.objects.get()
    assert (feed.title, FeedItem.objects.count()) == ("Wire", 1)
    assert feed.error


@pytest.mark.spec("TRD-1")
def test_a_feed_over_http_is_asked_conditionally(alpha: int, tmp_path: Path) -> None:
    (tmp_path / "post.xml").write_text(
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Post</title><item><guid>1</guid>'
        f"<title>{TOASTER[0]}</title><pubDate>{{{{rfc822:-5}}}}</pubDate></item></channel></rss>"
    )
    minute = clock.now()
    app = simulator.app(tmp_path, clock=lambda: minute)
    served = Served(app)
    try:
        feeds = services.follow(sources=[f"{served.url}/post.xml"], any_age=False)
        (first,) = services.scan(feeds=feeds)
        stored = Feed.objects.get()
        assert (first.unchanged, len(first.entries), first.error) == (False, 1, "")
        assert stored.loopback_allowed  # named by a loopback address
        assert stored.etag and stored.last_modified
        (second,) = services.scan(feeds=[stored])
        assert (second.unchanged, second.error) == (True, "")
        again = Feed.objects.get()
        assert (again.etag, again.title, again.items_seen) == (stored.etag, "Post", 1)
        assert FeedItem.objects.count() == 1
    finally:
        served.stop()


@pytest.mark.spec("TRD-1")
def test_a_feed_that_is_not_loopback_is_never_followed_into_private_networks(alpha: int) -> None:
    (feed,) = services.follow(sources=["http://192.168.1.1/feed"], any_age=True)
    (got,) = services.scan(feeds=[feed])
    assert not feed.loopback_allowed
    assert got.error and got.error == Feed.objects.get().error


@pytest.mark.spec("TRD-1", "TEN-1")
def test_feeds_are_read_once_for_the_fleet_and_every_brand_gets_its_own_trends(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", ("1", TOASTER, clock.now()))
    with tenancy.acting("test:follow"):
        services.follow(sources=[path], any_age=False)
    services.scan_all()
    services.scan_all()
    seen = []
    for brand_id in (ALPHA, BETA):
        with tenancy.brand(brand_id, actor="test:look"):
            seen.append(Trend.objects.get())
    assert FeedItem.objects.count() == 1
    assert seen[0].pk != seen[1].pk
    assert seen[0].fingerprint == seen[1].fingerprint


def test_a_look_keeps_nothing(alpha: int, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", ("1", TOASTER, clock.now()), ("2", TOASTER_TOO, clock.now()))
    readings, found = services.look(sources=[path])
    assert [len(reading.entries) for reading in readings] == [2]
    assert [len(trend.cluster.items) for trend in found] == [2]
    assert Feed.objects.count() == FeedItem.objects.count() == Trend.objects.count() == 0


@pytest.mark.spec("SAF-2")
def test_what_is_private_in_a_feed_is_never_stored(alpha: int, tmp_path: Path) -> None:
    leak = ("Call Ida on +49 30 901820", "She lives at 12 Oak Street, Springfield, IL 62704; write to ida@posteo.de.")
    path = write(tmp_path / "leak.xml", ("tag:ida@posteo.de,2026:1", leak, None))
    scan(path, any_age=True)
    scan(path, any_age=True)
    item = FeedItem.objects.get()
    assert (item.title, item.summary) == ("Call Ida on [phone]", "She lives at [address]; write to [e-mail].")
    assert item.guid.startswith("sha256:") and Trend.objects.get().title == "Call Ida on [phone]"
