"""The one-machine default as a Django app: it brings the command `demo`."""

from django.apps import AppConfig


class EmbeddedConfig(AppConfig):
    """No tables; commands only."""

    name = "chimera.embedded"
    label = "embedded"
