"""The work itself: one scene for every state that the previous state knew, as its code would have left it."""

import hashlib
from typing import Any

from agents.personas import soul
from chimera.core import canonical
from chimera.core.embeddings import embed
from tests import people
from tests.flow.previous import Previous, Raw

TOWNS = ("Orlowe", "Brackwater", "Sundmoor", "Tilverton", "Garwick", "Penhallow", "Ostrava", "Lindholm")
THINGS = ("toaster", "sewing machine", "church clock", "ferry engine", "loom", "street lamp", "printing press")
FEE = 15_000
ALPHA, BETA = 1, 2
NOW, NEVER = Raw("chimera_now()"), None
PAST, SOON = Raw("chimera_now() - interval '1 minute'"), Raw("chimera_now() + interval '1 hour'")
LATER = Raw("chimera_now() + interval '20 hours'")
FREE: dict[str, Any] = {"due_at": NEVER, "lease_until": NEVER, "lease_owner": "", "fence": 1, "attempts": 0}
DUE: dict[str, Any] = {**FREE, "due_at": PAST}
ABANDONED: dict[str, Any] = {
    "due_at": PAST,
    "lease_until": PAST,
    "lease_owner": "worker:dead",
    "fence": 3,
    "attempts": 1,
}
AT_WORK: dict[str, Any] = {
    "due_at": SOON,
    "lease_until": SOON,
    "lease_owner": "worker:alive",
    "fence": 5,
    "attempts": 1,
}


class Fleet:
    """A brand with its agents, and one goal after another in whatever shape a test asks for."""

    def __init__(self, old: Previous) -> None:
        self.old = old
        old.connection.execute("INSERT INTO core_brand (slug, name) VALUES ('alpha', 'Alpha'), ('beta', 'Beta')")
        old.connection.execute("UPDATE core_clock SET simulated = true")
        self.feed = old.row(
            "publishing_feed",
            url="http://127.0.0.1/f.xml",
            title="Harbour Post",
            format="rss",
            etag="",
            last_modified="",
            active=True,
            loopback_allowed=True,
            any_age=False,
            error="",
            items_seen=0,
        )
        self.agents = {rung: self._agent(number, rung) for number, rung in enumerate(old.machines["agents_agent"][0])}
        self.agent, self.soul, self.account, self.handle = self.agents["AUTONOMOUS"]
        self.scopes = ["fleet", f"brand:{ALPHA}", f"agent:{self.agent}"]
        for scope in self.scopes[1:]:
            old.row("governance_budgetlimit", brand_id=ALPHA, scope=scope, limit_usd_micros=10_000_000)
            old.row(
                "governance_budget",
                brand_id=ALPHA,
                scope=scope,
                day=Raw("(chimera_now() AT TIME ZONE 'UTC')::date"),
                limit_usd_micros=10_000_000,
                reserved_usd_micros=0,
                settled_usd_micros=0,
            )
        self.told = 0

    def _agent(self, number: int, rung: str) -> tuple[int, int, int, str]:
        text = (people.SOULS / "bea_unscrews.md").read_bytes()
        parsed = soul.parse(text, origin="bea")
        handle = f"bea_{number}"
        agent = self.old.stateful(
            "agents_agent", rung, brand_id=ALPHA, handle=handle, name=f"Bea {number}", posts_per_day=9, rung_reason=""
        )
        version = self.old.row(
            "agents_soul",
            brand_id=ALPHA,
            agent_id=agent,
            version=1,
            content_hash=parsed.content_hash,
            source=parsed.source,
            front={**parsed.front.model_dump(mode="json"), "handle": handle},
            backstory=parsed.backstory,
            interests=list(parsed.front.interests),
            profile=str(embed([parsed.profile_text])[0].tolist()),
        )
        self.old.connection.execute("UPDATE agents_agent SET soul_id = %s WHERE id = %s", [version, agent])
        account = self.old.row(
            "publishing_account",
            brand_id=ALPHA,
            platform="plaza",
            handle=handle,
            display_name=handle,
            belongs_to=f"agents.agent:{agent}",
        )
        return agent, version, account, handle

    def story(self) -> tuple[str, str]:
        """A story that was not told before."""
        town, thing = TOWNS[self.told % len(TOWNS)], THINGS[self.told % len(THINGS)]
        self.told += 1
        title = f"Repair club of {town} mends a {thing} from {1880 + self.told}"
        return title, f"{title}. The work took {self.told + 3} evenings and cost nothing. It runs again in {town}."

    def goal(self, status: str) -> "Work":
        """A goal for a story of its own."""
        title, summary = self.story()
        vector = str(embed([f"{title}. {summary}"])[0].tolist())
        item = self.old.row(
            "publishing_feeditem",
            feed_id=self.feed,
            guid=title,
            title=title,
            summary=summary,
            url="http://127.0.0.1/1",
            origin="feed",
            published_at=PAST,
            vector=vector,
        )
        trend = self.old.row(
            "publishing_trend",
            brand_id=ALPHA,
            fingerprint=hashlib.sha256(title.encode()).hexdigest(),
            title=title,
            origin="feeds",
            items=[item],
            sources=["Harbour Post"],
            vector=vector,
            score_bp=5000,
            velocity_bp=5000,
            diversity_bp=5000,
            freshness_bp=5000,
            first_seen=PAST,
            expires_at=LATER,
        )
        goal = self.old.stateful(
            "agents_goal",
            status,
            brand_id=ALPHA,
            agent_id=self.agent,
            soul_id=self.soul,
            trend_id=trend,
            cause=f"trend:{trend}:agent:{self.agent}",
            wish=f"Post about: {title}",
            relevance_bp=9000,
            similarity_bp=3000,
            deadline=LATER,
        )
        return Work(self, goal, title, summary)


