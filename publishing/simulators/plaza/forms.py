"""What is sent to Plaza, read strictly: a well-formed post, or a Problem that names the field."""

import json
import re
from typing import Any

from publishing.simulators.plaza.store import Draft, Problem

TEXT_MAX = 280
ALT_MAX = 1000
IMAGES_MAX = 1
HANDLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,29}")


def draft(body: bytes) -> Draft:
    """A well-formed post, or a Problem that names the field."""
    try:
        sent = json.loads(body)
    except ValueError as error:
        raise Problem(400, "not_json", "The body is not JSON.") from error
    if not isinstance(sent, dict):
        raise Problem(422, "invalid_field", "The body must be an object.")
    handle = str(sent.get("account") or "").removeprefix("@")
    if not HANDLE.fullmatch(handle):
        raise Problem(422, "invalid_field", "account must be a handle of 1 to 30 letters, digits, dots, - or _.")
    text = sent.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Problem(422, "invalid_field", "text must be a text that is not empty.")
    if len(text) > TEXT_MAX:
        raise Problem(422, "text_too_long", f"text has {len(text)} characters; {TEXT_MAX} is the most.")
    if not isinstance(sent.get("ai_generated"), bool):
        raise Problem(422, "label_missing", "ai_generated must be true or false; every post on Plaza says so.")
    reply_to = sent.get("reply_to")
    if reply_to is not None and not isinstance(reply_to, str):
        raise Problem(422, "invalid_field", "reply_to must be the id of a post.")
    media = _media(sent.get("media") or [])
    return Draft(handle=handle, text=text, media=media, ai_generated=sent["ai_generated"], reply_to=reply_to or None)


def _media(sent: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(sent, list):
        raise Problem(422, "invalid_field", "media must be a list.")
    if len(sent) > IMAGES_MAX:
        raise Problem(422, "too_many_media", f"A post holds {IMAGES_MAX} image or video at most.")
    found = []
    for item in sent:
        image = {"id": item} if isinstance(item, str) else item
        if not isinstance(image, dict) or not isinstance(image.get("id"), str):
            raise Problem(422, "invalid_field", 'Each of media must be an id or {"id", "alt"}.')
        found.append((image["id"], str(image.get("alt") or "")[:ALT_MAX]))
    return tuple(found)
