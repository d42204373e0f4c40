"""Rights on the tables of Django and of django-celery-beat: the desk signs in, beat keeps its schedule."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0002_promises"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.RunSQL(
            """
            DO $$
            DECLARE t text;
            BEGIN
              FOR t IN SELECT tablename FROM pg_tables
                        WHERE schemaname = 'public' AND (tablename LIKE 'auth\\_%' OR tablename LIKE 'django\\_%') LOOP
                EXECUTE format('GRANT SELECT ON %I TO chimera_operator', t);
                IF t <> 'django_migrations' THEN
                  EXECUTE format('GRANT INSERT, UPDATE, DELETE ON %I TO chimera_operator', t);
                END IF;
              END LOOP;
              FOR t IN SELECT tablename FROM pg_tables
                        WHERE schemaname = 'public' AND tablename LIKE 'django\\_celery\\_beat\\_%' LOOP
                EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO chimera_app', t);
              END LOOP;
              GRANT SELECT ON django_migrations, django_content_type TO chimera_app, chimera_connector;
              GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO chimera_operator, chimera_app;
            END
            $$;
            """
        )
    ]
