"""Keys of models are told to the programs that ask models, and are empty for every other. OPS-1, GEN-1."""

import pytest

from chimera.embedded import fleet_programs, model_keys
from tests import servers

ASK = {"worker", "render", "web"}


@pytest.mark.spec("GEN-1")
def test_whoever_thinks_renders_or_shows_is_told_the_keys_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "planted-gemini")
    monkeypatch.setenv("OPENAI_API_KEY", "planted-openai")
    endpoints, ports = servers._endpoints(), fleet_programs.Ports(web=1, connector=2, simulator=3)
    every = (fleet_programs.outside_world, fleet_programs.workers, fleet_programs.desk)
    found = {one.name: one for make in every for one in make(endpoints, ports)}
    assert set(found) > ASK and {"beat", "connector", "simulator"} < set(found)
    for name, one in found.items():
        told = {value for value in one.env.values() if value.startswith("planted-")}
        assert told == ({"planted-gemini", "planted-openai"} if name in ASK else set()), name
        if name not in ASK:
            assert {one.env[key] for key in model_keys.KEYS} == {""}, f"{name}: what is empty wins over .env"
