"""Google's models through google-genai: its answer schema is JSON Schema, its time-outs are milliseconds.

Requirements: GEN-1, GEN-2.
"""

from typing import Any, ClassVar

from django.conf import settings

from chimera.core.llm import costing, shape, wire
from chimera.core.llm.base import Request
from chimera.core.llm.costing import Usage
from chimera.core.llm.vendor import Failed, Reply, Vendor, halves, in_our_words, said

# What it calls an end that is a no; MAX_TOKENS and the rest cut an answer off.
_REFUSALS = frozenset({"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "ESCALATION"})


class GoogleProvider(Vendor):
    """`generate_content`. What is the same for many calls goes first, as its own cache wants it."""

    name: ClassVar[str] = "google"
    title: ClassVar[str] = "Google"
    key_setting: ClassVar[str] = "GEMINI_API_KEY"

    def _client(self) -> Any:
        def make() -> Any:
            from google import genai
            from google.genai import types

            return genai.Client(
                api_key=self.key,
                vertexai=False,
                http_options=types.HttpOptions(base_url=settings.GEMINI_BASE_URL, httpx_client=wire.http_client()),
            )

        return wire.once((self.name, self.key, settings.GEMINI_BASE_URL), make)

    def _call(self, *, model: str, request: Request, timeout_s: float) -> Reply:
        from google.genai import errors, types

        same, rest = halves(request.prompt)
        asked = types.GenerateContentConfig(
            system_instruction=same or None,
            response_mime_type="application/json",
            response_json_schema=shape.of(request.schema),
            max_output_tokens=costing.output_tokens_max(request=request),
            http_options=types.HttpOptions(timeout=round(timeout_s * 1000)),
        )
        shown = [types.Part.from_bytes(data=one.content, mime_type=one.mime) for one in request.pictures]
        contents: Any = [*shown, types.Part.from_text(text=rest)] if shown else rest
        client = self._client()
        try:
            with in_our_words():
                return _reply(client.models.generate_content(model=model, contents=contents, config=asked))
        except errors.APIError as error:
            raise Failed(int(error.code or 0), said(error.details) or str(error.message or "")) from None


def _reply(answer: Any) -> Reply:
    counted = answer.usage_metadata
    cached = counted.cached_content_token_count or 0 if counted else 0
    usage = (
        Usage(
            fresh=(counted.prompt_token_count or 0) - cached,
            read=cached,
            output=(counted.candidates_token_count or 0) + (counted.thoughts_token_count or 0),
        )
        if counted
        else Usage()
    )
    blocked = getattr(answer.prompt_feedback, "block_reason", None)
    if blocked:
        return Reply(text="", usage=usage, refused=_word(blocked))
    if not answer.candidates:
        return Reply(text="", usage=usage, ended=False, stopped="no candidate")
    first = answer.candidates[0]
    stop = _word(first.finish_reason)
    parts = (first.content.parts if first.content else None) or []
    return Reply(
        text="".join(part.text for part in parts if part.text and not part.thought),
        usage=usage,
        ended=stop == "STOP",
        refused=(first.finish_message or stop) if stop in _REFUSALS else None,
        stopped=stop,
    )


def _word(value: Any) -> str:
    return str(getattr(value, "value", value) or "")
