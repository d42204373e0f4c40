-- The connector knows no brand and may write no row: it hands over who, what and which, and this finds the account.
CREATE POLICY dispatch_publishing_delivery ON publishing_delivery TO chimera_dispatch USING (true) WITH CHECK (true);
CREATE POLICY dispatch_publishing_credential ON publishing_credential FOR SELECT TO chimera_dispatch USING (true);
GRANT SELECT (id, brand_id, account_id, platform, kind, platform_id, due_at),
      INSERT (brand_id, account_id, platform, kind, platform_id) ON publishing_delivery TO chimera_dispatch;
GRANT SELECT (brand_id, account_id, platform_user_id) ON publishing_credential TO chimera_dispatch;
GRANT SELECT, INSERT, UPDATE ON publishing_deliverycount TO chimera_dispatch;

-- Promise: what a delivery says is written once; afterwards only when it is looked for next, and how often it was.
CREATE FUNCTION publishing_delivery_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.account_id, NEW.platform, NEW.kind, NEW.platform_id, NEW.came_at)
     IS DISTINCT FROM (OLD.account_id, OLD.platform, OLD.kind, OLD.platform_id, OLD.came_at)
     OR NEW.looks < OLD.looks OR (OLD.due_at IS NULL AND NEW.due_at IS NOT NULL) THEN
    RAISE EXCEPTION 'what a delivery says stays as it is' USING ERRCODE = 'CH003';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER keep_publishing_delivery BEFORE UPDATE ON publishing_delivery
  FOR EACH ROW EXECUTE FUNCTION publishing_delivery_keep();

CREATE FUNCTION publishing_delivery_count(p_platform text, p_kept integer, p_repeated integer, p_strange integer,
                                          p_refused integer)
RETURNS void LANGUAGE sql AS $$
  INSERT INTO publishing_deliverycount AS c (platform, day, kept, repeated, strange, refused)
  VALUES (left(p_platform, 20), (chimera_now() AT TIME ZONE 'UTC')::date, p_kept, p_repeated, p_strange, p_refused)
      ON CONFLICT (platform, day) DO UPDATE
     SET kept = c.kept + p_kept, repeated = c.repeated + p_repeated, strange = c.strange + p_strange,
         refused = c.refused + p_refused
$$;

-- Promise: one event of one account is one row, however often and in whatever order it is delivered; what is about no
-- account here leaves a number. `p_nameless` had no id. Returns how many rows are new.
CREATE FUNCTION publishing_deliver(p_platform text, p_users text[], p_kinds text[], p_ids text[], p_nameless integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_kept integer;
  v_ours integer;
BEGIN
  WITH ours AS MATERIALIZED (
    SELECT a.brand_id, a.id AS account_id, e.kind, e.name
      FROM unnest(p_users, p_kinds, p_ids) AS e (user_id, kind, name)
      JOIN publishing_credential c ON c.platform_user_id = e.user_id
      JOIN publishing_account a ON a.brand_id = c.brand_id AND a.id = c.account_id AND a.platform = p_platform
  ), kept AS (
    INSERT INTO publishing_delivery (brand_id, account_id, platform, kind, platform_id)
    SELECT DISTINCT o.brand_id, o.account_id, p_platform, o.kind, o.name FROM ours o
        ON CONFLICT DO NOTHING RETURNING 1
  )
  SELECT (SELECT count(*) FROM kept), (SELECT count(*) FROM ours) INTO v_kept, v_ours;
  PERFORM publishing_delivery_count(
    p_platform, v_kept, v_ours - v_kept, cardinality(p_users) - v_ours + greatest(p_nameless, 0), 0);
  RETURN v_kept;
END
$$;
REVOKE ALL ON FUNCTION publishing_deliver(text, text[], text[], text[], integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_deliver(text, text[], text[], text[], integer) TO chimera_connector;
ALTER FUNCTION publishing_deliver(text, text[], text[], text[], integer) OWNER TO chimera_dispatch;

CREATE FUNCTION publishing_delivery_refused(p_platform text, p_count integer)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT publishing_delivery_count(p_platform, 0, 0, 0, greatest(p_count, 0))
$$;
REVOKE ALL ON FUNCTION publishing_delivery_refused(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_delivery_refused(text, integer) TO chimera_connector;
ALTER FUNCTION publishing_delivery_refused(text, integer) OWNER TO chimera_dispatch;

-- What every brand listens to (see inbox/sql/ears.sql), and beside it for how many seconds nothing was read (`idle_s`)
-- and the newest delivery that waits (`rung`, 0: none).
DROP FUNCTION publishing_ears(text[]);
CREATE FUNCTION publishing_ears(p_platforms text[])
RETURNS TABLE (brand_id bigint, platform text, at text, handles jsonb, fresh boolean, waits boolean,
               idle_s double precision, rung bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.brand_id, a.platform::text, coalesce(c.position, '')::text, jsonb_object_agg(lower(a.handle), a.id),
         EXISTS (SELECT FROM publishing_mention m WHERE m.brand_id = a.brand_id AND m.status = 'NEW'),
         EXISTS (SELECT FROM publishing_mention m WHERE m.brand_id = a.brand_id AND m.status IN ('NEW', 'TAKEN')),
         coalesce(extract(epoch FROM chimera_now() - c.read_at), 1e9)::double precision,
         coalesce((SELECT max(d.id) FROM publishing_delivery d WHERE d.brand_id = a.brand_id
                    AND d.platform = a.platform AND d.due_at <= chimera_now()), 0)
    FROM publishing_account a
    LEFT JOIN publishing_cursor c ON c.brand_id = a.brand_id AND c.platform = a.platform
   WHERE a.platform = ANY (p_platforms)
   GROUP BY a.brand_id, a.platform, c.position, c.read_at
   ORDER BY a.platform, a.brand_id
$$;
REVOKE ALL ON FUNCTION publishing_ears(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_ears(text[]) TO chimera_app;
GRANT SELECT (read_at) ON publishing_cursor TO chimera_dispatch;
ALTER FUNCTION publishing_ears(text[]) OWNER TO chimera_dispatch;
