-- Asking what is near (near.sql), without the posts that say the same on purpose.
--
-- Promise: as in near.sql; `but` in what is asked holds ids of posts that are left out: those of the same goal on other
-- platforms. They are left out where they are of the caller's own brand, and nowhere else.
DROP FUNCTION publishing_fleet_near(jsonb, integer);
CREATE FUNCTION publishing_fleet_near(p_asked jsonb, p_days integer)
RETURNS TABLE (n integer, kind text, near integer, own boolean, day date, as_of timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET max_parallel_workers_per_gather = 0 SET jit = off SET enable_seqscan = off
-- Some hundred pages here and there: to send each to a reader of its own takes longer than to read it.
SET effective_io_concurrency = 0 AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_from date := (v_now AT TIME ZONE 'UTC')::date - p_days;
  v_one jsonb;
  v_image jsonb;
  v_vector vector(256);
  v_bits bit(256);
  v_around integer[];
  v_but bigint[];
BEGIN
  FOR v_one IN SELECT jsonb_array_elements(p_asked) LOOP
    n := (v_one ->> 'n')::integer;
    as_of := v_now;
    v_but := ARRAY(SELECT b::bigint FROM jsonb_array_elements_text(coalesce(v_one -> 'but', '[]')) b);
    kind := 'now'; near := 0; own := true; day := v_from;
    RETURN NEXT;
    IF v_one ->> 'vector' IS NOT NULL THEN
      SELECT 10000, coalesce(f.brand_id = v_brand, false), f.day INTO near, own, day
        FROM publishing_fingerprint f
       WHERE f.text_hash = v_one ->> 'text_hash' AND f.text_hash <> '' AND f.day >= v_from
         AND publishing_stands(f.brand_id, f.post_id)
         AND NOT (f.brand_id = v_brand AND f.post_id = ANY (v_but))
       ORDER BY f.day DESC LIMIT 1;
      IF NOT FOUND THEN
        v_vector := v_one ->> 'vector';
        v_bits := publishing_scattered(binary_quantize(v_vector)::bit(256));
        v_around := publishing_around(0, v_bits);
        -- The wide row is read of the few that can be near. Whether a post stands is asked from the nearest on, and for the
        -- first that does no more.
        SELECT round(10000 * (1 - c.away))::integer, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT s.brand_id, s.post_id, s.day,
                       (SELECT f.vector <=> v_vector FROM publishing_fingerprint f WHERE f.id = s.id >> 1) AS away
                  FROM (SELECT k.* FROM publishing_sharing(v_around, v_bits, v_from) k
                         WHERE k.away <= 64 ORDER BY k.away, k.id LIMIT 1000) s
                 ORDER BY 4, s.id) c
         WHERE publishing_stands(c.brand_id, c.post_id)
           AND NOT (c.brand_id = v_brand AND c.post_id = ANY (v_but)) LIMIT 1;
      END IF;
      IF FOUND THEN kind := 'text'; RETURN NEXT; END IF;
    END IF;
    FOR v_image IN SELECT jsonb_array_elements(v_one -> 'images') LOOP
      SELECT 0, coalesce(f.brand_id = v_brand, false), f.day INTO near, own, day
        FROM publishing_fingerprint f
       WHERE f.image_sha256 = v_image ->> 'sha256' AND f.image_sha256 <> '' AND f.day >= v_from
         AND publishing_stands(f.brand_id, f.post_id)
         AND NOT (f.brand_id = v_brand AND f.post_id = ANY (v_but))
       ORDER BY f.day DESC LIMIT 1;
      IF NOT FOUND AND v_image ->> 'likeness' IS NOT NULL THEN
        v_bits := publishing_scattered((v_image ->> 'likeness')::bit(256));
        v_around := publishing_around(1 << 23, v_bits);
        SELECT c.away, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT k.* FROM publishing_sharing(v_around, v_bits, v_from) k ORDER BY k.away, k.id LIMIT 1000) c
         WHERE publishing_stands(c.brand_id, c.post_id)
           AND NOT (c.brand_id = v_brand AND c.post_id = ANY (v_but)) LIMIT 1;
      END IF;
      IF FOUND THEN kind := 'image'; RETURN NEXT; END IF;
    END LOOP;
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION publishing_fleet_near(jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_fleet_near(jsonb, integer) TO chimera_app, chimera_operator;
ALTER FUNCTION publishing_fleet_near(jsonb, integer) OWNER TO chimera_comparer;
