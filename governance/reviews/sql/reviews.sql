-- The dispatcher sees which reviews have an answer or are late, and nothing of what they are about.
CREATE POLICY dispatch_governance_reviewitem ON governance_reviewitem FOR SELECT TO chimera_dispatch USING (true);
GRANT SELECT (id, brand_id, subject, status, deadline, decided_at, consumed_at)
   ON governance_reviewitem TO chimera_dispatch;

CREATE FUNCTION governance_answered_reviews(p_prefix text, p_count integer)
RETURNS TABLE (id bigint, brand_id bigint, about text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT r.id, r.brand_id, r.subject::text FROM governance_reviewitem r
   WHERE r.consumed_at IS NULL AND r.status IN ('APPROVED', 'REJECTED', 'EXPIRED') AND starts_with(r.subject, p_prefix)
   ORDER BY r.decided_at LIMIT p_count
$$;
REVOKE ALL ON FUNCTION governance_answered_reviews(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_answered_reviews(text, integer) TO chimera_app;
ALTER FUNCTION governance_answered_reviews(text, integer) OWNER TO chimera_dispatch;

CREATE FUNCTION governance_late_reviews(p_count integer)
RETURNS TABLE (id bigint, brand_id bigint) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT r.id, r.brand_id FROM governance_reviewitem r
   WHERE r.status = 'PENDING' AND r.deadline <= chimera_now() ORDER BY r.deadline LIMIT p_count
$$;
REVOKE ALL ON FUNCTION governance_late_reviews(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_late_reviews(integer) TO chimera_app;
ALTER FUNCTION governance_late_reviews(integer) OWNER TO chimera_dispatch;
