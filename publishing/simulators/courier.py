"""What a simulated platform delivers: signed, to one subscribed address, with faults that a test scripts.

A list of names, one taken per delivery: `repeat` brings it twice, `late` after `late_s` seconds, `wrong_signature`
signs something else, `out_of_order` keeps it back until the next one was brought, `lost` never brings it; "" is none.
Deliveries go out one after the other, from a thread of their own. Requirements: ENG-1, SAF-1.
"""

import json
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx2

FAULTS = ("", "repeat", "late", "wrong_signature", "out_of_order", "lost")
TIMEOUT_S = 5.0


class Courier:
    """`sign(body)` gives the header of a delivery. `answers` are the statuses that the subscriber gave, 0 for none;
    `tells` is told each of them."""

    def __init__(
        self,
        *,
        url: str,
        sign: Callable[[bytes], tuple[str, str]],
        late_s: float = 1.0,
        tells: Callable[[int], None] | None = None,
    ) -> None:
        self.url, self.faults = url, list[str]()
        self.answers: list[int] = []
        self._sign, self._late_s, self._tells = sign, late_s, tells
        self._kept_back: list[bytes] = []
        self._waiting: queue.Queue[tuple[bytes, str]] = queue.Queue()
        threading.Thread(target=self._run, daemon=True).start()

    def deliver(self, told: dict[str, Any]) -> None:
        """Bring it, sooner or later; nothing where nobody subscribed."""
        if self.url:
            fault = self.faults.pop(0) if self.faults else ""
            self._waiting.put((json.dumps(told, separators=(",", ":")).encode(), fault))

    def settled(self) -> None:
        """Wait until everything was brought that is not kept back."""
        self._waiting.join()

    def _run(self) -> None:
        with httpx2.Client(timeout=TIMEOUT_S, trust_env=False) as http:
            while True:
                body, fault = self._waiting.get()
                self._brought(http, body, fault)
                self._waiting.task_done()

    def _brought(self, http: httpx2.Client, body: bytes, fault: str) -> None:
        if fault == "lost":
            return
        if fault == "out_of_order":
            self._kept_back.append(body)
            return
        if fault == "late":
            time.sleep(self._late_s)
        for _ in range(2 if fault == "repeat" else 1):
            self._post(http, body, body + b" " if fault == "wrong_signature" else body)
        while self._kept_back:
            late = self._kept_back.pop()
            self._post(http, late, late)

    def _post(self, http: httpx2.Client, body: bytes, signed: bytes) -> None:
        name, value = self._sign(signed)
        try:
            sent = http.post(self.url, content=body, headers={name: value, "Content-Type": "application/json"})
            self.answers.append(sent.status_code)
        except httpx2.HTTPError:
            self.answers.append(0)
        if self._tells is not None:
            self._tells(self.answers[-1])
