"""Providers of images and clips: where their studio servers are, and, in those processes alone, their keys.

Requirements: GEN-3, GEN-7, MCP-1.
"""

from chimera.settings.base import env

# For workers: where each provider's studio server is, ending in /mcp. Empty: nothing is made there.
STUDIO_URLS: dict[str, str] = {
    "ideogram": env.str("STUDIO_IDEOGRAM_URL", default=""),
    "runway": env.str("STUDIO_RUNWAY_URL", default=""),
    "gemini": env.str("STUDIO_GEMINI_URL", default=""),
}
STUDIO_TOKEN: str = env.str("STUDIO_TOKEN", default=env.str("SERVICE_TOKEN", default=""))
STUDIO_IDEOGRAM_SPEED: str = env.str("STUDIO_IDEOGRAM_SPEED", default="v3-turbo")
STUDIO_GEMINI_IMAGE_MODEL: str = env.str("STUDIO_GEMINI_IMAGE_MODEL", default="gemini-3.1-flash-image")
STUDIO_RUNWAY_MODEL: str = env.str("STUDIO_RUNWAY_MODEL", default="gen4_turbo")
STUDIO_GEMINI_VIDEO_MODEL: str = env.str("STUDIO_GEMINI_VIDEO_MODEL", default="gemini-omni-1.2-flash")
STUDIO_POST_MAX_USD: str = env.str("STUDIO_POST_MAX_USD", default="0.50")  # GEN-7: the default tier of a post

STUDIO_CALL_TIMEOUT_S: float = env.float("STUDIO_CALL_TIMEOUT_S", default=120.0)  # one picture, or one download
STUDIO_POLL_S: float = env.float("STUDIO_POLL_S", default=6.0)
STUDIO_CLIP_LASTS_S: float = env.float("STUDIO_CLIP_LASTS_S", default=1200.0)  # then it is cancelled there
STUDIO_DOUBT_S: float = env.float("STUDIO_DOUBT_S", default=6 * 3600.0)  # then it counts as begun, paid and lost
MAKERS_MAX: int = env.int("MAKERS_MAX", default=4)  # threads of one worker that wait for providers

# For studio servers alone. The keys stand in no worker's environment.
IDEOGRAM_API_URL: str = env.str("IDEOGRAM_API_URL", default="https://api.ideogram.ai")
RUNWAY_API_URL: str = env.str("RUNWAY_API_URL", default="https://api.dev.runwayml.com")
GEMINI_API_URL: str = env.str("GEMINI_API_URL", default="https://generativelanguage.googleapis.com")
IDEOGRAM_API_KEY: str = env.str("IDEOGRAM_API_KEY", default="")
RUNWAYML_API_SECRET: str = env.str("RUNWAYML_API_SECRET", default="")
STUDIO_GEMINI_API_KEY: str = env.str("STUDIO_GEMINI_API_KEY", default="")
