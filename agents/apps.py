"""Agents as a Django app."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    """The floor that decides what to do; knows everything below."""

    name = "agents"
    default_auto_field = "django.db.models.BigAutoField"
