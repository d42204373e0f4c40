"""Pictures keep what they look like beside what they are."""

import pgvector.django.bit
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("publishing", "0005_outside")]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="likeness",
            field=pgvector.django.bit.BitField(length=256, null=True),
        ),
    ]
