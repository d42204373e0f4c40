"""Plaza as a publish worker sees it: one MCP tool, and its answers as the values of `connectors.base`.

Requirements: PUB-1, PUB-2, PUB-4, MCP-1.
"""

import json
from collections.abc import Callable
from typing import Any, ClassVar

from chimera.core.errors import Denied, Unavailable
from chimera.core.mcp.client import Client, NoAnswer, NotAllowed, ToolRefused, Unauthorized
from publishing.connectors.base import Connector, Limits, NotSent, Receipt, Rejected, Unknown

TOOL = "publish_post"


class PlazaConnector(Connector):
    """Publishes on Plaza through its connector process. Cheap to make; the session behind it is shared."""

    platform: ClassVar[str] = "plaza"
    effect_class: ClassVar[str] = "A"
    limits: ClassVar[Limits] = Limits(text_max=280, images_max=1, image_bytes_max=5_000_000)
    label_field: ClassVar[str] = "ai_generated"

    def __init__(self, *, url: str, service_token: str, is_allowed: Callable[[str], bool] | None = None) -> None:
        """`url` is the connector's MCP endpoint. Without `is_allowed` that one URL is allowed and no other."""
        self._client = Client(url, bearer=service_token, is_allowed=is_allowed or (lambda asked: asked == url))

    @classmethod
    def from_settings(cls, *, is_allowed: Callable[[str], bool] | None = None) -> "PlazaConnector":
        """Made from `settings.CONNECTORS["plaza"]`: `{"url": str, "service_token": str}`."""
        from django.conf import settings

        chosen = settings.CONNECTORS["plaza"]
        return cls(url=chosen["url"], service_token=chosen["service_token"], is_allowed=is_allowed)

    def publish(self, *, payload: dict[str, Any], grant: str, idempotency_key: str, timeout_s: float) -> Receipt:
        """See `Connector.publish`."""
        if payload.get(self.label_field) is not True:
            sentence = "Not published on Plaza: the payload carries no AI label. Set it and judge anew."
            raise Rejected(sentence, code="no_label")
        arguments = {"payload": payload, "grant": grant, "idempotency_key": idempotency_key}
        try:
            answer = self._client.call(tool=TOOL, arguments=arguments, timeout_s=timeout_s)
        except NotAllowed as error:
            raise Rejected(f"Not published on Plaza: {error}", code="not_allowed") from error
        except Unauthorized as error:
            raise NotSent(f"Not published on Plaza: {error} Check the connector's service token.") from error
        except NoAnswer as error:
            if error.maybe_sent:
                raise Unknown(f"Plaza's connector did not answer; the post may be live. {error}") from error
            raise NotSent(f"Not published on Plaza: {error}") from error
        except ToolRefused as error:
            raise _as_error(str(error)) from error
        return _receipt(answer)

    def close(self) -> None:
        """Close the shared session of this process; the next publish opens another."""
        self._client.close()


def _as_error(text: str) -> Denied | Unavailable:
    """The server's refusal as a value of ours. A text that is not in its own words may hide anything: Unknown."""
    try:
        told = json.loads(text[text.index("{") :])
        code, sentence, kind = str(told["code"]), str(told["message"]), told["class"]
    except (ValueError, KeyError, TypeError):
        return Unknown(f"Plaza's connector failed in words of its own; the post may be live. {text[:300]}")
    if kind == "rejected":
        return Rejected(f"Not published on Plaza: {sentence}", code=code)
    if kind == "not_sent":
        return NotSent(f"Not published on Plaza: {sentence}")
    return Unknown(f"Plaza may have the post: {sentence}")


def _receipt(answer: dict[str, Any]) -> Receipt:
    platform_id, url = str(answer.get("platform_id") or ""), str(answer.get("url") or "")
    if not platform_id:
        raise Unknown("Plaza's connector answered without a post id; the post may be live.")
    # The address comes from outside and ends up in a link: anything but a web address is dropped.
    if not url.startswith(("http://", "https://")):
        url = ""
    return Receipt(platform_id=platform_id, url=url, raw_status=str(answer.get("status") or ""))
