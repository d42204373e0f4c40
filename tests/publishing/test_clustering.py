"""Stories become clusters, and clusters get scores (TRD-2)."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chimera.core.embeddings import embed
from publishing.trends import clustering
from publishing.trends.clustering import Cluster, Item, Vector
from publishing.trends.sources.syndication import Syndication

NOON = datetime(2026, 11, 7, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

# (headline, summary) as one outlet tells it, then as another one does.
PAIRS = (
    (
        ("Quake of magnitude 6.1 shakes Tarnholm coast", "A 6.1 earthquake hit off Tarnholm at dawn. No deaths."),
        ("Tarnholm wakes to strong earthquake, no one hurt", "Roofs fell in Tarnholm after a magnitude 6.1 quake."),
    ),
    (
        ("Ostrava Rail cancels night trains to Quennet", "Night trains to Quennet end in June, Ostrava Rail said."),
        ("No more sleeper to Quennet from summer", "Ostrava Rail is giving up its night train to Quennet in June."),
    ),
    (
        ("Solar ferry crosses the Sallow strait", "The electric ferry Alba crossed the strait on sunlight alone."),
        ("First ferry run by sun alone reaches Sallow", "Alba, an electric ferry, made the strait crossing on solar."),
    ),
    (
        ("Marlow bakery wins prize for rye loaf", "The national bread prize goes to a rye loaf baked in Marlow."),
        ("Best bread of the country is a rye from Marlow", "Judges gave the bread prize to a bakery in Marlow."),
    ),
    (
        (
            "Wolves breed again in Harrow forest",
            "A camera filmed six wolf pups in Harrow forest, the first in 90 years.",
        ),
        ("Six wolf pups filmed in Harrow forest", "Wolves have bred in Harrow forest for the first time in 90 years."),
    ),
    (
        ("Central bank of Ferrel holds rates at 3 percent", "Ferrel's bank left interest rates at 3 percent."),
        ("Interest rates stay put in Ferrel", "The central bank kept its rate at 3 percent for a fourth month."),
    ),
    (
        ("Museum returns bronze mask to Ilari people", "The mask taken in 1897 goes home after talks of ten years."),
        ("Bronze mask goes back to the Ilari after a century", "A museum hands over the mask that was taken in 1897."),
    ),
    (
        ("Chess title goes to 17-year-old Mira Holt", "Mira Holt, 17, won the chess world title in the last game."),
        ("Teenager Mira Holt is world chess champion", "Holt, 17, took the chess crown with black in the final game."),
    ),
    (
        ("Vaccine against tick fever passes large trial", "The tick fever vaccine protected 91 percent of 12,000."),
        ("Trial of 12,000: tick fever vaccine works", "Nine in ten were protected by a new tick fever vaccine."),
    ),
    (
        (
            "Storm Greta cuts power to 40,000 homes",
            "Storm Greta brought down lines in the north; 40,000 homes are dark.",
        ),
        ("40,000 homes without electricity after storm Greta", "Fallen trees cut power lines in the north overnight."),
    ),
    (
        ("Lumen shows glasses that read text aloud", "Lumen's new glasses read signs and menus to blind people."),
        ("Glasses from Lumen read menus to the blind", "The firm Lumen has shown glasses that speak printed text."),
    ),
    (
        ("Old cinema Rex saved by its neighbours", "Residents bought shares to save the Rex cinema from closing."),
        ("Neighbours buy the Rex and keep films on screen", "The Rex cinema stays open: 900 residents own it now."),
    ),
)

# The same subject as a pair above, but another event: these must stay apart.
NEIGHBOURS = (
    ("Small tremor under Mount Veda", "Seismologists recorded a weak quake below the volcano on Sunday."),
    ("New tram line opens in Pellworth", "The tram runs every six minutes from the station to the harbour."),
    ("Cargo ship runs aground at Brackwater", "A freighter with timber is stuck on a sandbank; nobody is hurt."),
    ("Price of flour rises for the third year", "Mills blame a dry spring for dearer wheat and flour."),
    ("Bear seen near Ludlow campsite", "Rangers closed the campsite after a brown bear looked for food."),
    ("Budget of Ferrel adopted after long night", "Parliament passed the budget with two votes to spare."),
    ("Gallery shows paintings from attics", "A gallery hangs 60 pictures that people found in their attics."),
    ("Rowers win on the lake in heavy rain", "The Quennet eight beat the champions by half a length."),
    ("Hospital opens ward for burns", "Eleven beds and two operating rooms open in the burns ward."),
    ("Heat record for November", "It was 24 degrees in the south, the warmest November day ever measured."),
    ("Tessel delays its folding phone", "The folding phone comes half a year later because hinges break."),
    ("Theatre season opens with an old farce", "The city theatre plays a farce from 1912 with a young cast."),
)


def direction(*parts: float) -> Vector:
    """A unit vector with the given parts first."""
    vector = np.zeros(256, dtype=np.float32)
    vector[: len(parts)] = parts
    return vector / np.float32(np.linalg.norm(vector))


def item(number: int, vector: Vector, *, hours: float = 0.0, source: str = "a") -> Item:
    return Item(
        id=number, key=f"key-{number:04}", vector=vector, at=NOON + hours * HOUR, source=source, title=f"Title {number}"
    )


def told(stories: list[tuple[str, str]], *, start: int = 0) -> list[Item]:
    vectors = embed([f"{title}. {summary}" for title, summary in stories])
    return [item(start + n, vector, source=f"s{n}") for n, vector in enumerate(vectors)]


def ids(clusters: list[Cluster]) -> list[list[int]]:
    return [[member.id for member in cluster.items] for cluster in clusters]


EAST, NORTH, NORTHEAST = direction(1), direction(0, 1), direction(1, 1)


@pytest.mark.spec("TRD-2")
def test_two_outlets_on_one_story_join_and_other_stories_stay_apart() -> None:
    stories = [told for pair in PAIRS for told in pair] + list(NEIGHBOURS)
    clusters = clustering.cluster(items=told(stories))
    assert ids(clusters) == [[n, n + 1] for n in range(0, 24, 2)] + [[n] for n in range(24, 36)]


@pytest.mark.spec("TRD-2")
def test_the_threshold_has_room_on_both_sides() -> None:
    pairs = embed([f"{title}. {summary}" for pair in PAIRS for title, summary in pair])
    others = embed([f"{title}. {summary}" for title, summary in NEIGHBOURS])
    same = [float(pairs[n] @ pairs[n + 1]) for n in range(0, 24, 2)]
    different = float(np.max(pairs @ others.T))
    assert different + 0.05 < clustering.SIMILARITY_MIN < min(same) - 0.05


_FEEDS = sorted((Path(__file__).parents[2] / "demo" / "feeds").glob("*.xml"))


@pytest.mark.spec("TRD-2")
@pytest.mark.skipif(not _FEEDS, reason="the demo feeds are not bundled here")
def test_the_demo_feeds_fall_into_their_stories() -> None:
    entries = [
        (path.stem, entry)
        for path in _FEEDS
        for entry in Syndication().parse(body=path.read_bytes(), origin=f"https://{path.stem}.example/").entries
    ]
    vectors = embed([f"{entry.title.text}. {entry.summary.text}" for _, entry in entries])
    items = [item(n, vectors[n], source=outlet) for n, (outlet, _) in enumerate(entries)]
    clusters = clustering.cluster(items=items)
    guids = [[entries[member.id][1].guid for member in cluster.items] for cluster in clusters]
    # No outlet tells a story twice: a cluster with one outlet twice would be two stories.
    assert [found for found, cluster in zip(guids, clusters, strict=True) if len(cluster.sources) < len(found)] == []
    for word in ("mendery", "halvard", "hallin", "pomfret"):
        together = [found for found in guids if any(word in guid for guid in found)]
        assert len(together) == 1, together
        assert len(together[0]) == 3, together
    assert sum(len(found) > 1 for found in guids) >= 12


@pytest.mark.spec("TRD-2")
def test_an_item_joins_the_most_similar_cluster() -> None:
    near_north = direction(0.45, 1)
    clusters = clustering.cluster(items=[item(1, EAST), item(2, NORTH), item(3, near_north)], similarity_min=0.3)
    assert ids(clusters) == [[1], [2, 3]]


def test_an_item_below_the_threshold_opens_a_new_cluster() -> None:
    pair = [item(1, EAST), item(2, NORTHEAST)]
    assert ids(clustering.cluster(items=pair, similarity_min=0.70)) == [[1, 2]]
    assert ids(clustering.cluster(items=pair, similarity_min=0.72)) == [[1], [2]]


@pytest.mark.spec("TRD-2")
def test_the_window_slides_with_the_newest_item() -> None:
    steps = [item(n, NORTHEAST if n % 2 else EAST, hours=3.0 * n) for n in range(5)]
    assert ids(clustering.cluster(items=steps, similarity_min=0.5)) == [[0, 1, 2, 3, 4]]
    apart = [item(1, EAST), item(2, NORTHEAST, hours=4.0), item(3, EAST, hours=8.01)]
    assert ids(clustering.cluster(items=apart[:2], similarity_min=0.5)) == [[1, 2]]
    late = [item(1, EAST), item(2, NORTHEAST, hours=4.01)]
    assert ids(clustering.cluster(items=late, similarity_min=0.5)) == [[1], [2]]


@pytest.mark.spec("TRD-2")
def test_a_near_duplicate_joins_however_late_and_however_far_the_centroid_is() -> None:
    late = [item(1, EAST), item(2, direction(1, 0.1), hours=30.0)]
    assert ids(clustering.cluster(items=late)) == [[1, 2]]
    drifted = [item(1, EAST), item(2, NORTHEAST), item(3, NORTHEAST), item(4, direction(1, 0.01))]
    assert ids(clustering.cluster(items=drifted, similarity_min=0.7)) == [[1, 2, 3, 4]]


def test_a_text_without_meaning_is_like_nothing() -> None:
    nothing = np.zeros(256, dtype=np.float32)
    clusters = clustering.cluster(items=[item(1, nothing), item(2, nothing), item(3, EAST)])
    assert ids(clusters) == [[1], [2], [3]]
    assert clustering.representative(clusters[0]).id == 1


def test_no_items_make_no_clusters() -> None:
    assert clustering.cluster(items=[]) == []


@pytest.mark.spec("TRD-2")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.floats(0, 0.6), st.integers(0, 5), st.integers(0, 20)), min_size=1, max_size=30
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_reading_does_not_matter(made: list[tuple[int, float, int, int]], shuffle: random.Random) -> None:
    items = []
    for number, (axis, lean, to, hour) in enumerate(made):
        parts = [0.0] * 6
        parts[axis] += 1.0
        parts[to] += lean
        items.append(item(number, direction(*parts), hours=hour))
    shuffled = list(items)
    shuffle.shuffle(shuffled)
    first, second = clustering.cluster(items=items), clustering.cluster(items=shuffled)
    assert ids(first) == ids(second)
    assert all(np.array_equal(one.centroid, two.centroid) for one, two in zip(first, second, strict=True))
    assert sorted(number for inside in ids(first) for number in inside) == list(range(len(made)))


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([item(1, EAST), item(1, NORTH)], "id comes twice"),
        ([item(1, np.ones(3, dtype=np.float32))], "vector of item 1 is not 256"),
        ([item(1, np.full(256, np.nan, dtype=np.float32))], "vector of item 1 is not 256 finite"),
    ],
)
def test_unusable_items_are_named(items: list[Item], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        clustering.cluster(items=items)


def one_cluster(*items: Item) -> Cluster:
    (only,) = clustering.cluster(items=items, window=timedelta(days=9))
    return only


@pytest.mark.spec("TRD-2")
def test_a_cluster_knows_its_span_and_its_sources() -> None:
    cluster = one_cluster(item(2, EAST, hours=2, source="b"), item(1, EAST, source="a"), item(3, EAST, source="b"))
    assert [member.id for member in cluster.items] == [1, 3, 2]
    assert (cluster.first_at, cluster.last_at, cluster.sources) == (NOON, NOON + 2 * HOUR, ("a", "b"))
    assert np.linalg.norm(cluster.centroid) == pytest.approx(1)
    assert (cluster.centroid.dtype, cluster.centroid.shape) == (np.float32, (256,))


@pytest.mark.spec("TRD-2")
def test_scores_follow_their_formulas() -> None:
    cluster = one_cluster(*(item(n, EAST, hours=n / 2, source="abc"[n % 3]) for n in range(6)))
    score = clustering.scores(cluster=cluster, now=NOON + 4.5 * HOUR, window=4 * HOUR)
    rate = 6 / 2.5
    assert score.velocity == pytest.approx(rate / (rate + 3))
    assert (score.diversity, score.freshness) == (1.0, pytest.approx(0.5))
    assert score.total == pytest.approx(0.4 * score.velocity + 0.3 + 0.15)


@pytest.mark.spec("TRD-2")
def test_more_items_more_sources_and_newer_ones_score_higher() -> None:
    def total(*items: Item, hours: float = 3) -> float:
        return clustering.scores(cluster=one_cluster(*items), now=NOON + hours * HOUR, window=4 * HOUR).total

    alone = total(item(1, EAST))
    assert total(item(1, EAST), item(2, EAST)) > alone
    assert total(item(1, EAST), item(2, EAST, source="b")) > total(item(1, EAST), item(2, EAST))
    assert total(item(1, EAST, hours=2)) > alone
    assert total(item(1, EAST), hours=300) < alone


def test_old_items_of_a_long_story_do_not_slow_it_down() -> None:
    burst = [item(n, EAST, hours=50) for n in range(1, 5)]
    window = 4 * HOUR
    fresh = clustering.scores(cluster=one_cluster(*burst), now=NOON, window=window)
    long = clustering.scores(cluster=one_cluster(item(0, EAST), *burst), now=NOON, window=window)
    assert long.velocity == fresh.velocity


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.sampled_from("abcdef")), min_size=1, max_size=40),
    st.floats(-200, 2000),
)
@settings(max_examples=40, deadline=None)
def test_every_score_lies_between_0_and_1(told: list[tuple[float, str]], hours: float) -> None:
    cluster = one_cluster(*(item(n, EAST, hours=at, source=source) for n, (at, source) in enumerate(told)))
    score = clustering.scores(cluster=cluster, now=NOON + hours * HOUR, window=4 * HOUR)
    assert all(0 <= part <= 1 for part in (score.velocity, score.diversity, score.freshness, score.total))


@pytest.mark.spec("TRD-2")
def test_the_fingerprint_stays_while_items_join() -> None:
    items = [item(n, EAST, hours=n) for n in range(3)]
    prints = {clustering.fingerprint(one_cluster(*items[: n + 1])) for n in range(3)}
    assert len(prints) == 1
    assert len(prints.pop()) == 64
    assert clustering.fingerprint(one_cluster(items[1])) != clustering.fingerprint(one_cluster(items[0]))


def test_the_representative_is_closest_to_the_centroid_and_of_equals_the_earliest() -> None:
    middle = direction(1, 0.5)
    cluster = one_cluster(
        item(1, EAST), item(2, NORTHEAST, hours=1), item(3, middle, hours=2), item(4, middle, hours=3)
    )
    assert clustering.representative(cluster).id == 3
