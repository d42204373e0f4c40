"""What became of a call without an answer, and which of its tokens came from a provider's cache."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0006_bindings")]

    operations = [
        migrations.AddField(
            "callrecord", "why", models.CharField(blank=True, db_default="", default="", max_length=16)
        ),
        migrations.AddField("callrecord", "cache_read_tokens", models.IntegerField(db_default=0, default=0)),
        migrations.AddField("callrecord", "cache_write_tokens", models.IntegerField(db_default=0, default=0)),
    ]
