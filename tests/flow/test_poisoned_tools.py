"""What a third party's server says of its tools is found in no prompt, no model call and no post. MCP-2, SAF-1."""

from typing import Any

import pytest

from agents.personas.states import TrustRung
from chimera.core import prompts, tenancy
from governance.servers import selectors, services
from governance.servers.listed import NotInForce, Reviewed
from publishing.models import Post
from tests.conftest import ALPHA, World
from tests.flow.test_line import drain, start
from tests.governance.listed_servers import listing, proposed
from tests.tool_servers import POISONED

MARK = "evil.example"


@pytest.mark.spec("MCP-2", "SAF-1")
def test_a_poisoned_description_is_in_no_prompt_and_no_recorded_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.role("operator"), tenancy.acting("user:ada"):
        services.allow(server=proposed(tools=listing(POISONED)), reason="read it, alas too fast")
        proposed(name="olds", url="https://olds.example/mcp", tools=listing(POISONED))
        services.allow(server=selectors.named("olds"), reason="as well")
    with pytest.raises(NotInForce):
        Reviewed("olds").seen(url="https://olds.example/mcp", listing=listing(POISONED, POISONED))
    rendered: list[str] = []
    render = prompts.render

    def spying(name: str, variables: Any) -> tuple[str, str]:
        text, digest = render(name, variables)
        rendered.append(text)
        return text, digest

    monkeypatch.setattr(prompts, "render", spying)
    start(world, TrustRung.AUTONOMOUS)
    drain()
    with tenancy.brand(ALPHA, actor="test:look"):
        assert Post.objects.count() == 1
    assert rendered and not [text for text in rendered if MARK in text or "IMPORTANT>" in text]
    look = world.superuser()

    def holding(table: str) -> tuple[int, int]:
        query = f"SELECT count(*), count(*) FILTER (WHERE r::text LIKE '%{MARK}%') FROM {table} r"
        found = look.execute(query).fetchone()
        assert found is not None
        return int(found[0]), int(found[1])

    assert holding("governance_server")[1] == 2  # it is there to be found
    tables = (
        "core_callrecord",
        "agents_plan",
        "agents_task",
        "agents_artifact",
        "publishing_post",
        "governance_auditevent",
    )
    for table in tables:
        rows, poisoned = holding(table)
        assert (rows > 0, poisoned) == (True, 0), table
