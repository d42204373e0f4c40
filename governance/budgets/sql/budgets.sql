-- The only writers of governance_budget and governance_hold: the functions run as chimera_treasurer, which sees the
-- caller's brand and no other; nobody else may insert or update there.
CREATE POLICY purse_governance_budget ON governance_budget TO chimera_treasurer
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint)
  WITH CHECK (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
CREATE POLICY purse_governance_hold ON governance_hold TO chimera_treasurer
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint)
  WITH CHECK (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
CREATE POLICY purse_governance_budgetlimit ON governance_budgetlimit FOR SELECT TO chimera_treasurer
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
GRANT SELECT, INSERT, UPDATE ON governance_budget, governance_hold TO chimera_treasurer;
GRANT SELECT ON governance_budgetlimit TO chimera_treasurer;

-- Promise: either every scope sets the amount aside, or nothing happens and the error names the gate that refused
-- (SQLSTATE CH002, DETAIL is JSON). The same key a second time returns the first hold. Rows are locked in one order.
CREATE FUNCTION governance_reserve(p_key text, p_about text, p_scopes text[], p_amount bigint, p_lasts interval)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_hold bigint;
  v_count integer;
  v_gate record;
BEGIN
  INSERT INTO governance_hold
         (brand_id, key, about, scopes, day, amount_usd_micros, status, state_version, expires_at)
  VALUES (v_brand, p_key, p_about, p_scopes, v_day, p_amount, 'HELD', 1, chimera_now() + p_lasts)
  ON CONFLICT (brand_id, key) DO NOTHING RETURNING id INTO v_hold;
  IF v_hold IS NULL THEN
    SELECT h.id INTO v_hold FROM governance_hold h WHERE h.brand_id = v_brand AND h.key = p_key;
    RETURN v_hold;
  END IF;
  INSERT INTO governance_budget (brand_id, scope, day, limit_usd_micros)
  SELECT l.brand_id, l.scope, v_day, l.limit_usd_micros FROM governance_budgetlimit l
   WHERE l.brand_id = v_brand AND l.scope = ANY (p_scopes)
  ON CONFLICT (brand_id, scope, day) DO NOTHING;
  PERFORM 1 FROM governance_budget b
    WHERE b.brand_id = v_brand AND b.day = v_day AND b.scope = ANY (p_scopes) ORDER BY b.scope FOR UPDATE;
  UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros + p_amount
   WHERE b.brand_id = v_brand AND b.day = v_day AND b.scope = ANY (p_scopes)
     AND b.reserved_usd_micros + b.settled_usd_micros + p_amount <= b.limit_usd_micros;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  IF v_count <> cardinality(p_scopes) THEN
    SELECT s.scope, b.limit_usd_micros, b.reserved_usd_micros, b.settled_usd_micros INTO v_gate
      FROM unnest(p_scopes) AS s (scope)
      LEFT JOIN governance_budget b ON b.brand_id = v_brand AND b.day = v_day AND b.scope = s.scope
     WHERE b.id IS NULL
        OR b.reserved_usd_micros + b.settled_usd_micros > b.limit_usd_micros - p_amount
     ORDER BY s.scope LIMIT 1;
    RAISE EXCEPTION 'budget of % refuses', v_gate.scope USING ERRCODE = 'CH002', DETAIL = json_build_object(
      'scope', v_gate.scope, 'limit', v_gate.limit_usd_micros, 'reserved', v_gate.reserved_usd_micros,
      'settled', v_gate.settled_usd_micros, 'asked', p_amount, 'day', v_day,
      'reopens', to_char(v_day + 1, 'YYYY-MM-DD') || 'T00:00:00Z')::text;
  END IF;
  RETURN v_hold;
END
$$;

-- Promise: a hold ends once. With an amount it is settled at no more than it held, without one it is voided; a hold
-- that has ended is left alone and false comes back.
CREATE FUNCTION governance_end_hold(p_key text, p_amount bigint) RETURNS boolean LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_hold governance_hold%ROWTYPE;
BEGIN
  SELECT * INTO v_hold FROM governance_hold h
   WHERE h.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint AND h.key = p_key FOR UPDATE;
  IF NOT FOUND OR v_hold.status <> 'HELD' THEN RETURN false; END IF;
  UPDATE governance_hold SET status = CASE WHEN p_amount IS NULL THEN 'VOID' ELSE 'SETTLED' END,
         settled_usd_micros = coalesce(p_amount, 0), state_version = state_version + 1 WHERE id = v_hold.id;
  PERFORM 1 FROM governance_budget b WHERE b.brand_id = v_hold.brand_id AND b.day = v_hold.day
     AND b.scope = ANY (v_hold.scopes) ORDER BY b.scope FOR UPDATE;
  UPDATE governance_budget b SET reserved_usd_micros = b.reserved_usd_micros - v_hold.amount_usd_micros,
         settled_usd_micros = b.settled_usd_micros + coalesce(p_amount, 0)
   WHERE b.brand_id = v_hold.brand_id AND b.day = v_hold.day AND b.scope = ANY (v_hold.scopes);
  RETURN true;
END
$$;

-- Holds of abandoned work: past their time, and nothing was sent under them. Ids and brand only.
CREATE POLICY dispatch_governance_hold ON governance_hold FOR SELECT TO chimera_dispatch USING (true);
GRANT SELECT (id, brand_id, key, about, status, expires_at) ON governance_hold TO chimera_dispatch;
CREATE FUNCTION governance_abandoned_holds(p_count integer)
RETURNS TABLE (brand_id bigint, key text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT h.brand_id, h.key::text FROM governance_hold h
   WHERE h.status = 'HELD' AND h.expires_at <= chimera_now()
     AND NOT EXISTS (SELECT 1 FROM governance_effect e
                      WHERE e.brand_id = h.brand_id AND e.subject = h.about AND e.status IN ('SENT', 'IN_DOUBT'))
   ORDER BY h.expires_at LIMIT p_count
$$;

REVOKE ALL ON FUNCTION governance_reserve(text, text, text[], bigint, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION governance_end_hold(text, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_reserve(text, text, text[], bigint, interval) TO chimera_app;
GRANT EXECUTE ON FUNCTION governance_end_hold(text, bigint) TO chimera_app;
ALTER FUNCTION governance_reserve(text, text, text[], bigint, interval) OWNER TO chimera_treasurer;
ALTER FUNCTION governance_end_hold(text, bigint) OWNER TO chimera_treasurer;
