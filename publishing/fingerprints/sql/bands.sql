-- Bands: what is near is found by what it has in common, so that looking costs the same over a thousand posts and over a
-- million, and so does keeping. HNSW, which stood here before, was neither flat nor complete (docs/adr/0021).
DROP INDEX fingerprint_text_near;
DROP INDEX fingerprint_image_near;

-- Promise: sixteen numbers for 256 bits; two rows share one of them when they agree in all of 22 bits that were drawn once
-- (random.Random(21), tests/publishing/test_bands.py) and stay so: the indexes hold what this function said. Each number
-- holds its bits in places of their own, taken from the four quarters.
CREATE FUNCTION publishing_bands(p_bits bit(256)) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  a bigint := substring(p_bits FROM 1 FOR 64)::bit(64)::bigint;
  b bigint := substring(p_bits FROM 65 FOR 64)::bit(64)::bigint;
  c bigint := substring(p_bits FROM 129 FOR 64)::bit(64)::bigint;
  d bigint := substring(p_bits FROM 193 FOR 64)::bit(64)::bigint;
BEGIN
  RETURN ARRAY[
    (a & 2252907917387777) | (b & 4616207210316300288)
      | (c & 1126041640763392) | (d & 153192757282996224),
    (a & 1153000669444046976) | (b & 285907382960640)
      | (c & 324259174244427792) | (d & 4634767103956652036),
    (a & 5765170747865564160) | (b & 288516249177047044)
      | (c & 1099654234128) | (d & 9015995352516672),
    (a & 140737488355336) | (b & 504403159349731330)
      | (c & 9009398311617280) | (d & -9182769262874329072),
    (a & 2216471560210) | (b & 288230378334066688)
      | (c & 549756354816) | (d & 4612811918334232256),
    (a & 2306125072601976856) | (b & 38280596832649216)
      | (c & 72057611217797120) | (d & -9079098235631697920),
    (a & 180179169466925056) | (b & 2261695426725920)
      | (c & 288232850053922820) | (d & 3540033536),
    (a & -9204231738438418430) | (b & 4296028160)
      | (c & 2377900603251622432) | (d & 36040204462784512),
    (a & 17255367232) | (b & 77846319105)
      | (c & 108086391191109896) | (d & 3611886901151663104),
    (a & 4400202384896) | (b & 9016132824465432)
      | (c & 72057598333028356) | (d & 145243287005958208),
    (a & 288230651042201600) | (b & 1153510842856114312)
      | (c & 4611688235167383556) | (d & 549756477441),
    (a & 4611686022722421760) | (b & 2766495821952)
      | (c & 144115188210106368) | (d & -8646625400782061568),
    (a & 9359042975633664) | (b & 1152930335065899018)
      | (c & 290482179731898368) | (d & 36029003177394176),
    (a & -9223081765784977408) | (b & 565149043786248)
      | (c & 8592040064) | (d & 53053592178693),
    (a & -6915277227288296320) | (b & 17592187631624)
      | (c & 4612248968380825600) | (d & 584115552769),
    (a & 2322305997080576) | (b & 576460752303424544)
      | (c & -8789336522179411968) | (d & 4683743621088804868)];
END
$$;

-- Promise: the bands of these bits, and those of all bits that differ from them in one place of a band. Asking for more is
-- cheaper than keeping more: sixty-four bands with none of this find no more, and are four times the index.
CREATE FUNCTION publishing_bands_around(p_bits bit(256)) RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  v_bands bigint[] := publishing_bands(p_bits);
  -- For each band in turn the 22 places that its bits have in the number.
  c_places CONSTANT integer[] := '{
    0,11,13,15,18,21,23,26,27,30,32,33,37,40,44,46,50,51,52,53,57,62,
    2,4,7,9,11,12,13,15,30,35,37,42,43,46,48,49,52,54,55,58,60,62,
    2,4,6,10,11,14,15,19,21,22,23,27,38,40,42,43,48,49,53,58,60,62,
    1,3,4,8,9,13,16,21,23,25,30,33,41,46,47,52,53,55,56,57,58,63,
    1,4,6,7,8,9,10,11,12,14,18,19,20,25,28,31,34,39,41,50,58,62,
    3,4,12,18,19,20,22,32,33,34,35,38,39,44,47,48,51,55,56,57,61,63,
    2,5,11,13,14,15,20,23,24,25,28,30,31,38,40,41,43,45,51,55,57,58,
    1,5,9,12,13,15,16,17,20,21,23,32,37,38,41,43,50,54,55,56,61,63,
    0,3,6,8,9,10,12,15,19,23,26,27,29,33,34,36,53,55,56,57,60,61,
    2,3,4,6,9,10,11,12,17,22,23,25,31,32,37,41,42,43,50,53,56,57,
    0,2,3,7,11,13,17,19,22,23,24,29,34,38,39,41,43,44,49,58,60,62,
    7,10,12,13,15,16,18,23,27,29,31,32,33,34,39,41,42,48,57,59,62,63,
    1,3,8,12,14,21,22,23,29,30,31,35,36,37,43,46,48,51,53,55,58,60,
    0,2,3,7,9,12,13,16,18,21,23,26,31,33,38,41,43,44,45,48,49,63,
    0,3,7,9,10,11,12,13,14,17,19,20,21,29,35,39,44,49,51,61,62,63,
    2,5,10,11,16,18,21,25,30,33,37,40,46,49,50,51,56,57,58,59,62,63}';