class Work:
    """One goal with its tasks, and what hangs on them."""

    def __init__(self, fleet: Fleet, goal: int, title: str, summary: str) -> None:
        self.fleet, self.old, self.goal, self.title, self.summary = fleet, fleet.old, goal, title, summary
        self.plan: int | None = None
        self.tasks: dict[str, int] = {}

    def task(self, kind: str, status: str, *, lease: dict[str, Any] = FREE, unmet: int = 0) -> int:
        """A task of the goal, with the artifact that it would have by then."""
        ended = status in ("DONE", "REJECTED", "EXPIRED", "CANCELLED")
        made = self.old.stateful(
            "agents_task",
            status,
            brand_id=ALPHA,
            goal_id=self.goal,
            plan_id=None if kind == "plan" else self.plan,
            agent_id=self.fleet.agent,
            soul_id=self.fleet.soul,
            kind=kind,
            outward=kind == "publish",
            queue="render" if kind == "image" else "think",
            scopes=self.fleet.scopes,
            attempts_max=5,
            priority=5,
            note="",
            unmet=unmet,
            feedback=[],
            deadline=LATER,
            ended_at=PAST if ended else None,
            **lease,
        )
        self.tasks[kind] = made
        for fence in range(1, lease["fence"] + 1):
            self.old.row(
                "governance_attempt",
                brand_id=ALPHA,
                subject=f"agents.task:{made}",
                fence=fence,
                stage="work",
                owner="worker:old",
                outcome="",
            )
        if status == "DONE" or (kind == "publish" and status not in ("BLOCKED", "READY", "CANCELLED")):
            self.old.row(
                "agents_artifact",
                brand_id=ALPHA,
                task_id=made,
                fence=1,
                payload=self.payload(kind),
                content_hash=canonical.digest(self.payload(kind)),
                confidence_bp=None,
            )
        return made

    def laid_out(self, *statuses: str, lease: dict[str, Any] = FREE) -> "Work":
        """The plan with its four tasks; `lease` is that of the first that is not done."""
        self.task("plan", "DONE")
        kinds, needs = ("research", "draft", "image", "publish"), ((), ("research",), ("draft",), ("draft", "image"))
        steps = [{"key": kind, "kind": kind, "needs": list(need)} for kind, need in zip(kinds, needs, strict=True)]
        self.plan = self.old.row("agents_plan", brand_id=ALPHA, goal_id=self.goal, steps=steps, estimate_usd_micros=FEE)
        done = dict(zip(kinds, statuses, strict=True))
        first = next((kind for kind in kinds if done[kind] != "DONE"), "")
        for kind, need in zip(kinds, needs, strict=True):
            unmet = sum(done[one] != "DONE" for one in need) if done[kind] == "BLOCKED" else 0
            self.task(kind, done[kind], lease=lease if kind == first else FREE, unmet=unmet)
        for kind, need in zip(kinds, needs, strict=True):
            for one in need:
                self.old.row(
                    "agents_dependency", brand_id=ALPHA, predecessor_id=self.tasks[one], successor_id=self.tasks[kind]
                )
        return self

    def payload(self, kind: str) -> dict[str, Any]:
        """What a finished task of the previous state left."""
        fact = {
            "text": self.summary.split(". ")[1] + ".",
            "title": self.title,
            "source": "Harbour Post",
            "sources": ["Harbour Post"],
            "url": "http://127.0.0.1/1",
            "origin": "feed",
        }
        image = hashlib.sha256(self.title.encode()).hexdigest()
        text = f"{self.title}. {fact['text']} (Harbour Post)"
        if kind == "research":
            return {"facts": [fact], "sources": ["Harbour Post"]}
        if kind == "draft":
            return {
                "text": text,
                "poster_title": self.title[:40],
                "poster_kicker": "Repaired",
                "alt_text": "A poster.",
                "citations": [{key: fact[key] for key in ("text", "title", "source", "sources", "url")}],
                "offline": True,
                "model": "offline",
            }
        if kind == "image":
            return {
                "sha256": image,
                "mime": "image/png",
                "width": 9,
                "height": 9,
                "size_bytes": 9,
                "maker": "poster",
                "alt": "A poster.",
            }
        if kind == "publish":
            return {
                "platform": "plaza",
                "account_handle": self.fleet.handle,
                "text": text,
                "ai_generated": True,
                "media": [{"sha256": image, "alt": "A poster."}],
            }
        return {"steps": [], "estimate_usd_micros": FEE}

    def review(self, about: str, status: str, *, used: bool, kind: str = "doubt", code: str = "") -> "Work":
        """A card about the outward task or its post."""
        names = {"task": f"agents.task:{self.tasks['publish']}"}
        names["post"] = getattr(self, "post_name", "")
        answered = {
            "decided_at": NOW,
            "decided_by": "user:ada" if status in ("APPROVED", "REJECTED") else "",
            "reason_code": code,
            "consumed_at": NOW if used else None,
        }
        self.old.stateful(
            "governance_reviewitem",
            status,
            brand_id=ALPHA,
            subject=names[about],
            task=names["task"],
            kind=kind,
            content_hash=canonical.digest(self.payload("publish")),
            why="why",
            deadline=LATER,
            reason="",
            decided_by="",
            reason_code="",
            snapshot={"payload": self.payload("publish"), "agent": {"handle": self.fleet.handle}},
            last=answered,
        )
        return self

    def post(self, status: str, *, lease: dict[str, Any] = FREE) -> "Work":
        """What the outward task became."""
        out = status == "PUBLISHED"
        made = self.old.stateful(
            "publishing_post",
            status,
            brand_id=ALPHA,
            task=f"agents.task:{self.tasks['publish']}",
            account_id=self.fleet.account,
            payload=self.payload("publish"),
            approval="judge",
            url="",
            content_hash=canonical.digest(self.payload("publish")),
            platform_id=f"old-{self.goal}" if out else "",
            published_at=PAST if out else None,
            queue="publish",
            scopes=[*self.fleet.scopes, "platform:plaza"],
            attempts_max=8,
            priority=5,
            note="",
            **lease,
        )
        self.post_name = f"publishing.post:{made}"
        return self

    def effect(self, status: str, *, hold: str) -> "Work":
        """The act outside for the post, with its money."""
        content = canonical.digest(self.payload("publish"))
        sent = status != "INTENDED"
        self.old.stateful(
            "governance_effect",
            status,
            brand_id=ALPHA,
            subject=self.post_name,
            task=f"agents.task:{self.tasks['publish']}",
            kind="publish",
            platform_class="A",
            key=canonical.digest([self.post_name, "publish", content]),
            hold_key=f"{self.post_name}:publish",
            payload_hash=content,
            sent_fence=1,
            grant_jti="old-grant" if sent else "",
            call_timeout_s=10,
            sends=int(sent),
            sent_at=PAST if sent else None,
            platform_id=f"old-{self.goal}" if status == "CONFIRMED" else "",
            receipt={} if sent else None,
        )
        settled = FEE if hold == "SETTLED" else 0
        self.old.stateful(
            "governance_hold",
            hold,
            brand_id=ALPHA,
            key=f"{self.post_name}:publish",
            about=self.post_name,
            scopes=self.fleet.scopes[1:],
            day=Raw("(chimera_now() AT TIME ZONE 'UTC')::date"),
            amount_usd_micros=FEE,
            settled_usd_micros=0,
            expires_at=LATER,
            last={"settled_usd_micros": settled},
        )
        reserved = FEE if hold == "HELD" else 0
        self.old.connection.execute(
            "UPDATE governance_budget SET reserved_usd_micros = reserved_usd_micros + %s,"
            " settled_usd_micros = settled_usd_micros + %s",
            [reserved, settled],
        )
        return self


