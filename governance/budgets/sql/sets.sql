-- Money for a set of rows in one call (docs/adr/0014). Owned by chimera_treasurer like the functions for one row.

-- Promise: every row of [{"key", "about", "scopes", "amount"}] sets its amount aside in each of its scopes, or none does
-- (CH002, as governance_reserve). A key that is known already is left alone. What is lost on the way counts as spent.
CREATE FUNCTION governance_reserve_set(p_rows jsonb, p_lasts interval)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_day date := (v_now AT TIME ZONE 'UTC')::date;
  v_want jsonb;
  v_count integer;
  v_scopes integer;
  v_gate record;
BEGIN
  WITH made AS (
    INSERT INTO governance_hold
           (brand_id, key, about, scopes, day, amount_usd_micros, status, state_version, expires_at, made_at,
            spent_if_lost)
    SELECT v_brand, r.key, r.about, r.scopes, v_day, r.amount, 'HELD', 1, v_now + p_lasts, v_now, true
      FROM jsonb_to_recordset(p_rows) AS r (key text, about text, scopes text[], amount bigint)
    ON CONFLICT (brand_id, key) DO NOTHING RETURNING scopes, amount_usd_micros
  ), per_scope AS (
    SELECT s.scope, sum(m.amount_usd_micros) AS amount FROM made m, unnest(m.scopes) AS s (scope) GROUP BY s.scope
  )
  SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM per_scope),
         (SELECT jsonb_agg(jsonb_build_object('scope', p.scope, 'amount', p.amount)) FROM per_scope p)
    INTO v_count, v_scopes, v_want;
  IF v_count = 0 THEN RETURN 0; END IF;
  INSERT INTO governance_budget (brand_id, scope, day, limit_usd_micros)
  SELECT l.brand_id, l.scope, v_day, l.limit_usd_micros
    FROM jsonb_to_recordset(v_want) AS w (scope text)
    JOIN governance_budgetlimit l ON l.brand_id = v_brand AND l.scope = w.scope
   WHERE NOT EXISTS (SELECT 1 FROM governance_budget b WHERE b.brand_id = v_brand AND b.scope = w.scope AND b.day = v_day)
  ON CONFLICT (brand_id, scope, day) DO NOTHING;
  PERFORM 1 FROM jsonb_to_recordset(v_want) AS w (scope text)
    JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = v_day
   ORDER BY b.scope FOR UPDATE OF b;
  UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros + w.amount
    FROM jsonb_to_recordset(v_want) AS w (scope text, amount bigint)
   WHERE b.brand_id = v_brand AND b.day = v_day AND b.scope = w.scope
     AND b.reserved_usd_micros + b.settled_usd_micros + w.amount <= b.limit_usd_micros;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count <> v_scopes THEN
    SELECT w.scope, w.amount, b.limit_usd_micros, b.reserved_usd_micros, b.settled_usd_micros INTO v_gate
      FROM jsonb_to_recordset(v_want) AS w (scope text, amount bigint)
      LEFT JOIN governance_budget b ON b.brand_id = v_brand AND b.day = v_day AND b.scope = w.scope
     WHERE b.id IS NULL OR b.reserved_usd_micros + b.settled_usd_micros > b.limit_usd_micros - w.amount
     ORDER BY w.scope LIMIT 1;
    RAISE EXCEPTION 'budget of % refuses', v_gate.scope USING ERRCODE = 'CH002', DETAIL = json_build_object(
      'scope', v_gate.scope, 'limit', v_gate.limit_usd_micros, 'reserved', v_gate.reserved_usd_micros,
      'settled', v_gate.settled_usd_micros, 'asked', v_gate.amount, 'day', v_day,
      'reopens', to_char(v_day + 1, 'YYYY-MM-DD') || 'T00:00:00Z')::text;
  END IF;
  RETURN v_count;
END
$$;

-- Promise: each hold of [{"key", "amount"}] that is still HELD is settled at its amount (refused above what it holds),
-- and the budgets of its own day follow. Holds that have ended are left alone.
CREATE FUNCTION governance_settle_set(p_rows jsonb)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_count integer;
  v_sums jsonb;
BEGIN
  WITH ended AS (
    UPDATE governance_hold h SET status = 'SETTLED', settled_usd_micros = r.amount, state_version = h.state_version + 1
      FROM jsonb_to_recordset(p_rows) AS r (key text, amount bigint)
     WHERE h.brand_id = v_brand AND h.key = r.key AND h.status = 'HELD'
    RETURNING h.day, h.scopes, h.amount_usd_micros, r.amount
  ), sums AS (
    SELECT e.day, s.scope, sum(e.amount_usd_micros) AS held, sum(e.amount) AS spent
      FROM ended e, unnest(e.scopes) AS s (scope) GROUP BY e.day, s.scope
  )
  SELECT (SELECT count(*) FROM ended), (SELECT jsonb_agg(to_jsonb(s)) FROM sums s) INTO v_count, v_sums;
  IF v_count = 0 THEN RETURN 0; END IF;
  PERFORM 1 FROM jsonb_to_recordset(v_sums) AS w (day date, scope text)
    JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day
   ORDER BY b.day, b.scope FOR UPDATE OF b;
  UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros - w.held,
         settled_usd_micros = b.settled_usd_micros + w.spent
    FROM jsonb_to_recordset(v_sums) AS w (day date, scope text, held bigint, spent bigint)
   WHERE b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day;
  RETURN v_count;
END
$$;

-- Which holds were abandoned, and what becomes of each: money that was set aside for a call which may have been made is
-- counted as spent; money for an act that was surely not begun goes back.
DROP FUNCTION governance_abandoned_holds(integer);
GRANT SELECT (amount_usd_micros, spent_if_lost) ON governance_hold TO chimera_dispatch;
CREATE FUNCTION governance_abandoned_holds(p_count integer)
RETURNS TABLE (brand_id bigint, key text, lost_usd_micros bigint) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT h.brand_id, h.key::text, CASE WHEN h.spent_if_lost THEN h.amount_usd_micros END FROM governance_hold h
   WHERE h.status = 'HELD' AND h.expires_at <= chimera_now()
     AND NOT EXISTS (SELECT 1 FROM governance_effect e
                      WHERE e.brand_id = h.brand_id AND e.subject = h.about AND e.status IN ('SENT', 'IN_DOUBT'))
   ORDER BY h.expires_at LIMIT p_count
$$;
REVOKE ALL ON FUNCTION governance_abandoned_holds(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_abandoned_holds(integer) TO chimera_app;
ALTER FUNCTION governance_abandoned_holds(integer) OWNER TO chimera_dispatch;
REVOKE ALL ON FUNCTION governance_reserve_set(jsonb, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION governance_settle_set(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_reserve_set(jsonb, interval), governance_settle_set(jsonb) TO chimera_app;
ALTER FUNCTION governance_reserve_set(jsonb, interval) OWNER TO chimera_treasurer;
ALTER FUNCTION governance_settle_set(jsonb) OWNER TO chimera_treasurer;

-- The same in one round trip: enters the brand as this actor first.
CREATE FUNCTION governance_reserve_set_in(p_brand bigint, p_actor text, p_rows jsonb, p_lasts interval)
RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  RETURN governance_reserve_set(p_rows, p_lasts);
END
$$;
