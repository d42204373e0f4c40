"""Posts are counted from an index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0012_windows")]

    operations = [
        migrations.RemoveIndex("post", "post_by_time"),
        migrations.AddIndex(
            "post",
            models.Index(fields=["brand", "published_at"], include=["status", "approval"], name="post_by_time"),
        ),
    ]
