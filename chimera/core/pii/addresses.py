"""Where somebody lives: street and house number as they are written in English, German, French, Spanish, Italian and
Portuguese, with the postal code and town that follow. A street without a number is a place, and stays."""

# ruff: noqa: E501  patterns are read in one piece

import re
from collections.abc import Iterator

_NAME = r"(?:[A-ZÀ-Ý][\w'’.-]*|\d{1,3}(?:st|nd|rd|th))"
_OF = r"(?:(?:de\s+la|de\s+las|de\s+los|de\s+l['’]|de|del|della|delle|dei|degli|dell['’]|des|du|da|do|das|dos|di|d['’]|la|le|les|los|las|e|y|et|von|der|den|dem)\s*)"
_NUMBER = r"\d{1,4}(?:\s?[-/]\s?\d{1,4})?\s?[a-hA-H]?(?!\w)"
_TOWN = r"[A-ZÀ-Ý][\wÀ-ÿ'’.-]*(?:[ -](?:[A-ZÀ-Ý][\wÀ-ÿ'’.-]*|am|an\s+der|sur|de|del|do|da|di|la|le)){0,3}"
_CODE = r"(?:(?:[DAFI]-|CH-)?\d{4,5}(?:-\d{3,4})?|[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2})"
# What may follow: a flat, a postal code with its town on either side.
_FLAT = (
    r"(?:[\s,]+(?i:apt\.?|apartment|flat|unit|suite|ste\.?|floor|fl\.?|#|app\.?|appt\.?|piso|planta|puerta|int\.?|interno|scala|"
    r"andar|apto\.?|whg\.?|wohnung|\d{1,2}\s?[ºª°]|\d{1,2}[oa](?=\s[A-Z]\b)|esq\.?|dto\.?|izq\.?|dcha\.?|bl\.?|bloco)\s?(?:\d{1,4}\s?[A-Za-z]?|[A-Za-z])?(?!\w))?"
)
_REST = rf"{_FLAT}(?:,?\s*(?:[-–]\s*)?{_CODE}(?:\s+{_TOWN})?|,\s*{_TOWN},?\s+(?:[A-Z]{{2}},?\s+)?{_CODE})?"
_EN_KIND = (
    r"(?:Street|St\.?|Avenue|Ave\.?|Road|Rd\.?|Lane|Ln\.?|Drive|Dr\.?|Boulevard|Blvd\.?|Court|Ct\.?|Place|Pl\.?|Square|Terrace|"
    r"Way|Close|Crescent|Parkway|Pkwy|Highway|Hwy|Row|Mews|Gardens|Grove|Circle|Cir\.?|Trail|Walk)"
)
_DE_KIND = r"(?:straße|strasse|str\.|str|gasse|weg|platz|allee|damm|ufer|chaussee)"
# Towns end like this too ("Nürnberg 2"): a street only with the postal code behind it.
_DE_MAYBE = r"(?:steig|promenade|hof|graben|berg|ring|markt|garten|feld|stieg|wall|park|kamp|brücke)"
_FR_KIND = r"(?:rue|avenue|av\.|boulevard|bd\.?|boul\.|chemin|all[ée]e|impasse|quai|ruelle|sentier|faubourg|route|place|cours|square|passage)"
_ES_KIND = r"(?:C/|C\.|Calle|Avda\.?|Av\.|Avenida|Plaza|Pza\.?|Paseo|P[ºo]\.|Camino|Carrera|Ronda|Traves[ií]a|Carretera|Callej[oó]n|Urbanizaci[oó]n)"
_IT_KIND = (
    r"(?:Via|Viale|V\.le|Piazza|P\.zza|Piazzale|Corso|C\.so|Largo|Vicolo|Strada|Lungomare|Lungotevere|Contrada|Salita)"
)
_PT_KIND = r"(?:Rua|R\.|Avenida|Av\.|Travessa|Largo|Praça|Estrada|Alameda|Rodovia|Beco|Calçada|Praceta)"
_NR = r",?\s+(?:(?:nº|n\.º|n°|n\.|núm\.?|número|numero|nr\.?|no\.?|n)\s?)?"
_ENDS = r"(?=\s*(?:[,.;:!?)\]\n'\"]|$|[-–]\s|\d{4,5}\b|[A-ZÀ-Ý]|(?:a|à|in|en|em|y|e|et|und|and|is|es|è|é|est|ist)\b))"
# After an English street: headlines go on ("10 Street Food Stalls"), addresses end or go on with a town.
_EN_ENDS = r"(?=\s*(?:[,.;:!?)\]\n'\"]|$|[-–]\s|(?:in|near|and|at|with|to|on|is|was|by|from|tomorrow|tonight|today|please|if|when|around|before|after|where|because|so|but|or|apt|apartment|flat|unit|suite|\#|[A-Z]{1,2}\d)\b))"
_LOW = r"[a-zà-ÿ'’.-]+"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns)


