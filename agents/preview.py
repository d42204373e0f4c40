"""What a soul would post about the news of now, shown before anything of it exists: no row is written, $0 is spent.

The functions are those of the line: trends are found by `trends.look`, fitted as goals are, researched, drafted and
drawn by their kinds, judged by every policy over a snapshot of the same shape. Only the writer is fixed (the offline
one), and what the line would store goes into a folder. Requirements: PER-1, TRD-3, GEN-1, GEN-6, JDG-1.
"""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from agents.goals import services as goals
from agents.judge import services as judge
from agents.personas.soul import SoulFile
from agents.personas.states import TrustRung
from agents.planner import recipes
from agents.worker import checking, evidence, measures
from agents.worker.base import CannotPropose, Proposal, Work
from agents.worker.kinds.draft import RECENT_MAX, Drafting
from agents.worker.kinds.image import Drawing
from agents.worker.kinds.publish import PLATFORM, Publishing
from agents.worker.kinds.research import Research
from chimera.core import embeddings, registry, taint
from chimera.core.calls.services import Recorder
from chimera.core.llm.base import Provider
from chimera.core.money import Allowance
from governance import routing
from governance.policies import engine
from governance.policies.base import Outcome, Policy
from governance.routing import Route
from publishing.connectors.base import Connector
from publishing.media.images.base import BadSpec
from publishing.simulators import feeds as sample_feeds
from publishing.trends import clustering
from publishing.trends import selectors as trend_selectors
from publishing.trends import services as trends
from publishing.trends.reading import Reading
from publishing.trends.services import Found

POSTS_MAX = 10
TAKES_MAX = 3  # on one trend, where there are too few trends for ten posts; a launched agent makes one
NOTHING = Allowance(hold_key="", amount_usd_micros=0)


@dataclass(frozen=True, kw_only=True)
class Post:
    """One post as the judge would get it. `route` on probation, `once_trusted` as an autonomous agent's."""

    text: str
    alt: str
    image: bytes
    trend: str
    sources: tuple[str, ...]
    relevance_bp: int
    composite_bp: int | None
    route: Route
    once_trusted: Route
    reasons: tuple[str, ...]
    retries: int
    take: int = 1  # 2 and 3 are further tries on a trend that has a post already


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Posts, best first, and where they came from. `unwritten` has a trend's title and why there is no post of it."""

    posts: tuple[Post, ...]
    readings: tuple[Reading, ...]
    trends: int
    relevant: int
    unwritten: tuple[tuple[str, str], ...]
    cost_usd_micros: int

    @property
    def why_fewer(self) -> str:
        """Why there are fewer than ten, as a sentence; empty when there are ten."""
        if len(self.posts) >= POSTS_MAX:
            return ""
        read = sum(not reading.error for reading in self.readings)
        text = (
            f"Fewer than {POSTS_MAX} posts: {self.relevant} of {self.trends} trends in {read} feeds are near enough to "
            f"the soul's interests (more than {settings.RELEVANCE_MIN_BP / 100:.0f}% of ordinary headlines)"
        )
        if self.unwritten:
            text += f", and {len(self.unwritten)} of them gave nothing that could be posted"
        return f"{text}. Name more feeds with --feed, or widen `interests`."

    @property
    def further_takes(self) -> str:
        """How many posts are further tries on the same trends, as a sentence; empty when none is."""
        count = sum(post.take > 1 for post in self.posts)
        if not count:
            return ""
        return f"{count} of them are further takes on the same trends, to show the voice; an agent posts once on each."


def bundled(*, folder: Path, now: datetime) -> list[str]:
    """The sample feeds as files in `folder`, dated as if their outlets were publishing now; returns their paths."""
    paths = []
    for template in sorted((Path(settings.CHECKOUT) / "demo" / "feeds").glob("*.xml")):
        path = folder / template.name
        path.write_bytes(sample_feeds.render(template.read_bytes(), now=now))
        paths.append(str(path))
    return paths


