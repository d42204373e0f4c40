"""Cards and IBANs: digits that check. A run of digits that does not is an order number, and stays."""

import re
from collections.abc import Iterator

# Digits in groups as people type them, not inside a longer run of digits, decimals or thousands.
_CARD = re.compile(r"(?<![\w.,-])(?<![\d][ -])\d(?:[ -]?\d){11,18}(?![ -]?\d)(?![.,]\d)(?!\w)")
# First digits of the networks: Visa, Mastercard, Amex, Diners, Discover, JCB, Maestro, UnionPay, Mir.
_NETWORK = re.compile(
    r"4|5[0-8]|2(?:2[2-9]|[3-6]\d|7[01]|720)|220[0-4]|3[47]|3(?:0[0-5]|095|[689])|35(?:2[89]|[3-8])|6(?:011|4[4-9]|5|0|2|[379]|76)"
)
# Begins with the digits, which are rarer than letters; the country stands before them.
_IBAN = re.compile(r"\d{2}(?:(?<=[A-Za-z]{2}\d{2})|(?<=[A-Za-z]{2}[ -]\d{2}))(?=[ -]?[A-Za-z0-9])")
_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE", "BI"), 16),
    **dict.fromkeys(("DK", "FI", "FO", "GL", "NL", "FK", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "XK", "MN"), 20),
    **dict.fromkeys(("CH", "CR", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "TL", "OM", "SO"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("FR", "GR", "IT", "MC", "MR", "SM", "DJ"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    "LC": 32,
    "RU": 33,
}


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Where card numbers stand: 12 to 19 digits of a known network that check."""
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if _NETWORK.match(digits) and len(set(digits)) > 1 and luhn(digits):
            yield found.span()


def ibans(text: str) -> Iterator[tuple[int, int]]:
    """Where IBANs stand: the length of their country, and a checksum that is right."""
    for found in _IBAN.finditer(text):
        start = found.start() - (2 if text[found.start() - 1].isalpha() else 3)
        length = _LENGTHS.get(text[start : start + 2].upper())
        if length is None or (start and text[start - 1].isalnum()):
            continue
        end = _end(text, start, length)
        if end is not None and _checks(re.sub(r"[ -]", "", text[start:end]).upper()):
            yield start, end


def _end(text: str, start: int, length: int) -> int | None:
    """Where `length` letters and digits from `start` end, with single separators between; None when they do not."""
    seen, place = 0, start
    while place < len(text) and seen < length:
        if text[place].isascii() and text[place].isalnum():
            seen += 1
        elif text[place] not in " -" or text[place - 1] in " -":
            return None
        place += 1
    whole = seen == length and not (place < len(text) and text[place].isalnum())
    return place if whole else None


def _checks(iban: str) -> bool:
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1
