"""Anthropic's models through its package: a schema in, text out, so that usage is kept whatever happens.

Requirements: GEN-1, GEN-2.
"""

from typing import Any, ClassVar

from django.conf import settings

from chimera.core.llm import costing, shape, wire
from chimera.core.llm.base import Request
from chimera.core.llm.costing import Usage
from chimera.core.llm.vendor import Failed, Reply, Unclear, Vendor, halves, in_our_words, said


class AnthropicProvider(Vendor):
    """Messages with `output_config`; what is the same for many calls is marked for the cache."""

    name: ClassVar[str] = "anthropic"
    title: ClassVar[str] = "Anthropic"
    key_setting: ClassVar[str] = "ANTHROPIC_API_KEY"
    caches: ClassVar[bool] = True

    def _client(self) -> Any:
        def make() -> Any:
            import anthropic

            return anthropic.Anthropic(
                api_key=self.key,
                base_url=settings.ANTHROPIC_BASE_URL,
                max_retries=0,
                http_client=wire.http_client(),
            )

        return wire.once((self.name, self.key, settings.ANTHROPIC_BASE_URL), make)

    def _call(self, *, model: str, request: Request, timeout_s: float) -> Reply:
        import anthropic

        same, rest = halves(request.prompt)
        more: dict[str, Any] = {}
        if same:
            more["system"] = [{"type": "text", "text": same, "cache_control": {"type": "ephemeral"}}]
        client = self._client()
        try:
            with in_our_words(wrapped_in=anthropic.APIConnectionError):
                message = client.messages.create(
                    model=model,
                    max_tokens=costing.output_tokens_max(request=request),
                    messages=[{"role": "user", "content": _content(request, rest)}],
                    output_config={"format": {"type": "json_schema", "schema": shape.of(request.schema)}},
                    timeout=timeout_s,
                    **more,
                )
                return _reply(message)
        except anthropic.APIStatusError as error:
            raise Failed(error.status_code, said(error.body)) from None
        except anthropic.APIError as error:
            raise Unclear(f"answered with something that is no answer ({type(error).__name__})") from error


def _content(request: Request, rest: str) -> Any:
    """Pictures stand before the words that are about them."""
    if not request.pictures:
        return rest
    shown = [
        {"type": "image", "source": {"type": "base64", "media_type": one.mime, "data": one.base64}}
        for one in request.pictures
    ]
    return [*shown, {"type": "text", "text": rest}]


def _reply(message: Any) -> Reply:
    counted, stop = message.usage, message.stop_reason
    written = counted.cache_creation
    usage = Usage(
        fresh=counted.input_tokens,
        read=counted.cache_read_input_tokens or 0,
        written_5m=written.ephemeral_5m_input_tokens if written else counted.cache_creation_input_tokens or 0,
        written_1h=written.ephemeral_1h_input_tokens if written else 0,
        output=counted.output_tokens,
    )
    details = getattr(message, "stop_details", None)
    reason = getattr(details, "explanation", None) or getattr(details, "category", None) or ""
    return Reply(
        text="".join(block.text for block in message.content if block.type == "text"),
        usage=usage,
        ended=stop == "end_turn",
        refused=str(reason) if stop == "refusal" else None,
        stopped=str(stop),
    )
