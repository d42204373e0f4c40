"""Keys and other secrets: by the beginnings that their makers gave them, by their form, or by what stands before them."""

# ruff: noqa: E501  patterns are read in one piece

import math
import re
from collections import Counter
from collections.abc import Iterator

_END = r"(?![A-Za-z0-9_-])"
_KNOWN = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"sk-(?:ant-|proj-|or-|svcacct-|live-|test-)?[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic, OpenRouter
    r"|(?:sk|rk|pk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,}"  # Stripe
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|gl(?:ptt|dt|rt)-[A-Za-z0-9_-]{16,}"
    r"|(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}"  # AWS
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"  # Slack
    r"|AIza[A-Za-z0-9_-]{30,}|ya29\.[A-Za-z0-9_-]{16,}|GOCSPX-[A-Za-z0-9_-]{20,}"  # Google
    r"|hf_[A-Za-z0-9]{20,}|npm_[A-Za-z0-9]{30,}|pypi-[A-Za-z0-9_-]{30,}|dop_v1_[a-f0-9]{40,}|shp(?:at|ss|ca|pa)_[a-fA-F0-9]{24,}"
    r"|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}|key-[a-f0-9]{32}|(?:AC|SK)[a-f0-9]{32}|sq0(?:csp|atp|idp)-[A-Za-z0-9_-]{20,}"
    r"|EAA[A-Za-z0-9]{40,}|gsk_[A-Za-z0-9]{30,}|xai-[A-Za-z0-9]{30,}|r8_[A-Za-z0-9]{30,}|pplx-[A-Za-z0-9]{30,}|nvapi-[A-Za-z0-9_-]{30,}"
    r"|lin_api_[A-Za-z0-9]{20,}|ntn_[A-Za-z0-9]{20,}|secret_[A-Za-z0-9]{30,}|dckr_pat_[A-Za-z0-9_-]{20,}|sntr[yu]s_[A-Za-z0-9_=+/-]{20,}"
    r"|vault:v\d:[A-Za-z0-9+/=]{16,}|hvs\.[A-Za-z0-9_-]{20,}|age-secret-key-1[a-z0-9]{40,}|AGE-SECRET-KEY-1[A-Z0-9]{40,}"
    r"|\d{8,10}:AA[A-Za-z0-9_-]{30,}"  # Telegram
    r"|[MNO][A-Za-z0-9_-]{23,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}"  # Discord
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?"  # JSON web tokens
    rf"){_END}"
)
_PEM = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|\Z)"
)
_IN_URL = re.compile(r"(?<=://)[^\s/:@]{1,100}:[^\s/@]{3,200}(?=@)")
_HOOK = re.compile(
    r"https://(?:hooks\.slack\.com/(?:services|workflows)|(?:\w+\.)?discord(?:app)?\.com/api/webhooks)/[A-Za-z0-9_/-]{16,}"
)
_BEARER = re.compile(r"\b(?:Bearer|Basic)\s+([A-Za-z0-9._~+/-]{16,}=*)", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:pass(?:word|wd|phrase|code)?|pwd|pw|passwort|kennwort|mot\s+de\s+passe|mdp|contraseñ[ae]|contrasen[ae]|clave|senha|parola\s+d['’]ordine|"
    r"secret|geheimnis|token|api[\s_-]?key|access[\s_-]?key|secret[\s_-]?key|private[\s_-]?key|client[\s_-]?secret|"
    r"auth(?:orization)?|credentials?|signing[\s_-]?key|encryption[\s_-]?key|webhook[\s_-]?secret|session[\s_-]?id|connection[\s_-]?string|pin|seed\s+phrase)"
    r"[\w-]{0,16}[\"'`]?\s*(?P<sign>:=|=>|=|:|→|\bis\b|\bist\b|\best\b|\bes\b|\bè|\bé)\s*[\"'`]?(?P<value>[^\s\"'`,;<>]{6,200})",
    re.IGNORECASE,
)
# What _NAMED begins with, in small letters: it is tried there and nowhere else, which costs a tenth.
_BEGINS = re.compile(
    "pass|p(?:wd?|in)|kennwort|mot\\s|mdp|contrase|clave|senha|parola|secret|geheimnis|token|api|access|private|client|auth|"
    "credential|signing|encryption|webhook|session|connection|seed"
)
# Other forms of a small letter, to a pattern that minds no capitals.
_LOW = str.maketrans("ſı", "si")
# Known keys are made of these and nothing else: only such runs are looked through.
_RUN = re.compile(r"[A-Za-z0-9_.:+/=-]{15,}")
_PLACEHOLDER = re.compile(
    r"\[|\{|<|\$|\*{3,}|x{4,}|\.{3}|…|(?:your|my|the|change|example|redacted|none|null|true|false|required|https?:)",
    re.IGNORECASE,
)
_PROSE_SIGNS = {"is", "ist", "est", "es", "è", "é"}
BITS_MIN = 2.5  # of one character: a word repeated or a row of one digit has less


def secrets(text: str) -> Iterator[tuple[int, int]]:
    """Where keys and secrets stand; of an assignment only the value."""
    if "-----BEGIN" in text:
        yield from (found.span() for found in _PEM.finditer(text))
    for run in _RUN.finditer(text):
        yield from (found.span() for found in _KNOWN.finditer(text, run.start(), run.end()))
    for pattern in (_IN_URL, _HOOK) if "://" in text else ():
        yield from (found.span() for found in pattern.finditer(text))
    for found in _BEARER.finditer(text) if "earer" in text or "asic" in text else ():
        if _looks_random(found.group(1), prose=False):
            yield found.span(1)
    for found in _named(text):
        value = found["value"].rstrip(".!?)]}")
        if _looks_random(value, prose=found["sign"].lower() in _PROSE_SIGNS):
            yield found.start("value"), found.start("value") + len(value)


def _named(text: str) -> Iterator[re.Match[str]]:
    """Every name of a secret with its value: what `_NAMED.finditer` finds."""
    low = text.lower().translate(_LOW)
    if len(low) != len(text):  # letters are no longer where they were
        yield from _NAMED.finditer(text)
        return
    at = 0
    while begin := _BEGINS.search(low, at):
        found = _NAMED.match(text, begin.start())
        if found:
            yield found
        at = found.end() if found else begin.start() + 1


def _looks_random(value: str, *, prose: bool) -> bool:
    """Whether a value is no word: characters of several kinds, and little repetition."""
    if len(value) < 6 or _PLACEHOLDER.match(value):
        return False
    kinds = [
        any(c.islower() for c in value),
        any(c.isupper() for c in value[1:]),
        any(c.isdigit() for c in value),
        any(not c.isalnum() for c in value),
    ]
    if len(value) >= 20 and re.fullmatch(r"[A-Za-z0-9+/_=-]+", value) and any(c.isdigit() for c in value):
        return entropy(value) >= BITS_MIN
    # "token: launched" is prose, "token: launched-today" too; a digit makes the difference.
    return (
        entropy(value) >= BITS_MIN
        and kinds[2]
        and sum(kinds) >= (3 if prose and len(value) < 8 else 2)
        and not _is_measure(value)
    )


def _is_measure(value: str) -> bool:
    """Dates, amounts, versions, times: digits with signs and at most a short unit."""
    return re.fullmatch(r"[$€£v#]?\d[\d.,:/%+-]*[a-zA-Z%€$£]{0,3}", value) is not None


def entropy(value: str) -> float:
    """Shannon's, in bits for one character."""
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
