"""What the database says about itself: each function takes a connection and returns what is wrong, as sentences.

Everything is read from pg_catalog, nothing from the models: a table that somebody made by hand is judged as well.
"""

import json
from collections.abc import Collection, Iterator, Mapping

import psycopg

Connection = psycopg.Connection
OURS = ("core_", "governance_", "publishing_", "agents_", "wallets_")
KNOWN = ("auth_", "django_")  # Django's own and django_celery_beat's
# They own the functions that lend a narrow right; nobody logs in as them.
LENDERS = {"chimera_dispatch", "chimera_recorder", "chimera_treasurer", "chimera_archivist", "chimera_comparer"}
SEALED = ("governance_auditevent", "chimera_sealer", "SELECT", "true")  # whoever seals the record reads all of it
# Where the archivist looks past the brand: an item of a feed is kept while any brand's trend cites it; one record holds
# the events of all brands, and what may be deleted of it is what an act of retention names.
CITED = {("publishing_trend", "SELECT"), ("governance_auditevent", "SELECT"), ("governance_auditevent", "DELETE")}
SEARCH_PATHS = {"search_path=public, pg_temp", "search_path=pg_catalog, public, pg_temp"}
OWN = "({} = (NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint)"
UNSET = (
    "((NULLIF(current_setting('app.brand'::text, true), ''::text))::bigint IS NULL)",
    "(NULLIF(current_setting('app.brand'::text, true), ''::text) IS NULL)",
)
_BOUND = "NULLIF(current_setting('app.brands'::text, true), ''::text)"
_MINE = f"({{}} = ANY ((string_to_array({_BOUND}, ','::text))::bigint[]))"
BOUND = f"\nCASE\n    WHEN ({_BOUND} IS NULL) THEN true\n    ELSE {_MINE}\nEND"
CONTENT = {"text", "json", "jsonb", "bytea", "vector"}
GUARD, RECORD = "chimera_guard", "chimera_record"
STAY, KEEP = "chimera_refuse_brand", "chimera_refuse_change"
ROW, BEFORE, INSERT, DELETE, UPDATE = 1, 2, 4, 8, 16  # bits of pg_trigger.tgtype
TENANT = """
  SELECT c.oid, c.relname, CASE c.relname WHEN 'core_brand' THEN 'id' ELSE 'brand_id' END AS brand
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public'
     AND (c.relname = 'core_brand' OR EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid
                                               AND a.attname = 'brand_id' AND NOT a.attisdropped))
"""


def tables(connection: Connection) -> list[tuple[str, str, str]]:
    """Schema, name and kind of everything that holds or shows rows, system schemas left out."""
    return connection.execute(
        "SELECT n.nspname, c.relname, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%'"
        " AND n.nspname <> 'information_schema' ORDER BY 1, 2"
    ).fetchall()


def tenants(connection: Connection) -> list[str]:
    """The tables whose rows belong to a brand."""
    return sorted(row[1] for row in connection.execute(TENANT))


def strangers(connection: Connection, *, fleet: Collection[str]) -> Iterator[str]:
    """Tables that are neither a tenant's, nor the fleet's, nor Django's."""
    of_brands = set(tenants(connection))
    names = {name for _, name, _ in tables(connection)}
    for schema, name, kind in tables(connection):
        if schema != "public":
            yield f"{schema}.{name} lies outside of the schema public"
        elif kind not in "rp":
            yield f"{name} is a view or a foreign table: it reads past the policies of what lies under it"
        elif name in of_brands:
            if name in fleet:
                yield f"{name} has brand_id and stands in the FLEET list"
        elif name not in fleet and not name.startswith(KNOWN):
            yield f"{name} has no brand_id and does not stand in the FLEET list"
    yield from (f"{name} stands in the FLEET list and does not exist" for name in sorted(set(fleet) - names))


