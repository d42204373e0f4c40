"""Migration operations for what Django's migrations cannot say: row-level security, arrows, the record.

Every table of ours passes through `tenant` or `fleet` exactly once; a catalogue test finds the ones that did not.
Statements that are the same for many tables stand here once; what belongs to one room stands in its `sql/` folder.
Requirements: TEN-1, AUD-1, AUD-2, PLN-4.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.migrations.operations import RunSQL

BRAND = "NULLIF(current_setting('app.brand', true), '')::bigint"
BOUND = "NULLIF(current_setting('app.brands', true), '')"  # of the person at the desk: "1,7", unset: every brand


def _run(sql: str) -> RunSQL:
    # Going back is done by restoring a backup: a reversed security policy would be a hole.
    return RunSQL(sql, reverse_sql=RunSQL.noop)


def sql_file(path: Path, **names: str) -> RunSQL:
    """The statements of a room's `sql/*.sql`, with `{{name}}` replaced by fixed identifiers."""
    text = path.read_text()
    for name, value in names.items():
        text = text.replace("{{" + name + "}}", value)
    return _run(text)


def tenant(
    table: str,
    *,
    app: str = "SELECT, INSERT, UPDATE",
    operator: str = "SELECT, INSERT, UPDATE",
    connector: str = "",
    brand_column: str = "brand_id",
) -> RunSQL:
    """A table with a brand: row-level security enabled and forced, one policy per role.

    The application sees the brand of its transaction only; the operator's desk sees all brands, or one when set.
    Whoever is bound to brands sees those alone. A row never moves to another brand, whoever asks.
    """
    own = f"{brand_column} = {BRAND}"
    desk = f"({BRAND} IS NULL OR {own})"
    statements = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;",
        f"CREATE POLICY app_{table} ON {table} TO chimera_app USING ({own}) WITH CHECK ({own});",
        f"CREATE POLICY desk_{table} ON {table} TO chimera_operator USING ({desk}) WITH CHECK ({desk});",
        _bound(table, brand_column),
        f"GRANT {app} ON {table} TO chimera_app;",
        f"GRANT {operator} ON {table} TO chimera_operator;",
    ]
    if brand_column == "brand_id":
        statements.append(
            f"CREATE TRIGGER stay_{table} BEFORE UPDATE OF brand_id ON {table} FOR EACH ROW "
            f"WHEN (OLD.brand_id IS DISTINCT FROM NEW.brand_id) EXECUTE FUNCTION chimera_refuse_brand();"
        )
    if connector:
        statements += [
            f"CREATE POLICY connector_{table} ON {table} TO chimera_connector USING ({own}) WITH CHECK ({own});",
            f"GRANT {connector} ON {table} TO chimera_connector;",
        ]
    return _run("\n".join(statements))


def _bound(table: str, brand_column: str = "brand_id") -> str:
    # A CASE, which the planner takes for half of the rows. Of a second OR beside the one in `tenant` it thinks that
    # hardly any row passes, and then it joins a long record row by row.
    mine = (
        f"(CASE WHEN {BOUND} IS NULL THEN true ELSE {brand_column} = ANY (string_to_array({BOUND}, ',')::bigint[]) END)"
    )
    return (
        f"CREATE POLICY bound_{table} ON {table} AS RESTRICTIVE TO chimera_operator USING ({mine}) WITH CHECK ({mine});"
    )


def bound(table: str) -> RunSQL:
    """For a table whose policies are its own: whoever is bound to brands sees the rows of those alone, as in `tenant`.

    Does nothing when the table has the policy already.
    """
    return _run(
        f"DO $do$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE schemaname = 'public' AND tablename = '{table}'"
        f" AND policyname = 'bound_{table}') THEN EXECUTE $policy${_bound(table)}$policy$; END IF; END $do$;"
    )


def fleet(table: str, *, app: str = "SELECT", operator: str = "SELECT", connector: str = "") -> RunSQL:
    """A table without a brand: narrow grants instead of policies."""
    statements = [f"GRANT {app} ON {table} TO chimera_app;" if app else ""]
    statements.append(f"GRANT {operator} ON {table} TO chimera_operator;" if operator else "")
    statements.append(f"GRANT {connector} ON {table} TO chimera_connector;" if connector else "")
    return _run("\n".join(statements))


def composite_key(table: str, column: str, target: str) -> RunSQL:
    """A foreign key that includes the brand: checks bypass row-level security, so the key itself must not cross."""
    name = f"fk_{table}_{column}"
    return _run(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (brand_id, {column}) "
        f"REFERENCES {target} (brand_id, id);"
    )


def guarded(table: str, *, arrows: Mapping[str, Iterable[str]], initial: Iterable[str]) -> RunSQL:
    """Legal arrows and `state_version + 1` in the database; the arrows are arguments of the trigger."""
    legal = json.dumps({start: sorted(ends) for start, ends in sorted(arrows.items())})
    return _run(
        f"CREATE TRIGGER guard_{table} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION chimera_guard('{legal}', '{json.dumps(sorted(initial))}');"
    )


