-- The sealed record: who may write it, and what it promises whoever writes. docs/record.md, docs/adr/0025.
--
-- Promises, each named in the error's constraint:
--   sealed_places_have_no_gap      the places of sealed events are 0, 1, 2 ... for every committed row, whatever commits
--                                  beside it and in whatever order
--   checkpoint_follows_the_former  a checkpoint names the hash of the one before it, is larger, or begins the next
--                                  generation; and it covers exactly what is sealed
ALTER TABLE governance_sealing ADD COLUMN from_xid xid8 NOT NULL DEFAULT '0', ADD COLUMN from_id bigint NOT NULL DEFAULT 0,
  ADD COLUMN window_xid xid8 NOT NULL DEFAULT '0';
INSERT INTO governance_sealing (id, installation, system, incarnation, catching_up, rotated_through)
SELECT 1, left(replace(gen_random_uuid()::text, '-', ''), 16), '', number, true, 0 FROM governance_incarnation;

ALTER TABLE governance_sealedevent ADD CONSTRAINT sealedevent_leaf_is_a_hash CHECK (octet_length(leaf) = 32),
  ADD CONSTRAINT sealedevent_begins_at_0 CHECK (seq >= 0);
ALTER TABLE governance_subtree ADD CONSTRAINT subtree_hash_is_a_hash CHECK (octet_length(hash) = 32);
ALTER TABLE governance_checkpoint ADD CONSTRAINT checkpoint_root_is_a_hash
  CHECK (octet_length(root) = 32 AND (previous IS NULL OR octet_length(previous) = 32));

-- The order in which the sealer reads. Numbers of transactions only rise, so it grows at its end alone.
CREATE INDEX audit_by_transaction ON governance_auditevent (xid, id);

-- A row is never taken back, so a committed predecessor stays. A predecessor that is not committed yet is not seen
-- here, and the insert is refused: who comes second sees the first, waits for it at the same place, or fails.
CREATE FUNCTION governance_guard_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_first bigint;
  v_last bigint;
  v_count bigint;
BEGIN
  SELECT min(n.seq), max(n.seq), count(*) INTO v_first, v_last, v_count FROM fresh n;
  IF v_count > 0 AND (v_last - v_first + 1 <> v_count
      OR (v_first > 0 AND NOT EXISTS (SELECT 1 FROM governance_sealedevent s WHERE s.seq = v_first - 1))) THEN
    RAISE EXCEPTION 'sealed_places_have_no_gap: what is sealed goes on where the record ends'
      USING ERRCODE = '23514', CONSTRAINT = 'sealed_places_have_no_gap';
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER guard_governance_sealedevent AFTER INSERT ON governance_sealedevent REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION governance_guard_places();

CREATE FUNCTION governance_guard_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_former governance_checkpoint;
BEGIN
  SELECT * INTO v_former FROM governance_checkpoint c ORDER BY c.generation DESC, c.size DESC LIMIT 1;
  IF (v_former.id IS NOT NULL AND NEW.previous IS DISTINCT FROM sha256(convert_to(v_former.note, 'UTF8'))
        AND NOT NEW.generation > v_former.generation)
     OR (v_former.id IS NULL AND NEW.previous IS NOT NULL AND NEW.generation = 0)
     OR NEW.generation < coalesce(v_former.generation, 0)
     OR (NEW.generation = v_former.generation AND NEW.size <= v_former.size)
     OR NEW.size <> coalesce((SELECT max(s.seq) + 1 FROM governance_sealedevent s), 0) THEN
    RAISE EXCEPTION 'checkpoint_follows_the_former: % entries of generation % do not go on where the record ends',
      NEW.size, NEW.generation USING ERRCODE = '23514', CONSTRAINT = 'checkpoint_follows_the_former';
  END IF;
  RETURN NEW;
END
$$;
CREATE TRIGGER guard_governance_checkpoint BEFORE INSERT ON governance_checkpoint
  FOR EACH ROW EXECUTE FUNCTION governance_guard_checkpoint();

-- The sealer reads events and writes what is sealed, and nothing else.
CREATE POLICY seal_governance_auditevent ON governance_auditevent FOR SELECT TO chimera_sealer USING (true);
GRANT USAGE ON SCHEMA public TO chimera_sealer;
GRANT SELECT ON governance_auditevent, governance_incarnation, governance_keyrotation, core_clock TO chimera_sealer;
GRANT SELECT, INSERT ON governance_sealedevent, governance_subtree, governance_checkpoint, governance_checkpointkey
  TO chimera_sealer;
GRANT SELECT, UPDATE ON governance_sealing TO chimera_sealer;
GRANT SELECT, INSERT, UPDATE ON governance_anchoring TO chimera_sealer;
