"""Registering, being alive, ending; and declaring lost who fell silent."""

import logging
import os
import platform
import shutil
import socket
import threading
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.models import F

from agents.nodes.models import Node
from agents.nodes.states import NodeStatus
from agents.tasks.models import Task
from chimera.core import node as here
from chimera.core import tenancy, wake
from chimera.core.clock import Now
from governance import transitions
from governance.leases import services as leases
from governance.leases.models import Leased
from publishing.media.making.models import Making
from publishing.moderation.models import Hiding
from publishing.posts.models import Post
from publishing.reversals.models import Reversal

log = logging.getLogger("chimera.nodes")

PRESENT = (NodeStatus.ALIVE, NodeStatus.DRAINING)


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a node says about itself."""

    name: str
    queues: tuple[str, ...]
    capabilities: dict[str, Any]


def describe(*, queues: Sequence[str], pool: str, concurrency: int) -> Description:
    """This process as a node. `pool` and `concurrency` are Celery's."""
    try:
        cpu = len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        cpu = os.cpu_count() or 1
    capabilities = {
        "cpu": cpu,
        "pool": pool,
        "concurrency": concurrency,
        "render": "render" in queues,
        "ffmpeg": shutil.which("ffmpeg") is not None,
        "python": platform.python_version(),
    }
    return Description(name=here.name(), queues=tuple(sorted(queues)), capabilities=capabilities)


def _version() -> str:
    try:
        found = tomllib.loads((Path(settings.CHECKOUT) / "pyproject.toml").read_text(encoding="utf-8"))
    except OSError:
        return "unknown"
    return str(found["project"]["version"])[:20]


def register(*, description: Description, starting: bool) -> int:
    """Be there, under the next incarnation; returns it. `starting`: this process holds no work yet, so whatever is
    leased under its name was leased by one that died, and is due."""
    said: dict[str, Any] = {
        "host": socket.gethostname()[:80],
        "pid": os.getpid(),
        "queues": list(description.queues),
        "capabilities": description.capabilities,
        "version": _version(),
    }
    with tenancy.acting(f"node:{description.name}"):
        node, made = Node.objects.get_or_create(name=description.name, defaults={"status": NodeStatus.ALIVE, **said})
        if made:
            return node.incarnation
        node = Node.objects.select_for_update().get(pk=node.pk)
        if node.status in PRESENT:
            transitions.move(row=node, to=NodeStatus.LOST)
        if starting:
            _release(node)
            said["started_at"] = Now()
        incarnation = node.incarnation + 1
        transitions.move(row=node, to=NodeStatus.ALIVE, heartbeat_at=Now(), **said, incarnation=F("incarnation") + 1)
        return incarnation


def beat(*, name: str, incarnation: int) -> bool:
    """Say that this incarnation is alive. False when it has been declared lost, or there is a newer one."""
    present = Node.objects.filter(name=name, incarnation=incarnation, status__in=PRESENT)
    return present.update(heartbeat_at=Now()) == 1


def end(*, name: str, incarnation: int, to: NodeStatus) -> None:
    """DRAINING: takes nothing new. GONE: has ended cleanly. Its leases stay: what it still does, it finishes."""
    with tenancy.acting(f"node:{name}"):
        node = Node.objects.select_for_update().filter(name=name, incarnation=incarnation).first()
        if node is not None and to in Node.TRANSITIONS[node.status]:
            transitions.move(row=node, to=to, heartbeat_at=Now())


def declare_lost() -> list[str]:
    """Nodes that have been silent for NODE_LOST_S are lost and their rows due, in one transaction; returns their names.

    Two sweepers declare one loss: the second finds the row locked, or no longer present.
    """
    silent = Node.objects.filter(
        status__in=PRESENT, heartbeat_at__lt=Now() - timedelta(seconds=settings.NODE_LOST_S)
    ).order_by("pk")
    if not silent.exists() or not _could_be_heard():
        return []
    with tenancy.acting(f"{leases.owner()} stage:nodes"):
        lost = list(silent.select_for_update(skip_locked=True))
        for node in lost:
            transitions.move(row=node, to=NodeStatus.LOST)
            released = _release(node)
            log.warning("node %s is lost since %s; %d rows are due again", node.name, node.heartbeat_at, released)
    return [node.name for node in lost]


def _could_be_heard() -> bool:
    """False while Postgres has not been up for as long as a node may be silent: then all were, through no fault."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chimera_now() - pg_postmaster_start_time() > %s::interval", [f"{settings.NODE_LOST_S} seconds"]
        )
        return bool(cursor.fetchone()[0])


def _release(node: Node) -> int:
    """The leases of everything in this node end; hints go out after the commit."""
    queues: list[str] = []
    # A post's call may still be under way, or a deletion's.
    call = f"{settings.CALL_TIMEOUT_S} seconds"
    making = f"{settings.STUDIO_CALL_TIMEOUT_S} seconds"
    early: dict[type[Leased], str | None] = {
        Task: None,
        Post: call,
        Reversal: call,
        Hiding: call,
        Making: making,
    }
    with connection.cursor() as cursor:
        for model, interval in early.items():
            cursor.execute(f"SELECT {model.CLAIM}_release_of(%s, %s)", [f"worker:{node.name}.", interval])
            queues += [row[0] for row in cursor.fetchall()]
    for queue in sorted(set(queues)):
        wake.after_commit(queue=queue)
    return len(queues)


@dataclass
class Heart:
    """The side thread that keeps this process's node alive, whatever its other threads do."""

    description: Description
    incarnation: int = 0  # 0: not registered yet
    draining: bool = False  # set in a signal's handler, where nothing else is safe
    stopped: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Register, and go on beating. Without a database it registers as soon as there is one."""
        self._beat(starting=True)
        self.thread = threading.Thread(target=self._run, name="node-heart", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        drained = False
        while not self.stopped.wait(settings.NODE_HEARTBEAT_S):
            self._beat(starting=False)
            if self.draining and not drained:
                drained = self._end(NodeStatus.DRAINING)

    def _beat(self, *, starting: bool) -> None:
        try:
            if self.incarnation and beat(name=self.description.name, incarnation=self.incarnation):
                return
            if self.incarnation:
                log.warning("node %s was declared lost and registers again", self.description.name)
            self.incarnation = register(description=self.description, starting=starting)
        except Error as error:
            log.warning("node %s could not say that it is alive: %s", self.description.name, error)
        finally:
            connection.close()  # a pool that forks now must not inherit it

    def _end(self, to: NodeStatus) -> bool:
        try:
            end(name=self.description.name, incarnation=self.incarnation, to=to)
        except Error as error:  # it will be declared lost
            log.warning("node %s could not say that it is %s: %s", self.description.name, to, error)
            return False
        finally:
            connection.close()
        return True

    def stop(self) -> None:
        """The clean end of this process."""
        self.stopped.set()
        if self.thread is not None:
            self.thread.join(5)
        self._end(NodeStatus.GONE)


def join(*, queues: Sequence[str], pool: str, concurrency: int) -> Heart:
    """Make this process a node, before it forks or claims anything. Keep what is returned, and stop it at the end."""
    os.environ[here.VARIABLE] = here.own_name()  # inherited by the pool's children
    heart = Heart(description=describe(queues=queues, pool=pool, concurrency=concurrency))
    heart.start()
    return heart
