-- Where a memory is looked for. Few rows: every vector is compared, which misses nothing. More: the signs of every row's
-- vector are compared, which stand in an index and cost a tenth, and the best of them are measured again by their vectors.
-- Most of all there is: the graph over the signs. Behind a filter a graph gives fewer rows than there are and visits many
-- in vain; so whoever has a small part never depends on it.
CREATE FUNCTION agents_memory_exact_max() RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 1000 $$;

-- Whether the graph is sooner. With r of n rows passing the filter it visits n / r for each that passes, and the look at all
-- signs is at r: so it depends on r * r / n. Both numbers are the planner's; a wrong one costs time and nothing else.
CREATE FUNCTION agents_memory_by_graph(p_brand bigint, p_agent bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  v_plan json;
  v_passing double precision;
  v_all double precision;
BEGIN
  EXECUTE format('EXPLAIN (FORMAT JSON) SELECT FROM agents_memory m WHERE m.brand_id = %s::bigint AND (%s = 0 OR m.agent_id = %s)',
                 p_brand, p_agent, p_agent) INTO v_plan;
  v_passing := (v_plan -> 0 -> 'Plan' ->> 'Plan Rows')::double precision;
  SELECT greatest(c.reltuples, v_passing) INTO v_all FROM pg_class c WHERE c.oid = 'agents_memory'::regclass;
  RETURN v_passing * v_passing > 35000 * v_all;
END
$$;

-- The nearest by looking at every vector. Rows without one (no words) are like nothing and come last.
CREATE FUNCTION agents_memory_exact(p_brand bigint, p_agent bigint, p_vector vector, p_count integer)
RETURNS TABLE (id bigint, away double precision) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
BEGIN
  RETURN QUERY SELECT m.id, m.vector <=> p_vector FROM agents_memory m
   WHERE m.brand_id = p_brand AND (p_agent = 0 OR m.agent_id = p_agent) AND m.is_here
   ORDER BY m.vector <=> p_vector, m.published_at DESC LIMIT p_count;
END
$$;

-- The nearest by looking at the signs of every row, in the index alone; four hundred of them are measured again.
CREATE FUNCTION agents_memory_signs(p_brand bigint, p_agent bigint, p_vector vector, p_count integer)
RETURNS TABLE (id bigint, away double precision) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off
SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
  v_signs bit(256) := binary_quantize(p_vector)::bit(256);
  v_ids bigint[];
BEGIN
  v_ids := ARRAY(SELECT m.id FROM agents_memory m
                  WHERE m.brand_id = p_brand AND (p_agent = 0 OR m.agent_id = p_agent) AND m.is_here
                  ORDER BY m.signs <~> v_signs LIMIT greatest(400, 20 * p_count));
  RETURN QUERY SELECT m.id, m.vector <=> p_vector FROM agents_memory m
   WHERE m.id = ANY (v_ids) AND m.brand_id = p_brand
   ORDER BY m.vector <=> p_vector, m.published_at DESC LIMIT p_count;
END
$$;

-- The nearest by the graph: candidates by their signs, measured again by their vectors. The scan goes on until enough rows
-- pass the filter, or it has seen its most; then the caller looks at the signs of every row.
CREATE FUNCTION agents_memory_graph(p_brand bigint, p_agent bigint, p_vector vector, p_count integer)
RETURNS TABLE (id bigint, away double precision) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan SET jit = off SET enable_seqscan = off SET enable_bitmapscan = off
SET enable_sort = off SET max_parallel_workers_per_gather = 0
SET hnsw.ef_search = 140 SET hnsw.iterative_scan = relaxed_order SET hnsw.max_scan_tuples = 20000 AS $$
DECLARE
  v_signs bit(256) := binary_quantize(p_vector)::bit(256);
BEGIN
  RETURN QUERY SELECT c.id, c.vector <=> p_vector FROM (
    SELECT m.id, m.vector, m.published_at FROM agents_memory m
     WHERE m.signs IS NOT NULL AND m.brand_id = p_brand AND (p_agent = 0 OR m.agent_id = p_agent)
     ORDER BY m.signs <~> v_signs LIMIT greatest(140, 20 * p_count)) c
   ORDER BY c.vector <=> p_vector, c.published_at DESC LIMIT p_count;
END
$$;

-- Promise: for each of [{"n", "agent", "vector", "count", "recent_s", "recent_max"}] the memories of the last seconds, newest
-- first, and the `count` most alike; never fewer than there are. `agent` 0 asks the whole brand.
CREATE FUNCTION agents_memory_recall(p_brand bigint, p_asks jsonb)
RETURNS TABLE (n integer, part text, post_id bigint, agent_id bigint, at timestamptz, words text, origin text,
               away double precision) LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_one record;
  v_few boolean;
  v_ids bigint[];
  v_aways double precision[];
BEGIN
  PERFORM set_config('app.brand', p_brand::text, true);
  FOR v_one IN SELECT r.n, r.agent, r.vector::vector AS vector, r.count, r.recent_s, r.recent_max
                 FROM jsonb_to_recordset(p_asks) AS r (n integer, agent bigint, vector text, count integer,
                      recent_s double precision, recent_max integer) LOOP
    IF v_one.recent_s > 0 THEN
      RETURN QUERY SELECT v_one.n, 'recent'::text, m.post_id, m.agent_id, m.published_at, m.text, m.origin,
                          NULL::double precision
        FROM agents_memory m
       WHERE m.brand_id = p_brand AND (v_one.agent = 0 OR m.agent_id = v_one.agent) AND m.is_here
         AND m.published_at > chimera_now() - v_one.recent_s * interval '1 second'
       ORDER BY m.published_at DESC, m.id DESC LIMIT v_one.recent_max;
    END IF;
    CONTINUE WHEN v_one.count = 0;
    IF v_one.vector IS NULL THEN  -- no words: like nothing, and gets what there is
      RETURN QUERY SELECT v_one.n, 'alike'::text, m.post_id, m.agent_id, m.published_at, m.text, m.origin,
                          NULL::double precision
        FROM agents_memory m
       WHERE m.brand_id = p_brand AND (v_one.agent = 0 OR m.agent_id = v_one.agent) AND m.is_here
       ORDER BY m.published_at DESC, m.id DESC LIMIT v_one.count;
      CONTINUE;
    END IF;
    SELECT count(*) <= agents_memory_exact_max() INTO v_few FROM (
      SELECT 1 FROM agents_memory m
       WHERE m.brand_id = p_brand AND (v_one.agent = 0 OR m.agent_id = v_one.agent) AND m.is_here
       LIMIT agents_memory_exact_max() + 1) s;
    v_ids := NULL;
    IF v_few THEN
      SELECT array_agg(e.id), array_agg(e.away) INTO v_ids, v_aways
        FROM agents_memory_exact(p_brand, v_one.agent, v_one.vector, v_one.count) e;
    ELSE
      IF agents_memory_by_graph(p_brand, v_one.agent) THEN
        SELECT array_agg(g.id), array_agg(g.away) INTO v_ids, v_aways
          FROM agents_memory_graph(p_brand, v_one.agent, v_one.vector, v_one.count) g;
      END IF;
      IF v_ids IS NULL OR cardinality(v_ids) < v_one.count THEN
        SELECT array_agg(e.id), array_agg(e.away) INTO v_ids, v_aways
          FROM agents_memory_signs(p_brand, v_one.agent, v_one.vector, v_one.count) e;
      END IF;
    END IF;
    RETURN QUERY SELECT v_one.n, 'alike'::text, m.post_id, m.agent_id, m.published_at, m.text, m.origin, u.away
      FROM unnest(v_ids, v_aways) WITH ORDINALITY AS u (id, away, place)
      JOIN agents_memory m ON m.brand_id = p_brand AND m.id = u.id ORDER BY u.place;
  END LOOP;
END
$$;
