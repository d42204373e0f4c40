"""Publishing as a Django app."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """The floor that reads feeds and reaches platforms; knows posts, not agents."""

    name = "publishing"
    default_auto_field = "django.db.models.BigAutoField"
