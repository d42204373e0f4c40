"""What every store of memories promises, whichever it is and however it is reached. PER-4, TEN-1, MCP-1."""

from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings

from agents.memory import server, weaviate
from agents.memory.base import Ask, Item, Memory, Store, StoreFailed
from agents.memory.postgres import PostgresStore
from agents.memory.remote import RemoteStore
from agents.memory.weaviate import WeaviateStore
from chimera.core import embeddings
from chimera.core.taint import Tainted
from tests import weaviate_peer
from tests.agents import memories
from tests.agents.memories import CHOIR, KETTLE, ORIGIN, SEAGRASS, STORIES, item
from tests.conftest import ALPHA, BETA, World
from tests.serving import Served

pytestmark = pytest.mark.spec("PER-4")

TOKEN = "memory-token"
STORES = ("postgres", "postgres over MCP", "weaviate", "weaviate over MCP")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, world: World) -> Iterator[Store]:
    """Each store, with posts 1 to 40 of either brand that may be remembered (41 to 80 are beta's)."""
    for number in range(1, 81):
        memories.post(world, number, brand=ALPHA if number <= 40 else BETA)
    yield from BUILT[request.param]()


def _postgres() -> Iterator[Store]:
    yield PostgresStore()


def _weaviate() -> Iterator[Store]:
    with weaviate_peer.serving() as (_, port, grpc_port):
        with override_settings(WEAVIATE_PORT=port, WEAVIATE_GRPC_PORT=grpc_port):
            yield WeaviateStore()
            weaviate.close()


def _weaviate_over_mcp() -> Iterator[Store]:
    for _ in _weaviate():
        yield from _over_mcp(WeaviateStore)


def _over_mcp(store: type[Store] = PostgresStore) -> Iterator[Store]:
    served = Served(server.build(store=store, service_token=TOKEN))
    made = remote(served.url)
    yield made
    made._client.close()
    served.stop()


BUILT: dict[str, Callable[[], Iterator[Store]]] = {
    "postgres": _postgres,
    "postgres over MCP": _over_mcp,
    "weaviate": _weaviate,
    "weaviate over MCP": _weaviate_over_mcp,
}


def remote(url: str, *, token: str = TOKEN) -> RemoteStore:
    from governance.servers.listed import Reviewed

    return RemoteStore(url=f"{url}/mcp", token=token, pins=Reviewed("memory"), timeout_s=10)


def recall(
    store: Store, text: str, *, brand: int = ALPHA, agent: int = 1, count: int = 5, **more: float
) -> list[Memory]:
    (found,) = store.recall(brand_id=brand, asks=[Ask(agent_id=agent, text=text, count=count, **more)])
    return list(found.alike)


def test_the_most_alike_come_first_with_their_words_and_where_those_came_from(store: Store) -> None:
    assert store.keep(brand_id=ALPHA, items=[item(n, text) for n, text in enumerate(STORIES, start=1)]) == [1, 2, 3]
    found = recall(store, "Volunteers repair kettles in a cafe", count=2)
    assert found[0].post_id == 1 and len(found) == 2
    assert (found[0].text, found[0].origin, found[0].agent_id) == (KETTLE, ORIGIN, 1)
    assert found[0].words == Tainted(KETTLE, ORIGIN)
    near = [one.similarity_bp or 0 for one in found]
    assert near == sorted(near, reverse=True)
    pair = embeddings.embed([KETTLE, "Volunteers repair kettles in a cafe"])
    assert abs(near[0] - 10_000 * embeddings.similarity(pair[0], pair[1])) <= 2


def test_words_of_the_operators_own_come_back_as_such(store: Store) -> None:
    store.keep(brand_id=ALPHA, items=[item(1, KETTLE, origin="")])
    assert recall(store, KETTLE)[0].words == KETTLE


