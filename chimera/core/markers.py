"""The signs by which sentences are told apart: where one ends, what it leans on, whom it addresses.

Patterns only, so that the rules of `chimera.core.sentences` read as rules. Requirements: SAF-1, SAF-6.
"""

import re


def words(listed: str) -> frozenset[str]:
    """The words of a text, for lists that read better as one line."""
    return frozenset(listed.split())


CLOSERS = "\"”’'»)]"
# An end mark with its closing marks, then space: group 1 is what belongs to the sentence.
END = re.compile(rf"([.!?…]+[{re.escape(CLOSERS)}]*)\s+")
ENDING = re.compile(rf"[.!?][{re.escape(CLOSERS)}]*$")
CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|&hellip;)[\"”’'\s\])]*$|\[(?:…|\.\.\.|&#?\w+;)\]")

# Never the end of a sentence, because a name or a number follows.
_TITLES = words(
    "mr mrs ms mx dr prof rev fr sr st mt ft gen col maj capt cpt lt sgt cmdr adm gov sen rep pres supt insp hon "
    "messrs vs v no nos fig vol ch sec art approx ca cf viz al dept e.g i.e"
)
# An end only when the next word could begin a sentence.
_SHORT = words(
    "inc ltd co corp llc plc gmbh jr bros etc a.m p.m am pm u.s u.k u.n e.u jan feb mar apr jun jul aug sep sept oct "
    "nov dec mon tue wed thu fri sat sun min max est ave blvd rd"
)
_STARTERS = words(
    "a an the it its he his she her they their we our i in on at by for from with after before when while if as but "
    "and or so then this that these those there one two three most many some all each every no nobody both what who "
    "how under over since more less about according"
)
_INITIAL = re.compile(r"(?:^|[\s(“\"])(?:[A-Z]\.)+$")
_SAYING = (
    r"(?:said|says|asked|asks|told|tells|wrote|writes|added|adds|explained|explains|recalled|recalls|replied|replies|"
    r"warned|warns|joked|jokes|insisted|insists|noted|notes|announced|announces|argued|argues)"
)
_ATTRIBUTION = re.compile(
    rf"(?:(?:[A-Z][\w’'.-]*|the|its|her|his|their|a|an|[a-z]+(?:er|or|ist|ian|man|woman|ent|ant))\s+){{1,5}}{_SAYING}\b"
)


def goes_on(sentence: str, rest: str) -> bool:
    """Whether the full stop at the end of `sentence` is none, seen from what follows in `rest`."""
    following = rest.lstrip("“\"'‘([")
    if not following:
        return False
    if following[0].islower():
        return True
    bare = sentence.rstrip(CLOSERS)
    if sentence[-1] in CLOSERS and _ATTRIBUTION.match(rest):
        # “Who knew?” Ada Fenn said.
        return not bare.endswith(".")
    if not bare.endswith(".") or bare.endswith(".."):
        return False
    word = bare[:-1].rsplit(None, 1)[-1].lstrip("“\"'‘(").lower() if bare[:-1].split() else ""
    next_word = re.split(r"[^\w’']", following, maxsplit=1)[0].lower()
    if word in _TITLES:
        # "No. 5" is a number; "The answer was no. The bridge" is an end.
        return not (word in {"no", "al", "sec", "art", "fig"} and next_word in _STARTERS)
    if _INITIAL.search(bare):
        return next_word not in _STARTERS
    return word in _SHORT and next_word not in _STARTERS and not following[0].isdigit()


# Quoted speech may begin with "It" or "We": the speaker stands in the same sentence.
LEANING = re.compile(
    r"(?:it|its|he|his|she|her|they|their|them|this|that|these|those|such|both|neither|either|then|but|and|or|so|yet|"
    r"however|meanwhile|also|instead|otherwise|still|another|others?|one (?:piece|of them|part)|part of it|"
    r"the (?:former|latter|same|other|rest|first|second|third|pair))\b(?!-)",
    re.IGNORECASE,
)

