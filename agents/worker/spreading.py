"""One post on all accounts of a persona: a step that publishes becomes one for each platform. PLN-1, PUB-1, PUB-4.

Decided where a plan begins, by the accounts that can publish then. Each step is judged, paid and published by itself:
what one platform refuses, another may show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from agents.tasks.graph import Step
from agents.tasks.taking import Taken
from agents.worker import checking
from publishing.connectors.base import consents
from publishing.readiness import selectors as readiness

KIND = "publish"


def is_meant(steps: Sequence[Step]) -> bool:
    """Whether these steps publish without saying where."""
    return any(step.kind == KIND and not step.params.get("platform") for step in steps)


def platforms_of(*, plannings: Sequence[Taken]) -> dict[str, list[str]]:
    """Where the personas of these planning tasks can publish now, in a few queries; in the brand's context."""
    return readiness.able(every={one.agent_subject for one in plannings}, consents=consents())


def spread(*, steps: Sequence[Step], platforms: Sequence[str]) -> list[Step]:
    """The steps, with one that publishes for each platform; as they are where there is one platform at most."""
    if len(platforms) < 2:
        return list(steps)
    taken = {step.key for step in steps}
    found: list[Step] = []
    for step in steps:
        if step.kind != KIND or step.params.get("platform"):
            found.append(step)
            continue
        for number, platform in enumerate(platforms):
            key = step.key if number == 0 else _free(f"{step.key}-{platform}", taken)
            taken.add(key)
            params: Mapping[str, Any] = {**step.params, "platform": platform}
            found.append(replace(step, key=key, params=params))
    return found


def laid(*, steps: Sequence[Step], estimate_usd_micros: int, platforms: Sequence[str]) -> tuple[list[Step], int]:
    """The steps with where they publish, checked again where they became more, and the estimate. Raises BadPlan."""
    told = spread(steps=steps, platforms=platforms) if is_meant(steps) else list(steps)
    return checking.checked(steps=told) if len(told) != len(steps) else (told, estimate_usd_micros)


def _free(key: str, taken: set[str]) -> str:
    """A key that no other step has."""
    number, found = 2, key[:40]
    while found in taken:
        found, number = f"{key[:36]}-{number}", number + 1
    return found
