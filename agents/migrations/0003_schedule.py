"""The default schedule, seeded into django-celery-beat, where operators edit it in the admin."""

from django.db import migrations

# Name in the admin: task, period in seconds. A tick carries a unique key, so two schedulers make one run.
SCHEDULE = {
    "scan the feeds": ("publishing.scan", 900),
    "set goals from trends": ("agents.set_goals", 60),
    "sweep": ("agents.sweep", 10),
}


def seed(apps, schema_editor):
    """Write what is not there; an operator's edit stays."""
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, (target, seconds) in SCHEDULE.items():
        every, _ = interval.objects.get_or_create(every=seconds, period="seconds")
        task.objects.get_or_create(name=name, defaults={"task": target, "interval": every, "queue": "sweep"})


class Migration(migrations.Migration):
    dependencies = [("agents", "0002_promises"), ("governance", "0003_neighbours")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
