"""A preview as a folder: one page, the posters beside it. Nothing is fetched, nothing runs.

Requirements: PER-1, PUB-2.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from agents.personas.checklist import Item
from agents.personas.soul import SoulFile
from agents.preview import Post, Preview
from agents.worker.kinds.publish import PLATFORM
from chimera.core import money
from chimera.core.errors import Denied
from governance.routing import Route
from publishing.posts import fees

MARK = '<meta name="generator" content="chimera preview">'
_OURS = re.compile(r"post-\d{2}\.png")

WORDS = {
    Route.ACCEPT: "would be published",
    Route.HUMAN: "would wait for a human",
    Route.RETRY: "would be written again",
    Route.REJECT: "would be rejected",
}


class NoFolder(Denied):
    """The preview cannot be written there."""


def image_name(number: int) -> str:
    """The file name of the poster of the post with this number, from 1."""
    return f"post-{number:02}.png"


def verdict_line(post: Post) -> str:
    """Score and route in a sentence for people."""
    score = "no score" if post.composite_bp is None else f"score {post.composite_bp / 10_000:.2f}"
    after = f" after {post.retries} {'retry' if post.retries == 1 else 'retries'}" if post.retries else ""
    later = "once trusted too" if post.once_trusted == post.route else f"once trusted it {WORDS[post.once_trusted]}"
    return f"{score}; {WORDS[post.route]}{after}, {later}"


def folder_for(*, handle: str) -> Path:
    """Where a preview goes when nobody names a folder."""
    return Path(settings.CHIMERA_HOME) / "previews" / handle


def write(*, preview: Preview, soul: SoulFile, folder: Path, checklist: Sequence[Item], notes: Sequence[str]) -> Path:
    """Write page and posters; an earlier preview in the folder is replaced. Returns the page. Raises NoFolder.

    Anything else that lies there is left alone; a folder whose index.html is somebody else's is refused.
    """
    page = folder / "index.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if page.exists():
            if MARK not in page.read_text(encoding="utf-8", errors="replace"):
                raise NoFolder(f"{page} is not a preview; name another folder with --to.")
            for path in folder.iterdir():
                if _OURS.fullmatch(path.name):
                    path.unlink()
        for number, post in enumerate(preview.posts, 1):
            (folder / image_name(number)).write_bytes(post.image)
        page.write_text(_html(preview, soul, checklist, notes), encoding="utf-8")
    except OSError as error:
        raise NoFolder(
            f"The preview cannot be written to {folder}: {error.strerror or error}. Name another folder with --to."
        ) from error
    return page


def _html(preview: Preview, soul: SoulFile, checklist: Sequence[Item], notes: Sequence[str]) -> str:
    style = (Path(settings.CHECKOUT) / "templates" / "preview" / "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    posts: list[dict[str, Any]] = [
        {
            "number": number,
            "post": post,
            "image": image_name(number),
            "relevance": f"{post.relevance_bp / 100:.1f}%",
            "verdict": verdict_line(post),
        }
        for number, post in enumerate(preview.posts, 1)
    ]
    return render_to_string(
        "preview/index.html",
        {
            "mark": MARK,
            "style": style,
            "style_hash": f"sha256-{digest}",
            "soul": soul.front,
            "posts": posts,
            "preview": preview,
            "cost": money.show(preview.cost_usd_micros),
            "checklist": checklist,
            "notes": notes,
            "fee": money.show(fees.estimate_usd_micros(platform=PLATFORM)),
        },
    )
