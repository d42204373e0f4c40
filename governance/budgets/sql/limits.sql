-- A limit counts from the moment on which it is written, for the running window too, whoever writes it. One below what
-- is spent or set aside is refused (SQLSTATE CH006, DETAIL is JSON): work that is under way keeps what it holds.

-- A window that is new for a scope begins with all that its holds have set aside and its entries have spent. Nobody sets
-- aside or settles meanwhile: the holds are locked until the limit is committed.
CREATE FUNCTION governance_limit_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_caller text := current_setting('app.brand', true);
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_total constant date := '0001-01-01';
  v_reserved bigint := 0;
  v_settled bigint := 0;
BEGIN
  PERFORM set_config('app.brand', NEW.brand_id::text, true);
  IF NEW."window" = 'total' THEN v_day := v_total; END IF;
  -- Without another limit the scope has refused so far, and there is nothing to count.
  IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM governance_budgetlimit l
                                   WHERE l.brand_id = NEW.brand_id AND l.scope = NEW.scope AND l.id <> NEW.id) THEN
    LOCK TABLE governance_hold IN SHARE ROW EXCLUSIVE MODE;
    SELECT coalesce(sum(h.amount_usd_micros), 0) INTO v_reserved FROM governance_hold h
     WHERE h.brand_id = NEW.brand_id AND h.status = 'HELD' AND NEW.scope = ANY (h.scopes) AND v_day IN (h.day, v_total);
    SELECT coalesce(sum(e.amount_usd_micros), 0) INTO v_settled FROM governance_entry e
     WHERE e.brand_id = NEW.brand_id AND NEW.scope = ANY (e.scopes) AND v_day IN (e.day, v_total);
    IF v_reserved + v_settled > 0 THEN
      INSERT INTO governance_budget (brand_id, scope, day, limit_usd_micros, reserved_usd_micros, settled_usd_micros)
      VALUES (NEW.brand_id, NEW.scope, v_day, greatest(NEW.limit_usd_micros, v_reserved + v_settled), v_reserved, v_settled)
      ON CONFLICT (brand_id, scope, day) DO NOTHING;
    END IF;
  END IF;
  SELECT b.reserved_usd_micros, b.settled_usd_micros INTO v_reserved, v_settled FROM governance_budget b
   WHERE b.brand_id = NEW.brand_id AND b.scope = NEW.scope AND b.day = v_day FOR UPDATE;
  IF v_reserved + v_settled > NEW.limit_usd_micros THEN
    PERFORM governance_refuse_limit(NEW.scope, NEW."window", NEW.limit_usd_micros, v_reserved, v_settled);
  END IF;
  UPDATE governance_budget b SET limit_usd_micros = NEW.limit_usd_micros
   WHERE b.brand_id = NEW.brand_id AND b.scope = NEW.scope AND b.day = v_day;
  PERFORM set_config('app.brand', coalesce(v_caller, ''), true);
  RETURN NULL;
END
$$;

CREATE FUNCTION governance_refuse_limit(p_scope text, p_window text, p_limit bigint, p_reserved bigint, p_settled bigint)
RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'the limit of % is below what is in use', p_scope USING ERRCODE = 'CH006', DETAIL = json_build_object(
    'scope', p_scope, 'window', p_window, 'limit', p_limit, 'reserved', p_reserved, 'settled', p_settled)::text;
END
$$;

CREATE FUNCTION governance_fleet_limit_follows() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  v_day date := (chimera_now() AT TIME ZONE 'UTC')::date;
  v_used record;
BEGIN
  PERFORM governance_fleet_fold(v_day);
  SELECT f.reserved_usd_micros AS reserved, f.settled_usd_micros AS settled INTO v_used
    FROM governance_fleetbudget f WHERE f.day = v_day FOR UPDATE;
  IF v_used.reserved + v_used.settled > NEW.limit_usd_micros THEN
    PERFORM governance_refuse_limit('fleet', 'day', NEW.limit_usd_micros, v_used.reserved, v_used.settled);
  END IF;
  UPDATE governance_fleetbudget f SET limit_usd_micros = NEW.limit_usd_micros WHERE f.day = v_day;
  RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION governance_limit_follows() FROM PUBLIC;
REVOKE ALL ON FUNCTION governance_fleet_limit_follows() FROM PUBLIC;
ALTER FUNCTION governance_limit_follows() OWNER TO chimera_treasurer;
ALTER FUNCTION governance_fleet_limit_follows() OWNER TO chimera_treasurer;
SET LOCAL ROLE chimera_treasurer;
GRANT EXECUTE ON FUNCTION governance_limit_follows(), governance_fleet_limit_follows() TO chimera_owner;
SET LOCAL ROLE chimera_owner;
CREATE TRIGGER follow_governance_budgetlimit AFTER INSERT OR UPDATE OF limit_usd_micros ON governance_budgetlimit
  FOR EACH ROW EXECUTE FUNCTION governance_limit_follows();
CREATE TRIGGER follow_governance_fleetlimit AFTER UPDATE OF limit_usd_micros ON governance_fleetlimit
  FOR EACH ROW EXECUTE FUNCTION governance_fleet_limit_follows();
