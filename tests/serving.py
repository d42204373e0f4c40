"""Servers of tests: an ASGI app on loopback, in a thread of this process, gone as soon as it is told."""

import asyncio
import contextlib
import socket
import threading
import time
from typing import Any

import uvicorn

ENDS_S_MAX = 1.0  # for a request that is under way


class Served:
    """An app that answers from the moment this is made until `stop`; on a port of its own, or on `port`."""

    def __init__(self, app: Any, *, port: int = 0) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server = _Server(uvicorn.Config(app, log_level="critical", ws="none"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def stop(self) -> None:
        """End it; what is under way has a second. Again: nothing happens."""
        self._server.end()
        self._thread.join(10)


class _Server(uvicorn.Server):
    """Ends when it is told: uvicorn itself looks ten times a second, and then waits a tenth of one.

    Nearly every second test stops a server, and most stop two.
    """

    _loop: asyncio.AbstractEventLoop | None = None

    def end(self) -> None:
        self.should_exit = True
        if self._loop is not None and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):  # it was closed in between
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        self._told, self._loop = asyncio.Event(), asyncio.get_running_loop()
        await self.on_tick(0)
        if not self.should_exit:  # told before there was a loop to tell it to
            await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for one in [*self.servers, *(sockets or [])]:
            one.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0.005)  # those that are idle close
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wait_tasks_to_complete(), timeout=ENDS_S_MAX)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()
