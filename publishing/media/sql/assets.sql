-- An asset's row says what its bytes are, and that never changes. When they were last used and how near they lie does.
DROP TRIGGER keep_publishing_asset ON publishing_asset;
CREATE TRIGGER keep_publishing_asset BEFORE UPDATE ON publishing_asset FOR EACH ROW
  WHEN (OLD.id IS DISTINCT FROM NEW.id
        OR OLD.content_hash IS DISTINCT FROM NEW.content_hash
        OR OLD.mime IS DISTINCT FROM NEW.mime
        OR OLD.size_bytes IS DISTINCT FROM NEW.size_bytes
        OR OLD.width IS DISTINCT FROM NEW.width
        OR OLD.height IS DISTINCT FROM NEW.height
        OR OLD.maker IS DISTINCT FROM NEW.maker
        OR OLD.likeness IS DISTINCT FROM NEW.likeness
        OR OLD.moving IS DISTINCT FROM NEW.moving
        OR OLD.made_at IS DISTINCT FROM NEW.made_at)
  EXECUTE FUNCTION chimera_refuse_change();
CREATE TRIGGER keep_publishing_asset_row BEFORE DELETE ON publishing_asset FOR EACH ROW
  EXECUTE FUNCTION chimera_refuse_change();
GRANT UPDATE ON publishing_asset TO chimera_app, chimera_operator;

-- Rows are deleted by the archivist's function below and by nobody else.
CREATE POLICY archivist_publishing_asset ON publishing_asset TO chimera_archivist
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint) WITH CHECK (false);
GRANT SELECT, DELETE ON publishing_asset TO chimera_archivist;
GRANT SELECT ON governance_server TO chimera_archivist;
CREATE POLICY archivist_publishing_reference ON publishing_reference FOR SELECT TO chimera_archivist
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
GRANT SELECT ON publishing_reference TO chimera_archivist;
-- The archivist goes from brand to brand; what it reads of one is what that brand may read.
SET LOCAL ROLE chimera_dispatch;
GRANT EXECUTE ON FUNCTION core_brand_ids() TO chimera_archivist;
SET LOCAL ROLE chimera_owner;

-- Which of these hashes stand in what the brand of the caller made, shows, asks or remembers; assets' rows left out.
-- Tables are named by text: those of floors above need not be there. A new table whose rows name bytes gets a line here
-- (tests/publishing/test_assets.py finds the ones that have none).
CREATE FUNCTION publishing_media_named(p_hashes text[]) RETURNS SETOF text LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp AS $$
DECLARE
  v_place text[];
