"""Studio servers of one machine: started for keys that are there, which nobody else is told."""

import pytest

from chimera.embedded import fleet_programs, studios
from chimera.embedded.supervisor import Program
from tests import servers

pytestmark = pytest.mark.spec("GEN-3", "OPS-1")
KEYS = {name: f"planted-{name}" for name in studios.KEYS}


def programs(monkeypatch: pytest.MonkeyPatch, *keys: str, **more: str) -> dict[str, Program]:
    """All programs of a machine with these providers' keys."""
    for name, key in studios.KEYS.items():
        monkeypatch.delenv(f"STUDIO_{name.upper()}_URL", raising=False)
        monkeypatch.delenv(key, raising=False)
        if name in keys:
            monkeypatch.setenv(key, KEYS[name])
    for name, value in more.items():
        monkeypatch.setenv(name, value)
    endpoints, ports = servers._endpoints(), fleet_programs.Ports(web=1, connector=2, simulator=3, studio_runway=4)
    every = (fleet_programs.outside_world, fleet_programs.workers, fleet_programs.desk)
    return {one.name: one for make in every for one in make(endpoints, ports)}


def test_without_a_key_nothing_is_started_and_scenes_are_drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    found = programs(monkeypatch)
    assert not [name for name in found if name.startswith("studio-")]
    assert not [one.name for one in found.values() if any(f"STUDIO_{n.upper()}_URL" in one.env for n in studios.KEYS)]


def test_a_key_starts_its_studio_server_and_is_told_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    found = programs(monkeypatch, "runway", "gemini", RUNWAY_API_URL="http://127.0.0.1:9/runway")
    assert {name for name in found if name.startswith("studio-")} == {"studio-runway", "studio-gemini"}
    for name, one in found.items():
        told = {key for key in KEYS.values() if key in one.env.values()}
        assert told == ({KEYS[name.removeprefix("studio-")]} if name.startswith("studio-") else set()), name
        assert set(studios.NONE) <= set(one.env), "what is empty wins over .env"
        assert one.env["STUDIO_RUNWAY_URL"] == "http://127.0.0.1:4/mcp" and "STUDIO_IDEOGRAM_URL" not in one.env
    runway = found["studio-runway"]
    assert runway.env["RUNWAY_API_URL"] == "http://127.0.0.1:9/runway" and "--journal" in runway.argv
    assert runway.env["SERVICE_TOKEN"] == found["worker"].env["SERVICE_TOKEN"], "both sides show the same"
    assert runway.env["DATABASE_URL"].startswith("postgres://nobody@") and runway.ready_url.endswith(":4/health")


def test_a_studio_server_that_runs_elsewhere_is_not_started_here(monkeypatch: pytest.MonkeyPatch) -> None:
    found = programs(monkeypatch, "runway", STUDIO_RUNWAY_URL="https://studio.example.org/mcp")
    assert not [name for name in found if name.startswith("studio-")]
