"""A trend keeps whether it broke out, and when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0008_bands")]

    operations = [
        migrations.AddField("trend", "burst_bp", models.IntegerField(default=0, db_default=0)),
        migrations.AddField("trend", "detected_at", models.DateTimeField(null=True)),
    ]
