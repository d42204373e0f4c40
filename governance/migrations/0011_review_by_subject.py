"""The reviews of a row are found by its name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_archivist"),
        ("governance", "0010_grant_story"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(fields=["brand", "about"], name="review_by_subject"),
        ),
    ]
