-- Taking back an act that was surely not begun. Neither the desk nor the application writes effects and money together
-- by hand for this: one function, owned by the role that keeps the money, which sees the caller's brand and no other.

CREATE POLICY purse_governance_effect ON governance_effect TO chimera_treasurer
  USING (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint)
  WITH CHECK (brand_id = NULLIF(current_setting('app.brand', true), '')::bigint);
GRANT SELECT, UPDATE ON governance_effect TO chimera_treasurer;

-- Promise: an effect that is INTENDED becomes REFUTED and its money goes back; any other is left alone. Returns the
-- status that it has then, NULL when there is none. The caller holds the lock of the row that the effect is about, as
-- whoever sends does, so that nobody sends in between.
CREATE FUNCTION governance_effect_withdraw(p_subject text, p_kind text, p_sentence text) RETURNS text LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_effect governance_effect%ROWTYPE;
BEGIN
  SELECT * INTO v_effect FROM governance_effect e
   WHERE e.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
     AND e.subject = p_subject AND e.kind = p_kind FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF v_effect.status <> 'INTENDED' THEN RETURN v_effect.status; END IF;
  PERFORM governance_end_hold(v_effect.hold_key, NULL);
  UPDATE governance_effect SET status = 'REFUTED', state_version = state_version + 1,
         receipt = jsonb_build_object('sentence', p_sentence) WHERE id = v_effect.id;
  RETURN 'REFUTED';
END
$$;
REVOKE ALL ON FUNCTION governance_effect_withdraw(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION governance_effect_withdraw(text, text, text) TO chimera_app, chimera_operator;
ALTER FUNCTION governance_effect_withdraw(text, text, text) OWNER TO chimera_treasurer;
