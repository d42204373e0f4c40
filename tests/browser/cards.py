"""Cards for the desk: real snapshots, measured and judged by every policy, without the line that would make them."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

from playwright.sync_api import Page

from agents import pipeline
from agents.personas import soul
from agents.personas.models import Agent
from agents.personas.states import TrustRung
from agents.tasks.models import Artifact, Task
from agents.worker import evidence, measures
from chimera.core import canonical, clock, registry, storage, tenancy
from governance.models import ReviewItem
from governance.policies import engine
from governance.policies.base import Policy
from governance.reviews import services as reviews
from governance.reviews.models import ReviewKind
from publishing.media.images.base import PosterSpec
from publishing.media.images.poster import PosterMaker
from tests import people
from tests.agents import judged
from tests.conftest import ALPHA, World

PASSAGE = "“Most of them only needed a new fuse,” said volunteer Hettie Lamb."
TEXT = (
    "A repair café in Orlowe has mended its 1,000th toaster. “Most of them only needed a new fuse,” said volunteer "
    "Hettie Lamb. Mine needed 7 screws and a biscuit tin."
)


def agent() -> Agent:
    """Bea, on probation; inside the brand."""
    return judged.agent(brand_id=ALPHA)


@lru_cache(maxsize=1)
def _poster() -> tuple[str, dict[str, Any]]:
    made = PosterMaker().make(
        spec=PosterSpec(
            title="1,000 toasters",
            kicker="Repair",
            source_line="Harbour Post",
            name="Bea Tornquist",
            handle="bea_unscrews",
            background="#fff7e6",
            ink="#1d3557",
            accent="#d62828",
            motif="circuit",
            seed=7,
        )
    )
    facts = {"size_bytes": len(made.bytes), "width": made.width, "height": made.height}
    return storage.put(made.bytes), facts


@lru_cache(maxsize=32)
def snapshot(text: str) -> dict[str, Any]:
    """The snapshot of a text, with its verdict; the same text is judged once."""
    front = soul.parse((people.SOULS / "bea_unscrews.md").read_bytes(), origin="bea").front.model_dump(mode="json")
    sha256, facts = _poster()
    fact = {
        "text": PASSAGE,
        "title": people.STORY[0],
        "source": "Harbour Post",
        "sources": ["Harbour Post"],
        "url": "http://harbour-post.example/toasters",
    }
    more = {**fact, "text": "The café opens every Saturday in the old tram depot and has 42 volunteers."}
    expires = (clock.now() + timedelta(hours=20)).isoformat()
    frozen = evidence.freeze(
        payload={
            "platform": "plaza",
            "account_handle": "bea_unscrews",
            "text": text,
            "media": [{"sha256": sha256, "alt": "A poster: 1,000 toasters"}],
            "ai_generated": True,
            "sponsorship": "none",
        },
        agent={"handle": "bea_unscrews", "name": "Bea Tornquist", "rung": "PROBATION"},
        soul={**front, "version": 1},
        trend={
            "title": people.STORY[0],
            "sources": ["Harbour Post"],
            "expires_at": expires,
            "relevance_bp": 9_100,
            "similarity_bp": 5_200,
        },
        upstream={"research": {"facts": [fact, more]}, "draft": {"citations": [fact, more]}, "image": {}},
        media={sha256: facts},
        neighbours=[
            {
                "subject": "publishing.post:1",
                "task": "agents.task:1",
                "handle": "bea_unscrews",
                "text": "I took a toaster apart on Saturday and it works again.",
                "content_hash": "x",
            }
        ],
        estimate_usd_micros=15_000,
    )
    measured = measures.add(snapshot=frozen)
    verdict = engine.judge(snapshot=measured, policies=registry.every("POLICIES", Policy))
    routing = {
        "act_above_bp": 9_000,
        "retry_below_bp": 7_000,
        "worker_bp": 8_800,
        "retries": 0,
        "offline_may_act": False,
    }
    return {**measured, "routing": routing, "verdict": verdict.as_json()}


def ask(
    *, agent: Agent, text: str = TEXT, minutes: int = 60, number: int = 1, group: str = "", **changed: Any
) -> ReviewItem:
    """A card with a task of its own and its artifact, due in so many minutes; as the application.

    `number` tells texts apart that were judged once; `changed` are parts of the payload.
    """
    task = judged.task(agent=agent)
    found = snapshot(text)
    payload = {**found["payload"], "text": text if number == 1 else f"{text} {number}", **changed}
    Task.objects.filter(pk=task.pk).update(fence=1)
    Artifact.objects.create(brand_id=ALPHA, task=task, fence=1, payload=payload, content_hash=canonical.digest(payload))
    return reviews.ask(
        brand_id=ALPHA,
        about=task.subject,
        task=task.subject,
        kind=ReviewKind.PROBATION,
        snapshot={**found, "payload": payload},
        why="The agent is on probation: every post is reviewed.",
        deadline=clock.now() + timedelta(minutes=minutes),
        group=group,
    )


def queue(world: World, *, count: int, group: str = "") -> list[int]:
    """So many cards of one agent, most urgent first, each with a text of its own; ids."""
    with world.role("app"), tenancy.brand(ALPHA, actor="test:cards"):
        bea = agent()
        made = []
        for place in range(count):
            made.append(ask(agent=bea, minutes=60 + place, number=place + 1, group=group).pk)
        return made


def of_the_line(world: World) -> int:
    """The card of a post that the whole line has made, of an agent on probation."""
    with world.role("operator"), tenancy.brand(ALPHA, actor="test:cards"):
        made = people.agent(brand_id=ALPHA, rung=TrustRung.PROBATION)
        people.trend(brand_id=ALPHA)
        people.goal(agent=made)
    with world.role("app"):
        while sum(pipeline.drain(queue=queue, seconds=20) for queue in ("think", "render")):
            pass
    with tenancy.all_brands(actor="test:look"):
        return ReviewItem.objects.get(status="PENDING").pk


def status(pk: int) -> str:
    """Where a card is."""
    return look(pk).status


def look(pk: int) -> ReviewItem:
    """A card as it is now."""
    with tenancy.all_brands(actor="test:look"):
        return ReviewItem.objects.get(pk=pk)


def clip(page: Page) -> str:
    """The content hash of a short clip that the browser itself has recorded: real bytes of a real video."""
    recorded = page.evaluate(
        """async () => {
          const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
          const brush = canvas.getContext("2d");
          const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
          const parts = [];
          recorder.ondataavailable = (event) => parts.push(event.data);
          const stopped = new Promise((done) => { recorder.onstop = done; });
          recorder.start();
          for (let frame = 0; frame < 25; frame += 1) {
            brush.fillStyle = frame % 2 ? "teal" : "orange";
            brush.fillRect(0, 0, 64, 64);
            await new Promise((done) => setTimeout(done, 20));
          }
          recorder.stop();
          await stopped;
          return Array.from(new Uint8Array(await new Blob(parts).arrayBuffer()));
        }"""
    )
    return storage.put(bytes(recorded))
