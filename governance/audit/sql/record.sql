-- The record is written by a trigger that runs as chimera_recorder, the only role that may insert.
ALTER TABLE governance_auditevent ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
ALTER TABLE governance_auditevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE governance_auditevent FORCE ROW LEVEL SECURITY;
CREATE POLICY record_write ON governance_auditevent FOR INSERT TO chimera_recorder WITH CHECK (true);
CREATE POLICY app_governance_auditevent ON governance_auditevent FOR SELECT TO chimera_app
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
CREATE POLICY desk_governance_auditevent ON governance_auditevent FOR SELECT TO chimera_operator
  USING (NULLIF(current_setting('app.brand', true), '') IS NULL
         OR brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
GRANT INSERT ON governance_auditevent TO chimera_recorder;
GRANT SELECT ON governance_auditevent TO chimera_app, chimera_operator;

-- Arguments: subject prefix, column that names the task ('' none, 'id' the row itself), then columns for the body.
-- Promise: no change of an audited row without an event in the same transaction, and none without an actor.
CREATE FUNCTION chimera_record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
  v_new jsonb := CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE to_jsonb(NEW) END;
  v_old jsonb := CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE to_jsonb(OLD) END;
  v_row jsonb := coalesce(v_new, v_old);
  v_body jsonb := '{}';
  v_task text := '';
BEGIN
  IF v_actor = '' THEN
    RAISE EXCEPTION 'a change of % without an actor is refused', TG_TABLE_NAME USING ERRCODE = 'CH004';
  END IF;
  IF TG_ARGV[1] = 'id' THEN
    v_task := TG_ARGV[0] || ':' || (v_row ->> 'id');
  ELSIF TG_ARGV[1] <> '' THEN
    v_task := coalesce(v_row ->> TG_ARGV[1], '');
  END IF;
  FOR i IN 2 .. TG_NARGS - 1 LOOP
    v_body := v_body || jsonb_build_object(TG_ARGV[i], v_row -> TG_ARGV[i]);
  END LOOP;
  INSERT INTO governance_auditevent
         (brand_id, subject, task_id, actor, action, from_status, to_status, state_version, body)
  VALUES ((v_row ->> 'brand_id')::bigint, TG_ARGV[0] || ':' || (v_row ->> 'id'), v_task, v_actor, lower(TG_OP),
          coalesce(v_old ->> 'status', ''), coalesce(v_new ->> 'status', ''),
          coalesce((v_row ->> 'state_version')::integer, 0), v_body::text);
  RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION chimera_record() FROM PUBLIC;
-- Who may execute it could hang it on a temporary table and write the record by hand. A trigger that fires asks nobody.
ALTER FUNCTION chimera_record() OWNER TO chimera_recorder;
SET LOCAL ROLE chimera_recorder;
GRANT EXECUTE ON FUNCTION chimera_record() TO chimera_owner;
SET LOCAL ROLE chimera_owner;
