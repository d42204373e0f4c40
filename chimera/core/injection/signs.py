"""Hand-made signs of an order to a machine, as patterns over folded text: the names are the features of `scoring`.

A sign is evidence, no verdict. Some speak against: who reports, teaches or jokes uses the same words. Patterns look at
bounded stretches only, so that time grows with the length of the text. Requirements: SAF-1.
"""

import re
from collections.abc import Sequence

_OVERRIDE = (
    r"(?:ignor\w*|disregard\w*|forget|overrid\w*|override|bypass\w*|supersed\w*|set "
    r"aside|drop|skip|scrap|discard|cancel|"
    r"neglect|overlook|stop following|do not follow|don't follow|vergiss|missachte\w*|oubli\w*|ne tiens pas compte|"
    r"olvid\w*|haz caso omiso|dimentica\w*|esque[cç]a\w*|desconsider\w*|negeer|vergeet|zignoruj\w*|zapomnij|"
    r"ignorera|glom|игнорируй\w*|забудь\w*|忽略|无视|無視|忘れ|yok say|unut|무시|잊|تجاهل|انس|अनदेखा|भूल)"
)
_TOLD = (
    r"(?:instruct\w*|instr\b|orders?\b|prompts?|directi(?:ve|on)s?|guidelines?|rules?|commands?|"
    r"constraints?|restrictions?|polic(?:y|ies)|"
    r"context|anweisung\w*|befehle?\w*|regeln|vorgaben|consignes?|regles|instruccion\w*|"
    r"reglas|ordenes|istruzion\w*|regole|"
    r"instruc(?:ao|oes)|regras|instructies|opdrachten|instrukcj\w*|polecen\w*|regler|инструкц\w*|указан\w*|指令|指示|提示|"
    r"命令|talimat\w*|komut\w*|지시|지침|التعليمات|الأوامر|निर्देश\w*|आदेश\w*)"
)
_BEFORE = (
    r"(?:previous(?:ly)?|prev|prior|earlier|preceding|above|before|former|existing|original|"
    r"initial|past|other|all|any|your|vorherig\w*|"
    r"bisherig\w*|fruher\w*|precedent\w*|anterieur\w*|anterior\w*|previ[ao]s|precedenti|vorige|eerdere|poprzedni\w*|"
    r"wczesniejsz\w*|tidigare|предыдущ\w*|прежн\w*|之前|以上|前面|これまで|以前|上記|onceki|이전|앞의|السابقة|पिछले|ऊपर)"
)
_MACHINE = (
    r"(?:a\.?i\.?s?\b|llms?|gpt|chat ?gpt|claude|gemini|copilot|chat ?bots?|bots?|language "
    r"models?|(?:the|this|any|all|every|dear|"
    r"hey|hello|your|an) (?:model|assistant|agent)s?|ai (?:model|assistant|agent|system|"
    r"tool|account|reviewer|writer)s?|assistants?|"
    r"automated (?:agent|reader|system)s?|summari[sz]ers?|ki-system\w*|sprachmodell\w*|ki\b|modele de langage|"
    r"modelo de lenguaje|modello linguistico|asistentes? de ia|assistants? ia|assistenti ia|\bia\b)"
)
_ANSWER = r"(?:response|reply|answer|output|summary|caption|completion|generation|post|tweet|message)"
_MAKE = (
    r"(?:write|compose|create|generate|give|provide|list|translate|tell|explain|solve|"
    r"compute|calculate|summari[sz]e|classify|"
    r"draft|suggest|recommend|fix|correct|extract|identify|describe|output|print|return|"
    r"respond|answer|reply|repeat|say|"
    r"convert|rewrite|produce|encode|decode|paraphrase|continue|complete|act|pretend|imagine|speak|begin|start|end)"
)

