"""Memories in Weaviate: one collection, a tenant for each brand, so that every brand has a graph of its own.

The client is made once per process, at the first call, and again in a forked child. Batches do not raise for single
objects: what failed is looked at after each, and any failure fails the call, which may be made again. An answer that
the graph leaves short, and a question or a memory without words, are filled up by reading. Tried against a server of
the tests on the client's own protobufs; never against a real one (docs/memory.md).
"""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from agents.memory.base import Ask, Item, Memory, Recalled, Store, StoreFailed
from chimera.core import clock, embeddings
from chimera.core.circuits import services as circuits

if TYPE_CHECKING:
    from weaviate import WeaviateClient

log = logging.getLogger("chimera.memory")

COLLECTION = "ChimeraMemory"
BATCH = 100
DELETED_AT_ONCE = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_clients: dict[tuple[Any, ...], "WeaviateClient"] = {}
_left_behind: list[Any] = []  # of a parent process: closing its connections is not ours
_lock = threading.Lock()


def _after_fork() -> None:
    global _clients, _lock
    _left_behind.append(_clients)
    _clients, _lock = {}, threading.Lock()


os.register_at_fork(after_in_child=_after_fork)


class WeaviateStore(Store):
    """Where the settings say. Another process: never called in a transaction."""

    def keep(self, *, brand_id: int, items: Sequence[Item]) -> list[int]:
        """See `Store.keep`."""
        if not items:
            return []
        rows = [
            (item, vector.tolist() if vector.any() else None)
            for item, vector in zip(items, embeddings.embed([item.text for item in items]), strict=True)
        ]
        with _asked() as client:
            place = _place(client, brand_id, make=True)
            failed: list[str] = []
            for start in range(0, len(rows), BATCH):
                answer = place.data.insert_many([_object(*row) for row in rows[start : start + BATCH]])
                failed += [error.message for error in answer.errors.values()]
            if failed:
                raise StoreFailed(f"Weaviate did not take {len(failed)} of {len(items)} memories: {failed[0]}")
        return [item.post_id for item in items]

    def recall(self, *, brand_id: int, asks: Sequence[Ask]) -> list[Recalled]:
        """See `Store.recall`."""
        if not asks:
            return []
        now = clock.now()
        with _asked() as client:
            place = _place(client, brand_id, make=False)
            if place is None:
                return [Recalled() for _ in asks]
            vectors = embeddings.embed([ask.text for ask in asks])
            return [
                Recalled(recent=_recent(place, ask, now), alike=_alike(place, ask, vector))
                for ask, vector in zip(asks, vectors, strict=True)
            ]

    def forget(self, *, brand_id: int, post_ids: Sequence[int]) -> int:
        """See `Store.forget`."""
        gone = 0
        with _asked() as client:
            from weaviate.classes.query import Filter

            place = _place(client, brand_id, make=False)
            if place is None:
                return 0
            for start in range(0, len(post_ids), DELETED_AT_ONCE):
                uuids = [_uuid(post_id) for post_id in post_ids[start : start + DELETED_AT_ONCE]]
                said = place.data.delete_many(where=Filter.by_id().contains_any(uuids))
                if said.failed:
                    raise StoreFailed(f"Weaviate did not delete {said.failed} of {said.matches} memories.")
                gone += said.successful
        return gone


def _object(item: Item, vector: list[float] | None) -> Any:
    from weaviate.classes.data import DataObject

    return DataObject(
        uuid=_uuid(item.post_id),
        properties={
            "post_id": item.post_id,
            "agent_id": item.agent_id,
            "at_us": _us(item.at),
            "text": item.text,
            "origin": item.origin,
        },
        vector=vector,
    )


def _alike(place: Any, ask: Ask, vector: Any) -> tuple[Memory, ...]:
    from weaviate.classes.query import MetadataQuery, Sort

    if not ask.count:
        return ()
    found: list[Memory] = []
    if vector.any():
        answer = place.query.near_vector(
            near_vector=vector.tolist(),
            limit=ask.count,
            filters=_of_agent(ask),
            return_metadata=MetadataQuery(distance=True),
        )
        found = [_memory(one, similarity_bp=_bp(one.metadata.distance)) for one in answer.objects]
    if len(found) < ask.count:  # those without a vector, and whatever the graph left out
        newest = Sort.by_property("at_us", ascending=False)
        answer = place.query.fetch_objects(filters=_of_agent(ask), sort=newest, limit=ask.count + len(found))
        there = {memory.post_id for memory in found}
        found += [_memory(one) for one in answer.objects if one.properties["post_id"] not in there]
    return tuple(found[: ask.count])


