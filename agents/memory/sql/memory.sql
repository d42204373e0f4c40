-- Memories: only of published posts, forgotten for good, found exactly where there are few and by a graph where there are
-- many (docs/adr/0039). The functions work with the rights of their caller, in the brand that they are told.
ALTER TABLE agents_memory ADD CONSTRAINT memory_authors_are_hashes
  CHECK (array_to_string(authors, ' ') ~ '^(a[0-9a-z]{1,12}\.[0-9a-f]{40}( |$))*$');
CREATE INDEX memory_due ON agents_memory (brand_id, published_at)
  WHERE (kept_at IS NULL) = (forgotten_at IS NULL);
-- The signs of the vectors, a thirtieth of their size: near ones are found by them and measured again by the vectors. All of
-- a brand's or an agent's stand side by side in an index, newest last, so that a look at each reads no row.
ALTER TABLE agents_memory ADD COLUMN signs bit(256) GENERATED ALWAYS AS (binary_quantize(vector)::bit(256)) STORED;
CREATE INDEX memory_by_agent ON agents_memory (brand_id, agent_id, published_at) INCLUDE (id, signs) WHERE is_here;
CREATE INDEX memory_near ON agents_memory USING hnsw (signs bit_hamming_ops) WHERE signs IS NOT NULL;
-- The index answers for rows that vacuum has seen.
ALTER TABLE agents_memory SET (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_vacuum_scale_factor = 0.02);
CREATE STATISTICS memory_whose (dependencies) ON brand_id, agent_id FROM agents_memory;

-- Promise: nothing is remembered but what was judged (a post bears whose yes it has: the judge's or a reviewer's) and is
-- live; and what was forgotten stays so.
CREATE FUNCTION agents_memory_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NOT EXISTS (SELECT 1 FROM publishing_post p
                    WHERE p.brand_id = NEW.brand_id AND p.id = NEW.post_id AND p.status = 'PUBLISHED'
                      AND p.approval <> '') THEN
      RAISE EXCEPTION 'only what was judged and is published is remembered, and post % is not', NEW.post_id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'memory_is_of_published_work';
    END IF;
  ELSIF NEW.post_id <> OLD.post_id OR (OLD.forgotten_at IS NOT NULL AND NEW.forgotten_at IS NULL) THEN
    RAISE EXCEPTION 'the memory of post % stays what it is, and forgotten when it was', OLD.post_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'memory_stays_forgotten';
  END IF;
  RETURN NULL;
END
$$;
-- After an insert: whose row it may be is asked first.
CREATE TRIGGER guard_agents_memory AFTER INSERT OR UPDATE ON agents_memory FOR EACH ROW
  EXECUTE FUNCTION agents_memory_guard();

-- What is to be done for a brand, the oldest first: posts that no row stands for yet (`is_new`) or that no store has yet, and,
-- as `is_gone`, those that were forgotten and that another store still has. Posts are looked for from an hour before the
-- newest that is known: whoever published one had committed by then. `draft` is what the words came from, if it is known.
CREATE FUNCTION agents_memory_pending(p_brand bigint, p_actor text, p_keep interval, p_count integer)
RETURNS TABLE (post_id bigint, agent_id bigint, at timestamptz, payload jsonb, draft_kind text, draft jsonb,
               is_new boolean, is_gone boolean) LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_from timestamptz;
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  SELECT greatest(chimera_now() - p_keep, max(m.published_at) - interval '1 hour') INTO v_from
    FROM agents_memory m WHERE m.brand_id = p_brand;
  RETURN QUERY
  WITH due AS (
    (SELECT m.post_id AS id, m.published_at, false AS is_new, m.forgotten_at IS NOT NULL AS is_gone
       FROM agents_memory m
      WHERE m.brand_id = p_brand AND (m.kept_at IS NULL) = (m.forgotten_at IS NULL)
      ORDER BY m.published_at LIMIT p_count)
    UNION ALL
    (SELECT p.id, p.published_at, true, false FROM publishing_post p
      WHERE p.brand_id = p_brand AND p.published_at >= v_from AND p.status = 'PUBLISHED' AND p.approval <> ''
        AND NOT EXISTS (SELECT 1 FROM agents_memory m WHERE m.brand_id = p_brand AND m.post_id = p.id)
      ORDER BY p.published_at LIMIT p_count)
  )
  SELECT d.id, substring(a.belongs_to FROM '^agents\.agent:(\d+)$')::bigint, d.published_at, p.payload,
         w.kind::text, w.payload, d.is_new, d.is_gone
    FROM due d
    JOIN publishing_post p ON p.brand_id = p_brand AND p.id = d.id
    JOIN publishing_account a ON a.brand_id = p_brand AND a.id = p.account_id
    LEFT JOIN LATERAL (
      SELECT t.kind, r.payload FROM agents_dependency x
        JOIN agents_task t ON t.brand_id = p_brand AND t.id = x.predecessor_id AND t.kind IN ('draft', 'dictated')
        JOIN agents_artifact r ON r.brand_id = p_brand AND r.task_id = t.id
       WHERE x.brand_id = p_brand AND x.successor_id = substring(p.task FROM '^agents\.task:(\d+)$')::bigint
       ORDER BY r.id DESC LIMIT 1) w ON true
   WHERE a.belongs_to ~ '^agents\.agent:\d+$'
   ORDER BY d.published_at, d.id LIMIT p_count;