# Tried where a number stands; where one of the German kinds stands before a number; where a kind's name stands.
_AFTER_NUMBER = _compiled(
    # 12 Oak Street, Apt 4, Springfield, IL 62704
    rf"\d{{1,5}}[A-Da-d]?,?\s+(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Upper|Lower|Old|St\.?)\s+)?(?:{_NAME}\s+){{1,3}}{_EN_KIND}(?!\w)(?i:{_EN_ENDS}){_REST}",
    # 12 rue de la Paix, 75002 Paris; 3 bis, avenue Foch
    rf"\d{{1,4}}\s?(?:bis|ter|quater|[a-dA-D])?,?\s+(?:{_FR_KIND}|(?i:{_FR_KIND}))\s+{_OF}{{0,2}}(?:{_NAME}[\s-]?(?:{_OF}(?={_NAME}))?){{1,4}}{_REST}",
    rf"\d{{1,4}}\s?(?:bis|ter)?,?\s+(?i:rue|avenue|boulevard|chemin|impasse|allée)\s+(?:de\s+la|de\s+l['’]|des|du|de|d['’])\s*{_LOW}{_REST}",
)
_GERMAN = _compiled(
    # Lindenstraße 12a, 10969 Berlin; Lange Straße 4; Am Markt 5, 12345 Kleinstadt
    rf"(?<!\w)(?:(?:[A-ZÄÖÜ][\wäöüß.-]*[\s-]){{0,2}}[A-ZÄÖÜ][\wäöüß-]*{_DE_KIND}|(?:[A-ZÄÖÜ][\wäöüß.-]*[\s-]){{1,3}}(?:Straße|Strasse|Str\.|Weg|Allee|Gasse|Damm|Ufer|Chaussee))\s+{_NUMBER}{_REST}",
    rf"(?<!\w)(?:Am|An\s+der|An\s+den|Im|In\s+der|In\s+den|Auf\s+dem|Auf\s+der|Unter\s+den|Zum|Zur|Hinter\s+der)\s+[A-ZÄÖÜ][\wäöüß-]+\s+{_NUMBER},\s*(?:D-)?\d{{5}}\s+{_TOWN}",
    rf"(?<!\w)(?:[A-ZÄÖÜ][\wäöüß.-]*[\s-]){{0,2}}[A-ZÄÖÜ][\wäöüß-]*(?:{_DE_MAYBE}|(?i:{_DE_MAYBE}))\s+{_NUMBER},\s*(?:D-)?\d{{5}}\s+{_TOWN}",
    rf"(?<!\w)Unter\s+den\s+Linden\s+{_NUMBER}{_REST}",
)
_BEFORE_NUMBER = _compiled(
    r"(?<!\w)(?i:p\.?\s?o\.?\s?box|postfach|bo[iî]te\s+postale|apartado(?:\s+de\s+correos)?|casella\s+postale|caixa\s+postal)\s+\d{1,6}(?!\w)",
    # Calle Mayor 12, 3º B, 28013 Madrid; C/ de Alcalá, nº 45
    rf"(?<!\w)(?:{_ES_KIND}|(?i:calle|avenida|paseo))\s*{_OF}{{0,2}}(?:{_NAME}\s+{_OF}{{0,2}}(?={_NAME})){{0,4}}{_NAME}{_NR}{_NUMBER}{_REST}",
    rf"(?<!\w)Avenida\s+\d{{1,2}}\s+de\s+{_NAME}{_NR}{_NUMBER}{_REST}",
    # Via Roma 12, 00184 Roma; Corso Vittorio Emanuele II, 45
    rf"(?<!\w){_IT_KIND}\s+{_OF}{{0,2}}(?:{_NAME}\s+{_OF}{{0,2}}(?={_NAME})){{0,4}}{_NAME}{_NR}{_NUMBER}(?:/\w)?{_ENDS}{_REST}",
    rf"(?<!\w)(?:via|viale|piazza|corso)\s+{_OF}{{0,1}}(?:{_NAME}\s+){{0,2}}{_NAME},?\s+{_NUMBER},?\s+\d{{5}}\s+{_TOWN}",
    # Rua Augusta, 123, 1100-048 Lisboa; Av. da Liberdade 45
    rf"(?<!\w)(?:{_PT_KIND}|(?i:rua|avenida|travessa))\s+{_OF}{{0,2}}(?:{_NAME}\s+{_OF}{{0,2}}(?={_NAME})){{0,4}}{_NAME}{_NR}\d{{1,5}}(?!\w){_REST}",
)
_START = re.compile(r"(?<![\w.,:/$€£-])\d{1,5}")
_GERMAN_KINDS = (
    "straße",
    "strasse",
    "str.",
    "str ",
    "gasse ",
    "weg ",
    "platz ",
    "allee ",
    "damm ",
    "ufer ",
    "chaussee ",
    "linden ",
)
_GERMAN_CODE = re.compile(r"\d{5}\s[A-ZÄÖÜ]")
# Without any of these (of the last ones in any letters) no street stands before a number: ten times as quick to look
# for as the patterns themselves. The text has single spaces then.
_KINDS = (
    "C/", "C.", "Calle", "calle", "Av.", "Avd", "Avenida", "avenida", "Plaza", "Pza", "Paseo", "paseo", "Pº.", "Po.",
    "Camino", "Carre", "Ronda", "Traves", "traves", "Urbani", "Via ", "via ", "Viale ", "viale ", "V.le", "P.zza",
    "Piazza", "piazza", "Corso", "corso", "C.so", "Largo", "Vicolo", "Strada", "Lung", "Contrada", "Salita", "Callej",
    "Rua ", "rua ", "R.", "Praç", "Estrada", "Alameda", "Rodovia", "Beco", "Calçada",
)  # fmt: skip
_BOXES = ("box", "postfach", "postal", "apartado")
# In small letters a street is one when somebody says that it is their home.
_HOME = re.compile(
    r"(?:\b(?:i|we|she|he|they)\s+lives?\s+(?:at|on)|\blives?\s+at|\bliving\s+at|\baddress(?:\s+is)?:?|\bhome\s+is(?:\s+at)?|\bship\s+(?:it\s+)?to|\bsend\s+(?:it|them)\s+to|"
    r"\bdeliver\s+(?:it\s+)?to|\bcome\s+to|\bwohn[et]\s+(?:in\s+der|am|im)?|\badresse(?:\s+ist)?:?|\bj['’]habite(?:\s+au)?|\badresse\s+est|\bvivo\s+en(?:\s+la)?|"
    r"\bdirecci[oó]n(?:\s+es)?:?|\babito\s+in|\bindirizzo(?:\s+[eè])?:?|\bmoro\s+na|\bendereço(?:\s+é)?:?)\s+"
    r"(\d{1,5}[a-d]?,?\s+(?:[\wà-ÿ'’.-]+\s+){1,3}(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|place|square|terrace|close|crescent|way)\b|"
    r"[\wäöüß-]*(?:straße|strasse|str\.?|weg|allee|gasse|platz)\s+\d{1,4}\s?[a-h]?\b|"
    r"(?:\d{1,4}\s+(?:rue|avenue|boulevard|chemin|impasse|place)\s+[\wà-ÿ'’ -]{2,30}?(?=[,.;!?\n]|$))|"
    r"(?:calle|avenida|plaza|paseo|via|viale|piazza|corso|rua|travessa|praça)\s+[\wà-ÿ'’ ]{2,40}?,?\s+(?:n[º°.]?\s?)?\d{1,5}\b)",
    re.IGNORECASE,
)
# What stands before it, as it reads with single spaces: a text without any of these is not looked through.
_HOME_HINTS = (
    "live at", "lives at", "live on", "lives on", "living at", "address", "home is", "ship to", "ship it to",
    "send it to", "send them to", "deliver to", "deliver it to", "come to", "wohnt ", "wohne ", "adresse", "habite",
    "vivo en", "direcci", "abito in", "indirizzo", "moro na", "endereço",
)  # fmt: skip
# Addresses that are names of institutions, and words that only look like streets.
_PUBLIC = re.compile(
    r"10\s+Downing\s+St|1600\s+Pennsylvania\s+Ave|221B?\s+Baker\s+St|\d+\s+Wall\s+St(?:reet)?\b|"
    r"(?i:\b(?:\w*(?:arbeits|park|sitz|stell|spiel|steh|tabellen|tennis|golf|fußball|studien|zelt|liege)platz|auf\s+platz|platz|\w*(?:bahn|ein|aus|um|an|auf)steig|"
    r"\w*(?:bahn|fried|flug|bauern|schul)hof|(?:aus|um|irr|heim|rück|hin|hering|früh)\w*weg|weg|hering|beitrag)\s+\d)",
)
_MONTH = re.compile(r"\d{1,2}\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")
_YEAR = re.compile(r"(?:19|20)\d\d\s")
_SINCE = re.compile(r"\b(?:in|since|by|of|from|until|during|for|en|im|seit)\s+$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Where street addresses stand."""
    if not _DIGIT.search(text):
        return
    for found in _streets(text):
        if not _is_other(text, found):
            yield found.start(), found.start() + len(found.group().rstrip(" ,-–"))
    low = " ".join(text.lower().split())
    for found in _HOME.finditer(text) if any(hint in low for hint in _HOME_HINTS) else ():
        yield found.span(1)


def _streets(text: str) -> Iterator[re.Match[str]]:
    for number in _START.finditer(text):
        yield from (found for pattern in _AFTER_NUMBER if (found := pattern.match(text, number.start())))
    low, single = text.lower(), " ".join(text.split())
    german = any(kind in low for kind in _GERMAN_KINDS) or _GERMAN_CODE.search(text)
    before = any(kind in single for kind in _KINDS) or any(kind in low for kind in _BOXES)
    for pattern in (*(_GERMAN if german else ()), *(_BEFORE_NUMBER if before else ())):
        yield from pattern.finditer(text)


def _is_other(text: str, found: re.Match[str]) -> bool:
    """Whether the words are an institution's, or a year with a street behind it."""
    if _PUBLIC.search(found.group()) or _MONTH.match(found.group()):
        return True
    return bool(_YEAR.match(found.group()) and _SINCE.search(text[max(0, found.start() - 12) : found.start()]))
