"""Ages of posts in words. MET-1."""

_UNITS = ((86_400, "day", "days"), (3_600, "h", "h"), (60, "min", "min"), (1, "s", "s"))


def age(seconds: float) -> str:
    """A length of time in the largest unit that fills it: "15 min", "4 h", "3 days"."""
    whole = max(1, round(seconds))
    for size, one, more in _UNITS:
        if whole >= size:
            count = whole / size
            said = f"{count:.0f}" if count >= 10 else f"{count:.1f}".removesuffix(".0")
            return f"{said} {one if said == '1' else more}"
    return ""
