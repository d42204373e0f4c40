"""A server that speaks what weaviate-client speaks: REST for schema and tenants, gRPC on the client's own protobufs.

It keeps what a real one keeps apart: tenants that there are not are errors, batches answer object by object, vectors of
one collection have one length, searches pass over objects without a vector. `refuse` names a word: objects with it are
not taken. `is_down` answers nothing but errors. It is no proof of what a real server does.
"""

import json
import re
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import grpc
import numpy as np
from google.protobuf.json_format import MessageToDict
from weaviate.proto.v1 import base_pb2 as base
from weaviate.proto.v1 import batch_delete_pb2 as deleting
from weaviate.proto.v1 import batch_pb2 as batches
from weaviate.proto.v1 import health_weaviate_pb2 as health
from weaviate.proto.v1 import properties_pb2 as properties
from weaviate.proto.v1 import search_get_pb2 as searching
from weaviate.proto.v1 import tenants_pb2 as tenants
from weaviate.proto.v1 import weaviate_pb2_grpc as services

VERSION = "1.34.0"  # below 1.36 the client streams no batches
HNSW = {
    "skip": False,
    "cleanupIntervalSeconds": 300,
    "maxConnections": 32,
    "efConstruction": 128,
    "ef": -1,
    "dynamicEfMin": 100,
    "dynamicEfMax": 500,
    "dynamicEfFactor": 8,
    "vectorCacheMaxObjects": 10**12,
    "flatSearchCutoff": 40_000,
    "distance": "cosine",
    "filterStrategy": "sweeping",
    **{name: {"enabled": False} for name in ("pq", "bq", "sq", "rq")},
}
_COMPARED: dict[int, Callable[[Any, Any], bool]] = {
    base.Filters.OPERATOR_EQUAL: lambda have, want: have == want,
    base.Filters.OPERATOR_GREATER_THAN: lambda have, want: have > want,
    base.Filters.OPERATOR_CONTAINS_ANY: lambda have, want: have in want,
}


class Refused(Exception):
    """What the server answers instead."""


