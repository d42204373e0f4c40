"""The ground floor as a Django app."""

from django.apps import AppConfig
from django.core.checks import register
from django.db.backends.signals import connection_created


class CoreConfig(AppConfig):
    """Installs the guard that watches for queries without a brand, and the check of the switchboard."""

    name = "chimera.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chimera.core import checks
        from chimera.core.storage import checks as storing
        from chimera.core.tenancy import guard

        connection_created.connect(guard.install, dispatch_uid="chimera.tenancy.guard")
        register(checks.check_switchboard, checks.TAG)
        register(storing.check_store, storing.TAG)
