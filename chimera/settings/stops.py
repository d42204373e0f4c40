"""Stopping and resuming."""

from chimera.settings.base import env

# Who has called an emergency does not also call it off: lifting an incident takes another person than imposed it. Off
# where one person runs everything; an incident keeps the rule that held when it was imposed.
RESUME_NEEDS_SECOND_PERSON: bool = env.bool("RESUME_NEEDS_SECOND_PERSON", default=True)
