"""Who answers questions to models: keys, the order within each tier, time and size. Keys from the environment only.

GEN-1, GEN-2, JDG-1.
"""

from chimera.settings.base import env

# First come, first asked; who has no key, no model or no price is passed over (`manage.py models` says why).
MODELS_BY_TIER: dict[str, list[str]] = {
    "plan": env.list("MODELS_PLAN", default=["anthropic", "google", "openai", "offline"]),
    "write": env.list("MODELS_WRITE", default=["anthropic", "google", "openai", "offline"]),
    "judge": env.list("MODELS_JUDGE", default=["google", "anthropic", "openai"]),  # never whoever wrote
    "read": env.list("MODELS_READ", default=["google", "anthropic", "openai", "offline"]),
}
# Other ids than chimera/core/llm/models.toml says, as provider or provider.tier: openai=llama-4,anthropic.write=...
MODEL_IDS: dict[str, str] = env.dict("MODEL_IDS", default={})
PRICES_FILE: str = env.str("PRICES_FILE", default="")  # more prices, in the form of chimera/core/prices/table.toml

ANTHROPIC_API_KEY: str = env.str("ANTHROPIC_API_KEY", default="")
ANTHROPIC_BASE_URL: str = env.str("ANTHROPIC_BASE_URL", default="https://api.anthropic.com")
GEMINI_API_KEY: str = env.str("GEMINI_API_KEY", default="")
GEMINI_BASE_URL: str = env.str("GEMINI_BASE_URL", default="https://generativelanguage.googleapis.com")
OPENAI_API_KEY: str = env.str("OPENAI_API_KEY", default="")  # a server on one's own machine may need none
OPENAI_BASE_URL: str = env.str("OPENAI_BASE_URL", default="")  # any server that speaks OpenAI's chat completions

MODEL_TIMEOUT_S: float = env.float("MODEL_TIMEOUT_S", default=40.0)  # one call; below CIRCUIT_PROBE_S
MODEL_STAGE_S: float = env.float("MODEL_STAGE_S", default=85.0)  # all calls of one stage, other providers included
MODEL_THINKING_TOKENS_MAX: int = env.int("MODEL_THINKING_TOKENS_MAX", default=3_000)  # on top of the answer's
MODEL_ANSWER_BYTES_MAX = 1_000_000
MODEL_CLOCK_S = 60.0  # how long a process goes by the day that it has read, for prices
