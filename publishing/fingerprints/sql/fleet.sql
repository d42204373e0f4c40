-- The fleet's likeness guard. chimera_comparer sees the fingerprints of every brand and nothing else of any of them;
-- nobody logs in as it, and what its function tells is distance, own or not, and day.
GRANT USAGE, CREATE ON SCHEMA public TO chimera_comparer;
GRANT SELECT ON core_clock TO chimera_comparer;
GRANT SELECT ON publishing_fingerprint TO chimera_comparer;
CREATE POLICY comparer_publishing_fingerprint ON publishing_fingerprint FOR SELECT TO chimera_comparer USING (true);

-- Nearness is searched over 256 bits: the signs of the vector's parts, and the hash itself. A bit index is a thirtieth of
-- one over vectors, and what it finds is measured again by the vectors.
CREATE INDEX fingerprint_text_near ON publishing_fingerprint
  USING hnsw ((binary_quantize(vector)::bit(256)) bit_hamming_ops) WHERE vector IS NOT NULL;
CREATE INDEX fingerprint_image_near ON publishing_fingerprint
  USING hnsw (likeness bit_hamming_ops) WHERE likeness IS NOT NULL;

-- Promise: a fingerprint for every post of these tasks that has none yet, in the caller's brand. `p_rows` is
-- [{"task", "text_hash", "vector"}]; hashes of images come from the assets that the posts name.
CREATE FUNCTION publishing_fingerprint_keep(p_brand bigint, p_rows jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO publishing_fingerprint
         (brand_id, post_id, place, account_id, day, text_hash, vector, image_sha256, likeness)
  SELECT p.brand_id, p.id, coalesce(m.place, 1) - 1, p.account_id,
         (coalesce(p.due_at, chimera_now()) AT TIME ZONE 'UTC')::date,
         CASE WHEN coalesce(m.place, 1) = 1 THEN r.text_hash ELSE '' END,
         CASE WHEN coalesce(m.place, 1) = 1 THEN r.vector::vector END,
         coalesce(m.item ->> 'sha256', ''), a.likeness
    FROM jsonb_to_recordset(p_rows) AS r (task text, text_hash text, vector text)
    JOIN publishing_post p ON p.brand_id = p_brand AND p.task = r.task
    LEFT JOIN LATERAL jsonb_array_elements(p.payload -> 'media') WITH ORDINALITY AS m (item, place) ON true
    LEFT JOIN publishing_asset a ON a.brand_id = p_brand AND a.content_hash = m.item ->> 'sha256'
      ON CONFLICT DO NOTHING;
$$;

-- Whether a post counts: it was not called off and did not fail. One that is not there any more counts as well.
CREATE FUNCTION publishing_stands(p_brand bigint, p_post bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT 1 FROM publishing_post p
                      WHERE p.brand_id = p_brand AND p.id = p_post AND p.status IN ('CANCELLED', 'FAILED'))
$$;

-- Promise: for each asked {"n", "text_hash", "vector", "images": [{"sha256", "likeness"}]} the nearest text and the nearest
-- image among all own posts of the last p_days that were not called off, whoever's they are; nothing for what has no
-- neighbour. `near` is hundredths of a per cent of the cosine for a text, differing bits for an image. Equal texts and
-- equal images are looked up by their hashes first, so that no approximate index can miss them.
-- The role of the caller is no matter: the brand of its context decides what is "own".
CREATE FUNCTION publishing_fleet_near(p_asked jsonb, p_days integer)
RETURNS TABLE (n integer, kind text, near integer, own boolean, day date, as_of timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET hnsw.ef_search = 160 SET hnsw.iterative_scan = strict_order AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_now timestamptz := chimera_now();
  v_from date := (v_now AT TIME ZONE 'UTC')::date - p_days;
  v_one jsonb;
  v_image jsonb;
  v_vector vector(256);
  v_bits bit(256);
BEGIN
  FOR v_one IN SELECT jsonb_array_elements(p_asked) LOOP
    n := (v_one ->> 'n')::integer;
    as_of := v_now;
    kind := 'now'; near := 0; own := true; day := v_from;
    RETURN NEXT;
    IF v_one ->> 'vector' IS NOT NULL THEN
      v_vector := v_one ->> 'vector';
      v_bits := binary_quantize(v_vector)::bit(256);
      SELECT 10000, coalesce(f.brand_id = v_brand, false), f.day INTO near, own, day
        FROM publishing_fingerprint f
       WHERE f.text_hash = v_one ->> 'text_hash' AND f.text_hash <> '' AND f.day >= v_from
         AND publishing_stands(f.brand_id, f.post_id)
       ORDER BY f.day DESC LIMIT 1;
      IF NOT FOUND THEN
        SELECT round(10000 * (1 - (c.vector <=> v_vector)))::integer, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT f.vector, f.brand_id, f.day FROM publishing_fingerprint f
                 WHERE f.vector IS NOT NULL AND f.day >= v_from AND publishing_stands(f.brand_id, f.post_id)
                 ORDER BY binary_quantize(f.vector)::bit(256) <~> v_bits LIMIT 24) c
         ORDER BY c.vector <=> v_vector LIMIT 1;
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
        SELECT (c.likeness <~> v_bits)::integer, coalesce(c.brand_id = v_brand, false), c.day INTO near, own, day
          FROM (SELECT f.likeness, f.brand_id, f.day FROM publishing_fingerprint f
                 WHERE f.likeness IS NOT NULL AND f.day >= v_from AND publishing_stands(f.brand_id, f.post_id)
                 ORDER BY f.likeness <~> v_bits LIMIT 1) c;
      END IF;
      IF FOUND THEN kind := 'image'; RETURN NEXT; END IF;
    END LOOP;
  END LOOP;
END
$$;

-- Promise: deletes at most p_count fingerprints that are older than p_older, and never one of the last two weeks.
CREATE POLICY archivist_publishing_fingerprint ON publishing_fingerprint TO chimera_archivist
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint) WITH CHECK (false);
GRANT SELECT, DELETE ON publishing_fingerprint TO chimera_archivist;
CREATE FUNCTION agents_forget_fingerprints(p_older interval, p_count integer) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_gone bigint;
BEGIN
  DELETE FROM publishing_fingerprint k USING (
    SELECT f.id FROM publishing_fingerprint f
     WHERE f.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
       AND f.day < (chimera_now() - greatest(p_older, interval '14 days'))::date
     ORDER BY f.day LIMIT p_count) old WHERE k.id = old.id;
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;

REVOKE ALL ON FUNCTION publishing_stands(bigint, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION publishing_fleet_near(jsonb, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION agents_forget_fingerprints(interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION publishing_fleet_near(jsonb, integer) TO chimera_app, chimera_operator;
GRANT EXECUTE ON FUNCTION agents_forget_fingerprints(interval, integer) TO chimera_app, chimera_operator;
GRANT EXECUTE ON FUNCTION publishing_stands(bigint, bigint) TO chimera_comparer;
ALTER FUNCTION publishing_stands(bigint, bigint) OWNER TO chimera_dispatch;
ALTER FUNCTION publishing_fleet_near(jsonb, integer) OWNER TO chimera_comparer;
ALTER FUNCTION agents_forget_fingerprints(interval, integer) OWNER TO chimera_archivist;
