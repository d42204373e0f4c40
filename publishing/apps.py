"""Publishing as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PublishingConfig(AppConfig):
    """The floor that reads feeds and reaches platforms; knows posts, not agents."""

    name = "publishing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Our own servers enter the allow-list with every migration of it."""
        from publishing.connectors import locks

        post_migrate.connect(locks.enter_after_migrating, sender=self, dispatch_uid="publishing.locks")