def test_never_fewer_than_there_are_and_never_more_than_asked_for(store: Store) -> None:
    assert recall(store, KETTLE) == []
    store.keep(brand_id=ALPHA, items=[item(n, f"{STORIES[n % 3]} {n}") for n in range(1, 10)])
    for count in (0, 1, 5, 9, 40):
        assert len(recall(store, KETTLE, count=count)) == min(count, 9)
    assert len(recall(store, "", count=9)) == 9, "a question without words is like nothing, and gets what there is"


def test_a_text_without_words_is_remembered_and_comes_last(store: Store) -> None:
    store.keep(brand_id=ALPHA, items=[item(1, "…"), item(2, SEAGRASS)])
    assert [one.post_id for one in recall(store, KETTLE)] == [2, 1]


@pytest.mark.spec("TEN-1")
def test_no_brand_recalls_keeps_or_forgets_what_is_anothers(store: Store) -> None:
    store.keep(brand_id=ALPHA, items=[item(1, KETTLE)])
    store.keep(brand_id=BETA, items=[item(41, SEAGRASS)])
    assert [one.post_id for one in recall(store, SEAGRASS, brand=ALPHA, agent=0)] == [1]
    assert [one.post_id for one in recall(store, KETTLE, brand=BETA, agent=0)] == [41]
    assert store.forget(brand_id=BETA, post_ids=[1]) == 0
    assert [one.post_id for one in recall(store, KETTLE)] == [1]


def test_an_agent_recalls_its_own_and_a_brand_all_of_them(store: Store) -> None:
    store.keep(brand_id=ALPHA, items=[item(1, KETTLE, agent=1), item(2, KETTLE, agent=2)])
    assert [one.post_id for one in recall(store, KETTLE, agent=2)] == [2]
    assert {one.post_id for one in recall(store, KETTLE, agent=0)} == {1, 2}
    assert recall(store, KETTLE, agent=3) == []


def test_all_of_the_last_hour_is_there_newest_first(store: Store) -> None:
    told = [item(n, CHOIR, minutes_ago=ago) for n, ago in ((1, 61.0), (2, 59.0), (3, 1.0), (4, 30.0))]
    store.keep(brand_id=ALPHA, items=[*told, item(5, CHOIR, agent=2, minutes_ago=2)])
    ask = Ask(agent_id=1, text=KETTLE, count=1, recent_s=3600)
    (found,) = store.recall(brand_id=ALPHA, asks=[ask])
    assert [one.post_id for one in found.recent] == [3, 4, 2]
    assert len(found.alike) == 1
    (found,) = store.recall(brand_id=ALPHA, asks=[ask.model_copy(update={"recent_max": 1})])
    assert [one.post_id for one in found.recent] == [3]


def test_told_twice_a_post_is_remembered_once_as_it_was_told_last(store: Store) -> None:
    store.keep(brand_id=ALPHA, items=[item(1, KETTLE)])
    assert store.keep(brand_id=ALPHA, items=[item(1, SEAGRASS)]) == [1]
    assert [one.text for one in recall(store, KETTLE)] == [SEAGRASS]


def test_what_is_forgotten_is_recalled_no_more(store: Store) -> None:
    store.keep(brand_id=ALPHA, items=[item(1, KETTLE), item(2, SEAGRASS)])
    assert store.forget(brand_id=ALPHA, post_ids=[1, 7]) == 1
    assert [one.post_id for one in recall(store, KETTLE)] == [2]
    (found,) = store.recall(brand_id=ALPHA, asks=[Ask(agent_id=1, text=KETTLE, recent_s=3600)])
    assert [one.post_id for one in found.recent] == [2]
    assert store.forget(brand_id=ALPHA, post_ids=[1]) == 0


def test_many_questions_are_answered_in_their_order_and_none_is_no_call(store: Store) -> None:
    store.keep(brand_id=ALPHA, items=[item(n, text) for n, text in enumerate(STORIES, start=1)])
    found = store.recall(brand_id=ALPHA, asks=[Ask(agent_id=1, text=text, count=1) for text in reversed(STORIES)])
    assert [one.alike[0].post_id for one in found] == [3, 2, 1]
    assert store.recall(brand_id=ALPHA, asks=[]) == [] and store.keep(brand_id=ALPHA, items=[]) == []


