"""What was taken down stays as it was verified while it was out: most posts are by the time that a human asks."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("publishing", "0025_makings")]

    operations = [
        migrations.RemoveConstraint(model_name="post", name="post_is_verified_when_out"),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=Q(("verification", ""))
                | Q(
                    ("status__in", ["PUBLISHED", "REVERTED"]),
                    ("verification__in", ["live", "not_live", "unlabelled", "unreadable"]),
                ),
                name="post_is_verified_when_out",
            ),
        ),
    ]
