"""Plans as usual: the recipe that comes with the question, which persona and goal have a part in. GEN-1, PLN-1."""

from collections.abc import Mapping
from typing import Any

from chimera.core.llm.offline.values import Unwritten


def write(variables: Mapping[str, Any]) -> dict[str, Any] | Unwritten:
    """The fields of schemas.Plan. Raises KeyError or TypeError on malformed variables."""
    goal, persona = variables["goal"], variables["persona"]
    steps = [
        {
            "key": step["key"],
            "kind": step["kind"],
            "needs": list(step["needs"]),
            "settings": [{"name": name, "value": str(value)} for name, value in step.get("params", {}).items()],
        }
        for step in variables["usual"]
    ]
    if not steps:
        return Unwritten(reason="There is no usual plan for this goal.")
    return {"steps": steps, "reason": f"As usual for a goal from a {goal['from']} of {persona['name']}."}
