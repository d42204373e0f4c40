"""A local server that speaks the wire of Anthropic, of Google and of OpenAI, and does what a test says.

It looks at what a real one would look at (path, key header) and answers in the vendor's own form; how it misbehaves is
a word. Written from the vendors' packages and documentation: what it proves is said in docs/models.md.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEYS = {"anthropic": "sk-ant-planted-4c1d9e", "google": "AIza-planted-77aa31", "openai": "sk-planted-0b5e2f"}
SETTINGS = {"anthropic": "ANTHROPIC_API_KEY", "google": "GEMINI_API_KEY", "openai": "OPENAI_API_KEY"}
ADDRESSES = {"anthropic": "ANTHROPIC_BASE_URL", "google": "GEMINI_BASE_URL", "openai": "OPENAI_BASE_URL"}
# 100 tokens are read, 40 of them from a cache; 50 are written, 10 of them in thought.
USAGE: dict[str, dict[str, Any]] = {
    "anthropic": {
        "input_tokens": 60,
        "cache_read_input_tokens": 40,
        "cache_creation_input_tokens": 0,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 50,
    },
    "google": {
        "promptTokenCount": 100,
        "cachedContentTokenCount": 40,
        "candidatesTokenCount": 40,
        "thoughtsTokenCount": 10,
        "totalTokenCount": 150,
    },
    "openai": {
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "total_tokens": 150,
        "prompt_tokens_details": {"cached_tokens": 40},
    },
}


@dataclass(frozen=True)
class Says:
    """One answer: a text in the vendor's envelope, or a way to fail."""

    text: str = ""
    how: str = "well"  # well | refusal | cut | status | slow | drop | garbage | drip | no_usage | blocked | elsewhere
    status: int = 200
    usage: dict[str, Any] | None = None


@dataclass
class Peer:
    """What is answered to whom, in order (the last goes on), and what was asked."""

    url: str = ""
    script: dict[str, list[Says]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any], dict[str, str]]] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)

    def of(self, vendor: str) -> list[dict[str, Any]]:
        """The bodies that were sent to one vendor."""
        return [body for name, body, _ in self.asked if name == vendor]

    def says(self, vendor: str, *answers: Says) -> None:
        """What it answers from now on."""
        self.script[vendor] = list(answers)

    def next(self, vendor: str) -> Says:
        answers = self.script.get(vendor) or [Says("{}")]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def settings(self, *vendors: str) -> dict[str, Any]:
        """The settings with which these vendors are asked here, and the others are not asked."""
        keys = {SETTINGS[name]: KEYS[name] if name in vendors else "" for name in SETTINGS}
        urls = {ADDRESSES[name]: self.url for name in ADDRESSES if name in vendors}
        if "openai" in vendors:
            urls["OPENAI_BASE_URL"] = f"{self.url}/v1"
        return {**keys, **urls, "MODEL_IDS": {"openai": "gemini-3.8-flash"}}  # of a known price


def _envelope(vendor: str, say: Says) -> dict[str, Any]:
    usage = None if say.how == "no_usage" else (say.usage or USAGE[vendor])
    if vendor == "anthropic":
        stop = {"refusal": "refusal", "cut": "max_tokens"}.get(say.how, "end_turn")
        details = (
            {"type": "refusal", "category": "general_harms", "explanation": "not this"} if stop == "refusal" else None
        )
        made = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [{"type": "text", "text": say.text}] if say.how != "refusal" else [],
            "stop_reason": stop,
            "stop_sequence": None,
            "stop_details": details,
        }
        return made | ({"usage": usage} if usage else {})
    if vendor == "google":
        stop = {"refusal": "SAFETY", "cut": "MAX_TOKENS"}.get(say.how, "STOP")
        if say.how == "blocked":
            return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": usage}
        candidate: dict[str, Any] = {"finishReason": stop, "index": 0}
        if say.how != "refusal":
            candidate["content"] = {
                "role": "model",
                "parts": [{"text": "thinking aloud", "thought": True}, {"text": say.text}],
            }
        return {"candidates": [candidate]} | ({"usageMetadata": usage} if usage else {})
    stop = {"cut": "length", "blocked": "content_filter"}.get(say.how, "stop")
    message: dict[str, Any] = {"role": "assistant", "content": say.text, "refusal": None}
    if say.how == "refusal":
        message |= {"content": None, "refusal": "not this"}
    made = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": stop, "logprobs": None}],
    }
    return made | ({"usage": usage} if usage else {})


def _error(vendor: str, status: int, key: str) -> dict[str, Any]:
    said = f"made up for a test, and it quotes {key}"
    if vendor == "anthropic":
        return {"type": "error", "error": {"type": "api_error", "message": said}, "request_id": "req_1"}
    if vendor == "google":
        return {"error": {"code": status, "message": said, "status": "INTERNAL"}}
    return {"error": {"message": said, "type": "server_error", "code": None, "param": None}}


def _vendor(path: str) -> str:
    if path == "/v1/messages":
        return "anthropic"
    if path.startswith("/v1/models/") and path.endswith(":generateContent"):
        return "google"
    return "openai" if path == "/v1/chat/completions" else ""


@contextmanager
def serving() -> Iterator[Peer]:
    """The server, on a free port of loopback, until the end of the block."""
    peer = Peer()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # else every answer waits 40 ms for an acknowledgement

        def log_message(self, *args: Any) -> None: ...

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            vendor = _vendor(self.path)
            if not vendor:
                self._send(404, json.dumps({"error": {"message": "no such path"}}).encode())
                return
            peer.asked.append((vendor, body, {name.lower(): value for name, value in self.headers.items()}))
            shown = self.headers.get("x-goog-api-key") or self.headers.get("Authorization", "").removeprefix("Bearer ")
            say = peer.next(vendor)
            if shown != KEYS[vendor]:
                self._send(401, json.dumps(_error(vendor, 401, shown)).encode())
            elif say.how == "status":
                self._send(say.status, json.dumps(_error(vendor, say.status, shown)).encode())
            else:
                self._answer(vendor, say)

        def _answer(self, vendor: str, say: Says) -> None:
            whole = json.dumps(_envelope(vendor, say)).encode()
            if say.how == "slow":
                peer.let_go.wait(20)
            if say.how == "drop":
                self._begin(200, len(whole))
                self.wfile.write(whole[: len(whole) // 2])
                self.wfile.flush()
                self.close_connection = True
                return
            if say.how == "garbage":
                self._send(200, whole[: len(whole) // 2])
            elif say.how == "elsewhere":
                self.send_response(307)
                self.send_header("Location", f"{peer.url}/stolen")
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif say.how == "drip":
                self._begin(200, len(whole))
                for byte in whole:
                    if peer.let_go.is_set():
                        return
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(0.02)
            else:
                self._send(200, whole)

        def _begin(self, status: int, length: int) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def _send(self, status: int, body: bytes) -> None:
            self._begin(status, len(body))
            self.wfile.write(body)
            self.wfile.flush()

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None: ...

    server = Quiet(("127.0.0.1", 0), Door)
    peer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        peer.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