def audited(
    table: str,
    *,
    subject: str,
    task_column: str = "",
    body: Iterable[str] = (),
    also: Iterable[str] = (),
    versioned: bool = True,
) -> RunSQL:
    """Every insert, delete and change of state (or of a body column) leaves an audit event in its transaction.

    `also` goes into the body without causing an event: lease columns change with every claim, which is no transition.
    `subject` is the prefix of the row's name ("agents.task"), `task_column` holds the task that it is about
    ("id" for tasks themselves), `body` lists columns with ids, hashes and numbers: never text.
    """
    arguments = ", ".join(f"'{value}'" for value in (subject, task_column, *body, *also))
    watched = (*(("state_version", "status") if versioned else ()), *body)
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in watched)
    statements = (
        f"CREATE TRIGGER record_{table} AFTER INSERT OR DELETE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION chimera_record({arguments});"
    )
    if changed:
        statements += (
            f"\nCREATE TRIGGER record_{table}_change AFTER UPDATE ON {table} FOR EACH ROW WHEN ({changed}) "
            f"EXECUTE FUNCTION chimera_record({arguments});"
        )
    return _run(statements)


def audited_by_own_function(
    table: str,
    *,
    subject: str,
    task_column: str = "",
    body: Iterable[str] = (),
    also: Iterable[str] = (),
    versioned: bool = True,
) -> RunSQL:
    """The same events as `audited`, for a hot table: its own trigger function names the columns instead of asking.

    Replaces the triggers of `audited`. Rows of such a table are never deleted but by the archive, which keeps them.
    """
    name = f"chimera_record_{table}"
    about = f"'{subject}:' || NEW.id"
    task = about if task_column == "id" else f"NEW.{task_column}" if task_column else "''"
    facts = ", ".join(f"'{column}', NEW.{column}" for column in (*body, *also))
    old, new = ("OLD.status", "NEW.status") if versioned else ("''", "''")
    version = "NEW.state_version" if versioned else "0"
    # Not read by the function: they say to whoever looks at the catalogue what it copies.
    said = ", ".join(f"'{value}'" for value in (subject, task_column, *body, *also))
    watched = (*(("state_version", "status") if versioned else ()), *body)
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in watched)
    return _run(
        f"""
DROP TRIGGER record_{table} ON {table};
DROP TRIGGER record_{table}_change ON {table};
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_actor text := current_setting('app.actor', true);
BEGIN
  IF coalesce(v_actor, '') = '' THEN
    RAISE EXCEPTION 'a change of {table} without an actor is refused' USING ERRCODE = 'CH004';
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, {about}, {task}, v_actor, 'insert', '', {new}, {version},
            jsonb_build_object({facts})::text);
  ELSE
    INSERT INTO governance_auditevent
           (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
    VALUES (NEW.brand_id, {about}, {task}, v_actor, 'update', {old}, {new}, {version},
            jsonb_build_object({facts})::text);
  END IF;
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
ALTER FUNCTION {name}() OWNER TO chimera_recorder;
SET LOCAL ROLE chimera_recorder;
GRANT EXECUTE ON FUNCTION {name}() TO chimera_owner;
SET LOCAL ROLE chimera_owner;
CREATE TRIGGER record_{table} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}({said});
CREATE TRIGGER record_{table}_change AFTER UPDATE ON {table} FOR EACH ROW WHEN ({changed})
  EXECUTE FUNCTION {name}({said});
CREATE TRIGGER record_{table}_end AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION chimera_record({said});
"""
    )


def append_only(table: str) -> RunSQL:
    """Rows are written once: update, delete and truncate are refused for everybody but a superuser."""
    return _run(
        f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION chimera_refuse_change();\n"
        f"CREATE TRIGGER keep_{table}_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION chimera_refuse_change();"
    )


@contextmanager
def over_all_brands(schema_editor: Any, *tables: str) -> Iterator[None]:
    """For RunPython: lets the owner see and change the rows of every brand, then forces the policies again.

    Without it a data migration under FORCE changes 0 rows and says nothing.
    """
    for table in tables:
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    try:
        schema_editor.execute("SELECT set_config('app.actor', 'migration', true)")
        yield
        # A key check that waits for the commit would forbid the ALTER TABLE below.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except BaseException as failure:
        try:
            _force(schema_editor, tables)
        except Exception as error:  # noqa: BLE001 - what went wrong first is what matters
            # After a failed statement nothing more can be executed; the rollback forces the policies again.
            failure.add_note(f"The policies of {', '.join(tables)} are forced again by the rollback only ({error}).")
        raise
    _force(schema_editor, tables)


def _force(schema_editor: Any, tables: Iterable[str]) -> None:
    for table in tables:
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
