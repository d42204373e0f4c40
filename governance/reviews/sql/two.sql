-- A card that needs two people, and people who work for some brands only.
--
-- Promises, each named in the error's constraint:
--   review_is_of_the_persons_brands   who is bound to brands claims, answers and takes back theirs alone
--   review_two_stay_two               a card that needs two people goes on needing them
--   review_needs_two_people           the second yes comes from another person than the first, and covers the same
--   review_first_yes_is_ones_own      a first yes is given and taken back in one's own name, and not by a second one
--   review_author_never_approves      who made, changed or started what a card rests on gives neither of the two
-- and as in hands.sql: review_is_claimed_by_another, review_late_is_not_answered, review_yes_covers_its_content
CREATE FUNCTION governance_guard_two() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_actor text := coalesce(current_setting('app.actor', true), '');
  v_sponsored boolean;
  v_first boolean;
  v_second boolean;
  v_brands text;
  v_written text;
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.first_by := ''; NEW.first_at := NULL; NEW.first_hash := ''; NEW.first_edited := NULL;
    v_sponsored := coalesce(NEW.snapshot #>> '{payload,sponsorship}', 'none') <> 'none';
    NEW.needs_two := NEW.needs_two OR governance_needs_two(NEW.brand_id, NEW.kind, v_sponsored, false);
    RETURN NEW;
  END IF;

  v_first := (NEW.first_by, NEW.first_at, NEW.first_hash, NEW.first_edited) IS DISTINCT FROM
             (OLD.first_by, OLD.first_at, OLD.first_hash, OLD.first_edited);
  v_second := OLD.status = 'PENDING' AND NEW.status = 'APPROVED';
  IF v_actor LIKE 'user:%' AND (v_first OR NEW.status IS DISTINCT FROM OLD.status OR (NEW.claimed_by <> ''
       AND (NEW.claimed_by, NEW.claimed_until) IS DISTINCT FROM (OLD.claimed_by, OLD.claimed_until))) THEN
    v_brands := core_brands_of(v_actor);
    IF v_brands <> '' AND NOT NEW.brand_id = ANY (string_to_array(v_brands, ',')::bigint[]) THEN
      PERFORM governance_refuse_review('review_is_of_the_persons_brands', OLD.id, 'is of a brand that is not theirs');
    END IF;
  END IF;

  IF OLD.needs_two AND NOT NEW.needs_two THEN
    PERFORM governance_refuse_review('review_two_stay_two', OLD.id, 'needs two people');
  END IF;
  IF NOT v_first AND NOT v_second THEN
    RETURN NEW;
  END IF;

  IF v_first AND NEW.first_by = '' THEN
    IF NEW.status <> 'PENDING' OR OLD.first_by <> v_actor THEN
      PERFORM governance_refuse_review('review_first_yes_is_ones_own', OLD.id, 'has the first yes of ' || OLD.first_by);
    END IF;
    NEW.first_at := NULL; NEW.first_hash := ''; NEW.first_edited := NULL;
    RETURN NEW;
  END IF;

  v_sponsored := coalesce(NEW.snapshot #>> '{payload,sponsorship}', 'none') <> 'none';
  NEW.needs_two := NEW.needs_two OR governance_needs_two(
    NEW.brand_id, NEW.kind, v_sponsored, coalesce(NEW.edited, NEW.first_edited) IS NOT NULL);
  IF NOT NEW.needs_two THEN
    RETURN NEW;  -- a first yes without need of a second: review_first_yes_is_whole refuses it
  END IF;
  v_written := governance_written_by(NEW.rests_on::text[], v_actor);
  IF v_written IS NOT NULL THEN
    PERFORM governance_refuse_review('review_author_never_approves', OLD.id, 'rests on ' || v_written || ', their own');
  END IF;
  IF v_second THEN
    IF v_first OR OLD.first_by = '' OR NEW.approved_hash <> OLD.first_hash OR NEW.decided_by <> v_actor
       OR governance_person(OLD.first_by) = governance_person(v_actor) THEN
      PERFORM governance_refuse_review('review_needs_two_people', OLD.id, 'needs the yes of two people to the same');
    END IF;
    RETURN NEW;
  END IF;

  IF NEW.status <> 'PENDING' OR NEW.first_by <> v_actor OR (OLD.first_by <> '' AND NEW.first_hash = OLD.first_hash) THEN
    PERFORM governance_refuse_review('review_first_yes_is_ones_own', OLD.id, 'is not open for this first yes');
  ELSIF OLD.claimed_by NOT IN ('', v_actor) AND OLD.claimed_until > chimera_now() THEN
    PERFORM governance_refuse_review('review_is_claimed_by_another', OLD.id, 'is in the hands of ' || OLD.claimed_by);
  ELSIF OLD.deadline <= chimera_now() THEN
    PERFORM governance_refuse_review('review_late_is_not_answered', OLD.id, 'was due before');
  ELSIF NEW.first_hash <> coalesce(NEW.first_edited ->> 'content_hash', NEW.content_hash) THEN
    PERFORM governance_refuse_review('review_yes_covers_its_content', OLD.id, 'shows other content');
  END IF;
  NEW.first_at := chimera_now();
  RETURN NEW;
END
$$;
-- After hands_governance_reviewitem, which says what an approval covers: triggers fire in the order of their names.
CREATE TRIGGER two_governance_reviewitem BEFORE INSERT OR UPDATE ON governance_reviewitem
  FOR EACH ROW EXECUTE FUNCTION governance_guard_two();

-- The same once more, for whatever happens to a row under a trigger that somebody switched off.
ALTER TABLE governance_reviewitem ADD CONSTRAINT review_two_are_different CHECK (
  NOT needs_two OR status <> 'APPROVED' OR (first_by <> '' AND first_hash = approved_hash
    AND governance_person(first_by) <> governance_person(decided_by)));
