-- What takes two people.
--
-- Promises, each named in the error's constraint:
--   foureyes_stays_what_it_is               what a rule is about, why, who set it and when never change
--   foureyes_is_ended_by_a_second_person    nobody loosens alone what they tightened
CREATE FUNCTION governance_guard_foureyes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.set_by := v_actor; NEW.ended_by := '';
    RETURN NEW;
  END IF;
  IF (NEW.what, NEW.reason, NEW.set_by, NEW.since) IS DISTINCT FROM (OLD.what, OLD.reason, OLD.set_by, OLD.since) THEN
    RAISE EXCEPTION 'foureyes_stays_what_it_is: rule % is about %', OLD.id, OLD.what
      USING ERRCODE = '23514', CONSTRAINT = 'foureyes_stays_what_it_is';
  END IF;
  NEW.ended_by := CASE WHEN NEW.status = 'ENDED' AND OLD.status <> 'ENDED' THEN v_actor ELSE OLD.ended_by END;
  RETURN NEW;
END
$$;
CREATE TRIGGER persons_governance_foureyes BEFORE INSERT OR UPDATE ON governance_foureyes
  FOR EACH ROW EXECUTE FUNCTION governance_guard_foureyes();
ALTER TABLE governance_foureyes ADD CONSTRAINT foureyes_is_ended_by_a_second_person
  CHECK (status <> 'ENDED' OR governance_person(ended_by) <> governance_person(set_by));

-- Promise: whether a card of this kind needs two people now. A doubt and a sample let nothing out by a yes.
CREATE FUNCTION governance_needs_two(p_brand bigint, p_kind text, p_sponsored boolean, p_edited boolean) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM governance_foureyes f
     WHERE f.brand_id = p_brand AND f.status = 'IN_FORCE' AND p_kind NOT IN ('in_doubt', 'sample')
       AND (f.what = 'everything' OR f.what = p_kind OR (f.what = 'sponsored' AND p_sponsored)
            OR (f.what = 'edited' AND p_edited)))
$$;

-- Promise: which of these rows a person made, changed or started, by the record; NULL for none. Who only paused or
-- ended something is not its author.
CREATE FUNCTION governance_written_by(p_rests_on text[], p_actor text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT e.subject FROM governance_auditevent e
   WHERE e.subject = ANY (p_rests_on) AND governance_person(e.actor) = governance_person(p_actor)
     AND (e.action = 'insert' OR e.to_status IN (e.from_status, 'ACTIVE'))
   ORDER BY e.id LIMIT 1
$$;
