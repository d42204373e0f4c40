-- Finished goals by the number: months of work in a few statements. Run past triggers and keys, see finished.py.
CREATE TEMP TABLE wanted ON COMMIT DROP AS
  SELECT n, {{first}}::bigint + n AS goal, chimera_now() - {{age}}::interval AS at FROM generate_series(0, {{count}} - 1) n;
CREATE TEMP TABLE step ON COMMIT DROP AS
  SELECT w.goal, w.at, k.place, k.kind, w.goal * 10 + k.place AS task FROM wanted w,
         unnest(ARRAY['plan', 'research', 'draft', 'image', 'publish']) WITH ORDINALITY k (kind, place);
INSERT INTO agents_goal (id, brand_id, agent_id, soul_id, cause, batch, wish, deadline, made_at, status, state_version)
  SELECT goal, {{brand}}, {{agent}}, {{soul}}, 'made up:' || goal, 'agent:{{agent}}/' || (goal / 3), 'wish ' || goal, at + interval '20 hours',
         at - interval '1 hour', (ARRAY['DONE', 'FAILED', 'CANCELLED'])[1 + n % 3], 3 FROM wanted;
INSERT INTO agents_plan (id, brand_id, goal_id, steps, estimate_usd_micros)
  SELECT goal, {{brand}}, goal, '[]', 15000 FROM wanted;
INSERT INTO agents_task (id, brand_id, goal_id, plan_id, agent_id, soul_id, kind, outward, status, state_version, queue,
                         scopes, lease_owner, fence, attempts, attempts_max, priority, note, unmet, feedback, deadline,
                         made_at, ended_at)
  SELECT task, {{brand}}, goal, CASE kind WHEN 'plan' THEN NULL ELSE goal END, {{agent}}, {{soul}}, kind, kind = 'publish', 'DONE', 4,
         'think', '{}', '', 1, 1, 5, 5, '', 0, '[]', at + interval '20 hours', at - interval '1 hour', at FROM step;
INSERT INTO agents_dependency (id, brand_id, predecessor_id, successor_id)
  SELECT task, {{brand}}, task - 1, task FROM step WHERE place > 1;
INSERT INTO agents_artifact (id, brand_id, task_id, fence, payload, content_hash, made_at)
  SELECT task, {{brand}}, task, 1, jsonb_build_object('text', 'what ' || kind || ' made'), md5(task::text), at FROM step;
INSERT INTO agents_verdict (id, brand_id, task_id, artifact_id, fence, content_hash, snapshot, findings, composite_bp,
                            offline, ruling, reasons, route)
  SELECT task, {{brand}}, task, task, 1, md5(task::text), '{"payload": "…"}', '[]', 9300, true, 'ALLOW', '[]', 'ACCEPT'
    FROM step WHERE kind = 'publish';
INSERT INTO governance_attempt (id, brand_id, subject, fence, stage, owner, claimed_at, ended_at, outcome)
  SELECT task * 10, {{brand}}, 'agents.task:' || task, 1, 'work', 'worker:old', at, at, 'proposed' FROM step
  UNION ALL SELECT task * 10 + 1, {{brand}}, 'agents.task:' || task, 2, 'judge', 'worker:old', at, at, 'judged' FROM step
             WHERE kind = 'publish'
  UNION ALL SELECT task * 10 + 2, {{brand}}, 'publishing.post:' || goal, 1, 'publish', 'worker:old', at, at, 'published'
              FROM step WHERE kind = 'publish';
INSERT INTO governance_hold (id, brand_id, key, about, scopes, day, amount_usd_micros, settled_usd_micros, expires_at,
                             status, state_version)
  SELECT task, {{brand}}, 'agents.task:' || task || ':1', 'agents.task:' || task, '{}'::text[], at::date, 900, 700, at, 'SETTLED', 2
    FROM step WHERE kind = 'draft'
  UNION ALL SELECT task, {{brand}}, 'publishing.post:' || goal || ':publish', 'publishing.post:' || goal, '{}'::text[], at::date,
                   15000, 15000, at, 'SETTLED', 2 FROM step WHERE kind = 'publish';
INSERT INTO core_callrecord (id, brand_id, subject, fence, seat, provider, model, offline, prompt_hash, request, failure,
                             input_tokens, output_tokens, cost_usd_micros, latency_ms)
  SELECT task, {{brand}}, CASE kind WHEN 'draft' THEN 'agents.task:' || task ELSE 'publishing.post:' || goal END, 1, kind, 'p', 'm',
         true, md5(task::text), '{}', '', 1, 1, 700, 1 FROM step WHERE kind IN ('draft', 'publish');
INSERT INTO publishing_post (id, brand_id, task, account_id, payload, content_hash, approval, platform_id, url, made_at,
                             published_at, status, state_version, queue, scopes, lease_owner, fence, attempts,
                             attempts_max, priority, note)
  SELECT goal, {{brand}}, 'agents.task:' || task, 1, '{"text": "…", "account_handle": "x", "ai_generated": true}', md5(goal::text), 'judge', 'p-' || goal, '', at, at, 'PUBLISHED', 2,
         'publish', '{}', '', 1, 1, 8, 5, '' FROM step WHERE kind = 'publish';
INSERT INTO governance_effect (id, brand_id, subject, task, kind, platform_class, key, hold_key, payload_hash, sent_fence,
                               grant_jti, call_timeout_s, sends, platform_id, status, state_version, labelled)
  SELECT goal, {{brand}}, 'publishing.post:' || goal, 'agents.task:' || task, 'publish', 'A', md5(goal::text), '', '', 1, 'j', 10, 1,
         'p-' || goal, 'CONFIRMED', 3, true FROM step WHERE kind = 'publish';
INSERT INTO governance_reviewitem (id, brand_id, subject, task, kind, content_hash, snapshot, why, deadline, decided_by,
                                   decided_at, reason_code, reason, consumed_at, status, state_version, urgent_at, final_at, approved_hash)
  SELECT goal, {{brand}}, 'agents.task:' || task, 'agents.task:' || task, 'doubt', md5(task::text), '{}', 'why', at, 'user:ada', at, '', '',
         at, 'APPROVED', 2, at, at, md5(task::text) FROM step WHERE kind = 'publish';