BEGIN
  FOREACH v_place SLICE 1 IN ARRAY ARRAY[
    ['publishing_post', 'r.payload::text'],
    ['publishing_reference', 'r.content_hash'],
    ['publishing_making', 'concat_ws('' '', r.content_hash, r.request)'],
    ['agents_task', 'concat_ws('' '', r.params, r.feedback)'],
    ['agents_plan', 'r.steps::text'],
    ['agents_artifact', 'concat_ws('' '', r.payload, r.inputs)'],
    ['agents_verdict', 'concat_ws('' '', r.snapshot, r.findings)'],
    ['agents_memory', 'concat_ws('' '', r.text, r.origin)'],
    ['agents_archivedgoal', 'convert_from(r.body, ''UTF8'')'],
    ['governance_reviewitem', 'concat_ws('' '', r.snapshot, r.edited, r.first_edited)']] LOOP
    CONTINUE WHEN to_regclass('public.' || v_place[1]) IS NULL;
    RETURN QUERY EXECUTE format(
      'SELECT DISTINCT f.hash[1] FROM %I r CROSS JOIN LATERAL regexp_matches(%s, ''[0-9a-f]{64}'', ''g'') AS f(hash)'
      ' WHERE r.brand_id = NULLIF(current_setting(''app.brand'', true), '''')::bigint AND f.hash[1] = ANY ($1)',
      v_place[1], v_place[2]) USING p_hashes;
  END LOOP;
END
$$;

-- Promise: those of the given hashes, at most 1,000, that anything of any brand still needs: an asset's row, or one that
-- names them; or the papers of an MCP server. Says of each only that it is needed: not by whom, nor for what.
CREATE FUNCTION publishing_assets_needed(p_hashes text[]) RETURNS text[] LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_former text := coalesce(current_setting('app.brand', true), '');
  v_brands bigint[] := ARRAY(SELECT core_brand_ids());
  v_brand bigint;
  v_left text[] := p_hashes;
BEGIN
  IF cardinality(p_hashes) > 1000 THEN
    RAISE EXCEPTION 'at most 1000 hashes are looked up at once, not %', cardinality(p_hashes) USING ERRCODE = '22023';
  END IF;
  v_left := ARRAY(SELECT unnest(v_left) EXCEPT SELECT unnest(ARRAY[s.sbom_hash, s.scan_hash]) FROM governance_server s);
  FOREACH v_brand IN ARRAY v_brands LOOP  -- by an index, and mostly the end of it
    EXIT WHEN cardinality(v_left) = 0;
    PERFORM set_config('app.brand', v_brand::text, true);
    v_left := ARRAY(SELECT unnest(v_left) EXCEPT SELECT a.content_hash FROM publishing_asset a
                     WHERE a.brand_id = v_brand AND a.content_hash = ANY (v_left));
  END LOOP;
  FOREACH v_brand IN ARRAY v_brands LOOP
    EXIT WHEN cardinality(v_left) = 0;
    PERFORM set_config('app.brand', v_brand::text, true);
    v_left := ARRAY(SELECT unnest(v_left) EXCEPT SELECT publishing_media_named(v_left));
  END LOOP;
  PERFORM set_config('app.brand', v_former, true);
  RETURN ARRAY(SELECT unnest(p_hashes) EXCEPT SELECT unnest(v_left));
END
$$;

-- Promise: how near each of the given bytes should lie: "hot", "warm" or "cold", as the brand wishes that used them
-- last. NULL for an interval: that step is never taken. Hashes without any row are left out.
CREATE FUNCTION publishing_asset_wishes(p_hashes text[], p_warm interval, p_cold interval)
RETURNS TABLE (content_hash text, tier text) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_former text := coalesce(current_setting('app.brand', true), '');
  v_used timestamptz[] := '{}';
  v_hashes text[] := '{}';
  v_brand bigint;
  v_row record;
BEGIN
  FOREACH v_brand IN ARRAY ARRAY(SELECT core_brand_ids()) LOOP
    PERFORM set_config('app.brand', v_brand::text, true);
    FOR v_row IN SELECT a.content_hash, a.used_at FROM publishing_asset a
                  WHERE a.brand_id = v_brand AND a.content_hash = ANY (p_hashes) LOOP
      v_hashes := v_hashes || v_row.content_hash::text;
      v_used := v_used || v_row.used_at;
    END LOOP;
  END LOOP;
  PERFORM set_config('app.brand', v_former, true);
  RETURN QUERY
    SELECT u.hash, CASE WHEN max(u.used) <= chimera_now() - p_cold THEN 'cold'
                        WHEN max(u.used) <= chimera_now() - p_warm THEN 'warm' ELSE 'hot' END
      FROM unnest(v_hashes, v_used) AS u(hash, used) GROUP BY u.hash;
END
$$;

-- Promise: of the p_count rows of the caller's brand behind p_after, deletes those that were not used for p_keep (a day
-- at least) and that nothing of the brand names. p_dry counts them only. "upto" is where to go on, NULL at the end.
CREATE FUNCTION publishing_forget_assets(p_keep interval, p_after bigint, p_count integer, p_dry boolean,
                                         OUT gone bigint, OUT upto bigint) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_before timestamptz := chimera_now() - greatest(p_keep, interval '1 day');
  v_hashes text[];
BEGIN
  SELECT array_agg(o.content_hash), CASE WHEN count(*) = p_count THEN max(o.id) END INTO v_hashes, upto
    FROM (SELECT a.id, a.content_hash FROM publishing_asset a
           WHERE a.brand_id = v_brand AND a.id > p_after AND a.used_at <= v_before ORDER BY a.id LIMIT p_count) o;
  v_hashes := ARRAY(SELECT unnest(v_hashes) EXCEPT SELECT publishing_media_named(v_hashes));
  gone := cardinality(v_hashes);
  IF NOT p_dry AND gone > 0 THEN
    -- Looked at again: whoever uses one just now has moved its time.
    DELETE FROM publishing_asset a
     WHERE a.brand_id = v_brand AND a.content_hash = ANY (v_hashes) AND a.used_at <= v_before;
    GET DIAGNOSTICS gone = ROW_COUNT;
  END IF;
END
$$;

REVOKE ALL ON FUNCTION publishing_assets_needed(text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION publishing_asset_wishes(text[], interval, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION publishing_forget_assets(interval, bigint, integer, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_assets_needed(text[]) TO chimera_app, chimera_operator;
GRANT EXECUTE ON FUNCTION publishing_asset_wishes(text[], interval, interval) TO chimera_app, chimera_operator;
GRANT EXECUTE ON FUNCTION publishing_forget_assets(interval, bigint, integer, boolean) TO chimera_app, chimera_operator;
ALTER FUNCTION publishing_assets_needed(text[]) OWNER TO chimera_archivist;
ALTER FUNCTION publishing_asset_wishes(text[], interval, interval) OWNER TO chimera_archivist;
ALTER FUNCTION publishing_forget_assets(interval, bigint, integer, boolean) OWNER TO chimera_archivist;
