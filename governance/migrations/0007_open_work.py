"""What is open about a task, found without reading everything that ever was: asked before its goal is put away."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0006_circuits"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="effect",
            index=models.Index(
                condition=models.Q(("status__in", ["CONFIRMED", "REFUTED"]), _negated=True),
                fields=["brand", "task"],
                name="effect_open_by_task",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(
                condition=models.Q(("consumed_at__isnull", True)), fields=["brand", "task"], name="review_open_by_task"
            ),
        ),
    ]
