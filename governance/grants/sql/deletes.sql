-- A grant is good for the kind of its effect: what lets a post out takes none down, and the other way. PUB-5.
--
-- Promise: true when the yes that a grant names covers exactly this content and this kind of act. Of an effect of kind
-- 'delete' that is the reversal which the effect is about, and nothing else: neither the judge's word nor a card's. (That
-- a human asked for that reversal is kept where reversals are: publishing/reversals/sql/reversals.sql.) Of every other
-- kind, as in reviews/sql/hands.sql: 'judge', or a card of this brand that was approved for this hash.
GRANT SELECT (kind) ON governance_effect TO chimera_dispatch;
CREATE FUNCTION governance_grant_is_approved(p_brand bigint, p_approval text, p_hash text, p_key text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT CASE WHEN e.kind = 'delete' THEN p_approval = e.subject AND p_approval ~ '^publishing\.reversal:[0-9]{1,18}$'
              ELSE p_approval = 'judge' OR EXISTS (
    SELECT 1 FROM governance_reviewitem r
     WHERE r.id = substring(p_approval FROM '^governance\.reviewitem:([0-9]{1,18})$')::bigint
       AND r.brand_id = p_brand AND r.status = 'APPROVED' AND r.approved_hash = p_hash) END
    FROM (SELECT 1) AS one LEFT JOIN governance_effect e ON e.brand_id = p_brand AND e.key = p_key
$$;
REVOKE ALL ON FUNCTION governance_grant_is_approved(bigint, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_grant_is_approved(bigint, text, text, text) TO chimera_connector;
ALTER FUNCTION governance_grant_is_approved(bigint, text, text, text) OWNER TO chimera_dispatch;

-- Promise: as in grants/sql/keys.sql; asked with the effect's key.
CREATE OR REPLACE FUNCTION governance_use_grant(
  p_brand bigint, p_key text, p_jti text, p_fence bigint, p_hash text, p_approval text, p_keys text[]
) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  v_stop text;
  v_revoked boolean;
  v_stands boolean;
  v_approved boolean;
BEGIN
  INSERT INTO governance_grantused (jti, effect_key) VALUES (p_jti, p_key);
  SELECT governance_grant_stop(p_brand, p_key),
         cardinality(p_keys) = 0 OR EXISTS (SELECT 1 FROM governance_grantrevocation r WHERE r.kid = ANY (p_keys)),
         governance_grant_stands(p_brand, p_key, p_jti, p_fence, p_hash),
         governance_grant_is_approved(p_brand, p_approval, p_hash, p_key)
    INTO v_stop, v_revoked, v_stands, v_approved;
  IF v_stop IS NOT NULL THEN RAISE EXCEPTION 'stopped' USING ERRCODE = 'CH010', DETAIL = v_stop; END IF;
  IF v_revoked THEN RAISE EXCEPTION 'revoked' USING ERRCODE = 'CH010'; END IF;
  IF NOT v_stands THEN RAISE EXCEPTION 'replaced' USING ERRCODE = 'CH010'; END IF;
  IF NOT v_approved THEN RAISE EXCEPTION 'unapproved' USING ERRCODE = 'CH010'; END IF;
END
$$;
SET LOCAL ROLE chimera_dispatch;
DROP FUNCTION governance_grant_is_approved(bigint, text, text);
SET LOCAL ROLE chimera_owner;

-- Promise: whether a card of this kind needs two people now. A doubt, a sample and a task for human hands let nothing
-- out by a yes.
CREATE OR REPLACE FUNCTION governance_needs_two(p_brand bigint, p_kind text, p_sponsored boolean, p_edited boolean)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM governance_foureyes f
     WHERE f.brand_id = p_brand AND f.status = 'IN_FORCE' AND p_kind NOT IN ('in_doubt', 'sample', 'by_hand')
       AND (f.what = 'everything' OR f.what = p_kind OR (f.what = 'sponsored' AND p_sponsored)
            OR (f.what = 'edited' AND p_edited)))
$$;
