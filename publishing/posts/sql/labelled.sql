-- Nothing unlabelled is ever sent, whoever writes the statement (PUB-2). Django's constraints say two parts of it:
-- `post_is_labelled` (what is to go out carries the label) and `effect_sent_is_labelled` (an act of publishing leaves
-- INTENDED only as a labelled one). The rest stands here, named in the error's constraint:
--
--   post_is_for_one_content   the payload of a post, its hash, its account and its task never change
--   post_paid_is_disclosed    paid work says so in its first 80 characters. Which platform has a field of its own for it
--                             is not known here: its connector asks for that. Never stricter than the judge's rule.
--   effect_sent_is_labelled   `labelled` of an act of publishing is written here, not believed: true when its subject is
--                             a labelled post whose payload, hashed here, is what the effect is for

ALTER TABLE publishing_post ADD CONSTRAINT post_paid_is_disclosed CHECK (
  coalesce(payload ->> 'sponsorship', 'none') = 'none'
  OR coalesce(left(payload ->> 'text', 80) ~ '(^|[^[:alnum:]_#])(#ad|#advertisement|Ad|AD|Advert|Advertisement)\M', false)
);

CREATE FUNCTION publishing_post_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'post_is_for_one_content: post % stays what it was accepted as; schedule another one', OLD.id
    USING ERRCODE = '23514', CONSTRAINT = 'post_is_for_one_content';
END
$$;
CREATE TRIGGER content_publishing_post BEFORE UPDATE ON publishing_post FOR EACH ROW
  WHEN (OLD.payload IS DISTINCT FROM NEW.payload OR OLD.content_hash IS DISTINCT FROM NEW.content_hash
        OR OLD.account_id IS DISTINCT FROM NEW.account_id OR OLD.task IS DISTINCT FROM NEW.task)
  EXECUTE FUNCTION publishing_post_stays();

-- The canonical text of a value, as chimera.core.canonical writes it: sorted keys, no spaces. A test compares the two.
CREATE FUNCTION publishing_canonical(p_value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = public, pg_temp AS $$
BEGIN
  CASE jsonb_typeof(p_value)
    WHEN 'object' THEN
      RETURN (SELECT '{' || coalesce(string_agg(to_json(o.key)::text || ':' || publishing_canonical(o.value), ','
                                                ORDER BY o.key COLLATE "C"), '') || '}' FROM jsonb_each(p_value) o);
    WHEN 'array' THEN
      RETURN (SELECT '[' || coalesce(string_agg(publishing_canonical(a.value), ',' ORDER BY a.ordinality), '') || ']'
                FROM jsonb_array_elements(p_value) WITH ORDINALITY a);
    ELSE
      RETURN p_value::text;
  END CASE;
END
$$;

CREATE FUNCTION publishing_effect_label() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  NEW.labelled := EXISTS (
    SELECT 1 FROM publishing_post p
     WHERE p.id = CASE WHEN NEW.subject ~ '^publishing\.post:[1-9][0-9]{0,17}$' THEN split_part(NEW.subject, ':', 2)::bigint END
       AND p.brand_id = NEW.brand_id AND p.payload @> '{"ai_generated": true}' AND p.content_hash = NEW.payload_hash
       AND encode(sha256(convert_to(publishing_canonical(p.payload), 'UTF8')), 'hex') = NEW.payload_hash);
  RETURN NEW;
END
$$;
-- Whenever it leaves INTENDED as an act that may be live, is sent again, or somebody writes the flag. Taking an act back
-- reads nothing: the role that does so sees no posts.
CREATE TRIGGER labels_governance_effect BEFORE UPDATE ON governance_effect FOR EACH ROW
  WHEN (NEW.kind = 'publish' AND NEW.status NOT IN ('INTENDED', 'REFUTED')
        AND (OLD.status = 'INTENDED' OR OLD.sends <> NEW.sends OR OLD.labelled <> NEW.labelled))
  EXECUTE FUNCTION publishing_effect_label();