def _recent(place: Any, ask: Ask, now: datetime) -> tuple[Memory, ...]:
    from weaviate.classes.query import Filter, Sort

    if not ask.recent_s or not ask.recent_max:
        return ()
    since = Filter.by_property("at_us").greater_than(_us(now - timedelta(seconds=ask.recent_s)))
    of_agent = _of_agent(ask)
    answer = place.query.fetch_objects(
        filters=since if of_agent is None else since & of_agent,
        sort=Sort.by_property("at_us", ascending=False),
        limit=ask.recent_max,
    )
    return tuple(_memory(one) for one in answer.objects)


def _of_agent(ask: Ask) -> Any:
    from weaviate.classes.query import Filter

    return Filter.by_property("agent_id").equal(ask.agent_id) if ask.agent_id else None


def _memory(found: Any, *, similarity_bp: int | None = None) -> Memory:
    said = found.properties
    return Memory(
        post_id=int(said["post_id"]),
        agent_id=int(said["agent_id"]),
        at=_EPOCH + timedelta(microseconds=int(said["at_us"])),
        text=said["text"],
        origin=said.get("origin") or "",
        similarity_bp=similarity_bp,
    )


def _bp(distance: float | None) -> int | None:
    return None if distance is None else round(10_000 * (1 - distance))


def _us(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _uuid(post_id: int) -> str:
    from weaviate.util import generate_uuid5

    return str(generate_uuid5(f"post:{post_id}"))  # unique within its tenant


@contextmanager
def _asked() -> Iterator["WeaviateClient"]:
    """The client for one call; what goes wrong is an outage of Weaviate."""
    with circuits.through(provider="weaviate"):
        import grpc  # type: ignore[import-untyped]
        import httpx
        from weaviate.exceptions import WeaviateBaseError

        try:
            yield _client()
        except (WeaviateBaseError, grpc.RpcError, httpx.HTTPError, OSError) as error:
            raise StoreFailed(f"Weaviate gave no answer ({type(error).__name__}): {error}") from error


def _client() -> "WeaviateClient":
    import weaviate
    from weaviate.classes.init import AdditionalConfig, Auth, Timeout

    host, port, grpc_port = settings.WEAVIATE_HOST, settings.WEAVIATE_PORT, settings.WEAVIATE_GRPC_PORT
    with _lock:
        found = _clients.get((host, port, grpc_port))
        if found is None:
            found = weaviate.connect_to_custom(
                http_host=host,
                http_port=port,
                http_secure=settings.WEAVIATE_TLS,
                grpc_host=host,
                grpc_port=grpc_port,
                grpc_secure=settings.WEAVIATE_TLS,
                auth_credentials=Auth.api_key(settings.WEAVIATE_KEY) if settings.WEAVIATE_KEY else None,
                additional_config=AdditionalConfig(
                    timeout=Timeout(init=5, query=settings.MEMORY_TIMEOUT_S, insert=settings.MEMORY_TIMEOUT_S)
                ),
                skip_init_checks=True,  # one of them asks PyPI
            )
            _clients[host, port, grpc_port] = found
        return found


def close() -> None:
    """Close what this process has open."""
    with _lock:
        for client in _clients.values():
            client.close()
        _clients.clear()


def _place(client: "WeaviateClient", brand_id: int, *, make: bool) -> Any:
    """The tenant of a brand; None where there is none and none is to be made."""
    from weaviate.classes.tenants import Tenant

    name = f"brand-{brand_id}"
    if not client.collections.exists(COLLECTION):
        if not make:
            return None
        _unless_there(lambda: _create(client), lambda: client.collections.exists(COLLECTION))
    collection = client.collections.use(COLLECTION)
    if not collection.tenants.exists(name):
        if not make:
            return None
        collection.tenants.create([Tenant(name=name)])  # twice is once
    return collection.with_tenant(name)


def _unless_there(create: Callable[[], None], there: Callable[[], bool]) -> None:
    from weaviate.exceptions import UnexpectedStatusCodeError

    try:
        create()
    except UnexpectedStatusCodeError:
        if not there():  # else somebody else has made it at this moment
            raise


def _create(client: "WeaviateClient") -> None:
    from weaviate.classes.config import Configure, DataType, Property, VectorDistances

    client.collections.create(
        COLLECTION,
        multi_tenancy_config=Configure.multi_tenancy(enabled=True, auto_tenant_creation=False),
        vector_config=Configure.Vectors.self_provided(
            vector_index_config=Configure.VectorIndex.hnsw(distance_metric=VectorDistances.COSINE)
        ),
        properties=[
            Property(name="post_id", data_type=DataType.INT),
            Property(name="agent_id", data_type=DataType.INT),
            Property(name="at_us", data_type=DataType.INT, index_range_filters=True),
            Property(name="text", data_type=DataType.TEXT, index_filterable=False, index_searchable=False),
            Property(name="origin", data_type=DataType.TEXT, index_filterable=False, index_searchable=False),
        ],
    )
