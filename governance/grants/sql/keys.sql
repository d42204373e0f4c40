-- Keys that sign grants, and keys that count no more.
--
-- Promises:
--   grant_key_is_named_by_its_hash  a kid names one public key: it is the start of the SHA-256 of the raw key
--   grant_key_is_written_once       kid, key, voucher and birth never change; the times of states are the database's,
--                                   so that no program lengthens the life of a retired key
--   a revocation is signed by who acts; whoever may add one (the operator) cannot take one back
ALTER TABLE governance_grantkey ADD CONSTRAINT grant_key_is_named_by_its_hash CHECK (
  x ~ '^[A-Za-z0-9_-]{43}$'
  AND kid = left(encode(sha256(decode(translate(x, '-_', '+/') || '=', 'base64')), 'hex'), 16));

-- A retired key verifies for 60 s (the life of a grant), 5 s (clocks differ) and 10 s (a worker that was about to sign).
CREATE FUNCTION governance_guard_grant_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.made_at := chimera_now();
    NEW.since := NEW.made_at;
    NEW.verifies_until := NULL;
    RETURN NEW;
  END IF;
  IF (NEW.id, NEW.kid, NEW.x, NEW.voucher, NEW.made_at) IS DISTINCT FROM (OLD.id, OLD.kid, OLD.x, OLD.voucher, OLD.made_at)
  THEN
    RAISE EXCEPTION 'grant_key_is_written_once: grant key % cannot be changed', OLD.kid
      USING ERRCODE = '23514', CONSTRAINT = 'grant_key_is_written_once';
  END IF;
  NEW.since := OLD.since;
  NEW.verifies_until := OLD.verifies_until;
  IF NEW.status IS DISTINCT FROM OLD.status THEN
    NEW.since := chimera_now();
    IF NEW.status = 'RETIRED' THEN NEW.verifies_until := NEW.since + interval '75 seconds'; END IF;
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER once_governance_grantkey BEFORE INSERT OR UPDATE ON governance_grantkey
  FOR EACH ROW EXECUTE FUNCTION governance_guard_grant_key();

CREATE FUNCTION governance_sign_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.by := coalesce(current_setting('app.actor', true), '');
  NEW.at := chimera_now();
  RETURN NEW;
END
$$;
CREATE TRIGGER persons_governance_grantrevocation BEFORE INSERT ON governance_grantrevocation
  FOR EACH ROW EXECUTE FUNCTION governance_sign_revocation();

-- Promise: true when the yes that a grant names covers exactly this content: a human's answer by its card, which must be
-- of this brand and approved for this hash; "judge" says that no human was asked (the verdict is that of its task on this
-- hash, above this floor). Anything else is no yes.
GRANT SELECT (content_hash) ON governance_reviewitem TO chimera_dispatch;
CREATE FUNCTION governance_grant_is_approved(p_brand bigint, p_approval text, p_hash text) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p_approval = 'judge' OR EXISTS (
    SELECT 1 FROM governance_reviewitem r
     WHERE r.id = substring(p_approval FROM '^governance\.reviewitem:([0-9]{1,18})$')::bigint
       AND r.brand_id = p_brand AND r.status = 'APPROVED' AND r.content_hash = p_hash)
$$;
REVOKE ALL ON FUNCTION governance_grant_is_approved(bigint, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_grant_is_approved(bigint, text, text) TO chimera_connector;
ALTER FUNCTION governance_grant_is_approved(bigint, text, text) OWNER TO chimera_dispatch;

-- Promise: the grant is used up when this commits, or nothing was written. First the use, then the questions, each in a
-- snapshot of its own: whoever stops or revokes afterwards finds the use. Runs as the connector. Refusals have the code
-- CH010 and one word: stopped (with the control's sentence as detail), revoked, replaced, unapproved; a second use is a
-- duplicate key.
CREATE FUNCTION governance_use_grant(
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
         governance_grant_is_approved(p_brand, p_approval, p_hash)
    INTO v_stop, v_revoked, v_stands, v_approved;
  IF v_stop IS NOT NULL THEN RAISE EXCEPTION 'stopped' USING ERRCODE = 'CH010', DETAIL = v_stop; END IF;
  IF v_revoked THEN RAISE EXCEPTION 'revoked' USING ERRCODE = 'CH010'; END IF;
  IF NOT v_stands THEN RAISE EXCEPTION 'replaced' USING ERRCODE = 'CH010'; END IF;
  IF NOT v_approved THEN RAISE EXCEPTION 'unapproved' USING ERRCODE = 'CH010'; END IF;
END
$$;
REVOKE ALL ON FUNCTION governance_use_grant(bigint, text, text, bigint, text, text, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_use_grant(bigint, text, text, bigint, text, text, text[]) TO chimera_connector;
