-- Whoever puts finished work away runs as chimera_archivist, a role that nobody logs in as. It owns the few functions
-- that delete; which tables they reach is said by its grants, which rows by its policies.
GRANT USAGE, CREATE ON SCHEMA public TO chimera_archivist;

-- Append-only for everybody, superusers included, with one exception: the archivist may delete (never change or
-- truncate), where it was granted that. The record and the souls were not granted to it.
CREATE OR REPLACE FUNCTION chimera_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_user = 'chimera_archivist' THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'CH003';
END
$$;

GRANT SELECT ON core_clock TO chimera_archivist;
GRANT SELECT, DELETE ON core_tick, django_session TO chimera_archivist;

-- Promise: deletes at most p_count ticks that are older than p_older, and never one of the last day: a tick that is
-- gone could happen again.
CREATE FUNCTION core_forget_ticks(p_older interval, p_count integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_gone bigint;
BEGIN
  DELETE FROM core_tick k USING (
    SELECT t.id FROM core_tick t WHERE t.at <= chimera_now() - greatest(p_older, interval '1 day')
     ORDER BY t.id LIMIT p_count) old WHERE k.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

-- Promise: deletes at most p_count sessions of the desk that have expired, and tells nothing about them but how many.
CREATE FUNCTION core_forget_sessions(p_count integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_gone bigint;
BEGIN
  DELETE FROM django_session k USING (
    SELECT s.session_key FROM django_session s WHERE s.expire_date <= chimera_now()
     ORDER BY s.expire_date LIMIT p_count) old WHERE k.session_key = old.session_key;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

REVOKE ALL ON FUNCTION core_forget_ticks(interval, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION core_forget_sessions(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_forget_ticks(interval, integer) TO chimera_app, chimera_operator;
GRANT EXECUTE ON FUNCTION core_forget_sessions(integer) TO chimera_app, chimera_operator;
ALTER FUNCTION core_forget_ticks(interval, integer) OWNER TO chimera_archivist;
ALTER FUNCTION core_forget_sessions(integer) OWNER TO chimera_archivist;
