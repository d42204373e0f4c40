"""Campaigns and cohorts: how often work is planned anew, and what a canary must have shown."""

from chimera.settings.base import env

# How often a goal is planned anew because what it is made with has changed; then a human is asked.
REPLANS_MAX = 3
REPLAN_EVERY_S = 10  # the sweeper looks for what was planned at the very moment of a change

# A change of a cohort is proposed for the rest when its canaries have been judged so often, or after so long.
ROLLOUT_EVERY_S = 30  # how often canaries are compared with the rest
CANARY_POSTS: int = env.int("CANARY_POSTS", default=5)
CANARY_S: int = env.int("CANARY_S", default=24 * 3600)
