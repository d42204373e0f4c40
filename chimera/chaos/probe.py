"""Asks the web the whole time, to see whether it still answers promptly while the broker is gone."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field

from chimera.chaos.stage import Window

PATHS = ("/health", "/admin/login/")
_EVERY_S, _TIMEOUT_S = 0.25, 10.0
_WARM = 2  # answers after a restart that only load what is needed


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer: when it was asked (seconds since the epoch) and how long it took."""

    at: float
    path: str
    seconds: float


@dataclass
class Probe:
    """A thread that asks; `answers` holds those of a web that had been up for a moment."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._thread = threading.Thread(target=self._run, name="web-probe", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_TIMEOUT_S + 1)

    def _run(self) -> None:
        warm = dict.fromkeys(PATHS, 0)
        while not self._stop.wait(_EVERY_S):
            for path in PATHS:
                at, begun = time.time(), time.monotonic()
                if not self._asked(path):
                    warm[path] = 0
                    continue
                warm[path] += 1
                if warm[path] > _WARM:
                    self.answers.append(Answer(at=at, path=path, seconds=time.monotonic() - begun))

    def _asked(self, path: str) -> bool:
        """Whether somebody answered; a web that was killed meanwhile did not."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=_TIMEOUT_S):
                return True
        except urllib.error.HTTPError as error:
            error.close()
            return error.code < 500  # a database that restarts is another fault than the one that is measured
        except TimeoutError:
            return True  # it lives and does not answer: that is what is looked for
        except OSError as error:
            return isinstance(getattr(error, "reason", None), TimeoutError)


def slowest_s(answers: Sequence[Answer], *, during: Sequence[Window], but_not: Sequence[Window]) -> float | None:
    """The longest answer that was asked for while a window of `during` was open and none of `but_not` near."""
    found = [
        answer.seconds
        for answer in answers
        if any(window.holds(answer.at) for window in during)
        and not any(window.holds(answer.at, margin_s=2.0) for window in but_not)
    ]
    return max(found, default=None)
