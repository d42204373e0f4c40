"""`celery -A celery_worker worker`: the entry point of workers and beat."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")

import django

django.setup()

from chimera.celery import app  # noqa: E402 - Django first

__all__ = ["app"]
