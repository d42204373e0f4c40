"""Any server that speaks OpenAI's chat completions, through OpenAI's package: a vendor or one's own machine.

Which model it serves and what that costs nobody but the operator knows: MODEL_IDS and PRICES_FILE say so.
Requirements: GEN-1, GEN-2.
"""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings

from chimera.core.llm import costing, shape, wire
from chimera.core.llm.base import Request
from chimera.core.llm.costing import Usage
from chimera.core.llm.vendor import Failed, Reply, Unclear, Vendor, halves, in_our_words, said

OFFICIAL = "https://api.openai.com/v1"
KEYLESS = "none"  # a server that asks for none still gets a header
# Other makers' models behind this form of address.
_MAKERS = {"anthropic.com": "anthropic", "googleapis.com": "google"}


class OpenAICompatibleProvider(Vendor):
    """Chat completions with a strict JSON schema."""

    name: ClassVar[str] = "openai"
    title: ClassVar[str] = "The OpenAI-compatible server"
    key_setting: ClassVar[str] = "OPENAI_API_KEY"

    @property
    def maker(self) -> str:
        """Whose models answer there, as far as the address says."""
        host = urlsplit(self._address()).hostname or ""
        return next((maker for end, maker in _MAKERS.items() if host == end or host.endswith(f".{end}")), self.name)

    def _unset(self) -> str:
        if self.key or settings.OPENAI_BASE_URL:
            return ""
        return "No key and no address: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own."

    @staticmethod
    def _address() -> str:
        return settings.OPENAI_BASE_URL or OFFICIAL

    def _client(self) -> Any:
        def make() -> Any:
            import openai

            return openai.OpenAI(
                api_key=self.key or KEYLESS,
                base_url=self._address(),
                max_retries=0,
                http_client=wire.http_client(),
            )

        return wire.once((self.name, self.key, self._address()), make)

    def _call(self, *, model: str, request: Request, timeout_s: float) -> Reply:
        import openai

        same, rest = halves(request.prompt)
        messages = [{"role": "system", "content": same}] if same else []
        # The newer models of OpenAI itself know the limit under another name than most other servers.
        limit = "max_completion_tokens" if self._address() == OFFICIAL else "max_tokens"
        client: Any = self._client()
        try:
            with in_our_words(wrapped_in=openai.APIConnectionError):
                answer = client.chat.completions.create(
                    model=model,
                    messages=[*messages, {"role": "user", "content": _content(request, rest)}],
                    response_format={
                        "type": "json_schema",
                        "json_schema": {
                            "name": request.schema.__name__,
                            "schema": shape.of(request.schema),
                            "strict": True,
                        },
                    },
                    timeout=timeout_s,
                    **{limit: costing.output_tokens_max(request=request)},
                )
                return _reply(answer)
        except openai.APIStatusError as error:
            raise Failed(error.status_code, said(error.body)) from None
        except openai.APIError as error:
            raise Unclear(f"answered with something that is no answer ({type(error).__name__})") from error


def _content(request: Request, rest: str) -> Any:
    """Pictures as addresses that hold them; a list only where there are some, as not every server takes one."""
    if not request.pictures:
        return rest
    shown = [{"type": "image_url", "image_url": {"url": one.data_uri}} for one in request.pictures]
    return [*shown, {"type": "text", "text": rest}]


def _reply(answer: Any) -> Reply:
    counted = answer.usage
    details = getattr(counted, "prompt_tokens_details", None)
    cached = (details.cached_tokens or 0) if details else 0
    usage = Usage()
    if counted is not None:
        usage = Usage(fresh=counted.prompt_tokens - cached, read=cached, output=counted.completion_tokens)
    first = answer.choices[0]
    stop, refusal = str(first.finish_reason), first.message.refusal
    if stop == "content_filter":
        refusal = refusal or "its filter left the answer out"
    return Reply(
        text=first.message.content or "",
        usage=usage,
        ended=stop == "stop",
        refused=refusal,
        stopped=stop,
    )
