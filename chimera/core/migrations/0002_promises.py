"""What the database promises for the ground floor: one clock row, tenancy, append-only calls."""

from django.db import migrations

from chimera.core import sqlops


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "GRANT USAGE, CREATE ON SCHEMA public TO chimera_dispatch, chimera_recorder, chimera_treasurer;"
        ),
        migrations.RunSQL("INSERT INTO core_clock (id, shift, simulated) VALUES (1, interval '0', false);"),
        sqlops.fleet("core_clock", connector="SELECT"),
        sqlops.fleet("core_tick", app="SELECT, INSERT, DELETE"),
        sqlops.tenant("core_brand", app="SELECT", brand_column="id"),
        sqlops.tenant("core_callrecord", app="SELECT, INSERT", operator="SELECT"),
        sqlops.append_only("core_callrecord"),
        # Which brands there are, for work that goes over all of them: ids only.
        migrations.RunSQL(
            """
            CREATE POLICY dispatch_core_brand ON core_brand FOR SELECT TO chimera_dispatch USING (true);
            GRANT SELECT (id) ON core_brand TO chimera_dispatch;
            CREATE FUNCTION core_brand_ids() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = public, pg_temp AS $$ SELECT id FROM core_brand ORDER BY id $$;
            REVOKE ALL ON FUNCTION core_brand_ids() FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION core_brand_ids() TO chimera_app, chimera_operator;
            ALTER FUNCTION core_brand_ids() OWNER TO chimera_dispatch;
            """
        ),
    ]
