"""Governance as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GovernanceConfig(AppConfig):
    """The floor above the ground: knows brands and money, not agents."""

    name = "governance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Roles are put right whenever the database was migrated."""
        from governance.people import services as people

        post_migrate.connect(people.after_migrate, dispatch_uid="governance.people.roles")
