"""Telling people in the schedule: for workers without a sweeper."""

from django.db import migrations

NAME, TASK, SECONDS = "tell people", "agents.tell", 15


def seed(apps, schema_editor):
    """Write it when it is not there; an operator's edit stays."""
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    every, _ = interval.objects.get_or_create(every=SECONDS, period="seconds")
    task.objects.get_or_create(name=NAME, defaults={"task": TASK, "interval": every, "queue": "sweep"})


class Migration(migrations.Migration):
    dependencies = [("agents", "0021_shadow_runs"), ("django_celery_beat", "0019_alter_periodictasks_options")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