def unprotected(connection: Connection, *, select_only: Collection[str]) -> Iterator[str]:
    """Tenant tables without forced row-level security, or with policies that are not exactly ours."""
    for oid, table, column in connection.execute(TENANT).fetchall():
        enabled, forced = connection.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s", [oid]
        ).fetchone()
        if not enabled:
            yield f"{table}: row-level security is not enabled"
        if not forced:
            yield f"{table}: row-level security is not forced"
        own = OWN.format(column)
        allowed = {
            "chimera_app": {own},
            "chimera_connector": {own},
            "chimera_operator": {f"({unset} OR {own})" for unset in UNSET},
        }
        seen, is_bound = set(), False
        for name, roles, command, using, checked, kind in connection.execute(
            "SELECT policyname, roles, cmd, qual, with_check, permissive FROM pg_policies WHERE schemaname = 'public'"
            " AND tablename = %s",
            [table],
        ).fetchall():
            bound = BOUND.format(column)
            if (kind, list(roles), command, using, checked) == (
                "RESTRICTIVE",
                ["chimera_operator"],
                "ALL",
                bound,
                bound,
            ):
                is_bound = True
                continue
            for role in roles:
                seen.add(role)
                if role == "chimera_treasurer" and using != own:
                    yield f"{table}: policy {name} lets the treasurer look past the brand: {using}"
                if role == "chimera_archivist" and using != own and (table, command) not in CITED:
                    yield f"{table}: policy {name} lets the archivist look past the brand: {using}"
                if role in LENDERS or (table, role, command, using) == SEALED:
                    continue
                whole = command == "ALL" and using in allowed.get(role, ()) and checked in allowed.get(role, ())
                reads = command == "SELECT" and using in allowed.get(role, ()) and table in select_only
                if not (whole or reads):
                    yield f"{table}: policy {name} for {role} is not ours: {command} {using} / {checked}"
        for role in sorted({"chimera_app", "chimera_operator"} - seen):
            yield f"{table}: no policy for {role}"
        if not is_bound:
            yield f"{table}: who is bound to brands sees them all"


def brandless_rows(connection: Connection, *, may_be_null: Collection[str]) -> Iterator[str]:
    """Tenant tables whose rows may have no brand."""
    for table, required in connection.execute(
        f"SELECT t.relname, a.attnotnull FROM ({TENANT}) t"
        " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = t.brand"
    ).fetchall():
        if not required and table not in may_be_null:
            yield f"{table}: brand_id may be null"


def crossing_keys(connection: Connection) -> Iterator[str]:
    """Foreign keys to a tenant table that could cross brands: key checks do not ask the policies."""
    of_brands = set(tenants(connection))
    for name, source, target, columns, keys in connection.execute(
        """
        SELECT k.conname, k.conrelid::regclass::text, k.confrelid::regclass::text,
               array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u (number, place)
                       JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY place),
               array(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u (number, place)
                       JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY place)
          FROM pg_constraint k WHERE k.contype = 'f'
        """
    ).fetchall():
        if target not in of_brands:
            continue
        pairs = list(zip(columns, keys, strict=True))
        if target == "core_brand":
            if pairs != [("brand_id", "id")]:
                yield f"{source}: {name} points at a brand with {columns}, not with brand_id"
        elif ("brand_id", "brand_id") not in pairs:
            yield f"{source}: {name} points at {target} without the brand on both sides"


def uniques_across_brands(connection: Connection, *, allowed: Collection[str]) -> Iterator[str]:
    """Unique indexes of tenant tables that tell one brand what another brand has."""
    for table, index, primary, columns in connection.execute(
        f"""
        SELECT t.relname, i.indexrelid::regclass::text, i.indisprimary,
               array(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY u (number, place)
                       JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = u.number WHERE place <= i.indnkeyatts)
          FROM ({TENANT}) t JOIN pg_index i ON i.indrelid = t.oid WHERE i.indisunique
        """
    ).fetchall():
        plain_id = primary and columns == ["id"]
        if not plain_id and "brand_id" not in columns and index not in allowed:
            yield f"{table}: {index} is unique over {columns}, across brands"


def owners(connection: Connection) -> Iterator[str]:
    """Tables, sequences and functions of ours that do not belong to who should own them."""
    for name, owner in connection.execute(
        "SELECT c.relname, pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')"
    ).fetchall():
        if owner != "chimera_owner":
            yield f"{name} belongs to {owner}, not to chimera_owner"
    for name, owner, definer in connection.execute(FUNCTIONS).fetchall():
        wanted = LENDERS if definer else {"chimera_owner"}
        if owner not in wanted:
            yield f"function {name} belongs to {owner}, not to {' or '.join(sorted(wanted))}"


