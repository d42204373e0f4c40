-- The circuits of providers. Programs read the table and change it through these functions only.
GRANT SELECT, INSERT, UPDATE ON core_circuit TO chimera_dispatch;

-- How it stands. No row: the provider has never failed. `failures` are those of the last p_window; `wait_s` is until the
-- next probe (open) or until the present one counts as dead (half open).
CREATE FUNCTION core_circuit_look(p_provider text, p_window interval)
RETURNS TABLE (status text, probe_by text, wait_s double precision, failures integer, note text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT c.status::text, c.probe_by::text,
         coalesce(greatest(0, extract(epoch FROM c.wait_until - chimera_now())), 0)::double precision,
         (SELECT count(*)::integer FROM unnest(c.failed_at) f WHERE f > chimera_now() - p_window), c.note::text
    FROM core_circuit c WHERE c.provider = p_provider
$$;
REVOKE ALL ON FUNCTION core_circuit_look(text, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_circuit_look(text, interval) TO chimera_app, chimera_operator;
ALTER FUNCTION core_circuit_look(text, interval) OWNER TO chimera_dispatch;

-- The record refuses a change without an actor. Calls are reported outside of any transaction, where nobody has said it.
CREATE FUNCTION core_circuit_acting(p_by text) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('app.actor', 'circuit:' || p_by, true)
   WHERE coalesce(current_setting('app.actor', true), '') = ''
$$;

-- Promise: of all callers one makes the probe (`probe_by` is then p_by). It may when the wait is over: of an open
-- circuit, or of a prober that has not reported for p_lease. The prober itself passes again.
CREATE FUNCTION core_circuit_pass(p_provider text, p_by text, p_lease interval, p_window interval)
RETURNS TABLE (status text, probe_by text, wait_s double precision, failures integer, note text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v core_circuit;
BEGIN
  SELECT * INTO v FROM core_circuit c WHERE c.provider = p_provider;
  IF v.status <> 'CLOSED' AND (v.wait_until <= chimera_now() OR v.probe_by = p_by) THEN
    PERFORM core_circuit_acting(p_by);
    UPDATE core_circuit c
       SET status = 'HALF_OPEN', probe_by = p_by, wait_until = chimera_now() + p_lease,
           state_version = c.state_version + CASE c.status WHEN 'OPEN' THEN 1 ELSE 0 END,
           since = CASE c.status WHEN 'OPEN' THEN chimera_now() ELSE c.since END
     -- Who waited for the row's lock looks again: the winner has changed all of these.
     WHERE c.provider = p_provider AND c.status = v.status AND c.probe_by = v.probe_by AND c.wait_until = v.wait_until;
  END IF;
  RETURN QUERY SELECT * FROM core_circuit_look(p_provider, p_window);
END
$$;
REVOKE ALL ON FUNCTION core_circuit_pass(text, text, interval, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_circuit_pass(text, text, interval, interval) TO chimera_app, chimera_operator;
ALTER FUNCTION core_circuit_pass(text, text, interval, interval) OWNER TO chimera_dispatch;

-- Gives the probe back undecided: the next caller may make it at once.
CREATE FUNCTION core_circuit_let_go(p_provider text, p_by text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE core_circuit c SET wait_until = chimera_now()
   WHERE c.provider = p_provider AND c.status = 'HALF_OPEN' AND c.probe_by = p_by
$$;
REVOKE ALL ON FUNCTION core_circuit_let_go(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_circuit_let_go(text, text) TO chimera_app, chimera_operator;
ALTER FUNCTION core_circuit_let_go(text, text) OWNER TO chimera_dispatch;

-- How long the circuit stays open for the n-th time in a row: doubles, at most p_max, and up to a tenth less by the
-- provider's own hash, so that providers that broke together are not all probed in one moment.
CREATE FUNCTION core_circuit_span(p_provider text, p_opens integer, p_open interval, p_max interval)
RETURNS interval LANGUAGE sql IMMUTABLE AS $$
  SELECT least(p_max, p_open * (2 ^ least(p_opens - 1, 20)))
         * (1 - (('x' || substr(md5(p_provider), 1, 6))::bit(24)::integer % 1000) / 10000.0)
$$;

-- Promise: p_count failures within p_window, not made up for by successes, open the circuit; only its prober closes a
-- half-open one or opens it again. Reports about calls from before the circuit opened change nothing.
CREATE FUNCTION core_circuit_report(p_provider text, p_by text, p_failed boolean, p_note text,
                                    p_count integer, p_window interval, p_open interval, p_max interval)
RETURNS TABLE (status text, probe_by text, wait_s double precision, failures integer, note text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v core_circuit;
  v_now timestamptz := chimera_now();
  v_failed timestamptz[];
  v_opens boolean;
BEGIN
  PERFORM core_circuit_acting(p_by);
  SELECT * INTO v FROM core_circuit c WHERE c.provider = p_provider FOR UPDATE;
  IF v.id IS NULL AND p_failed THEN
    INSERT INTO core_circuit (provider, status, state_version, failed_at, opens, probe_by, note)
    VALUES (p_provider, 'CLOSED', 1, '{}', 0, '', '') ON CONFLICT (provider) DO NOTHING;
    SELECT * INTO v FROM core_circuit c WHERE c.provider = p_provider FOR UPDATE;
  END IF;
  v_failed := ARRAY(SELECT f FROM unnest(v.failed_at) f WHERE f > v_now - p_window ORDER BY f);
  IF v.status = 'CLOSED' AND NOT p_failed THEN
    UPDATE core_circuit c SET failed_at = v_failed[2:] WHERE c.id = v.id;  -- a success makes up for the oldest failure
  ELSIF v.status = 'HALF_OPEN' AND v.probe_by = p_by AND NOT p_failed THEN
    UPDATE core_circuit c
       SET status = 'CLOSED', state_version = c.state_version + 1, since = v_now, failed_at = '{}', opens = 0,
           wait_until = NULL, probe_by = ''
     WHERE c.id = v.id;
  ELSIF p_failed AND (v.status = 'CLOSED' OR (v.status = 'HALF_OPEN' AND v.probe_by = p_by)) THEN
    v_failed := (v_failed || v_now)[greatest(1, cardinality(v_failed) + 2 - p_count):];
    v_opens := v.status = 'HALF_OPEN' OR cardinality(v_failed) >= p_count;
    UPDATE core_circuit c
       SET failed_at = v_failed, note = left(p_note, 300), probe_by = '',
           status = CASE WHEN v_opens THEN 'OPEN' ELSE c.status END,
           state_version = c.state_version + v_opens::integer, opens = c.opens + v_opens::integer,
           since = CASE WHEN v_opens THEN v_now ELSE c.since END,
           wait_until = CASE WHEN v_opens
                             THEN v_now + core_circuit_span(p_provider, c.opens + 1, p_open, p_max) END
     WHERE c.id = v.id;
  END IF;
  RETURN QUERY SELECT * FROM core_circuit_look(p_provider, p_window);
END
$$;
REVOKE ALL ON FUNCTION core_circuit_report(text, text, boolean, text, integer, interval, interval, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION core_circuit_report(text, text, boolean, text, integer, interval, interval, interval)
   TO chimera_app, chimera_operator;
ALTER FUNCTION core_circuit_report(text, text, boolean, text, integer, interval, interval, interval)
   OWNER TO chimera_dispatch;
