"""How a person is reached: e-mail addresses, also spelled out, and phone numbers of any country.

A number with a country's code is checked by Google's rules; one without must look like a number that is called, since
dates, prices, scores and sizes are made of digits too.
"""

# ruff: noqa: E501  patterns are read in one piece

import re
from collections.abc import Iterator

_LOCAL = r"[A-Za-z0-9À-ÿ](?:[\w.+%'&-]{0,62}[\w+])?"
_LABEL = r"[A-Za-z0-9À-ÿ](?:[\wÀ-ÿ-]{0,61}[A-Za-z0-9À-ÿ])?"
_EMAIL = re.compile(rf"(?<![\w.+%-]){_LOCAL}@{_LABEL}(?:\.{_LABEL})*\.[A-Za-zÀ-ÿ]{{2,24}}(?![\w-])")
_AT = (
    r"(?:\s?@\s?|\s?[\[({<]\s?(?:at|arroba|chiocciola|arobase|ät|@)\s?[\])}>]\s?|\s(?:at|arroba|chiocciola|arobase)\s)"
)
_DOT = r"(?:\s?[\[({<]\s?(?:dot|punkt|point|punto|ponto|\.)\s?[\])}>]\s?|\s(?:dot|punkt|point|punto|ponto)\s|\s?\.\s?)"
_TOP = r"(?:com|net|org|io|de|fr|es|it|pt|br|uk|co|eu|at|ch|me|info|biz|edu|gov|app|dev|ai|us|ca|mx|ar|be|nl)"
_SPELLED = re.compile(
    rf"(?<![\w.+%-])[a-z0-9](?:[\w.+-]{{0,40}}[a-z0-9])?{_AT}[a-z0-9][\w-]{{1,40}}(?:{_DOT}[a-z0-9][\w-]{{1,40}}){{0,2}}"
    rf"{_DOT}{_TOP}(?!\w)",
    re.IGNORECASE,
)
# "at" as a word and a plain dot are an English sentence; one of the two must be unusual.
_TRICK = re.compile(r"[\[({<@]|\s(?:dot|punkt|punto|ponto)\s|arroba|chiocciola|arobase", re.IGNORECASE)
# What of it a whole text, in small letters and with single spaces, must have: brackets alone are common.
_TRICKS = ("@", "arroba", "chiocciola", "arobase", " dot ", " punkt ", " punto ", " ponto ")
_BRACKETED = re.compile(r"[\[({<]\s?(?:at|arroba|chiocciola|arobase|ät|@|dot|punkt|point|punto|ponto|\.)\s?[\])}>]")

