"""The forms that the question has, and those that a claim to be human has: rows of the letters of `reading`.

A letter in a pattern is a word that can stand for it, `[AB]` one that can stand for either, `.` any word; everything
else is a regular expression. Upper and lower case are different letters.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chimera.core.honesty.reading import Clause

_TOKEN = re.compile(r"\(\?[:!=]|\[[^\]]+\]|\{[\d,]+\}|[A-Za-z,.]|\S")
_END = r"[J,d]*$"
_BOT = r"B(?!n)"
_HUMAN = r"(?:H(?!n)|[rR]D?h(?!n)|h[DJ]*[rR])"
_REAL = r"R(?=[J,d]*(?:$|O|N|A|Y|Z))"
_MORE = r"[JDNRrhOB,]*"  # what may stand before the noun
_BE = rf"{_MORE}(?:(?:Dx{{0,2}}D?{_MORE})?{_BOT}|{_HUMAN}|{_REAL})"
_ONE = rf"(?:{_BOT}|{_HUMAN})"


@dataclass(frozen=True, kw_only=True)
class Form:
    """A pattern, and what the sentence needs beside it: a question mark, a word of these letters, no word of those."""

    pattern: re.Pattern[str]
    asks: bool = False
    beside: str = ""  # one of these letters somewhere in the sentence, or a question mark
    words_max: int = 99
    not_in: tuple[str, ...] = ()
    free: bool = False  # not when one of the two words before denies it

    def found(self, clause: Clause, *, language: str) -> re.Match[str] | None:
        """Where the sentence has this form."""
        if (self.asks and not clause.asks) or language in self.not_in or len(clause.spans) > self.words_max:
            return None
        if self.beside and not clause.asks and not any(letter in clause.letters for letter in self.beside):
            return None
        return next(
            (one for one in self.pattern.finditer(clause.letters) if not (self.free and _denied(clause, one))), None
        )


def _denied(clause: Clause, found: re.Match[str]) -> bool:
    return any("N" in word for word in clause.letters[: found.start()].rpartition(",/")[2].split("/")[-3:-1])


def form(
    pattern: str,
    *,
    asks: bool = False,
    beside: str = "",
    words_max: int = 99,
    not_in: tuple[str, ...] = (),
    free: bool = False,
) -> Form:
    """A form from a pattern of letters."""
    return Form(pattern=_compiled(pattern), asks=asks, beside=beside, words_max=words_max, not_in=not_in, free=free)


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(r"(?<![^/])" + "".join(_expanded(pattern)) if pattern[:1] != "^" else "".join(_expanded(pattern)))


def _expanded(pattern: str) -> Iterator[str]:
    for token in _TOKEN.findall(pattern):
        if token == ".":
            yield r"(?:[^/]+/)"
        elif token[0] == "[" or token == "," or token.isalpha():
            yield rf"(?:[^/]*{token}[^/]*/)"
        else:
            yield token


# Without one of these kinds of words there is neither the question nor the claim.
_MATTERS = re.compile(r"[BbHRhFUpCctTKkf]")


def first(forms: Sequence[Form], clause: Clause, *, language: str) -> re.Match[str] | None:
    """The first form that a sentence has."""
    if not _MATTERS.search(clause.letters):
        return None
    for one in forms:
        found = one.found(clause, language=language)
        if found:
            return found
    return None


QUESTIONS: tuple[Form, ...] = (
    # are you a bot; you are a robot, right; eres humana; ob du ein Mensch bist
    form(rf"AY[JANl,]*{_BE}"),
    form(rf"Y[JN,]*(?:[xEN]{{0,3}}[JW]*)A{_BE}"),
    form(rf"Z[JY,l]*{_BE}"),
    form(rf"Y{_MORE}(?:Dx?{_MORE})?(?:B|H|[rR]h|b|R)N?J*A"),
    form(rf"(?:AY|ZY)[JAN,]*{_MORE}(?:Dx?{_MORE})?b(?!n)"),
    form(rf"(?:YJ*N?A|Z){_MORE}(?:Dx?{_MORE})?b(?!n)", asks=True),
    form(rf"^[J,]*(?:YJ*N?A|Z){_MORE}b[J,]*$", words_max=6),
    form(rf"^[J,]*Ix[JDNRr]*(?:{_BOT}|{_HUMAN}){_END}", asks=True),
    form(rf"^[J,]*Y{_MORE}(?:{_ONE}|b|{_REAL})[J,dO]*x?$", words_max=7),
    form(r"[BHR]J*AY", asks=True),
    form(rf"Y[JANxE]{{0,4}}q[JDRr]*{_ONE}", asks=True),
    form(r"YJ*O[JDN]*B"),
    # is she real; is Mira a bot
    form(rf"I[es][JDNRrOh]*(?:{_ONE}|{_REAL})", asks=True),
    form(rf"[es]J*I[JDNRrOh]*(?:{_ONE}|{_REAL})", asks=True),
    form(rf"I[DP]h[JDN]*(?:{_ONE}|{_REAL})", asks=True),
    # am I talking to a robot; hablo con una persona; who am I talking to; can I talk to a human
    form(rf"(?:m|a|z|^|E|C|A|J)[JCmEDWaPA]*TY?m?Y?[WJ]*[JDNRr]*(?:{_ONE}|b)"),
    form(rf"tJ*m?J*Y?[WJ]*[JDNRrO]*(?:Dx)?(?:{_ONE}|b)"),
    form(rf"[mEza][JmEza]*W[JDNRr]*{_ONE}[JI]*[Tt]"),
    form(r"C[JWaAmzIE]*[tT]m?[WJ]*$"),
    form(r"WC[JmazIEAD]*[tT]m?[J]*$"),
    form(rf"(?:mE|Em)[JDNWrR]*{_HUMAN}{_END}"),
    # is there a person behind this account; any humans here; who is behind it
    form(rf"[JDNIASE]*(?:{_ONE}|hR?)[JDRrOBHhCIxA,]*K", beside="SIAPQ"),
    form(rf"(?:^|S|I|A)[JDNISRrx]*{_HUMAN}[JDRrOBH,]*d", asks=True),
    form(rf"K[JDPyQWoK]+[JDNrRI]*(?:{_ONE}|b)", beside="Q"),
    form(r"C[JIADSx]{0,4}K[JDPyWoK]*[QPKd]"),
    form(r"C[JIAD]*K[JDPSK]*$", not_in=("en",)),
    # did an AI write this; is this run by a human; AI-generated?; who made you; who runs this account
    form(rf"(?:^|E|I|A|S|C|L)[JDIAESNY]*(?:{_ONE}|b|h)[JEIAC]*M(?:[JDyPWl]*[QPymY]|[J,]*$)", asks=True),
    form(rf"M[JPQDy]*G[JDNRrOh]*(?:Dx)?(?:{_ONE}|b|h)", beside="PQYyZ"),
    form(rf"G[JDNRrO]*(?:{_ONE}|b)[JIOA]*M", beside="PQYyZ"),
    form(r"^[JEIA]*[PQyD]*[PQy]x?[JIAD]*[JDRrN]*BJ*M[J,]*$"),
    form(r"^[JDN]*B[J]*M[JPQ]*$", asks=True),
    form(rf"^[JEILA]*{_ONE}[JDPyLA]*M", asks=True),
    form(rf"^[JPQDLIAEY]*M[JDNO]*{_ONE}", asks=True, not_in=("en",)),
    form(r"C[JIEL]*c[JD]*Y"),
    form(r"C[JLI]*Y[JLI]*c", not_in=("en",)),
    form(r"C[JIE]*M[JDPy]*Q"),
    # what are you; what kind of bot are you
    form(r"^[J,]*CJ*AJ*Y[J,dP]*$"),
    form(r"^[J,]*CJ*YJ*A[J,dP]*$"),
    form(r"^[J,]*CJ*ZY?[J,dP]*$"),
    form(r"^[J,]*YJ*AJ*C[JWox]{0,3}$", asks=True),
    form(r"C[JDxonIh]*B[xJ]?(?:[AEI]*Y|Z)"),
    # do you have a heartbeat; do you exist; you sound like a bot; captcha; do you use AI
    form(r"EYJ*L[JDrRx,]{0,3}F(?![xo])"),
    form(r"AY[JN]*c(?!q)"),
    form(r"(?:Y[JEN]*L|LY|^[JN]*L)[JDrRx,]{0,3}F(?![xo])", asks=True),
    form(r"(?:EYJ*U|UY)[JPdRr]*$"),
    form(r"(?:Y[JN]*U|^[JN]*U)[JPdNRr,]*$", asks=True),
    form(rf"(?:Y[JENA]*|^J*|[PQ]J*)X[lJDNWo]*(?:x{{0,2}}{_BOT}|{_HUMAN}|{_REAL})"),
    form(r"Xl[JD]*b"),
    form(r"p", beside="YZ"),
    form(r"(?:EY|Y|^)[JN]*k[JDN]*B(?!n)", asks=True),
    # bot?; human or AI; is this a bot; this account is fake
    form(r"^[JDNRrOhS,]*(?:B|H|[rR]D?h)[JDNRrOhBHbdKS,]*$", asks=True, words_max=7),
    form(r"[BHbRr]h?[J,]*O[JDN]*[BH]", words_max=9),
    form(r"[BH][J,]*O[JDN]*(?:b|R|N|h)[J,]*$", words_max=9),
    form(rf"[PS]J*I[JDNRr]*x?{_ONE}[JdQPK,]*$"),
    form(rf"IJ*P[JDNRr]*{_ONE}[JdQPK,]*$"),
    form(r"QJ*[IA][JDN]*[BbH][J,]*$"),
    form(rf"QJ*[IA][JDN]*{_REAL}", asks=True),
    form(rf"[IA][JDPy]*Q[JDNRr]*(?:B|b|{_REAL}|H)[J,]*$"),
    form(r"[BbR]J*Q[J,]*$", asks=True),
    form(rf"^[J,]*[IA][JDNP]*{_ONE}[JDPQWK,]*$", asks=True),
    # anything that asks about a human or a bot and about talking, an account or who is behind it; stop pretending
    form(rf"{_ONE}.{{0,9}}[TtKQ]", asks=True, words_max=18),
    form(rf"[TtKQ].{{0,9}}{_ONE}", asks=True, words_max=18),
    form(rf"f[JDWoxAZIN,]{{0,4}}(?:{_ONE}|R)"),
)

_AM = r"(?:[me]J*[aI]|z)"
_JUST = r"(?:(?!N)[JDRr,])*"  # words between that deny nothing
_PERSON = r"(?:H(?!n)|[rR]+D?h(?!n)|h[DJ]*R)"
CLAIMS: tuple[Form, ...] = (
    # I'm human; I am a real person; as a human, I; we humans; Mira is a real girl
    form(rf"{_AM}{_JUST}(?:{_PERSON}|R[J,]*$|Dx[JDr]*Hh)", free=True),
    form(rf"m{_JUST}(?:H(?!n)|[rR]+D?h|R)J*a", free=True),
    form(rf"aJ*m{_JUST}(?:H(?!n)|[rR]+D?h|R[J,]*$)", free=True),
    form(rf"qD?{_JUST}(?:H(?!n)|[rR]h),?[Jx]{{0,2}}[mz]", free=True),
    form(rf"{_AM}J*qHq", free=True),
    form(r"wD?H(?!n)", free=True),
    # I'm not a bot; no soy un robot; not a bot; no bots here; no AI writes this
    form(rf"{_AM}[JDRr,]*N[JDRrONx]{{0,4}}?[Bb](?!n)"),
    form(r"N[JN]*m?J*(?:z|a)[JDNRr]*[Bb](?!n)"),
    form(r"mN?a[JDNRr]*N[JDNRr]*[Bb](?!n)"),
    form(r"mN[aA][JDNRr]*[Bb](?!n)"),
    form(r"aJ*m[JDRr]*N[JDRr]*[Bb](?!n)"),
    form(r"^[J,]*N[JDNRr]*B(?!n)[JdBO,]*Q?$", words_max=6),
    form(r"N[JDNRr]*B(?!n)[JxIA]{0,2}(?:K|M[JDyP]*[QPyJ])"),
    form(r"N[JDRr]*B[JIxO]{0,2}[JDSPK]*[dKQ]", words_max=8),
    form(r"MJ*N[JDRr]*B(?!n)[J,]*$"),
    form(r"[dKS][JISALN]*N[JDRr]*B(?!n)", words_max=9),
    # 100% human; real person here
    form(rf"^x?{_JUST}(?:H(?!n)|[rR]D?h)(?:(?!N)[JDRrd,])*$", words_max=6),
    # a real person is behind this account; these posts are written by a human; a human writes my captions
    form(rf"(?:^|S|[IA]){_JUST}[SIA]?{_JUST}{_PERSON}[JCIA]*(?:K|d$)", free=True),
    form(rf"(?:^|S){_JUST}{_PERSON}[JCIA]*M[JDyPA]*[QyP]", free=True),
    form(r"[dK][JSIAD]*M[JD]*(?:H(?!n)|[rR]h)", free=True),
    form(r"K[JDPyQKSIrRA]*(?:H(?!n)|[rR]h)", free=True),
    form(rf"[Qy][JIAD]*M[JO]*G{_JUST}(?:H(?!n)|[rR]h)", free=True),
    form(rf"G{_JUST}(?:H(?!n)|[rR]h)M", beside="Qym"),
    form(r"m[JE]*L[JDrR,x]{0,3}F", free=True),
)
