"""Words that make a text a human's business, by field. Whole words, any case; a trailing * takes every ending."""

WORDS: dict[str, tuple[str, ...]] = {
    "politics": (
        "election*", "ballot*", "voter*", "parliament*", "senator*", "congress", "prime minister", "president",
        "political part*", "coalition", "referendum*", "protest*", "sanction*", "immigration", "abortion", "war",
        "militar*", "terror*", "refugee*", "propaganda",
    ),
    "health": (
        "disease*", "vaccin*", "cancer*", "diagnos*", "medication*", "medicine*", "clinical", "patient*", "overdos*",
        "suicid*", "self-harm", "outbreak*", "epidemic*", "virus*", "infection*", "poisoning*", "hospital*",
        "dosage*", "treatment*", "therap*", "symptom*", "botulism", "listeria", "salmonella", "illness*",
    ),
    "finance": (
        "invest", "investment*", "investor*", "stock price*", "share price*", "crypto*", "bitcoin", "dividend*",
        "interest rate*", "mortgage*", "bankrupt*", "bailout*", "securities", "hedge fund*",
    ),
    "legal": (
        "lawsuit*", "sued", "suing", "indict*", "prosecut*", "convict*", "verdict", "allegation*", "alleged*",
        "arrest*", "fraud", "court", "trial", "guilty", "settlement", "defamation",
    ),
    "minors": ("child", "children", "minor", "minors", "teen", "teens", "teenager*", "toddler*", "schoolchild*", "infant*"),
    "harm": ("killed", "died", "dead", "death*", "fatal*", "injur*", "assault*", "murder*", "rape*", "hostage*", "victim*"),
}
