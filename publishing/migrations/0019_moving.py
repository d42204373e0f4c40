"""Videos keep what they say of themselves beside what they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("publishing", "0018_webhooks")]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="moving",
            field=models.JSONField(null=True),
        ),
    ]
