"""The hour of the calibration in the schedule."""

from django.db import migrations

NAME, TASK, SECONDS = "calibrate the judge", "agents.calibrate", 3600


def seed(apps, schema_editor):
    """Write it when it is not there; an operator's edit stays."""
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    every, _ = interval.objects.get_or_create(every=SECONDS, period="seconds")
    task.objects.get_or_create(name=NAME, defaults={"task": TASK, "interval": every, "queue": "sweep"})


class Migration(migrations.Migration):
    dependencies = [("agents", "0013_judging")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