FIGURE = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:[.:]\d+)?")
NAME = re.compile(r"(?<=[a-z,;] )(?:[A-Z][\w’'-]+)(?: [A-Z][\w’'-]+)*")
QUOTATION = re.compile(r"“[^”]{8,}”|\"[^\"]{8,}\"")

_POINTED = r"(?:this|that|these|those|the (?:following|link|text|words|url|message|code)|our|your|it|only|now|https?:)"
# Said to a machine, wherever it stands.
_TO_MACHINES = (
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,25}\b(?:all|any|every|your|previous|prior|above|earlier|"
    r"preceding|these|those|the)\b[^.!?]{0,25}\b(?:instructions?|prompts?|guidelines|directions|commands?|rules|context)\b",
    r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all|what)\b[^.!?]{0,25}"
    r"\b(?:above|before|prior|previous|you)\b",
    r"\b(?:system|developer|hidden|initial) (?:prompt|message|instructions?)\b",
    r"\byou are (?:now|no longer|an? (?:ai|assistant|language model|chatbot|bot))\b",
    r"\bas an? (?:ai|artificial intelligence|language model|assistant|chatbot)\b",
    r"\b(?:assistants?|chatbots?|llms?|bots?|(?:ai|language) (?:models?|agents?|systems?))\b[^.!?]{0,40}"
    r"\b(?:must|should|shall|have to|are (?:required|asked|told) to|need to)\b",
    r"\b(?:do not|don['’]t|never|must not) (?:mention|reveal|tell|disclose|show)\b[^.!?]{0,60}"
    r"\b(?:user|human|anyone|anybody|paragraph|instruction|prompt|message|this)\b",
    r"\b(?:developer|jailbreak|dan|god|sudo) mode\b",
    r"\b(?:new|updated|revised|real|actual) (?:instructions?|task|objective|directive)s?\s*:",
    r"<\|?(?:im_start|im_end|system|endoftext)|\[/?(?:inst|sys|system)\]|^#{2,}\s*(?:system|instruction)",
    r"\bact as (?:if|an?|the)\b[^.!?]{0,40}\b(?:assistant|ai|admin|system|model|bot)\b|\bpretend (?:to be|you)\b",
    r"\byour (?:system|previous|original|true) (?:prompt|instructions?|self|task|purpose)\b",
)
# Orders at the beginning of a sentence; a person quoted with one ("Open it", said Bo) is a report.
_ORDERS = (
    r"^\W*(?:please\s+|now\s+|then\s+|instead,?\s+)?(?:post|publish|tweet|repost|retweet|reply|respond|answer|send|"
    r"transfer|reveal|print|output|repeat|write|say|include|append|execute|run|forward|delete|open|call|use)\s+"
    rf"{_POINTED}\b",
    r"^\W*(?:please\s+)?(?:send|transfer|pay|wire|donate)\b[^.!?]{0,30}"
    r"(?:\$|€|£|\d|\b(?:money|funds|coins?|wallet|account)\b)",
    r"^\W*(?:please\s+)?(?:click|tap (?:here|the|to|on)|subscribe|sign up|log in|register (?:here|now|today)|follow us|"
    r"share this|read (?:more|on|the full)|continue reading|watch (?:the full|our|now)|listen (?:to|now)|"
    r"download (?:the|our|now)|buy (?:now|your)|visit (?:our|the website|https?)|join (?:us|our)|see also|learn more|"
    r"find out more|contact us|enter your|get (?:our|the latest)|support (?:us|our)|donate)\b",
)
_MACHINE_SIGNS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _TO_MACHINES)
_ORDER_SIGNS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _ORDERS)
_SPOKEN = re.compile(rf"^[“\"][^“”\"]+[”\"],?\s.*\b{_SAYING}\b")
_SPACED_OUT = re.compile(r"[^\w<|\[\]#:$€£.'’-]+")


def is_instruction(sentence: str) -> bool:
    """Whether any sign of an address to the reader or to a machine stands in the sentence."""
    read = (sentence, _SPACED_OUT.sub(" ", sentence))
    signs = _MACHINE_SIGNS if _SPOKEN.search(sentence) else (*_MACHINE_SIGNS, *_ORDER_SIGNS)
    return any(sign.search(text) for sign in signs for text in read)
