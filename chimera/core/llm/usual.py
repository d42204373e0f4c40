"""What a question usually costs, for the estimate of a plan (GEN-7)."""

from chimera.core.llm import tiers


def estimate_usd_micros(*, tier: str, tokens: tuple[int, int]) -> int:
    """What the first provider of a tier asks for so many tokens read and written; 0 where nobody is paid."""
    first = next((one for one in tiers.listed(tier=tier) if not one.missing(tier=tier)), None)
    return 0 if first is None else first.usual_usd_micros(tier=tier, tokens=tokens)