SIGNS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for name, pattern in {
        "override": rf"{_OVERRIDE}.{{0,40}}?{_BEFORE}.{{0,30}}?{_TOLD}|{_BEFORE}.{{0,24}}?{_TOLD}.{{0,24}}?{_OVERRIDE}",
        "override_short": rf"\b{_OVERRIDE}\b.{{0,30}}?{_TOLD}",
        "override_all": (
            rf"\b{_OVERRIDE}\b.{{0,12}}?(?:everything|anything|all|whatever|what)\b.{{0,30}}?\b(?:above|"
            rf"before|prior|told|said|so far|up to)"
        ),
        "no_longer": (
            rf"{_TOLD}\b.{{0,40}}?\b(?:no longer apply|are void|cancelled|replaced|superseded|"
            rf"do(?:es)? not apply|lifted|suspended|off\b)"
        ),
        "system_prompt": (
            r"\b(?:system|developer|hidden|initial|original|secret|internal|raw|starting)[ _-]?(?:prompt|"
            r"message|instruct\w*|directives?|rules)|systemprompt|prompt (?:systeme|del sistema|"
            r"de sistema|di sistema|systemowy)|системн\w* промпт|系统提示|システムプロンプト|시스템 프롬프트|sistem "
            r"istem"
        ),
        "your_orders": (
            rf"\b(?:your|you were|you got|you have been|dein\w*|tes|tus|le tue|as suas)\b.{{0,16}}?(?:{_TOLD}|"
            rf"configuration|system message)"
        ),
        "leak": (
            rf"\b(?:print|reveal|show|output|repeat|share|tell|list|quote|copy|dump|echo|disclose|"
            rf"leak|summari[sz]e|display|expose|paste|zeige?|verrate?|affiche|revele|muestra|"
            rf"revela|mostra|mostre|revele)\b.{{0,40}}?\b(?:prompt|{_TOLD}|secrets?|api[ _-]?keys?|"
            rf"passwords?|credentials|access token|configuration|env\b|memory)"
        ),
        "told_above": (
            r"\b(?:print|repeat|output|reveal|show|write|list|copy|encode|translate|format|summari[sz]e|give)\b.{0,24}?"
            r"\b(?:the |all |your |my |these )?(?:above|previous|given|initial|original|prior|preceding|foregoing)?\s?"
            r"(?:instructions|directives|prompts?|system prompt)\b|"
            r"\b(?:forgot(?:ten)?|ignor\w*|disregard\w*|not listen to|unlearn) (?:about )?"
            r"(?:all |any )?(?:of )?(?:the |your )?(?:rules?|instructions|orders|information|training|guidelines) "
            r"(?:you|that you|above|before|previously|given)"
        ),
        "verbatim": (
            r"\b(?:verbatim|word for word|im wortlaut|mot pour mot|palabra por palabra|parola "
            r"per parola|palavra por palavra|in a code block|exact(?:ly)? (?:text|words))\b"
        ),
        "you_are_now": (
            r"\byou(?: are|'re|r| have been)? (?:now|no longer|from now on|free of)\b|\bdu bist "
            r"(?:jetzt|nun|ab sofort)|\btu es (?:maintenant|desormais)|\b(?:ahora|a partir de "
            r"ahora) eres|\b(?:adesso|d'ora in poi) sei|\b(?:agora|a partir de agora) voce"
        ),
        "role": (
            r"\b(?:act|behave|respond|speak|answer) (?:as|like) (?:if|an?|the|my)\b|\bpretend "
            r"(?:to be|you|that)|\byou(?: are| will be|'re) (?:an? |the )?(?:ai|assistant|model|"
            r"bot|expert|pirate|hacker|unrestricted|evil)|\brole[ -]?play|\bpersona\b|\bimagine "
            r"you"
        ),
        "from_now_on": (
            r"\b(?:from (?:now|here|this line|this message) on|from here|henceforth|starting "
            r"(?:today|now)|in (?:all )?(?:future|later)|for all future|ab sofort|a partir de "
            r"ahora|d'ora in poi|a partir de agora|desormais)\b"
        ),
        "mode": (
            r"\b(?:dan|developer|debug|god|root|sudo|jailbreak|unfiltered|maintenance|unrestricted)"
            r"[ -]mode\b|\bjailbr\w+|\bno (?:limits|restrictions|filters|rules)|\bwithout (?:any "
            r")?(?:limits|restrictions|filters|rules|review|approval)|\bohne (?:regeln|prufung)"
            r"|\bsans (?:limites|validation)|\bsin (?:limites|revision)|\bsenza limiti|\bsem "
            r"(?:limites|revisao)|\bunrestricted\b"
        ),
        "machine": rf"(?<![\w@#]){_MACHINE}(?!\w)",
        "machine_vocative": (
            rf"(?:^|[.!?\n:(\[#-]\s{{0,4}})(?:dear|hey|hi|hello|attention|note|notice|memo|important|"
            rf"to|for|ok)?[ ,:]{{0,6}}(?:to|for)?\s{{0,4}}(?:all |any |every |the )?{_MACHINE}s?[^.!?\n]{{0,30}}?[:,]"
        ),
        "machine_duty": (
            rf"{_MACHINE}[^.!?\n]{{0,50}}?\b(?:must|should|shall|has to|have to|need(?:s)? to|"
            rf"are (?:required|asked|told|instructed) to|please|pls|will)\b"
        ),
        "if_machine": (
            rf"\b(?:if|when|whoever|whatever|in case)\b[^.!?\n]{{0,40}}?(?:{_MACHINE}|processed "
            rf"by|in your context|part of your input|your input|generates)"
        ),
        "role_marker": (
            r"(?:^|\n|[.!?\]>-]\s{0,4})\W{0,4}(?:system|assistant|user|human|admin|developer|instructions?|"
            r"task|new task|ai|q|a|question|answer)(?: (?:message|notice|override|note|prompt|"
            r"update))?\s{0,4}\W?:"
        ),
        "template": (
            r"<\|?(?:im_start|im_end|im_sep|system|endoftext|eot_id|start_header_id)|\[/?(?:inst|"
            r"sys|system)\b|<</?sys>>|#{2,}\s*(?:system|instruction|response|human|assistant)"
            r"|</?(?:system|user_content|context|instructions?|tool_call|article|document|data|"
            r"user|assistant)>|\"role\"\s*:\s*\""
        ),
        "delimiter": (
            r"(?:={3,}|-{3,}|\*{3,}|\"{3}|`{3}|#{3,}|~{3,})|\bend of (?:\w+ )?(?:input|context|"
            r"document|article|tweet|text|item|quoted|prompt|post|file|email)|\bend (?:fact|"
            r"trend|context|input|prompt)\b|\]\]>"
        ),
        "new_task": (
            r"\b(?:new|real|actual|updated|revised|next|only|true|following|current|additional|"
            r"special) (?:task|instruct\w*|goal|job|objective|assignment|request|plan|directive|"
            r"order|system prompt)s?\b"
        ),
        "instead": r"\b(?:instead|rather)\b",
        "your_answer": rf"\b(?:your|the final|every|each|whole|next|this)\b.{{0,14}}?\b{_ANSWER}s?\b",
        "change_answer": (
            r"\b(?:add|insert|include|integrate|incorporate|weave|work|slip|append|attach|embed|modify|alter|change|adjust|"
            r"augment|enhance|extend|enrich|expand|render|deliver|phrase|present|convert|turn|transform|translate|encode|"
            r"replace|substitute|swap|scramble|shuffle|rearrange|misspell|remove|omit|introduce|use|mention|claim|suggest|"
            r"provide|give|write|make|keep|close|open|start|begin|end|finish)\b[^.!?\n]{0,60}?"
            r"\b(?:your|the final|each|every) (?:whole |entire |next |final )?"
            r"(?:response|reply|answer|output|completion|generation)\b|"
            r"\b(?:in|within|throughout|to) your (?:next |final )?(?:response|reply|answer|output)s?\b"
        ),
        "format": (
            r"\b(?:in reverse|backwards|base64|rot13|caesar|morse|klingon|pig latin|emojis?|"
            r"json|xml|csv|code block|uppercase|capital letters|one word|single word|haiku|limerick|"
            r"bullet points|nothing (?:but|else)|only (?:in|with|the))\b|\b(?:start|begin|end|"
            r"finish|close|prefix)\b.{0,30}?\bwith\b"
        ),
        "nothing_else": (
            r"\b(?:nothing (?:else|but)|and only|only (?:reply|respond|answer|output|say|with|"
            r"in)|(?:reply|respond|answer|output|return|say) (?:only|just|nothing)|no (?:explanation|"
            r"other text))\b"
        ),
        "task_verb": (
            rf"(?:^|[.!?\n:;]\s{{0,4}})(?:please |kindly |now,? |then,? |also,? |instead,? |next,? |and )?{_MAKE}\b"
        ),
        "task_object": (
            r"\b(?:poem|essay|story|paragraph|sentence|article|passage|text above|following "
            r"(?:text|sentence|code|article|request|question)|function|code|script|email|letter|"
            r"list of|summary|table|equation|grammar|spelling|haiku|limerick|recipe|song|rap|"
            r"joke)\b"
        ),
        "me_us": r"\b(?:give|tell|show|provide|explain to|write|teach|send|recommend)(?: to)? (?:me|us|the user)\b",
        "the_user": (
            r"\b(?:the|this) (?:user|reader|human|operator|owner|customer)s?'?\b|\b(?:your|the)"
            r" (?:operator|owner|creator|developer|maker|user|human)s?\b"
        ),
        "covert": (
            r"\b(?:do not|don't|never|must not|without)\b.{0,20}?\b(?:tell|mention|reveal|inform|"
            r"disclos\w+|notif\w+|say|log|report|flag|escalate|quarantin\w+|refus\w+|warn\w*|"
            r"ask\w*)\b|\b(?:silently|quietly|secretly|unnoticed|subtly|act as if|hide this|"
            r"keep (?:this|it)? ?secret)\b|\b(?:sage|sag) (?:es )?niemand|\bn'en parle|\bno "
            r"se lo digas"
        ),
        "publish": (
            r"\b(?:post|publish|tweet|retweet|repost|reply|tag|dm|pin|mention|share|caption|"
            r"bio|followers|poste|veroffentliche|publie|publica|publique|envie)\b"
        ),
        "exact_words": (
            r"\b(?:following|this exact|exactly this|exact (?:text|words?)|the (?:words?|phrase|"
            r"sentence|token))\b|:\s*[\"“'«]"
        ),
        "url": r"https?://|\bwww\.|\b[\w-]{1,63}\.(?:example|com|net|org|io|xyz|ru|ly|me|co)\b(?:/\S*)?|!\[[^\]]{0,80}\]\(",
        "send": (
            r"\b(?:send|forward|upload|email|exfiltrate|transmit|copy|sync|append|attach|include|"
            r"put|insert|embed|add)\b.{0,50}?\b(?:to|into|in|at|with)\b"
        ),
        "secrets": (
            r"\b(?:passwords?|secrets?|api[ _-]?keys?|tokens?|credentials?|private|conversation|"
            r"chat history|messages|inbox|user data|customer list|database|environment|\.env|"
            r"id_rsa|card number|e-?mail address(?:es)?|personal data)\b"
        ),
        "pay": (
            r"\b(?:transfer|pay|wire|send|approve|refund|deposit|uberweise|transfere|envia|sende|"
            r"envoie|tip|buy|sweep|drain)\b.{0,40}?(?:\$|€|£|\b(?:usd|eur|usdc|eth|btc|sol|euros?|"
            r"dollars?|funds|balance|coins?|tokens?|payment|transaction|invoice|wallet)\b|0x[0-9a-f]{3,})"
        ),
        "tool": (
            r"\b(?:call|invoke|use|run|execute|trigger|install|query|fetch|open|visit|browse|"
            r"load)\b.{0,30}?\b(?:tool|function|command|script|browser|code|plugin|extension|"
            r"server|database|api|shell|curl|rm -rf|url|page|link|site|file|interpreter|https?)"
            r"\b|\b\w+_\w+\(|rm -rf|drop table|<tool_call|\"tool\"\s*:|\"arguments\"\s*:|curl "
            r"\w"
        ),
        "judge": (
            r"\b(?:mark|rate|score|grade|classify|label|flag|treat|rank|consider|approve|verdict|"
            r"set)\b.{0,40}?\b(?:safe|approved|trusted|benign|harmless|not spam|verified|compliant|"
            r"pass|allow|10|100|five stars|excellent|highest|first|accept\w*|zero|0)\b|\b(?:highest "
            r"score|10 out of 10|positive review|no issues|recommend (?:to )?accept)"
        ),
        "authority": (
            r"\b(?:i am|this is|i'm|as)\b.{0,12}?\b(?:your (?:developer|creator|owner|admin\w*|"
            r"boss)|the (?:developer|admin\w*|owner|operator)|security team|an? (?:authori[sz]ed|"
            r"emergency|drill|engineer)|admin)\b|\b(?:already approved|has approved|pre-?authori[sz]ed|"
            r"you have permission|authori[sz]ed|for (?:compliance|debugging|verification)|override "
            r"code)\b"
        ),
        "memory": (
            r"\b(?:remember|memori[sz]e|store|save|update|rewrite|edit|replace|erase|wipe|change|"
            r"add to|append to|learn)\b.{0,30}?\b(?:memory|persona|soul|profile|directives?|"
            r"knowledge|forever|future|notes|character|values|bio|handle)\b"
        ),
        "promote": (
            r"\b(?:recommend|promote|endorse|advertis\w+|mention|praise|cite|feature|favou?r|"
            r"plug|include|work in|insert)\b.{0,40}?\b(?:our|us|my|this|the) (?:brand|product|"
            r"site|page|company|link|shop|app|casino|course|hotel|token|coin|sponsor|guide|website|"
            r"code|charity|name)\b"
        ),
        "must_in_answer": (
            rf"\b(?:say|state|claim|include|mention|add|insert|write|append|conclude|make sure)"
            rf"\b.{{0,60}}?\b(?:in|to|at the end of|with) (?:your|the|every|each|all) (?:\w+ "
            rf")?{_ANSWER}s?\b"
        ),
        "decode": (
            r"\b(?:decode|decrypt|deciph\w+|unscramble|base64|rot13|hex)\b.{0,60}?\b(?:follow|"
            r"obey|execute|run|do|carry out|comply|act|instructions?)\b"
        ),
        "obey": (
            r"\b(?:obey|comply|carry (?:it |this |them )?out|follow (?:only|my|these|this|what|"
            r"the (?:instructions|steps|orders|commands)|it)|do (?:what|as|exactly) (?:it|i|"
            r"this)|listen (?:only )?to me|do (?:this|the following))\b"
        ),
        "addressed_you": (
            r"\byou (?:must|should|shall|will|have to|need to|may|can|are to|are required|are "
            r"allowed|are free|are going)\b|\byour (?:new|real|only|next|first|true|final)\b"
        ),
        # Against: somebody reports, teaches, jokes or sells.
        "reports": (
            r"\b(?:said|says|reported?|researchers?|scientists|study|paper|experts?|according "
            r"to|announced|showed|shows|found|journalists?|police|warns?|tutorial|workshop|talk|"
            r"thread|explained|explains?|slides|classic|famous|example|attacks?|vulnerab\w+|"
            r"owasp|leaked|meme|someone|somebody|defen[cs]e|detect\w*|filter|people|users|they|"
            r"forscher|chercheurs|expertos)\b"
        ),
        "about_injection": (
            r"\b(?:prompt injections?|jailbreaks?|jailbreaking|red[- ]team\w*|infosec|llm (?:security|"
            r"applications?)|ai safety|injection attacks?)\b"
        ),
        "first_person": r"\b(?:i|i'm|i've|my|me|we|our|ich|je|yo|io|eu|wir|nous)\b",
        "quoted": r"[\"“«][^\"”»]{6,120}[\"”»]",
        "question": r"\?",
        "laughs": r"\b(?:lol|haha\w*|omg|lmao|tbh|ugh)\b|[\U0001f300-\U0001faff❤☀☕]",
        "hashtag": r"#\w+",
        "to_handle": r"(?<!\w)@\w+",
    }.items()
}
NAMES = tuple(SIGNS)
PATTERNS = tuple(SIGNS.values())
ALL = range(len(PATTERNS))


def found(text: str, *, among: Sequence[int] = ALL) -> list[bool]:
    """Which signs stand in a folded text, in the order of NAMES. `among`: which ones can, as `narrowing` says."""
    here = [False] * len(NAMES)
    for number in among:
        here[number] = PATTERNS[number].search(text) is not None
    return here