FUNCTIONS = """
  SELECT p.oid::regprocedure::text, pg_get_userbyid(p.proowner), p.prosecdef
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
   WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
     AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""


def open_definers(connection: Connection) -> Iterator[str]:
    """SECURITY DEFINER functions that a caller could bend: a loose search path, or everybody may call."""
    for name, settings, public in connection.execute(
        """
        SELECT p.oid::regprocedure::text, coalesce(p.proconfig, '{}'),
               EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g WHERE g.grantee = 0)
          FROM pg_proc p WHERE p.prosecdef AND p.pronamespace <> 'pg_catalog'::regnamespace
        """
    ).fetchall():
        if not SEARCH_PATHS.intersection(settings):
            yield f"{name} has no fixed search_path: {settings}"
        if public:
            yield f"{name} may be called by PUBLIC"


def powers(connection: Connection) -> Iterator[str]:
    """Roles that log in and could do more than use what was granted."""
    for role, power in connection.execute(
        """
        SELECT rolname, power FROM pg_roles r, LATERAL (VALUES
               (rolsuper, 'is a superuser'), (rolbypassrls, 'bypasses row-level security'),
               (rolcreaterole, 'makes roles'), (rolcreatedb, 'makes databases'), (rolreplication, 'replicates'),
               (EXISTS (SELECT 1 FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'
                         AND d.refobjid = r.oid AND d.dbid IN (0, (SELECT oid FROM pg_database
                                                                    WHERE datname = current_database()))),
                'owns something'),
               (rolname <> 'chimera_migrator' AND EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid),
                'is a member of another role'),
               (rolname <> 'chimera_migrator' AND has_schema_privilege(rolname, 'public', 'CREATE'),
                'makes tables in public')) AS v (has, power)
         WHERE rolname LIKE 'chimera\\_%' AND rolcanlogin AND has
        """
    ).fetchall():
        yield f"{role} {power}"
    for role, power in connection.execute(
        "SELECT rolname, CASE WHEN rolcanlogin THEN 'logs in' ELSE 'is mightier than needed' END FROM pg_roles"
        " WHERE rolname IN ('chimera_owner', 'chimera_dispatch', 'chimera_recorder', 'chimera_treasurer',"
        " 'chimera_archivist', 'chimera_comparer')"
        " AND (rolcanlogin OR rolsuper OR rolbypassrls)"
    ).fetchall():
        yield f"{role} {power}"


def wide_grants(connection: Connection, *, deletes: Collection[tuple[str, str]]) -> Iterator[str]:
    """Rights on our tables that nobody needs: for PUBLIC, to truncate, to delete; whole rows for the dispatcher."""
    of_brands = set(tenants(connection))
    for table, role, right in connection.execute(
        """
        SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), g.privilege_type
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) g
          LEFT JOIN pg_roles r ON r.oid = g.grantee
         WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND g.grantee <> c.relowner
        """
    ).fetchall():
        ours = table.startswith(OURS)
        if role == "PUBLIC":
            yield f"{table}: PUBLIC may {right}"
        elif ours and right not in ("SELECT", "INSERT", "UPDATE") and (table, role) not in deletes:
            yield f"{table}: {role} may {right}"
        elif role == "chimera_dispatch" and table in of_brands:
            yield f"{table}: the dispatcher may {right} whole rows, content included"


# A column that one process alone reads; everybody else was granted the others by name.
WITHHELD = {"publishing_credential": "sealed"}


def column_grants(connection: Connection) -> Iterator[str]:
    """Columns that the dispatcher may read although they hold content, or that somebody else was granted alone."""
    for table, column, kind, role in connection.execute(
        """
        SELECT a.attrelid::regclass::text, a.attname, format_type(a.atttypid, NULL), coalesce(r.rolname, 'PUBLIC')
          FROM pg_attribute a CROSS JOIN LATERAL aclexplode(a.attacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
         WHERE a.attacl IS NOT NULL AND a.attrelid::regclass::text NOT LIKE 'pg\\_%'
        """
    ).fetchall():
        if role in ("chimera_app", "chimera_operator") and table in WITHHELD:
            if column == WITHHELD[table]:
                yield f"{table}.{column} is the connector's and {role} may read it"
        elif role != "chimera_dispatch":
            yield f"{table}.{column} is granted to {role} alone"
        elif kind in CONTENT:
            yield f"{table}.{column} holds content and the dispatcher may read it"


def triggers(connection: Connection, function: str) -> dict[str, list[tuple[int, str, list[str], str]]]:
    """The row triggers of each table that call `function`, or the table's own one: bits, enabled, arguments, text."""
    found: dict[str, list[tuple[int, str, list[str], str]]] = {}
    for table, bits, enabled, arguments, text in connection.execute(
        "SELECT t.tgrelid::regclass::text, t.tgtype, t.tgenabled::text, t.tgargs, pg_get_triggerdef(t.oid)"
        " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT t.tgisinternal"
        " AND p.proname IN (%s, %s || '_' || t.tgrelid::regclass::text)",
        [function, function],
    ).fetchall():
        values = [value.decode() for value in arguments.split(b"\0")[:-1]]
        found.setdefault(table, []).append((bits, enabled, values, text))
    return found


def movable_rows(connection: Connection) -> Iterator[str]:
    """Tenant tables whose rows may be given to another brand: the desk's policy covers both, so a trigger must."""
    kept = {
        table
        for function in (STAY, KEEP)
        for table, found in triggers(connection, function).items()
        if any(
            bits & (ROW | BEFORE | UPDATE) == ROW | BEFORE | UPDATE and enabled in "OA" for bits, enabled, *_ in found
        )
    }
    yield from (
        f"{table}: rows may be given to another brand"
        for table in tenants(connection)
        if table not in kept | {"core_brand"}
    )


def unwatched_states(connection: Connection) -> Iterator[str]:
    """Tables with a status whose moves are not guarded or not recorded."""
    guards, records = triggers(connection, GUARD), triggers(connection, RECORD)
    for (table,) in connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'status'"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
    ).fetchall():
        whole = ROW | BEFORE | INSERT | UPDATE
        if not any(
            bits & whole == whole and enabled in "OA" and " WHEN " not in text
            for bits, enabled, _, text in guards.get(table, [])
        ):
            yield f"{table} has a status and no guard trigger on insert and update"
        for act, bit in (("insert", INSERT), ("delete", DELETE), ("update", UPDATE)):
            if not any(
                bits & (ROW | bit) == ROW | bit and not bits & BEFORE and enabled in "OA" and _sees_all(text, act)
                for bits, enabled, _, text in records.get(table, [])
            ):
                yield f"{table} has a status and no record trigger on {act}"


