"""The programs of one machine, each with its own database role and nothing that it does not need. OPS-1, PUB-3."""

import os
import sys
from dataclasses import dataclass, fields
from pathlib import Path

from chimera.embedded import model_keys, platforms, studios
from chimera.embedded.entry import CHECKOUT, environment
from chimera.embedded.lifecycle import Endpoints
from chimera.embedded.platforms import Lodging
from chimera.embedded.processes import settle_port
from chimera.embedded.supervisor import Program

WORK_QUEUES = "reply,think,publish,pay,sweep"
THREADS = 8
DEMO_FILM_WIDTH = "720"  # of one machine, unless the environment says another: half the time of 1080


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Loopback ports of the programs that listen; kept from run to run while they are free."""

    web: int
    connector: int
    simulator: int
    simulator_x: int = 0
    connector_x: int = 0
    simulator_instagram: int = 0
    connector_instagram: int = 0
    studio_ideogram: int = 0
    studio_runway: int = 0
    studio_gemini: int = 0

    @classmethod
    def settle(cls, *, run: Path, web: int = 0) -> "Ports":
        """The ports that are written down in the folder `run`, or free ones; the web's may be asked for."""
        found: dict[str, int] = {}
        for name in (one.name for one in fields(cls)):
            record = run / f"{name.replace('_', '-')}.port"
            port = web if name == "web" and web else settle_port(record)
            while port in found.values():  # somebody asked for the port that another program had last time
                record.unlink()
                port = settle_port(record)
            found[name] = port
        return cls(**found)

    @property
    def beside(self) -> dict[str, Lodging]:
        """Of the platforms beside Plaza."""
        return {
            "x": Lodging(simulator=self.simulator_x, connector=self.connector_x),
            "instagram": Lodging(simulator=self.simulator_instagram, connector=self.connector_instagram),
        }

    @property
    def studios(self) -> dict[str, int]:
        """Of studio servers, by provider."""
        return {name: getattr(self, f"studio_{name}") for name in studios.KEYS}


def variables(ports: Ports) -> dict[str, str]:
    """What every program must know of the others, and how offline verdicts are treated here.

    They may act as long as every platform is simulated.
    """
    is_played = set(platforms.simulated()) == set(platforms.BESIDE)
    return {
        "PLAZA_URL": f"http://127.0.0.1:{ports.simulator}",
        "PLAZA_CONNECTOR_URL": f"http://127.0.0.1:{ports.connector}/mcp",
        **platforms.addresses(ports.beside),
        **studios.NONE,
        **studios.addresses(ports.studios),
        "OFFLINE_VERDICTS_MAY_ACT": "1" if is_played else "0",
        "FILM_WIDTH": os.environ.get("FILM_WIDTH", DEMO_FILM_WIDTH),
        "MALLOC_ARENA_MAX": "2",  # by default every thread may keep freed memory of its own
        "CELERY_SKIP_CHECKS": "1",  # a worker would load the desk for them, and say nothing of what they find
        "DJANGO_SETTINGS_MODULE": "chimera.settings",
    }


def _manage(*words: str) -> list[str]:
    return [sys.executable, str(CHECKOUT / "manage.py"), *words]


def _celery(*words: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--workdir", str(CHECKOUT), "-A", "celery_worker", *words]


def _worker(name: str, queues: str, *pool: str) -> list[str]:
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
    return _celery("worker", "-n", f"{name}@%h", "-Q", queues, *pool, *quiet)


def outside_world(endpoints: Endpoints, ports: Ports) -> list[Program]:
    """The simulated platforms with the sample feeds, the connectors that hold the credentials, and studio servers."""
    shared = variables(ports)
    store = str(endpoints.home.root / "plaza.sqlite3")
    played = {name: one for name, one in ports.beside.items() if name in platforms.simulated()}
    words = [word for name, one in played.items() for word in (f"--{name}-port", str(one.simulator))]
    return [
        Program(
            name="simulator",
            argv=_manage("simulator", "--port", str(ports.simulator), "--store", store, *words),
            env={
                **shared,
                **{key: value for name, one in played.items() for key, value in platforms.app_of(name, one).items()},
                **model_keys.NONE,
                "SECRET_KEY": "none",
                "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            },
            ready_url=f"http://127.0.0.1:{ports.simulator}/health",
        ),
        _connector("connector", "plaza", ports.connector, connector_env(endpoints, ports)),
        *(
            _connector(f"connector-{name}", name, one.connector, connector_env(endpoints, ports, name))
            for name, one in ports.beside.items()
        ),
        *studios.programs(endpoints, ports.studios, {**shared, **model_keys.NONE}),
    ]


def connector_env(endpoints: Endpoints, ports: Ports, platform: str = "") -> dict[str, str]:
    """What the connector of a platform gets: its login, and the app of that platform, which nobody else is told."""
    own = platforms.app_of(platform, ports.beside[platform]) if platform else {}
    return {
        **environment(endpoints, "chimera_connector"),
        **variables(ports),
        **model_keys.NONE,
        **own,
        "DATABASE_POOL_MAX": "4",
    }


def _connector(name: str, platform: str, port: int, env: dict[str, str]) -> Program:
    words = _manage("connector", platform, "--port", str(port))
    return Program(name=name, argv=words, env=env, ready_url=f"http://127.0.0.1:{port}/health")


def workers(endpoints: Endpoints, ports: Ports) -> list[Program]:
    """One worker with threads for what waits, one with a process for what draws.

    Only the first may sign grants; a thread of it seals the record, with a login and a key that only it is given.
    """
    shared = variables(ports)
    return [
        Program(
            name="worker",
            argv=_worker("work", WORK_QUEUES, "--pool", "threads", "--concurrency", str(THREADS)),
            env={
                **environment(endpoints, "chimera_app", with_grant_key=True, with_sealing=True),
                **shared,
                **model_keys.told(),
                "CHIMERA_QUEUES": WORK_QUEUES,
                "DATABASE_POOL_MAX": "16",
            },
        ),
        Program(
            name="render",
            argv=_worker("render", "render", "--pool", "prefork", "--concurrency", "1"),
            env={
                **environment(endpoints, "chimera_app"),
                **shared,
                **model_keys.told(),  # films get a second look; what decodes and encodes is started without them
                "CHIMERA_QUEUES": "render",
            },
        ),
    ]


def desk(endpoints: Endpoints, ports: Ports) -> list[Program]:
    """The web and the scheduler."""
    shared = variables(ports)
    return [
        Program(
            name="web",
            argv=[
                sys.executable,
                "-m",
                "waitress",
                "--listen",
                f"127.0.0.1:{ports.web}",
                "--threads",
                "8",
                "chimera.wsgi:application",
            ],
            env={
                **environment(endpoints, "chimera_operator"),
                **shared,
                **model_keys.told(),
                "PYTHONPATH": str(CHECKOUT),
            },
            ready_url=f"http://127.0.0.1:{ports.web}/health",
        ),
        Program(
            name="beat",
            argv=_celery("beat", "--loglevel", "WARNING", "--pidfile="),
            env={**environment(endpoints, "chimera_app"), **shared, **model_keys.NONE},
        ),
    ]
