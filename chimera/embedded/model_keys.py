"""Keys of model providers: for the programs that ask models, and for nobody else. OPS-1, GEN-1."""

import os

KEYS = ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL")
# Whatever else an operator may have said about models in the environment instead of in .env.
_MORE = (
    "ANTHROPIC_BASE_URL",
    "GEMINI_BASE_URL",
    "MODEL_IDS",
    "PRICES_FILE",
    "MODELS_PLAN",
    "MODELS_WRITE",
    "MODELS_JUDGE",
    "MODELS_READ",
    "MODEL_TIMEOUT_S",
    "MODEL_STAGE_S",
    "MODEL_THINKING_TOKENS_MAX",
    "HTTPS_PROXY",
    "NO_PROXY",
)

# Empty on purpose: a variable that is set wins over .env.
NONE: dict[str, str] = dict.fromkeys(KEYS, "")


def told() -> dict[str, str]:
    """What this process was told of models, to be handed on to a worker or the desk."""
    return {name: os.environ[name] for name in (*KEYS, *_MORE) if name in os.environ}
