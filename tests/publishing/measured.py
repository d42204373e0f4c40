"""Posts that have been out for a while, and platforms that tell how they do."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar

import psycopg

from chimera.core.embeddings import embed
from publishing.connectors.base import Connector, Limits, Receipt
from publishing.connectors.measuring import Figures, Measurement
from tests.conftest import ALPHA, World

Answer = Callable[[Collection[str]], Measurement]


class Telling(Connector):
    """Tells what a test says: figures by platform id, what is gone, or an error; remembers what it was asked."""

    effect_class: ClassVar[str] = "B"
    limits: ClassVar[Limits] = Limits(text_max=280, images_max=0, image_bytes_max=0)
    label_field: ClassVar[str] = "ai_generated"
    measures: ClassVar[int] = 3

    def __init__(self, platform: str = "plaza", *, needs_consent: bool = False) -> None:
        self.platform = platform  # type: ignore[misc]
        self.needs_consent = needs_consent  # type: ignore[misc]
        self.figures: dict[str, Figures] = {}
        self.usual: Figures | None = Figures(views=100, likes=5, replies=1, reposts=2)
        self.gone: set[str] = set()
        self.note = ""
        self.error: Exception | None = None
        self.asked: list[list[str]] = []

    def publish(self, **_: Any) -> Receipt:
        raise NotImplementedError

    def measure(self, *, account_handle: str, platform_ids: Collection[str], timeout_s: float) -> Measurement:
        self.asked.append(sorted(platform_ids))
        if self.error:
            raise self.error
        told = {one: self.figures.get(one, self.usual) for one in platform_ids if one not in self.gone}
        return Measurement(
            figures={one: figures for one, figures in told.items() if figures},
            gone=frozenset(self.gone & set(platform_ids)),
            note=self.note,
        )


def _past(world: World) -> psycopg.Connection:
    """Past every rule and trigger."""
    db = world.superuser()
    db.execute("SET session_replication_role = replica")
    return db


def account(
    world: World, *, platform: str = "plaza", owner: str = "agents.agent:1", handle: str = "nova", brand_id: int = ALPHA
) -> int:
    """An account, past every rule."""
    (made,) = _past(world).execute(
        "INSERT INTO publishing_account (brand_id, platform, handle, display_name, belongs_to)"
        " VALUES (%s, %s, %s, 'Nova', %s) RETURNING id",
        [brand_id, platform, handle, owner],
    ).fetchone()  # fmt: skip
    return int(made)


def post(
    world: World,
    *,
    account_id: int,
    age: str = "20 minutes",
    text: str = "The café mended another toaster.",
    brand_id: int = ALPHA,
    status: str = "PUBLISHED",
    platform_id: str = "",
    task: int = 0,
    **payload: Any,
) -> int:
    """A post that went out so long ago, with its fingerprint; past every rule. `task` made it; 0: one of no goal."""
    db = _past(world)
    (number,) = db.execute("SELECT count(*) + 1 FROM publishing_post").fetchone()
    text = text if payload.get("sponsorship", "none") == "none" else f"#ad {text}"
    said = {"platform": "plaza", "text": text, "ai_generated": True, "sponsorship": "none", **payload}
    (made,) = db.execute(
        "INSERT INTO publishing_post (brand_id, status, state_version, queue, scopes, fence, attempts, attempts_max,"
        " priority, note, lease_owner, task, account_id, payload, content_hash, platform_id, url, approval, made_at,"
        " published_at) VALUES (%s, %s, 2, 'publish', '{}', 0, 0, 5, 5, '', '', %s, %s, %s, %s, %s, '', 'judge',"
        " chimera_now() - %s::interval, chimera_now() - %s::interval) RETURNING id",
        [
            brand_id, status, f"agents.task:{task or 9000 + number}", account_id, json.dumps(said), "0" * 64,
            platform_id or f"p{number}", age, age,
        ],
    ).fetchone()  # fmt: skip
    db.execute(
        "INSERT INTO publishing_fingerprint (brand_id, post_id, account_id, day, vector)"
        " VALUES (%s, %s, %s, current_date, %s::vector)",
        [brand_id, made, account_id, str(embed([text])[0].tolist())],
    )
    return int(made)


def reading(
    world: World, *, post_id: int, step_s: int, late_s: int = 60, brand_id: int = ALPHA, **figures: Any
) -> None:
    """What a platform told of a post, so many seconds after its step was due; past every rule."""
    told: Mapping[str, Any] = {"views": 100, "likes": 0, "replies": 0, "reposts": 0, "saves": None, **figures}
    _past(world).execute(
        "INSERT INTO publishing_reading (brand_id, post_id, step_s, views, likes, replies, reposts, saves, taken_at)"
        " SELECT %s, p.id, %s, %s, %s, %s, %s, %s, p.published_at + make_interval(secs => %s)"
        "   FROM publishing_post p WHERE p.id = %s",
        [
            brand_id, step_s, told["views"], told["likes"], told["replies"], told["reposts"], told["saves"],
            step_s + late_s, post_id,
        ],
    )  # fmt: skip