def make(*, soul: SoulFile, sources: Sequence[str], count_max: int = POSTS_MAX) -> Preview:
    """The posts that this soul would make of these feeds now. Reads the clock and the stops, writes nothing."""
    readings, found = trends.look(sources=sources)
    near = _near(soul, found)
    items = _items(readings)
    recorder = Recorder()
    posts: list[Post] = []
    unwritten: list[tuple[str, str]] = []
    for take, (trend, fit) in itertools.product(range(1, TAKES_MAX + 1), near):
        if len(posts) >= count_max:
            break
        try:
            post = _Line(soul, trend, fit, posts, recorder, take).post([items[i.key] for i in trend.cluster.items])
        except (CannotPropose, BadSpec) as refusal:
            if take == 1:
                unwritten.append((trend.title, str(refusal)))
            continue
        if post.text not in (other.text for other in posts):
            posts.append(post)
    return Preview(
        posts=tuple(posts),
        readings=tuple(readings),
        trends=len(found),
        relevant=len(near),
        unwritten=tuple(unwritten),
        cost_usd_micros=recorder.cost_usd_micros,
    )


def _near(soul: SoulFile, found: Sequence[Found]) -> list[tuple[Found, tuple[int, int]]]:
    """The trends that would become goals, in the order in which they would."""
    profile = embeddings.embed([soul.profile_text])[0]
    near = []
    for trend in found:
        fit = goals.fitting(similarity=embeddings.similarity(trend.cluster.centroid, profile), profile=profile)
        if fit is not None:
            near.append((trend, fit))
    return sorted(
        near, key=lambda one: -goals.weight(similarity_bp=one[1][1], score_bp=round(one[0].score.total * 10_000))
    )


def _items(readings: Sequence[Reading]) -> dict[str, dict[str, Any]]:
    """What research reads of every item, by the item's key; texts stay tainted."""
    found = {}
    for reading in readings:
        title = reading.document.title if reading.document else ""
        outlet = trend_selectors.outlet_name(title=title, url=reading.source)
        for entry in reading.entries:
            item = {"title": entry.title, "summary": entry.summary, "source": outlet, "url": entry.url}
            found[f"{reading.source}#{entry.guid}"] = item
    return found


