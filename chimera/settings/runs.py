"""Plans and runs: whose plans wait for a look, how long a replay in the background may be silent. PLN-1, PLN-7."""

from chimera.settings.base import env

# Scopes whose plans wait for a human before their first task: "fleet", "brand:1", "agent:7". Nobody's by default.
PLANS_WAIT: list[str] = env.list("PLANS_WAIT", default=[])
RUN_POLL_S = 2  # a page of something that moves looks again
SHADOW_SILENT_S = 60.0  # a replay that did not say so long that it goes on is begun anew by the next process
