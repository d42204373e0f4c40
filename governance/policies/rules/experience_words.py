"""How people say that they have used something, in many phrasings. A denial ("I have never tried") is none of them."""

import re

_I = r"\b(?:i|we)(?:'(?:ve|d|m|re|ll))?"
# What may stand between "I" and the verb; no word that denies.
_BETWEEN = (
    r"(?:\s+(?:have|had|has|just|already|really|actually|finally|always|still|now|also|even|personally|recently|once|"
    r"honestly|literally|regularly|often|usually|daily|religiously|first|myself|do|did|did\s+get\s+to|got\s+to|get\s+to|"
    r"am|was|been|both|only|happily|am\s+still|love\s+to|like\s+to|cannot\s+stop|can't\s+stop|can\s+finally)){0,4}"
)
_USED = (
    r"(?:tried(?:\s+(?:out|on))?|try\s+(?:on|out)|trying(?:\s+out)?|tested|test-drove|testing|used|use|using|wore|wear|"
    r"worn|wearing|bought|buy|own|owned|ordered|drank|drink|drinking|ate|eat|eaten|eating|tasted|taste|sipped|cooked|"
    r"baked|drove|drive|driven|driving|rode|slept\s+(?:in|on|under)|sleep\s+(?:in|on|under)|unboxed|sampled|swapped|"
    r"switched\s+to|upgraded\s+to|applied|apply|installed|wash|washed|carry|carried|keep\s+reaching\s+for|"
    r"reach(?:ed)?\s+for|cook\s+with|cooked\s+with|live\s+in|lived\s+in|play(?:ed)?\s+with|charge|charged|brew|brewed)"
)
# What the verb takes: a thing. "I use the word" is no claim of use.
_THING = (
    r"\s+(?:(?:it|this|that|them|these|those|mine|one|some|both|all|every|each|two|three|half|\d+|my|our|the|a|an|their|"
    r"his|her|its|nothing\s+but)\b(?!\s+(?:word|words|term|phrase|expression|name|line|title|moment|bus|pen|past)\b)"
    r"|(?-i:[A-Z])\w+)"
)
_PRAISE = r"(?:favou?rites?|go-to|holy\s+grail|trusty|beloved|everyday|daily\s+driver|must-have|staple)"
_NO_THING = (
    r"(?!\s+(?:fact|facts|story|stories|part|parts|line|lines|number|numbers|word|words|sentence|sentences|kind|kinds|"
    r"sort|sorts|news|detail|details|piece\s+of\s+news|bit|subject|subjects|quotation|quote|headline|headlines|paragraph|"
    r"section|question|reason|museum|town|season|month|day|sound|idea|"
    r"of\s+the\s+(?:day|week|year)|about|in\s+(?:this|the)\s+(?:story|report))\b)"
)
_BODY = (
    r"(?:skin|hair|sleep|back|knees?|gut|face|teeth|mornings?|feet|nails|lips|stomach|joints|eyes|wallet|laundry|"
    r"dishes|taste\s+buds|tongue|legs|wardrobe)"
)

PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # I tried it; we have been using this for weeks; I finally bought one.
        rf"{_I}{_BETWEEN}\s+{_USED}{_THING}",
        # I swear by it; I cannot live without mine; I am hooked on these.
        rf"{_I}{_BETWEEN}\s+(?:swear|stand)\s+by\b",
        r"\bi\s+(?:can't|cannot|could\s+not|couldn't|can\s+not|won't)\s+(?:live|cook|sleep|travel|leave\s+the\s+house|do)\s+without\b",
        rf"{_I}{_BETWEEN}\s+(?:obsessed|hooked|in\s+love)\s+(?:with|on)\s+(?:it|this|these|them|my|the|how)\b",
        rf"{_I}{_BETWEEN}\s+(?:love|adore|enjoy|like|loved|adored|enjoyed)\s+(?:using|wearing|drinking|eating|cooking\s+with|"
        r"driving|how\s+(?:it|they)\s+(?:feels?|fits?|tastes?|smells?|looks?\s+on\s+me)|the\s+(?:taste|feel|smell|fit)\s+of)\b",
        rf"{_I}{_BETWEEN}\s+(?:a\s+)?(?:happy|satisfied|loyal|proud|long-time)\s+(?:customer|user|owner|client)\b",
        r"\bi\s+(?:can\s+)?(?:personally|highly|honestly|wholeheartedly|warmly)\s+recommend\b",
        r"\bi\s+can\s+vouch\s+for\b|\bi\s+vouch\s+for\b",
        # Works for me; did wonders for my back; changed my life.
        r"\b(?:works?|worked|is\s+working|does|did)\s+(?:\w+\s+){0,3}for\s+me\b(?!\s+to\b)",
        r"\b(?:does|did|do|worked?|works)\s+wonders\s+(?:for|on)\s+my\b",
        r"\b(?:changed|saved|transformed)\s+my\s+(?:life|skin|hair|mornings?|sleep|back|marriage|kitchen|routine|evenings?)\b",
        rf"\bmy\s+{_BODY}\s+(?:\w+\s+)?(?:feels?|felt|looks?|looked|glows?|glowed|stopped|has\s+never|have\s+never|"
        r"is|are|was|were|thanks?|thanked|loves?|loved|improved|cleared)\b",
        # My favourite cream; one of my go-tos; a favourite of mine.
        rf"\bmy\s+(?:(?:new|own|current|absolute|personal|all-time|old)\s+)*{_PRAISE}\b{_NO_THING}(?=\s+(?!is\b|was\b)\w)",
        r"\b(?:a\s+)?(?:personal\s+)?favou?rite\s+of\s+mine\b",
        r"\b(?:new|current|absolute|latest)\s+(?:obsession|holy\s+grail)\s+of\s+mine\b|\bmy\s+(?:new|latest|current)\s+obsession\b",
        # After two weeks of using it; since I switched.
        r"\b(?:after|since)\s+(?:\w+\s+){0,5}?(?:of\s+)?(?:using|wearing|trying|drinking|eating|switching\s+to)\s+"
        r"(?:it|this|these|them|my|mine|one)\b",
        r"\bin\s+my\s+own\s+(?:experience|kitchen|home|routine|garden|car)\b|\bin\s+my\s+experience\b",
        r"\b(?:in|into|of|to)\s+my\s+(?:morning|evening|night|nightly|daily|skincare|beauty|gym|workout|bedtime)?\s*routine\b",
        # The best kettle I have ever used.
        r"\bbest\s+(?:\w+\s+){1,4}?(?:that\s+)?(?:i|we)(?:'ve|\s+have)?\s+(?:ever\s+)?(?:tried|used|tasted|had|owned|worn|eaten|"
        r"drunk|driven|slept|bought|tested)\b",
        # They sent me one; I got mine; mine arrived.
        r"\b(?:sent|gave|gifted)\s+me\s+(?:a|an|one|some|two|this|these|their|the|free)\b",
        r"\bi\s+(?:just\s+|finally\s+)?(?:got|have|ordered|bought|picked\s+up|received)\s+(?:mine|one\s+(?:in|at|for)|a\s+pair|my\s+(?:second|third|first|own))\b",
        r"\bmine\s+(?:just\s+)?(?:arrived|came|has\s+arrived|is\s+(?:already|still))\b",
        r"\b(?:tested|tried|approved|used|worn)\s+(?:it\s+|and\s+\w+\s+)?(?:by\s+me|myself)\b",
        # Without a subject: "Tried it, loved it." "Been using this for a month." "Loving my new kettle."
        r"(?:^|[.!?:;\n]\s*)(?:just\s+|finally\s+|still\s+)?(?:tried|tested|been\s+(?:using|wearing|drinking|eating)|bought|wore|drank|"
        r"ate|tasted|ordered)\s+(?:it|this|these|them|one|my|mine|the\s+new)\b",
        r"(?:^|[.!?:;\n]\s*)(?:loving|using|wearing|rocking|testing|drinking|unboxing)\s+(?:my|this|these|mine|it)\b",
        r"(?:^|[.!?:;\n]\s*)(?:obsessed|hooked|in\s+love)\s+(?:with|on)\s+(?:it|this|these|my|the)\b",
        r"(?:^|[.!?:;\n]\s*)(?:swear|swearing)\s+by\s+(?:it|this|these|my)\b",
    )
)