END
$$;

-- Promise: a row for each post of [{"post", "agent", "at", "authors"}] that has none, before any store hears of it: whoever
-- forgets an author finds it. Returns how many were new.
CREATE FUNCTION agents_memory_note(p_brand bigint, p_actor text, p_rows jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_new integer;
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  INSERT INTO agents_memory (brand_id, post_id, agent_id, published_at, authors)
  SELECT p_brand, r.post, r.agent, r.at, r.authors
    FROM jsonb_to_recordset(p_rows) AS r (post bigint, agent bigint, at timestamptz, authors text[])
      ON CONFLICT ON CONSTRAINT memory_once_per_post DO NOTHING;
  GET DIAGNOSTICS v_new = ROW_COUNT;
  RETURN v_new;
END
$$;

-- Promise: words and vector of [{"post", "agent", "at", "text", "origin", "vector"}] stand here, once each; not of what was
-- forgotten. Returns the posts that are here now.
CREATE FUNCTION agents_memory_keep(p_brand bigint, p_actor text, p_rows jsonb) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  RETURN QUERY
  INSERT INTO agents_memory AS m (brand_id, post_id, agent_id, published_at, is_here, text, origin, vector, kept_at)
  SELECT p_brand, r.post, r.agent, r.at, true, r.text, r.origin, r.vector::vector, chimera_now()
    FROM jsonb_to_recordset(p_rows)
      AS r (post bigint, agent bigint, at timestamptz, text text, origin text, vector text)
   ORDER BY r.post
      ON CONFLICT ON CONSTRAINT memory_once_per_post
      DO UPDATE SET is_here = true, text = excluded.text, origin = excluded.origin, vector = excluded.vector,
                    kept_at = chimera_now() WHERE m.forgotten_at IS NULL
  RETURNING m.post_id;
END
$$;

-- Another store has these now (`p_kept`), and those no more (`p_wiped`).
CREATE FUNCTION agents_memory_elsewhere(p_brand bigint, p_actor text, p_kept bigint[], p_wiped bigint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true), set_config('app.actor', p_actor, true);
  UPDATE agents_memory m SET kept_at = chimera_now()
   WHERE m.brand_id = p_brand AND m.post_id = ANY (p_kept) AND NOT m.is_here;
  UPDATE agents_memory m SET kept_at = NULL
   WHERE m.brand_id = p_brand AND m.post_id = ANY (p_wiped) AND NOT m.is_here AND m.forgotten_at IS NOT NULL;
END
$$;

-- Promise: forgets in the caller's brand what rests on one of these authors, or is one of these posts, or is older; at most
-- p_count rows. What another store has keeps `kept_at` until it was deleted there. Returns how many.
CREATE FUNCTION agents_memory_forget(p_authors text[], p_posts bigint[], p_before timestamptz, p_count integer)
RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_brand bigint := NULLIF(current_setting('app.brand', true), '')::bigint;
  v_gone bigint;
BEGIN
  UPDATE agents_memory m
     SET is_here = false, text = '', origin = '', vector = NULL, authors = '{}', forgotten_at = chimera_now(),
         kept_at = CASE WHEN m.is_here THEN NULL ELSE m.kept_at END
   WHERE m.brand_id = v_brand AND m.id IN (
         SELECT f.id FROM agents_memory f
          WHERE f.brand_id = v_brand AND f.forgotten_at IS NULL
            AND (f.authors::text[] && p_authors OR f.post_id = ANY (p_posts) OR f.published_at <= p_before)
          ORDER BY f.published_at LIMIT p_count FOR UPDATE);
  GET DIAGNOSTICS v_gone = ROW_COUNT;
  RETURN v_gone;
END
$$;
