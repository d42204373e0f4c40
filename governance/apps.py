"""Governance as a Django app."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """The floor above the ground: knows brands and money, not agents."""

    name = "governance"
    default_auto_field = "django.db.models.BigAutoField"
