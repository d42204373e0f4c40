-- Taking back is a human's to ask, and what was asked stays. PUB-5.
--
-- Promises, each named in the error's constraint:
--   reversal_stays_what_it_is   post, way, payload, reason and who asked are written once; who asked is who acted
--   reversal_is_of_a_live_post  only what is PUBLISHED is taken back, by the id under which it is live
--   delete_is_of_a_reversal     an effect of kind 'delete' is born for a reversal that is ASKED, of its brand and for
--                               its very content; and a worker's login adds no reversal
CREATE FUNCTION publishing_guard_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.asked_by := coalesce(current_setting('app.actor', true), '');
    NEW.asked_at := chimera_now();
    IF NOT EXISTS (SELECT 1 FROM publishing_post p WHERE p.brand_id = NEW.brand_id AND p.id = NEW.post_id
                      AND p.status = 'PUBLISHED' AND p.platform_id = NEW.payload ->> 'platform_id') THEN
      RAISE EXCEPTION 'reversal_is_of_a_live_post: post % is not live under this id', NEW.post_id
        USING ERRCODE = '23514', CONSTRAINT = 'reversal_is_of_a_live_post';
    END IF;
  ELSIF (NEW.post_id, NEW.way, NEW.payload, NEW.content_hash, NEW.reason, NEW.asked_by, NEW.asked_at)
        IS DISTINCT FROM (OLD.post_id, OLD.way, OLD.payload, OLD.content_hash, OLD.reason, OLD.asked_by, OLD.asked_at) THEN
    RAISE EXCEPTION 'reversal_stays_what_it_is: reversal % is of post % and stays so', OLD.id, OLD.post_id
      USING ERRCODE = '23514', CONSTRAINT = 'reversal_stays_what_it_is';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER stays_publishing_reversal BEFORE INSERT OR UPDATE ON publishing_reversal
  FOR EACH ROW EXECUTE FUNCTION publishing_guard_reversal();

CREATE FUNCTION publishing_guard_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM publishing_reversal r
                  WHERE r.brand_id = NEW.brand_id AND r.status = 'ASKED' AND r.content_hash = NEW.payload_hash
                    AND r.id = substring(NEW.subject FROM '^publishing\.reversal:([0-9]{1,18})$')::bigint) THEN
    RAISE EXCEPTION 'delete_is_of_a_reversal: nobody asked for what % would delete', NEW.subject
      USING ERRCODE = '23514', CONSTRAINT = 'delete_is_of_a_reversal';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER asked_governance_effect BEFORE INSERT ON governance_effect
  FOR EACH ROW WHEN (NEW.kind = 'delete') EXECUTE FUNCTION publishing_guard_delete();

-- Whether a post counts for the distance to others: it was not called off, did not fail and was not taken back.
SET LOCAL ROLE chimera_dispatch;
CREATE OR REPLACE FUNCTION publishing_stands(p_brand bigint, p_post bigint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT 1 FROM publishing_post p WHERE p.brand_id = p_brand AND p.id = p_post
                        AND p.status IN ('CANCELLED', 'FAILED', 'REVERTED'))
$$;
SET LOCAL ROLE chimera_owner;

-- Promise: post_is_reverted_by_a_reversal: a post is REVERTED only when its reversal is DONE, whoever writes it.
CREATE FUNCTION publishing_guard_reverted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM publishing_reversal r
                  WHERE r.brand_id = NEW.brand_id AND r.post_id = NEW.id AND r.way = 'delete' AND r.status = 'DONE') THEN
    RAISE EXCEPTION 'post_is_reverted_by_a_reversal: nothing took post % back', NEW.id
      USING ERRCODE = '23514', CONSTRAINT = 'post_is_reverted_by_a_reversal';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER reverted_publishing_post BEFORE UPDATE OF status ON publishing_post
  FOR EACH ROW WHEN (NEW.status = 'REVERTED') EXECUTE FUNCTION publishing_guard_reverted();