class _Line:
    """The line for one trend: research, draft, image, publish, judge; again while the judge sends it back."""

    def __init__(
        self,
        soul: SoulFile,
        trend: Found,
        fit: tuple[int, int],
        before: Sequence[Post],
        recorder: Recorder,
        take: int,
    ) -> None:
        self._take = take
        self._front = soul.front.model_dump(mode="json")
        self._soul = {**self._front, "backstory": soul.backstory, "version": 0}
        self._trend, self._fit, self._before, self._recorder = trend, fit, before, recorder
        self._agent = {"id": 0, "handle": soul.front.handle, "name": soul.front.name, "rung": TrustRung.PROBATION}
        self._upstream: dict[str, Mapping[str, Any]] = {}
        self._feedback: list[dict[str, str]] = []

    def _work(self, kind: str, inputs: dict[str, Any]) -> Work:
        title, fingerprint = self._trend.title, clustering.fingerprint(self._trend.cluster)
        return Work(
            subject=f"preview:{len(self._before) + 1}",
            brand_id=0,
            fence=0,
            kind=kind,
            agent=self._agent,
            soul=self._soul,
            goal={
                "id": 0,
                "wish": f"Post about: {title}"[:300],
                "cause": f"trend:{fingerprint[:40]}:agent:{self._agent['handle']}:take:{self._take}",
                "trend_title": title,
            },
            upstream=self._upstream,
            feedback=tuple(self._feedback),
            inputs=inputs,
        )

    def post(self, items: Sequence[Mapping[str, Any]]) -> Post:
        """One post with its verdict. Raises CannotPropose or BadSpec."""
        research = self._work("research", {"items": taint.to_json(list(items))})
        self._upstream["research"] = self._kept(
            Research().propose(work=research, allowance=NOTHING, recorder=self._recorder)
        )
        for retries in range(routing.RETRIES_MAX + 1):
            image = self._drafted_and_drawn()
            payload = self._kept(
                Publishing().propose(
                    work=self._work("publish", {"account_id": 0, "handle": self._agent["handle"]}),
                    allowance=NOTHING,
                    recorder=self._recorder,
                )
            )
            snapshot = measures.add(snapshot=self._snapshot(payload))
            verdict = engine.judge(snapshot=snapshot, policies=registry.every("POLICIES", Policy))
            way, trusted, reasons = _routes(verdict, snapshot, retries)
            if way != Route.RETRY:
                break
            self._feedback.append(judge.feedback_on(finding=judge.objection(verdict=verdict)))
        return Post(
            text=payload["text"],
            alt=payload["media"][0]["alt"],
            image=image,
            trend=self._trend.title,
            sources=self._trend.cluster.sources,
            relevance_bp=self._fit[0],
            composite_bp=verdict.composite_bp,
            route=way,
            once_trusted=trusted,
            reasons=reasons,
            retries=retries,
            take=self._take,
        )

    def _drafted_and_drawn(self) -> bytes:
        inputs = {
            "recent": [post.text for post in reversed(self._before)][:RECENT_MAX],
            "limit_chars": registry.get("CONNECTORS", PLATFORM, Connector).limits.text_max,
        }
        draft = Drafting().written_by(
            order=[registry.get("MODELS", "offline", Provider)],  # whatever the settings say: a preview is free
            work=self._work("draft", inputs),
            allowance=NOTHING,
            recorder=self._recorder,
        )
        self._upstream["draft"] = self._kept(draft)
        work, drawing = self._work("image", {}), Drawing()
        image = drawing.drawn(work=work, allowance=NOTHING)
        digest = hashlib.sha256(image.bytes).hexdigest()
        self._upstream["image"] = drawing.described(work=work, image=image, sha256=digest)
        return image.bytes

    def _kept(self, proposal: Proposal) -> dict[str, Any]:
        taint.refuse(proposal.payload, sink="the preview")
        return dict(proposal.payload)

    def _snapshot(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        image = self._upstream["image"]
        facts = {key: image[key] for key in ("mime", "size_bytes", "width", "height", "likeness")}
        return evidence.freeze(
            payload=payload,
            agent={key: self._agent[key] for key in ("handle", "name", "rung")},
            soul=self._soul,
            trend={
                "title": self._trend.title,
                "sources": sorted(self._trend.cluster.sources),
                "expires_at": self._trend.expires_at.isoformat(),
                "relevance_bp": self._fit[0],
                "similarity_bp": self._fit[1],
            },
            upstream=self._upstream,
            media={image["sha256"]: facts},
            neighbours=[
                {"subject": f"preview:{n}", "handle": self._agent["handle"], "text": post.text, "content_hash": ""}
                for n, post in enumerate(self._before, 1)
            ],
            estimate_usd_micros=sum(checking.known()[step.kind].estimate_usd_micros() for step in recipes.post()),
        )


def _routes(verdict: engine.Verdict, snapshot: Mapping[str, Any], retries: int) -> tuple[Route, Route, tuple[str, ...]]:
    """Where the post goes on probation and where an autonomous agent's would, with the reasons of both."""
    ways: list[Route] = []
    reasons: list[str] = []
    for rung in (TrustRung.PROBATION, TrustRung.AUTONOMOUS):
        decision = judge.rule(scopes=["fleet"], trust_rung=rung, snapshot=snapshot)
        thresholds = judge.thresholds_for(trust_rung=rung)
        ways.append(routing.route(verdict=verdict, ruling=decision.ruling, thresholds=thresholds, retries=retries))
        reasons += decision.reasons
    reasons += [finding.reason for finding in verdict.findings if finding.outcome > Outcome.PASS]
    return ways[0], ways[1], tuple(dict.fromkeys(reasons))
