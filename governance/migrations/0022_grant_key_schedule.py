"""Looking after the keys in the schedule; how long one of them signs is a setting."""

from django.db import migrations

NAME, TASK, SECONDS = "look after the grant keys", "governance.rotate_grant_key", 300


def seed(apps, schema_editor):
    """Write it when it is not there; an operator's edit stays."""
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    every, _ = interval.objects.get_or_create(every=SECONDS, period="seconds")
    task.objects.get_or_create(name=NAME, defaults={"task": TASK, "interval": every, "queue": "publish"})


class Migration(migrations.Migration):
    dependencies = [("governance", "0021_grant_keys"), ("django_celery_beat", "0019_alter_periodictasks_options")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