BEGIN
  RETURN v_bands || ARRAY(SELECT v_bands[1 + i / 22] # (1::bigint << c_places[1 + i]) FROM generate_series(0, 351) i);
END
$$;

CREATE INDEX fingerprint_text_bands ON publishing_fingerprint
  USING gin (publishing_bands(binary_quantize(vector)::bit(256))) WITH (fastupdate = off);
CREATE INDEX fingerprint_image_bands ON publishing_fingerprint
  USING gin (publishing_bands(likeness)) WITH (fastupdate = off);
-- Nearly every band is of one row alone: there are no common values to count, and the planner has no choice to make.
ALTER INDEX fingerprint_text_bands ALTER COLUMN 1 SET STATISTICS 0;
ALTER INDEX fingerprint_image_bands ALTER COLUMN 1 SET STATISTICS 0;

-- Promise: for each asked {"n", "text_hash", "vector", "images": [{"sha256", "likeness"}]} the nearest text and the nearest
-- image that are found among all own posts of the last p_days that were not called off, whoever's they are. `near` is
-- hundredths of a per cent of the cosine for a text, differing bits for an image. Equal texts and equal images are looked
-- up by their hashes first, so that nothing can miss them. What shares no band is not looked at, and so what is far mostly
-- has no answer. At most ten thousand candidates are measured, however many posts share a band.
-- The role of the caller is no matter: the brand of its context decides what is "own".
DROP FUNCTION publishing_fleet_near(jsonb, integer);
CREATE FUNCTION publishing_fleet_near(p_asked jsonb, p_days integer)
RETURNS TABLE (n integer, kind text, near integer, own boolean, day date, as_of timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET max_parallel_workers_per_gather = 0 SET jit = off AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_from date := (v_now AT TIME ZONE 'UTC')::date - p_days;
  v_one jsonb;
  v_image jsonb;
  v_vector vector(256);
  v_bits bit(256);
  v_bands bigint[];
BEGIN
  FOR v_one IN SELECT jsonb_array_elements(p_asked) LOOP
    n := (v_one ->> 'n')::integer;
    as_of := v_now;
    kind := 'now'; near := 0; own := true; day := v_from;
    RETURN NEXT;
    IF v_one ->> 'vector' IS NOT NULL THEN
      SELECT 10000, coalesce(f.brand_id = v_brand, false), f.day INTO near, own, day
        FROM publishing_fingerprint f
       WHERE f.text_hash = v_one ->> 'text_hash' AND f.text_hash <> '' AND f.day >= v_from
         AND publishing_stands(f.brand_id, f.post_id)
       ORDER BY f.day DESC LIMIT 1;
      IF NOT FOUND THEN
        v_vector := v_one ->> 'vector';
        v_bands := publishing_bands_around(binary_quantize(v_vector)::bit(256));
        -- IS TRUE: the index over days would be read whole, for one row in a thousand of it. Whether a post stands is
        -- asked from the nearest on, and for the first that does no more.
        SELECT round(10000 * (1 - c.away))::integer, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT s.* FROM (
                  SELECT f.vector <=> v_vector AS away, f.brand_id, f.post_id, f.day FROM publishing_fingerprint f
                   WHERE publishing_bands(binary_quantize(f.vector)::bit(256)) && v_bands
                     AND (f.day >= v_from) IS TRUE LIMIT 10000) s
                 ORDER BY s.away LIMIT 1000) c
         WHERE publishing_stands(c.brand_id, c.post_id) LIMIT 1;
      END IF;
      IF FOUND THEN kind := 'text'; RETURN NEXT; END IF;
    END IF;
    FOR v_image IN SELECT jsonb_array_elements(v_one -> 'images') LOOP
      SELECT 0, coalesce(f.brand_id = v_brand, false), f.day INTO near, own, day
        FROM publishing_fingerprint f
       WHERE f.image_sha256 = v_image ->> 'sha256' AND f.image_sha256 <> '' AND f.day >= v_from
         AND publishing_stands(f.brand_id, f.post_id)
       ORDER BY f.day DESC LIMIT 1;
      IF NOT FOUND AND v_image ->> 'likeness' IS NOT NULL THEN
        v_bits := (v_image ->> 'likeness')::bit(256);
        v_bands := publishing_bands_around(v_bits);
        SELECT c.away, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT s.* FROM (
                  SELECT (f.likeness <~> v_bits)::integer AS away, f.brand_id, f.post_id, f.day
                    FROM publishing_fingerprint f
                   WHERE publishing_bands(f.likeness) && v_bands AND (f.day >= v_from) IS TRUE LIMIT 10000) s
                 ORDER BY s.away LIMIT 1000) c
         WHERE publishing_stands(c.brand_id, c.post_id) LIMIT 1;
      END IF;
      IF FOUND THEN kind := 'image'; RETURN NEXT; END IF;
    END LOOP;
  END LOOP;
END
$$;
REVOKE ALL ON FUNCTION publishing_fleet_near(jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_fleet_near(jsonb, integer) TO chimera_app, chimera_operator;
ALTER FUNCTION publishing_fleet_near(jsonb, integer) OWNER TO chimera_comparer;
