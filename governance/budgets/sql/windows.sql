-- Setting aside and settling over windows, with the fleet above them and an entry for every cent (docs/adr/0019).
-- Replaces governance_reserve, governance_reserve_set, governance_settle_set and governance_end_hold.
-- One order of locks for all: the brand's budgets by scope and day, the fleet last. Ending a hold locks no fleet row.

CREATE POLICY purse_governance_entry ON governance_entry TO chimera_treasurer
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint)
  WITH CHECK (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
GRANT SELECT, INSERT ON governance_entry TO chimera_treasurer;
GRANT SELECT ON governance_fleetlimit TO chimera_treasurer;
GRANT SELECT, INSERT, UPDATE ON governance_fleetbudget TO chimera_treasurer;
GRANT SELECT, INSERT, DELETE ON governance_fleetreturn TO chimera_treasurer;
-- Rows come and go by the thousand: kept small for whoever reads all of it.
ALTER TABLE governance_fleetreturn SET (autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);

DROP FUNCTION governance_reserve(text, text, text[], bigint, interval);
DROP FUNCTION governance_reserve_set(jsonb, interval);
DROP FUNCTION governance_settle_set(jsonb);
DROP FUNCTION governance_end_hold(text, bigint);

-- A refusal names its gate (SQLSTATE CH002, DETAIL is JSON). A total has no day on which it reopens.
CREATE FUNCTION governance_refuse(p_scope text, p_window text, p_limit bigint, p_reserved bigint, p_settled bigint,
                                  p_asked bigint, p_today date)
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'budget of % refuses', p_scope USING ERRCODE = 'CH002', DETAIL = json_build_object(
    'scope', p_scope, 'window', p_window, 'limit', p_limit, 'reserved', p_reserved, 'settled', p_settled,
    'asked', p_asked, 'day', CASE WHEN p_window = 'day' THEN p_today END,
    'reopens', CASE WHEN p_window = 'day' THEN to_char(p_today + 1, 'YYYY-MM-DD') || 'T00:00:00Z' END)::text;
END
$$;

-- Promise: the fleet's budget of this day knows every hold that has ended and was committed before.
CREATE FUNCTION governance_fleet_fold(p_day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM governance_fleetbudget f WHERE f.day = p_day FOR UPDATE;
  WITH gone AS (
    DELETE FROM governance_fleetreturn r WHERE r.day = p_day RETURNING r.held_usd_micros, r.spent_usd_micros
  ), sums AS (
    SELECT sum(g.held_usd_micros) AS held, sum(g.spent_usd_micros) AS spent FROM gone g HAVING count(*) > 0
  )
  UPDATE governance_fleetbudget f SET reserved_usd_micros = f.reserved_usd_micros - s.held,
         settled_usd_micros = f.settled_usd_micros + s.spent
    FROM sums s WHERE f.day = p_day;
END
$$;

-- The days with something to fold, oldest first; each is folded in a transaction of its own.
CREATE FUNCTION governance_fleet_unfolded() RETURNS SETOF date LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT DISTINCT r.day FROM governance_fleetreturn r ORDER BY r.day
$$;

-- The fleet's part where the short way did not do: the day begins, or what has ended must be counted first.
CREATE FUNCTION governance_fleet_take(p_day date, p_amount bigint) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
  v_gate record;
BEGIN
  INSERT INTO governance_fleetbudget (day, limit_usd_micros) SELECT p_day, l.limit_usd_micros FROM governance_fleetlimit l
  ON CONFLICT (day) DO NOTHING;
  PERFORM governance_fleet_fold(p_day);
  UPDATE governance_fleetbudget f SET reserved_usd_micros = f.reserved_usd_micros + p_amount
   WHERE f.day = p_day AND f.reserved_usd_micros + f.settled_usd_micros + p_amount <= f.limit_usd_micros;
  IF NOT FOUND THEN
    SELECT f.limit_usd_micros AS most, f.reserved_usd_micros AS reserved, f.settled_usd_micros AS settled INTO v_gate
      FROM (SELECT 1) AS one LEFT JOIN governance_fleetbudget f ON f.day = p_day;
    PERFORM governance_refuse('fleet', 'day', v_gate.most, v_gate.reserved, v_gate.settled, p_amount, p_day);
  END IF;
END
$$;

-- Promise: every row of [{"key", "about", "scopes", "amount"}] sets its amount aside in every window of each of its
-- scopes and in the fleet's day, or none does (CH002) and nothing has happened. A key that is known already is left
-- alone. With p_spent_if_lost what is never settled counts as spent. A scope without any limit refuses.
CREATE FUNCTION governance_reserve_set(p_rows jsonb, p_lasts interval, p_spent_if_lost boolean DEFAULT true)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_day date := (v_now AT TIME ZONE 'UTC')::date;
  v_total constant date := '0001-01-01';
  v_want jsonb;
  v_new boolean;
  v_count integer;
  v_amount bigint;
  v_taken bigint[];
  v_gate record;
BEGIN
  WITH made AS (
    INSERT INTO governance_hold
           (brand_id, key, about, scopes, day, amount_usd_micros, status, state_version, expires_at, made_at,
            spent_if_lost)
    SELECT v_brand, r.key, r.about, r.scopes, v_day, r.amount, 'HELD', 1, v_now + p_lasts, v_now, p_spent_if_lost
      FROM jsonb_to_recordset(p_rows) AS r (key text, about text, scopes text[], amount bigint)
    ON CONFLICT (brand_id, key) DO NOTHING RETURNING scopes, amount_usd_micros
  ), per_scope AS (
    SELECT s.scope, sum(m.amount_usd_micros)::bigint AS amount FROM made m, unnest(m.scopes) AS s (scope) GROUP BY s.scope
  ), per_window AS (
    SELECT p.scope, coalesce(l."window", 'day') AS "window", l.limit_usd_micros AS most, p.amount,
           CASE WHEN l."window" = 'total' THEN v_total ELSE v_day END AS day
      FROM per_scope p LEFT JOIN governance_budgetlimit l ON l.brand_id = v_brand AND l.scope = p.scope
  )
  SELECT (SELECT count(*) FROM made), (SELECT sum(m.amount_usd_micros) FROM made m),
         jsonb_agg(jsonb_build_object('scope', w.scope, 'window', w."window", 'day', w.day, 'most', w.most,
                                      'amount', w.amount)),
         bool_or(b.id IS NULL)
    INTO v_count, v_amount, v_want, v_new
    FROM per_window w LEFT JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day;
  IF v_count = 0 THEN RETURN 0; END IF;
  IF v_new THEN
    INSERT INTO governance_budget (brand_id, scope, day, limit_usd_micros)
    SELECT v_brand, w.scope, w.day, w.most FROM jsonb_to_recordset(v_want) AS w (scope text, day date, most bigint)
     WHERE w.most IS NOT NULL ORDER BY w.scope, w.day
    ON CONFLICT (brand_id, scope, day) DO NOTHING;
  END IF;
  WITH place AS (
    SELECT b.id, w.amount FROM jsonb_to_recordset(v_want) AS w (scope text, day date, most bigint, amount bigint)
      JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day
     WHERE w.most IS NOT NULL ORDER BY b.scope, b.day FOR UPDATE OF b
  ), taken AS (
    UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros + p.amount
      FROM place p
     WHERE b.id = p.id AND b.reserved_usd_micros + b.settled_usd_micros + p.amount <= b.limit_usd_micros
    RETURNING b.id
  )
  SELECT array_agg(t.id) INTO v_taken FROM taken t;
  IF coalesce(cardinality(v_taken), 0) <> jsonb_array_length(v_want) THEN
    SELECT w.scope, w."window", w.amount, b.limit_usd_micros, b.reserved_usd_micros, b.settled_usd_micros INTO v_gate
      FROM jsonb_to_recordset(v_want) AS w (scope text, "window" text, day date, most bigint, amount bigint)
      LEFT JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day
                                   AND w.most IS NOT NULL
     WHERE b.id IS NULL OR NOT b.id = ANY (coalesce(v_taken, '{}'))
     ORDER BY w.scope, w.day LIMIT 1;
    PERFORM governance_refuse(v_gate.scope, v_gate."window", v_gate.limit_usd_micros, v_gate.reserved_usd_micros,
                              v_gate.settled_usd_micros, v_gate.amount, v_day);
  END IF;
  UPDATE governance_fleetbudget f SET reserved_usd_micros = f.reserved_usd_micros + v_amount
   WHERE f.day = v_day AND f.reserved_usd_micros + f.settled_usd_micros + v_amount <= f.limit_usd_micros;
  IF NOT FOUND THEN PERFORM governance_fleet_take(v_day, v_amount); END IF;
  RETURN v_count;
END
$$;

-- The same for one row whose act is surely not begun before it is on the record: what is never settled goes back.
-- Returns the hold, the first one when the key is known.
CREATE FUNCTION governance_reserve(p_key text, p_about text, p_scopes text[], p_amount bigint, p_lasts interval)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM governance_reserve_set(
    jsonb_build_array(jsonb_build_object('key', p_key, 'about', p_about, 'scopes', p_scopes, 'amount', p_amount)),
    p_lasts, false);
  RETURN (SELECT h.id FROM governance_hold h
           WHERE h.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint AND h.key = p_key);
END
$$;

-- Promise: each hold of [{"key", "amount"}] that is still HELD is settled at its amount (refused above what it holds),
-- an entry says what was bought (p_debit), and the budgets that it was set aside in follow; the fleet's at its next fold.
-- Holds that have ended are left alone.
CREATE FUNCTION governance_settle_set(p_rows jsonb, p_debit text DEFAULT 'calls')
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_total constant date := '0001-01-01';
  v_count integer;
  v_sums jsonb;
BEGIN
  WITH ended AS (
    UPDATE governance_hold h SET status = 'SETTLED', settled_usd_micros = r.amount, state_version = h.state_version + 1
      FROM jsonb_to_recordset(p_rows) AS r (key text, amount bigint)
     WHERE h.brand_id = v_brand AND h.key = r.key AND h.status = 'HELD'
    RETURNING h.key, h.about, h.day, h.scopes, h.amount_usd_micros, r.amount
  ), entered AS (
    INSERT INTO governance_entry (brand_id, hold_key, about, scopes, day, debit, credit, amount_usd_micros, at)
    SELECT v_brand, e.key, e.about, e.scopes, e.day, p_debit, 'brand:' || v_brand, e.amount, v_now FROM ended e
     WHERE e.amount > 0
  ), returned AS (
    INSERT INTO governance_fleetreturn (day, held_usd_micros, spent_usd_micros)
    SELECT e.day, sum(e.amount_usd_micros), sum(e.amount) FROM ended e GROUP BY e.day
  ), sums AS (
    SELECT w.day, s.scope, sum(e.amount_usd_micros) AS held, sum(e.amount) AS spent
      FROM ended e, unnest(e.scopes) AS s (scope), LATERAL (VALUES (e.day), (v_total)) AS w (day)
     WHERE w.day = e.day OR s.scope LIKE 'campaign:%' GROUP BY w.day, s.scope
  )
  SELECT (SELECT count(*) FROM ended), (SELECT jsonb_agg(to_jsonb(s)) FROM sums s) INTO v_count, v_sums;
  IF v_count = 0 THEN RETURN 0; END IF;
  WITH place AS (
    SELECT b.id, w.held, w.spent FROM jsonb_to_recordset(v_sums) AS w (day date, scope text, held bigint, spent bigint)
      JOIN governance_budget b ON b.brand_id = v_brand AND b.scope = w.scope AND b.day = w.day
     ORDER BY b.scope, b.day FOR UPDATE OF b
  )
  UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros - p.held,
         settled_usd_micros = b.settled_usd_micros + p.spent
    FROM place p WHERE b.id = p.id;
  RETURN v_count;
END
$$;

-- Promise: a hold ends once. With an amount it is settled at no more than it held, without one it is voided; a hold
-- that has ended is left alone and false comes back.
CREATE FUNCTION governance_end_hold(p_key text, p_amount bigint, p_debit text DEFAULT 'calls') RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_total constant date := '0001-01-01';
  v_hold governance_hold%ROWTYPE;
BEGIN
  IF p_amount IS NOT NULL THEN
    RETURN governance_settle_set(jsonb_build_array(jsonb_build_object('key', p_key, 'amount', p_amount)), p_debit) = 1;
  END IF;
  UPDATE governance_hold h SET status = 'VOID', state_version = h.state_version + 1
   WHERE h.brand_id = v_brand AND h.key = p_key AND h.status = 'HELD' RETURNING * INTO v_hold;
  IF NOT FOUND THEN RETURN false; END IF;
  INSERT INTO governance_fleetreturn (day, held_usd_micros, spent_usd_micros)
  VALUES (v_hold.day, v_hold.amount_usd_micros, 0);
  WITH place AS (
    SELECT b.id FROM governance_budget b
     WHERE b.brand_id = v_brand AND b.scope = ANY (v_hold.scopes)
       AND (b.day = v_hold.day OR b.day = v_total) ORDER BY b.scope, b.day FOR UPDATE OF b
  )
  UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros - v_hold.amount_usd_micros
    FROM place p WHERE b.id = p.id;
  RETURN true;
END
$$;

DO $$
DECLARE
  f text;
BEGIN
  FOREACH f IN ARRAY ARRAY['governance_reserve(text, text, text[], bigint, interval)',
                           'governance_reserve_set(jsonb, interval, boolean)', 'governance_settle_set(jsonb, text)',
                           'governance_end_hold(text, bigint, text)', 'governance_fleet_fold(date)',
                           'governance_fleet_unfolded()'] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO chimera_app', f);
    EXECUTE format('ALTER FUNCTION %s OWNER TO chimera_treasurer', f);
  END LOOP;
END
$$;
