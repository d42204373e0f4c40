-- The governor stops by itself (docs/adr/0019): a scope that is exhausted, a scope that spends as it never did. Its pauses
-- are controls like any other; `cause` says why, `until` when one ends by itself. The application may ask for a pause,
-- but only the tables decide: nobody is stopped by a claim that the money is gone.
GRANT SELECT, INSERT, UPDATE ON governance_control TO chimera_treasurer;

CREATE FUNCTION governance_impose(p_scope text, p_cause text, p_reason text, p_until timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  v_actor text := current_setting('app.actor', true);
  v_count integer;
BEGIN
  PERFORM set_config('app.actor', 'governor', true);
  INSERT INTO governance_control (scope, kind, reason, status, state_version, since, cause, until)
  VALUES (p_scope, 'pause', p_reason, 'IN_FORCE', 1, chimera_now(), p_cause, p_until)
  ON CONFLICT (scope, kind) WHERE status = 'IN_FORCE' DO NOTHING;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  PERFORM set_config('app.actor', coalesce(v_actor, ''), true);
  RETURN v_count = 1;
END
$$;

-- Promise: pauses a scope of the caller's brand, or the fleet, when what is not spent is less than p_cheapest (at most a
-- cent); true when it did. What is only set aside may come back, and pauses nobody. A day's pause ends with the day.
CREATE FUNCTION governance_pause_exhausted(p_scope text, p_window text, p_cheapest bigint, p_reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_unspent bigint;
BEGIN
  IF p_scope = 'fleet' THEN
    PERFORM governance_fleet_fold(v_day);
    SELECT f.limit_usd_micros - f.settled_usd_micros INTO v_unspent FROM governance_fleetbudget f WHERE f.day = v_day;
  ELSE
    SELECT b.limit_usd_micros - b.settled_usd_micros INTO v_unspent FROM governance_budget b
     WHERE b.brand_id = v_brand AND b.scope = p_scope
       AND b.day = CASE WHEN p_window = 'total' THEN date '0001-01-01' ELSE v_day END;
  END IF;
  IF v_unspent IS NULL OR v_unspent >= greatest(1, least(p_cheapest, 10000)) THEN RETURN false; END IF;
  RETURN governance_impose(p_scope, 'exhausted', p_reason,
                           CASE WHEN p_window <> 'total' THEN (v_day + 1)::timestamp AT TIME ZONE 'UTC' END);
END
$$;

-- Promise: lifts the pause of an exhausted scope, for whoever raised its limit.
CREATE FUNCTION governance_lift_exhausted(p_scope text) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_count integer;
BEGIN
  UPDATE governance_control c SET status = 'LIFTED', lifted_at = chimera_now(), state_version = c.state_version + 1
   WHERE c.status = 'IN_FORCE' AND c.scope = p_scope AND c.cause = 'exhausted';
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END
$$;
REVOKE ALL ON FUNCTION governance_lift_exhausted(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_lift_exhausted(text) TO chimera_operator;
ALTER FUNCTION governance_lift_exhausted(text) OWNER TO chimera_treasurer;

-- Promise: lifts the pauses whose time is over, and no other. Returns how many.
CREATE FUNCTION governance_reopen() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_actor text := current_setting('app.actor', true);
  v_count integer;
BEGIN
  PERFORM set_config('app.actor', 'governor', true);
  UPDATE governance_control c SET status = 'LIFTED', lifted_at = chimera_now(), state_version = c.state_version + 1
   WHERE c.status = 'IN_FORCE' AND c.until <= chimera_now();
  GET DIAGNOSTICS v_count = ROW_COUNT;
  PERFORM set_config('app.actor', coalesce(v_actor, ''), true);
  RETURN v_count;
END
$$;

-- Promise: pauses each scope of the caller's brand that in the last hour spent more than p_hour_times what it usually
-- spends in this hour of the day (the median of the 14 days before, of those since it first spent; three at least: what
-- is new has no usual, and its caps), or for one act of which more than p_hold_times is
-- set aside now than one usually costs (the median of 14 days, of twenty acts or more). Up to p_floor is no anomaly.
-- Waits for a human; after one has lifted it, the scope is left alone for an hour. Returns the scopes that were paused.
CREATE FUNCTION governance_watch(p_hour_times numeric, p_hold_times numeric, p_floor bigint)
RETURNS TABLE (scope text, reason text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_day date := (v_now AT TIME ZONE 'UTC')::date;
  v_found record;
BEGIN
  FOR v_found IN
    WITH hour AS (
      SELECT s.scope, sum(e.amount_usd_micros)::bigint AS now
        FROM governance_entry e, unnest(e.scopes) AS s (scope)
       WHERE e.brand_id = v_brand AND e.day >= v_day - 1 AND e.at > v_now - interval '1 hour'
       GROUP BY s.scope HAVING sum(e.amount_usd_micros) > p_floor
    ), known AS (
      SELECT h.scope, h.now, least(14, v_day - (
               SELECT e.day FROM governance_entry e
                WHERE e.brand_id = v_brand AND e.day >= v_day - 15 AND h.scope = ANY (e.scopes)
                ORDER BY e.day LIMIT 1)) AS days
        FROM hour h
    ), hourly AS (
      SELECT h.scope, h.now,
             (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY b.micros)
                FROM generate_series(1, h.days) AS k, LATERAL (
                  SELECT coalesce(sum(e.amount_usd_micros), 0)::bigint AS micros FROM governance_entry e
                   WHERE e.brand_id = v_brand AND e.day BETWEEN v_day - k - 1 AND v_day - k AND h.scope = ANY (e.scopes)
                     AND e.at > v_now - make_interval(days => k, hours => 1)
                     AND e.at <= v_now - make_interval(days => k)) AS b) AS usual
        FROM known h WHERE h.days >= 3
    ), single AS (
      SELECT l.scope, l.now, u.usual
        FROM (SELECT s.scope, max(h.amount_usd_micros) AS now
                FROM governance_hold h, unnest(h.scopes) AS s (scope)
               WHERE h.brand_id = v_brand AND h.status = 'HELD' AND h.expires_at > v_now AND h.amount_usd_micros > p_floor
               GROUP BY s.scope) AS l,
             LATERAL (SELECT count(*) AS acts, percentile_disc(0.5) WITHIN GROUP (ORDER BY e.amount_usd_micros) AS usual
                        FROM governance_entry e
                       WHERE e.brand_id = v_brand AND e.day > v_day - 14 AND l.scope = ANY (e.scopes)) AS u
       WHERE u.acts >= 20
    ), odd AS (
      SELECT h.scope, format('%s was spent in an hour; %s is usual at this time of the day.',
                             governance_dollars(h.now), governance_dollars(h.usual)) AS reason
        FROM hourly h WHERE h.now > p_hour_times * h.usual
      UNION ALL
      SELECT x.scope, format('%s is set aside for one act; one usually costs %s.',
                             governance_dollars(x.now), governance_dollars(x.usual))
        FROM single x WHERE x.now > p_hold_times * x.usual
    )
    SELECT DISTINCT ON (o.scope) o.scope::text AS scope, o.reason || ' A human must look, and resume it.' AS reason FROM odd o
     WHERE NOT EXISTS (SELECT 1 FROM governance_control c WHERE c.scope = o.scope AND c.cause = 'anomaly'
                        AND (c.status = 'IN_FORCE' OR c.lifted_at > v_now - interval '1 hour'))
     ORDER BY o.scope, o.reason
  LOOP
    IF governance_impose(v_found.scope, 'anomaly', v_found.reason, NULL) THEN
      RETURN QUERY SELECT v_found.scope, v_found.reason;
    END IF;
  END LOOP;
END
$$;

CREATE FUNCTION governance_dollars(p_micros bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT '$' || to_char(p_micros / 1000000.0, 'FM999999999990.009999') $$;

DO $$
DECLARE
  f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['governance_pause_exhausted(text, text, bigint, text)', 'governance_reopen()',
                           'governance_watch(numeric, numeric, bigint)'] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO chimera_app, chimera_operator', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO chimera_treasurer', f);
  END LOOP;
END
$$;