_RUN = re.compile(
    r"(?<![\w@#$€£¥=])(?<!\d[.,:/])(?:\+|\(\+?|00)?\d(?:[ ./()-]{0,3}\d){6,16}(?!\w)(?![,.:/]\d)(?!\s?[%€$£])"
)
_ENOUGH = re.compile(r"\d(?:[ ./()-]{0,3}\d){6}")
_EXTENSION = re.compile(r"\s?(?:ext\.?|x|extension|durchwahl|poste)\s?\d{1,5}\b", re.IGNORECASE)
_NOT_CALLED = re.compile(
    r"""\d{4}[-./]\d{1,2}[-./]\d{1,2}(?:\D.*)?$|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d(?:\D.*)?$  # dates
    |(?:\d{1,3}[.  ])(?:\d{3}[.  ])*\d{3}$(?<!^0)      # thousands
    |(?:19|20)\d\d[-/ ]{1,3}(?:19|20)\d\d$             # years from and to
    |\d{1,3}(?:\.\d{1,3}){3}$                          # an address of a computer
    |(?:97[89][- ]?)\d                                 # a book""",
    re.VERBOSE,
)
# Shapes in which a number without its country's code is written, and no other number is.
_CALLED = re.compile(
    r"""\(\d{2,5}\)[ .-]?\d[\d ./-]{4,12}$             # (555) 123-4567, (030) 901820, (11) 91234-5678
    |1?[-. ]?[2-9]\d{2}([-. ])\d{3}\1\d{4}$            # 555-123-4567
    |0\d(?:[ .-]\d\d){4}$                              # 06 12 34 56 78
    |0\d{1,5}[ /-]{1,3}\d{2,}(?:[ -]?\d{2,})*$         # 030 901820, 0171/1234567, 020 7946 0958
    |0\d{9,11}$                                        # 01711234567
    |[6789]\d\d(?:[ -]\d\d){3}$                        # 612 34 56 78
    |\d{2}[ ]9\d{4}-\d{4}$|9\d{4}-\d{4}$               # 11 91234-5678""",
    re.VERBOSE,
)
_CUE = re.compile(
    r"(?:\btel\b|telef|phone|\bcall\b|\bring me\b|\btext me\b|\btext(?:ing)?\b|whats?app|signal\b|telegram|\bsms\b|mobil|handy|"
    r"\bcell|\bmóvil|\bmovil|\bcelular|\bcellulare|\bcell\.|portable|num[eé]ro|n[uú]mero|\bnummer\b|\bnumber\b|appel|anruf|ruf(?:t|en)? |"
    r"ll[aá]m[ae]|chiam[ai]|lig(?:a|ue|ar|uem)\b|rufnummer|fax|hotline|contact|\bdm\b|joignable|erreichbar|zap\b|📞|☎|📱)[^\n]{0,30}$",
    re.IGNORECASE,
)
_RIGHT_BEFORE = re.compile(
    r"(?:\btel\.?|telef\w+|phone|mobile?|handy|m[oó]vil|cell\w*|whats?app|number|n[uú]mero|num[eé]ro|fax|📞|☎|📱|"
    r"ll[aá]ma(?:me|nos)?|chiama(?:mi|ci)?|\bcall(?:\sme|\sus)?|\btext(?:\sme|\sus)?|\bruf(?:t|en)?|appelle[rz]?(?:[- ](?:moi|nous))?|\blig(?:a|ue|ar))"
    r"(?:\s(?:is|ist|es|est|[eéè]|al|at|on|au|an|para|unter))?\W{0,3}$",
    re.IGNORECASE,
)
_NO_CUE = re.compile(
    r"(?:order|bestell|commande|pedido|ordine|invoice|rechnung|tracking|ticket|isbn|case|ref(?:erence)?|serial|sku|"
    r"patent|model|flight|kunden|customer|steuer|bug|issue|id|version|page|seite)\W{0,3}(?:n[or°º]\W*|number|nummer|id|is|num[eé]ro|n[uú]mero)?\W{0,4}$",
    re.IGNORECASE,
)
_REGIONS = ("ES", "PT", "IT", "GB", "US", "DE", "FR", "BR", "AT", "CH", "MX")


def emails(text: str) -> Iterator[tuple[int, int]]:
    """Where e-mail addresses stand, written or spelled out."""
    if "@" in text:
        yield from (found.span() for found in _EMAIL.finditer(text))
    low = " ".join(text.lower().split())
    tricky = any(trick in low for trick in _TRICKS) or _BRACKETED.search(low)
    for found in _SPELLED.finditer(text) if tricky else ():
        if _TRICK.search(found.group()):
            yield found.span()


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Where phone numbers stand."""
    for found in _RUN.finditer(text) if _ENOUGH.search(text) else ():
        run = found.group().rstrip(" ./()-")
        start, end = found.start(), found.start() + len(run)
        if _is_called(run, before=text[max(0, start - 48) : start]):
            more = _EXTENSION.match(text, end)
            yield start, more.end() if more else end


def _is_called(run: str, *, before: str) -> bool:
    digits = re.sub(r"\D", "", run)
    if not 7 <= len(digits) <= 15 or len(set(digits)) == 1:
        return False
    if run.startswith(("+", "(+", "00")):
        code = digits.removeprefix("00") if run.startswith("00") else digits
        return _fits(f"+{code}", region=None, strictly=False)
    if _NO_CUE.search(before) or (_NOT_CALLED.match(run) and not _RIGHT_BEFORE.search(before)):
        return False
    if _CALLED.match(run):
        return True
    if not _CUE.search(before):
        return False
    return any(_fits(digits, region=region, strictly=len(digits) < 9) for region in _REGIONS)


def _fits(number: str, *, region: str | None, strictly: bool) -> bool:
    # Loaded at the first number: a tenth of a second that most processes never pay.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return False
    right = phonenumbers.is_valid_number if strictly else phonenumbers.is_possible_number
    return bool(right(parsed))
