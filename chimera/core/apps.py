"""The ground floor as a Django app."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class CoreConfig(AppConfig):
    """Installs the guard that watches for queries without a brand."""

    name = "chimera.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from chimera.core.tenancy import guard

        connection_created.connect(guard.install, dispatch_uid="chimera.tenancy.guard")
