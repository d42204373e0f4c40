"""A row for every tenant table, made from what the database says about its columns."""

import psycopg

from chimera.core import machines

TENANT_TABLES = """
  SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'brand_id'
   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
COLUMNS = """
  SELECT attname, format_type(atttypid, NULL), format_type(atttypid, atttypmod) FROM pg_attribute
   WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attname NOT IN ('id', 'brand_id')
     AND attnotnull AND NOT atthasdef AND attidentity = ''
"""
BY_TYPE = {
    "integer": "1",
    "smallint": "1",
    "boolean": "false",
    "bit": "repeat('0', 256)::bit(256)",
    "date": "current_date",
    "jsonb": "'{}'",
    "interval": "'0'",
    "timestamp with time zone": "chimera_now()",
    "vector": "array_fill(0.1::real, ARRAY[256])::vector",
}


BY_COLUMN = {
    "grant_jti": "''",  # an effect is born without a grant
    "credit": "'brand'",  # an entry has two sides
    "sponsorship": "'none'",
    "stale_of": "'persona'",
}
# What checks ask of a row, where plausible is not enough; {0} is the row's number.
BY_PLACE = {
    "agents_advice.kind": "'rung'",
    "agents_advice.rung": "'SUPERVISED'",
    "agents_decision.answer": "'approved'",
    "governance_reviewanswer.answer": "'approved'",
    "agents_rungstep.from_rung": "'PROBATION'",
    "agents_rungstep.to_rung": "'SUPERVISED'",
    "core_binding.person": "'user:{0}'",
    "governance_foureyes.what": "'doubt'",
    "publishing_mention.reason": "''",
    "publishing_mention.author": "'a1.' || lpad('{0}', 40, '0')",
    "publishing_delivery.kind": "'said'",
    "publishing_making.kind": "'image'",
    "publishing_making.content_hash": "''",
    "publishing_making.answer": "''",
    "publishing_resemblance.outcome": "'pass'",
    "publishing_post.payload": """'{{"ai_generated": true}}'""",
    "publishing_accountcheck.name": "'bio'",
    "publishing_blackout.ends_at": "chimera_now() + interval '1 hour'",
    "publishing_bar.conversation": "'talk {0}'",
    "publishing_reversal.way": "'delete'",
    "publishing_reversal.asked_by": "'user:{0}'",
    "publishing_bar.author": "''",
    "core_disclosure.author": "'a1.' || lpad('{0}', 40, '0')",
    "governance_threshold.scope": "'agent:{0}'",
    "governance_threshold.act_above_bp": "9500",
    "governance_threshold.retry_below_bp": "7000",
}


def tables(connection: psycopg.Connection) -> list[str]:
    """Every table with `brand_id`."""
    return [row[0] for row in connection.execute(TENANT_TABLES)]


def insert(connection: psycopg.Connection, table: str, *, brand: int, number: int) -> psycopg.Cursor:
    """Try to insert one plausible row of a brand; `number` keeps its texts apart from those of other rows."""
    born = {found.name.replace(".", "_"): found.initial[0] for found in machines.discover()}
    values = {"id": str(number), "brand_id": str(brand)}
    for place, (column, kind, full) in enumerate(connection.execute(COLUMNS, [table]).fetchall(), start=1):
        if column == "status":
            values[column] = f"'{born.get(table, 'x')}'"
        elif f"{table}.{column}" in BY_PLACE:
            values[column] = BY_PLACE[f"{table}.{column}"].format(number)
        elif column in BY_COLUMN:
            values[column] = BY_COLUMN[column]
        elif kind == "bigint":
            values[column] = str(place)  # two keys of one row are two rows
        elif kind.endswith("[]"):
            values[column] = "'{}'"
        else:
            values[column] = BY_TYPE.get(kind, f"'{number}'::{full}")  # the cast shortens
    names = ", ".join(f'"{name}"' for name in values)
    return connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join(values.values())})")


def fill(connection: psycopg.Connection, *, brand: int, number: int) -> None:
    """One row in every tenant table, as the superuser: triggers and keys do not ask."""
    connection.execute("SET session_replication_role = replica")
    for table in tables(connection):
        insert(connection, table, brand=brand, number=number)
    connection.execute("SET session_replication_role = origin")