def _sees_all(text: str, act: str) -> bool:
    if act != "update":
        return " WHEN " not in text
    both = ("old.status)::text IS DISTINCT FROM (new.status", "old.state_version IS DISTINCT FROM new.state_version")
    return " WHEN " not in text or (all(part in text for part in both) and " AND " not in text)


def strange_arrows(
    connection: Connection, *, machines: Mapping[str, tuple[Mapping[str, Collection[str]], Collection[str]]]
) -> Iterator[str]:
    """Guards whose arrows are not those of the room's `states.py`. `machines`: table -> (arrows, initial)."""
    guards = triggers(connection, GUARD)
    for table in sorted(guards.keys() ^ machines.keys()):
        yield f"{table} has {'a guard and no machine' if table in guards else 'a machine and no guard'}"
    for table in sorted(guards.keys() & machines.keys()):
        arrows, initial = machines[table]
        for _, _, values, _ in guards[table]:
            drawn = {state: set(following) for state, following in json.loads(values[0]).items()}
            if drawn != {state: set(following) for state, following in arrows.items()}:
                yield f"{table}: the guard's arrows are not those of its states.py"
            if set(json.loads(values[1])) != set(initial):
                yield f"{table}: the guard lets rows be born in other states than states.py says"


def texts_in_the_record(connection: Connection, *, allowed: Collection[str]) -> Iterator[str]:
    """Columns that the record copies although they may hold free text, or that do not exist."""
    for table, found in triggers(connection, RECORD).items():
        types = dict(
            connection.execute(
                "SELECT attname, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = %s::regclass",
                [table],
            ).fetchall()
        )
        for column in {name for _, _, values, _ in found for name in (*values[1:2], *values[2:]) if name}:
            if column not in types:
                yield f"{table}: the record copies {column}, which does not exist"
            elif types[column] in CONTENT and f"{table}.{column}" not in allowed:
                yield f"{table}: the record copies {column}, which may hold text"
