"""Tables of the sealed record: places of entries, subtrees, checkpoints, keys, and how far it is."""

from django.db import migrations, models

import chimera.core.clock

NAME, TASK, SECONDS = "follow the checkpoint key", "governance.rotate_checkpoint_key", 3600


def schedule(apps, schema_editor):
    """Write it when it is not there; an operator's edit stays."""
    interval = apps.get_model("django_celery_beat", "IntervalSchedule")
    task = apps.get_model("django_celery_beat", "PeriodicTask")
    every, _ = interval.objects.get_or_create(every=SECONDS, period="seconds")
    task.objects.get_or_create(name=NAME, defaults={"task": TASK, "interval": every, "queue": "sweep"})


class Migration(migrations.Migration):
    dependencies = [
        ("django_celery_beat", "0019_alter_periodictasks_options"),
        ("governance", "0017_policy_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="Anchoring",
            fields=[
                ("anchor", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("generation", models.IntegerField()),
                ("size", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
        ),
        migrations.CreateModel(
            name="CheckpointKey",
            fields=[
                ("kid", models.CharField(max_length=8, primary_key=True, serialize=False)),
                ("vkey", models.CharField(max_length=160)),
                ("since", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
        ),
        migrations.CreateModel(
            name="KeyRotation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=chimera.core.clock.Now())),
            ],
        ),
        migrations.CreateModel(
            name="SealedEvent",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("event_id", models.BigIntegerField(unique=True)),
                ("leaf", models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("generation", models.IntegerField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField(max_length=32)),
                ("note", models.TextField()),
                ("kid", models.CharField(max_length=8, verbose_name="key")),
                ("previous", models.BinaryField(max_length=32, null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("generation", "size"), name="checkpoint_once_per_size"),
                    models.UniqueConstraint(
                        fields=("previous",), name="checkpoint_has_one_successor", nulls_distinct=False
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sealing",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("installation", models.CharField(max_length=16)),
                ("system", models.CharField(blank=True, default="", max_length=20)),
                ("incarnation", models.IntegerField()),
                ("catching_up", models.BooleanField(default=True)),
                ("rotated_through", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="sealing_has_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Subtree",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("level", "index"), name="subtree_once_per_place"),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", [8, 16, 24, 32, 40, 48])), name="subtree_level_is_kept"
                    ),
                ],
            },
        ),
        migrations.RunPython(schedule, migrations.RunPython.noop),
    ]
