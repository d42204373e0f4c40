-- What may be forgotten, each in bounded steps. The times are floors that no caller can lower.
CREATE POLICY archivist_publishing_trend ON publishing_trend FOR DELETE TO chimera_archivist
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
-- Over all brands: an item of a feed is kept while any brand's trend cites it.
CREATE POLICY archivist_reads_publishing_trend ON publishing_trend FOR SELECT TO chimera_archivist USING (true);
GRANT SELECT, DELETE ON publishing_trend, publishing_feeditem TO chimera_archivist;
GRANT SELECT ON publishing_feed TO chimera_archivist;

-- Promise: deletes at most p_count archived goals of the caller's brand that ended longer ago than p_keep, never one
-- that ended within the last 30 days. The record keeps that they were, with their hash.
CREATE FUNCTION agents_forget_archived(p_keep interval, p_count integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  WITH old AS (
    SELECT a.id FROM agents_archivedgoal a
     WHERE a.brand_id = v_brand AND a.ended_at <= chimera_now() - greatest(p_keep, interval '30 days')
     ORDER BY a.ended_at LIMIT p_count
  ), listed AS (
    DELETE FROM agents_archivedtask t USING old WHERE t.brand_id = v_brand AND t.goal_id = old.id
  )
  DELETE FROM agents_archivedgoal a USING old WHERE a.brand_id = v_brand AND a.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

-- Promise: deletes at most p_count trends of the caller's brand that expired longer ago than p_keep (a week at least)
-- and that no goal cites. An archived goal has a copy of its trend.
CREATE FUNCTION agents_forget_trends(p_keep interval, p_count integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  DELETE FROM publishing_trend k USING (
    SELECT r.id FROM publishing_trend r
     WHERE r.brand_id = v_brand AND r.expires_at <= chimera_now() - greatest(p_keep, interval '7 days')
       AND NOT EXISTS (SELECT 1 FROM agents_goal g WHERE g.brand_id = v_brand AND g.trend_id = r.id)
     ORDER BY r.expires_at LIMIT p_count) old WHERE k.brand_id = v_brand AND k.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

-- Promise: deletes at most p_count feed items that are older than p_keep (a week at least) and that no trend of any
-- brand cites. Not of feeds whose items are news at any age: what such a feed still lists would be news again.
CREATE FUNCTION agents_forget_feed_items(p_keep interval, p_count integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_before timestamptz := chimera_now() - greatest(p_keep, interval '7 days');
  v_gone bigint;
BEGIN
  WITH cited AS (
    SELECT DISTINCT unnest(r.items) AS id FROM publishing_trend r
  ), old AS (
    SELECT i.id FROM publishing_feeditem i
     WHERE i.seen_at <= v_before AND i.published_at <= v_before
       AND NOT EXISTS (SELECT 1 FROM cited WHERE cited.id = i.id)
       AND NOT EXISTS (SELECT 1 FROM publishing_feed f WHERE f.id = i.feed_id AND f.any_age)
     ORDER BY i.seen_at LIMIT p_count
  )
  DELETE FROM publishing_feeditem i USING old WHERE i.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

REVOKE ALL ON FUNCTION agents_forget_archived(interval, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION agents_forget_trends(interval, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION agents_forget_feed_items(interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agents_forget_archived(interval, integer) TO chimera_app, chimera_operator;
GRANT EXECUTE ON FUNCTION agents_forget_trends(interval, integer) TO chimera_app, chimera_operator;
GRANT EXECUTE ON FUNCTION agents_forget_feed_items(interval, integer) TO chimera_app, chimera_operator;
ALTER FUNCTION agents_forget_archived(interval, integer) OWNER TO chimera_archivist;
ALTER FUNCTION agents_forget_trends(interval, integer) OWNER TO chimera_archivist;
ALTER FUNCTION agents_forget_feed_items(interval, integer) OWNER TO chimera_archivist;
