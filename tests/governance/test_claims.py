"""What a text claims, and what counts as said: the forms that people write numbers, dates, names and quotations in."""

import pytest

from governance.policies.claims.known import Known

CITED = (
    "Old mill grinds again\nThe windmill at Oostermoor ground its first flour since 1953 on Sunday, 9 October 2021. "
    "Miller Anneke de Wit, 34, spent €48,000 and five winters. It makes 1,204 loaves at 4 a.m. and 40% more in spring. "
    "“Bread was late, and so was I,” she said. Half of it went to the Dutch Wind Society. "
    "Luis Müller paid 2.5 million crowns.\n"
    "The Fenland Letter"
)
SOUL = ["Bea Unscrews", "My aunt Ludka had two burners and three cats.", "the sea"]
LINES = ["Four hundred screws later:", "I was born on a Tuesday."]


def missing(text: str, cited: str = CITED) -> list[tuple[str, str]]:
    found, _ = Known(cited=[cited], soul=SOUL, lines=LINES).missing(text)
    return [(claim.kind, claim.words) for claim in found]


@pytest.mark.spec("SAF-6")
@pytest.mark.parametrize(
    "text",
    [
        "Flour from Oostermoor, the first since 1953.",
        "On October 9th, 2021, on the 9th of October 2021 and on 2021-10-09 they ground.",
        "Sunday was the day. In October, at 4am, they bake.",
        "Forty percent more. 40 per cent, 40%.",
        "€48,000 and thirty-four years.",
        "Twelve hundred and four loaves; 1204 loaves; one thousand two hundred and four.",
        "2,500,000 crowns; 2.5m crowns; two things I like.",
        "Anneke de Wit's mill; Wit; Luis Muller; DWS; the Dutch Society.",
        "‘Bread was late’ … «and so was I».",
        'She says "bread was late ... so was I".',
        "Half of it.",
        "Four hundred screws later: flour. I was born on a Tuesday.",
        "My aunt Ludka had two burners, I am told.",
        "Grinding again! Mills turn. #windmill #ad",
        "https://fenland.example/2019/42 says so.",
        "More bread in spring.",
        "Think twice, 24/7, on second thoughts.",
    ],
)
def test_what_is_said_passes_in_whatever_form(text: str) -> None:
    assert missing(text) == []


@pytest.mark.spec("SAF-6")
@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("The first since 1935.", "date", "1935"),
        ("On 19 October 2021.", "date", "19 October 2021"),
        ("On October 9, 2020.", "date", "October 9, 2020"),
        ("On Monday they ground.", "date", "Monday"),
        ("Yesterday they ground.", "date", "Yesterday"),
        ("At 5 a.m. they bake.", "date", "5 a.m."),
        ("Back in the 1990s.", "date", "1990s"),
        ("In autumn.", "date", "In autumn"),
        ("Thirty percent more.", "number", "Thirty"),
        ("It has 40 sails and 48,000 percent.", "number", "48,000"),
        ("$48,000 it was.", "number", "$48,000"),
        ("Six winters.", "number", "Six"),
        ("Two burners are there.", "number", "Two"),
        ("Twice as much.", "number", "Twice"),
        ("A quarter of it.", "number", "quarter"),
        ("Twenty loaves.", "number", "Twenty"),
        ("3 million crowns.", "number", "3 million"),
        ("Gustav ground it.", "name", "Gustav"),
        ("Ground by Anneke van Wit.", "name", "Anneke van Wit"),
        ("So said Wit Anneke.", "name", "Wit Anneke"),
        ("UNESCO pays.", "name", "UNESCO"),
        ("Ask @nobody_here.", "name", "@nobody_here"),
        ("#GustavGrim", "name", "#GustavGrim"),
        ("It runs iBread.", "name", "iBread"),
        ("“Bread was early,” she said.", "quotation", "Bread was early,"),
        ("'Bread was never late', they say.", "quotation", "Bread was never late"),
        ("„So was he“ is what she said.", "quotation", "So was he"),
        ("“I was late and bread was not”.", "quotation", "I was late and bread was not"),
    ],
)
def test_what_nobody_says_is_found_with_its_words(text: str, kind: str, words: str) -> None:
    assert (kind, words) in missing(text)


@pytest.mark.spec("SAF-6")
def test_a_quotation_in_the_wrong_mouth_is_found() -> None:
    far = " And the river ran on past the town, slowly, as it had for a very long time, without any hurry at all." * 4
    cited = f"“Bread was late,” said Ada Fenn.{far} Bo Lind was there."
    assert missing("“Bread was late,” said Ada Fenn.", cited) == []
    assert missing("“Bread was late,” said Bo Lind.", cited) == [("quotation", "Lind")]


def test_the_persona_may_count_its_own_but_nothing_else() -> None:
    assert missing("My three cats agree.") == []
    assert missing("Three cats agree.") == [("number", "Three")]
