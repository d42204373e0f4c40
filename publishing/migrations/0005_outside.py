"""Posts in flight take part in the quarantine: the scope "effects" is one of theirs. And one post here is one there."""

from typing import Any

from django.db import migrations, models

from chimera.core import sqlops


def join(apps: Any, schema_editor: Any) -> None:
    """Posts that may still go out, or wait for a human, get the scope that a quarantine stops."""
    with sqlops.over_all_brands(schema_editor, "publishing_post"):
        posts = apps.get_model("publishing", "Post").objects.filter(status__in=["SCHEDULED", "HELD"])
        for post in posts.exclude(scopes__contains=["effects"]).only("id", "scopes"):
            type(post).objects.filter(pk=post.pk).update(scopes=[*post.scopes, "effects"])


class Migration(migrations.Migration):
    dependencies = [("publishing", "0004_lean_keys")]

    operations = [
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(
                condition=models.Q(("platform_id", ""), _negated=True),
                fields=("brand", "account", "platform_id"),
                name="post_is_one_on_its_platform",
            ),
        ),
        migrations.RunPython(join, migrations.RunPython.noop),
    ]