class Peer(services.WeaviateServicer):
    """One server. `kept[collection][tenant][uuid]` is (properties, vector or None)."""

    def __init__(self) -> None:
        self.schema: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, dict[str, dict[str, tuple[dict[str, Any], Any]]]] = {}
        self.refuse, self.is_down, self.batches = "", False, 0
        self._lock = threading.RLock()

    def create(self, said: dict[str, Any]) -> dict[str, Any]:
        """A new collection, with what a server adds to what it was told."""
        name = said["class"]
        if name in self.schema:
            raise Refused(f"class name {name} already exists")
        tenancy = {"enabled": False, "autoTenantCreation": False, "autoTenantActivation": False}
        for one in said.setdefault("properties", []):
            for key, value in (("indexFilterable", True), ("indexSearchable", False), ("indexRangeFilters", False)):
                one.setdefault(key, value)
            if one["dataType"] == ["text"]:
                one.setdefault("tokenization", "word")
        for config in said.setdefault("vectorConfig", {}).values():
            config["vectorIndexConfig"] = {**HNSW, **config.get("vectorIndexConfig", {})}
        self.schema[name] = {
            "description": "",
            "invertedIndexConfig": {
                "bm25": {"b": 0.75, "k1": 1.2},
                "cleanupIntervalSeconds": 60,
                "stopwords": {"preset": "en", "additions": None, "removals": None},
            },
            "replicationConfig": {
                "factor": 1,
                "asyncEnabled": False,
                "deletionStrategy": "NoAutomatedResolution",
            },
            "shardingConfig": {},
            **said,
            "multiTenancyConfig": {**tenancy, **said.get("multiTenancyConfig", {})},
        }
        self.kept[name] = {}
        return self.schema[name]

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """REST: status and JSON. Raises Refused."""
        if self.is_down:
            return 503, {"error": [{"message": "down"}]}
        if path == "/v1/meta":
            return 200, {"version": VERSION, "hostname": "peer", "modules": {}, "grpcMaxMessageSize": 10_000_000}
        if path == "/v1/schema" and method == "POST":
            return 200, self.create(body)
        if found := re.fullmatch(r"/v1/schema/(\w+)", path):
            return (200, self.schema[found[1]]) if found[1] in self.schema else (404, {})
        if (found := re.fullmatch(r"/v1/schema/(\w+)/tenants", path)) and method == "POST":
            for one in body:
                self.kept[found[1]].setdefault(one["name"], {})
            return 200, body
        if found := re.fullmatch(r"/v1/schema/(\w+)/tenants/(.+)", path):
            return (200, {"name": found[2]}) if found[2] in self.kept[found[1]] else (404, {})
        return 501, {"error": [{"message": f"{method} {path} is nothing that this peer knows"}]}

    def _tenant(self, asked: Any) -> dict[str, tuple[dict[str, Any], Any]]:
        if self.is_down:
            raise Refused("down")
        if asked.tenant not in self.kept.get(asked.collection, {}):
            raise Refused(f'tenant not found: "{asked.tenant}"')
        return self.kept[asked.collection][asked.tenant]

    @contextmanager
    def _answering(self, context: grpc.ServicerContext) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except Refused as refusal:
            context.abort(grpc.StatusCode.UNKNOWN, str(refusal))

    def BatchObjects(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protobufs' own names
        self.batches += 1
        errors = []
        for index, one in enumerate(request.objects):
            try:
                with self._lock:
                    self._put(one)
            except Refused as refusal:
                errors.append(batches.BatchObjectsReply.BatchError(index=index, error=str(refusal)))
        return batches.BatchObjectsReply(took=0.001, errors=errors)

    def _put(self, said: Any) -> None:
        there, values = self._tenant(said), MessageToDict(said.properties.non_ref_properties)
        if self.refuse and self.refuse in values["text"]:
            raise Refused("invalid object")
        raw = said.vector_bytes or (said.vectors[0].vector_bytes if said.vectors else b"")
        vector = np.frombuffer(raw, "<f4").astype(float) if raw else None
        lengths = {len(former) for _, former in there.values() if former is not None}
        if vector is not None and lengths - {len(vector)}:
            raise Refused(f"vector lengths don't match: {len(vector)} vs {lengths}")
        there[said.uuid] = (values, vector)

    def BatchDelete(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._answering(context):
            there = self._tenant(request)
            gone = [uuid for uuid, (values, _) in there.items() if _fits(request.filters, uuid, values)]
            for uuid in gone:
                del there[uuid]
            return deleting.BatchDeleteReply(matches=len(gone), successful=len(gone))

    def TenantsGet(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._answering(context):
            if self.is_down:
                raise Refused("down")
            active = tenants.TENANT_ACTIVITY_STATUS_ACTIVE
            names = [name for name in self.kept[request.collection] if name in request.names.values]
            return tenants.TenantsGetReply(
                tenants=[tenants.Tenant(name=name, activity_status=active) for name in names]
            )

    def Search(self, request: Any, context: Any) -> Any:  # noqa: N802
        with self._answering(context):
            rows: list[tuple[str, dict[str, Any], float | None]] = []
            asked = _vector_of(request.near_vector) if request.HasField("near_vector") else None
            for uuid, (values, vector) in self._tenant(request).items():
                if request.HasField("filters") and not _fits(request.filters, uuid, values):
                    continue
                if asked is None:
                    rows.append((uuid, values, None))
                elif vector is not None:
                    rows.append((uuid, values, _distance(asked, vector)))
            rows.sort(key=lambda row: row[2] or 0.0)
            for by in reversed(request.sort_by):
                rows.sort(key=lambda row: row[1][by.path[0]], reverse=not by.ascending)
            return searching.SearchReply(
                took=0.001, results=[self._row(request, *row) for row in rows[: request.limit]]
            )

    def _row(self, request: Any, uuid: str, values: dict[str, Any], distance: float | None) -> Any:
        told = searching.MetadataResult(id=uuid, id_as_bytes=UUID(uuid).bytes)
        if distance is not None and request.metadata.distance:
            told.distance, told.distance_present = distance, True
        kinds = {one["name"]: one["dataType"][0] for one in self.schema[request.collection]["properties"]}
        fields = {
            name: properties.Value(int_value=int(value)) if kinds[name] == "int" else properties.Value(text_value=value)
            for name, value in values.items()
        }
        found = searching.PropertiesResult(
            target_collection=request.collection, metadata=told, non_ref_props=properties.Properties(fields=fields)
        )
        return searching.SearchResult(metadata=told, properties=found)


def _fits(filters: Any, uuid: str, values: dict[str, Any]) -> bool:
    if filters.operator == base.Filters.OPERATOR_AND:
        return all(_fits(one, uuid, values) for one in filters.filters)
    name = filters.target.property or filters.on[0]
    kind = filters.WhichOneof("test_value")
    want = getattr(filters, kind)
    have = uuid if name == "_id" else values.get(name)
    return _COMPARED[filters.operator](have, list(want.values) if kind.endswith("_array") else want)


def _vector_of(near: Any) -> Any:
    raw = near.vector_bytes or next(one.vector_bytes for one in near.vectors)
    return np.asarray(struct.unpack(f"<{len(raw) // 4}f", raw))


def _distance(first: Any, second: Any) -> float:
    return 1 - float(first @ second) / float(np.linalg.norm(first) * np.linalg.norm(second))


def _rest(peer: Peer) -> type[BaseHTTPRequestHandler]:
    class Rest(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None: ...

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            try:
                status, said = peer.answer(self.command, self.path, json.loads(raw) if raw else None)
            except Refused as refusal:
                status, said = 422, {"error": [{"message": str(refusal)}]}
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET = do_POST = _answer  # noqa: N815 - http.server's own names

    return Rest


@contextmanager
def serving() -> Iterator[tuple[Peer, int, int]]:
    """The peer, and its ports for REST and for gRPC."""
    peer = Peer()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _rest(peer))
    http.daemon_threads = True
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    services.add_WeaviateServicer_to_server(peer, server)
    check = grpc.unary_unary_rpc_method_handler(
        lambda *_: health.WeaviateHealthCheckResponse(status=health.WeaviateHealthCheckResponse.SERVING),
        health.WeaviateHealthCheckRequest.FromString,
        health.WeaviateHealthCheckResponse.SerializeToString,
    )
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": check})])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield peer, http.server_address[1], port
    finally:
        server.stop(0).wait(5)
        http.shutdown()
        http.server_close()