ALL_DONE = ("DONE",) * 4


def scenes(fleet: Fleet) -> dict[str, Work]:
    """Work in every state, some of it in the hands of a worker that is gone; by a name that a test can ask for."""
    made = {}
    for name, lease in (("due", DUE), ("abandoned", ABANDONED), ("at work", AT_WORK)):
        made[f"to plan, {name}"] = fleet.goal("PROPOSED")
        made[f"to plan, {name}"].task("plan", "READY", lease=lease)
    made["to research"] = fleet.goal("ACTIVE").laid_out("READY", "BLOCKED", "BLOCKED", "BLOCKED", lease=DUE)
    made["to draft, abandoned"] = fleet.goal("ACTIVE").laid_out("DONE", "READY", "BLOCKED", "BLOCKED", lease=ABANDONED)
    made["to draw"] = fleet.goal("ACTIVE").laid_out("DONE", "DONE", "READY", "BLOCKED", lease=DUE)
    made["to propose"] = fleet.goal("ACTIVE").laid_out("DONE", "DONE", "DONE", "READY", lease=DUE)
    made["to judge"] = fleet.goal("ACTIVE").laid_out("DONE", "DONE", "DONE", "JUDGING", lease=DUE)
    made["to judge, abandoned"] = fleet.goal("ACTIVE").laid_out("DONE", "DONE", "DONE", "JUDGING", lease=ABANDONED)
    made["to commit"] = fleet.goal("ACTIVE").laid_out("DONE", "DONE", "DONE", "ACCEPTED", lease=DUE)
    for name, status, code in (
        ("asked", "PENDING", ""),
        ("approved", "APPROVED", ""),
        ("sent back", "REJECTED", "voice"),
        ("refused", "REJECTED", "unwanted"),
        ("late", "EXPIRED", ""),
    ):
        held = fleet.goal("ACTIVE").laid_out("DONE", "DONE", "DONE", "HELD")
        made[name] = held.review("task", status, used=False, code=code)
    out = {
        "to publish": ("SCHEDULED", DUE, None, None),
        "to publish, intended": ("SCHEDULED", ABANDONED, "INTENDED", "HELD"),
        "to publish, sent": ("SCHEDULED", ABANDONED, "SENT", "HELD"),
        "published": ("PUBLISHED", FREE, "CONFIRMED", "SETTLED"),
        "failed": ("FAILED", FREE, "REFUTED", "VOID"),
        "held": ("HELD", FREE, "SENT", "HELD"),
        "called off": ("CANCELLED", FREE, None, None),
        "in doubt": ("FAILED", FREE, "IN_DOUBT", "HELD"),
    }
    for name, (status, lease, effect, hold) in out.items():
        made[name] = fleet.goal("DONE").laid_out(*ALL_DONE).post(status, lease=lease)
        if effect and hold:
            made[name].effect(effect, hold=hold)
    made["held"].review("post", "PENDING", used=False, kind="exhausted")
    made["rejected"] = (
        fleet.goal("FAILED")
        .laid_out("DONE", "DONE", "DONE", "REJECTED")
        .review("task", "REJECTED", used=True, code="unwanted")
    )
    made["expired"] = (
        fleet.goal("FAILED").laid_out("DONE", "DONE", "DONE", "EXPIRED").review("task", "EXPIRED", used=True)
    )
    made["cancelled"] = (
        fleet.goal("CANCELLED")
        .laid_out("DONE", "CANCELLED", "CANCELLED", "CANCELLED")
        .review("task", "WITHDRAWN", used=True)
    )
    for status, last in (("LIFTED", {"lifted_at": NOW}), ("IN_FORCE", {})):
        fleet.old.stateful("governance_control", status, scope="agent:999", kind="pause", reason="a pause", last=last)
    done = made["published"].tasks
    fleet.old.row(
        "agents_verdict",
        brand_id=ALPHA,
        task_id=done["publish"],
        fence=1,
        content_hash="x",
        snapshot={},
        artifact_id=Raw(f"(SELECT id FROM agents_artifact WHERE task_id = {done['publish']})"),
        findings=[],
        composite_bp=9500,
        offline=True,
        ruling="ALLOW",
        reasons=[],
        route="ACCEPT",
    )
    fleet.old.row(
        "core_callrecord",
        brand_id=ALPHA,
        subject=f"agents.task:{done['draft']}",
        fence=1,
        seat="draft",
        provider="offline",
        model="offline",
        offline=True,
        prompt_hash="x",
        request={},
        answer={},
        failure="",
        input_tokens=1,
        output_tokens=1,
        cost_usd_micros=0,
        latency_ms=1,
    )
    fleet.old.row(
        "publishing_asset",
        brand_id=ALPHA,
        content_hash=made["published"].payload("image")["sha256"],
        mime="image/png",
        size_bytes=9,
        width=9,
        height=9,
        maker="poster",
    )
    fleet.old.row("core_tick", name="agents.set_goals", period=1)
    fleet.old.connection.execute("INSERT INTO governance_grantused (jti, effect_key) VALUES ('old-grant', 'k')")
    return made
