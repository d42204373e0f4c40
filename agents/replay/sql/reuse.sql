-- A result that was taken over names the artifact it copies: of the same brand and agent, of a task of the same kind,
-- and with the same content. The desk may write such copies and no other results: what work produces, workers write.
CREATE FUNCTION agents_artifact_is_a_copy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT NEW.inputs ? 'reused' THEN
    RAISE EXCEPTION 'the desk writes no results; it may only take a former one over' USING ERRCODE = 'CH001';
  END IF;
  IF NOT EXISTS (
    SELECT 1
      FROM agents_artifact former
      JOIN agents_task was ON was.brand_id = former.brand_id AND was.id = former.task_id
      JOIN agents_task is_now ON is_now.brand_id = NEW.brand_id AND is_now.id = NEW.task_id
     WHERE former.brand_id = NEW.brand_id
       AND former.id::text = NEW.inputs ->> 'reused'
       AND former.content_hash = NEW.content_hash
       AND former.payload = NEW.payload
       AND was.kind = is_now.kind
       AND was.agent_id = is_now.agent_id
       AND NOT was.outward
  ) THEN
    RAISE EXCEPTION 'artifact % is no result that task % may take over', NEW.inputs ->> 'reused', NEW.task_id
      USING ERRCODE = 'CH001';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER copy_agents_artifact BEFORE INSERT ON agents_artifact FOR EACH ROW
WHEN (NEW.inputs ? 'reused' OR current_user = 'chimera_operator') EXECUTE FUNCTION agents_artifact_is_a_copy();

GRANT INSERT ON agents_artifact TO chimera_operator;