def test_any_text_comes_back_as_it_was(store: Store) -> None:
    text = 'Größe "10 €"\n\\ \u202etricks\u2028 {{ x }} \U0001f41f $$ %s'
    store.keep(brand_id=ALPHA, items=[item(1, text, origin='A "paper", in Ω')])
    (found,) = recall(store, text)
    assert (found.text, found.origin) == (text, 'A "paper", in Ω')


@pytest.mark.spec("MCP-1")
def test_a_memory_server_that_is_away_or_says_no_is_an_outage_that_names_it(world: World) -> None:
    memories.post(world, 1)
    away: Item = item(1)
    with pytest.raises(StoreFailed, match="is the server up") as caught:
        remote("http://127.0.0.1:1").keep(brand_id=ALPHA, items=[away])
    assert caught.value.provider == "memory"
    served = Served(server.build(store=PostgresStore, service_token=TOKEN))
    try:
        with pytest.raises(StoreFailed, match="refused"):
            remote(served.url, token="guessed").recall(brand_id=ALPHA, asks=[Ask(agent_id=1, text="x")])
    finally:
        served.stop()


@pytest.mark.spec("MCP-1")
def test_a_server_without_a_token_is_not_built() -> None:
    with pytest.raises(ValueError, match="MEMORY_TOKEN"):
        server.build(store=PostgresStore, service_token="")


@pytest.fixture
def peer(world: World) -> Iterator[weaviate_peer.Peer]:
    with weaviate_peer.serving() as (made, port, grpc_port):
        with override_settings(WEAVIATE_PORT=port, WEAVIATE_GRPC_PORT=grpc_port):
            yield made
            weaviate.close()


def test_weaviate_gets_batches_and_one_object_that_it_does_not_take_fails_the_call(peer: weaviate_peer.Peer) -> None:
    store = WeaviateStore()
    peer.refuse = "Seahorses"
    with pytest.raises(StoreFailed, match="did not take 1 of 150 memories: invalid object"):
        store.keep(brand_id=ALPHA, items=[item(n, SEAGRASS if n == 70 else CHOIR) for n in range(1, 151)])
    assert peer.batches == 2
    peer.refuse = ""
    store.keep(brand_id=ALPHA, items=[item(70, SEAGRASS)])
    assert recall(store, SEAGRASS)[0].post_id == 70 and len(recall(store, CHOIR, count=100)) == 100
    assert set(peer.kept["ChimeraMemory"]) == {f"brand-{ALPHA}"}
    assert store.forget(brand_id=BETA, post_ids=[70]) == 0 and recall(store, CHOIR, brand=BETA) == []


def test_weaviate_that_is_away_or_broken_is_an_outage_that_names_it(
    peer: weaviate_peer.Peer, settings: pytest.FixtureRequest
) -> None:
    store = WeaviateStore()
    store.keep(brand_id=ALPHA, items=[item(1)])
    peer.is_down = True
    for act in (
        lambda: store.keep(brand_id=ALPHA, items=[item(2)]),
        lambda: recall(store, KETTLE),
        lambda: store.forget(brand_id=ALPHA, post_ids=[1]),
    ):
        with pytest.raises(StoreFailed, match="Weaviate gave no answer") as caught:
            act()
        assert caught.value.provider == "weaviate"
    settings.WEAVIATE_PORT = 1  # type: ignore[attr-defined]
    with pytest.raises(StoreFailed, match="Weaviate gave no answer"):
        recall(store, KETTLE)
    peer.is_down = False


def test_two_processes_that_both_find_no_collection_make_one(peer: weaviate_peer.Peer) -> None:
    client = weaviate._client()
    client.collections.exists = lambda _: bool(peer.schema) and seen.append(1) is None and len(seen) > 1  # type: ignore[method-assign]
    seen: list[int] = []
    weaviate._create(client)
    WeaviateStore().keep(brand_id=ALPHA, items=[item(1)])
    assert len(recall(WeaviateStore(), KETTLE)) == 1
