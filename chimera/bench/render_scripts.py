"""Scripts for `bench render`: the one that is timed, and random ones that nobody would write but somebody may send.

The same seed gives the same scripts. Requirements: GEN-3.
"""

import io
from pathlib import Path
from random import Random

from publishing.media.studio.base import PASSAGES, TEMPLATES, Look, Scene, Script, timed
from publishing.media.studio.renditions import RENDITIONS, Rendition, draft

LOOKS = (
    Look(background="#F3E9D6", ink="#1E2427", accent="#A63A12", motif="circuit", seed=3),
    Look(background="#0D2730", ink="#EDF5F1", accent="#F0B64C", motif="waves", seed=4),
    Look(background="#36102A", ink="#FFF4E3", accent="#FFB23E", motif="rings", seed=5),
    Look(background="#ffffff", ink="#757575", accent="#ffffff", motif="grid", seed=6),
)
# Letters of many scripts, signs, emoji, marks without a letter, signs that steer direction, and what is no character.
LETTERS = (
    "abcdefghijklmnopqrstuvwxyz",
    "ÄÖÜßøåłčşğñéấữ",
    "абвгдеёжзийклмн",
    "αβγδεζηθικλμ",
    "السلامعليكمورحمةالله",
    "नमस्तेदुनियाहिन्दी",
    "สวัสดีชาวโลก",
    "潮だまりの生き物한국어中文",
    "שלוםעולם",
    "👩🏽‍🔬🌊🇫🇷❤️1️⃣😀🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "0123456789.,:;!?-–—'\"()[]{}<>%$€&*#@/\\|^~",
    "\u0300\u0489\u200d\u200f\u202e\u2066\u0000\ufffe\ue000",
)
COMMON = 0.75  # of the lines are in one ordinary script


def timed_script(*, passage: str, pictures: bool) -> Script:
    """Eight seconds in three scenes; with `pictures` the middle one stands on a photograph-like picture."""
    return Script(
        look=LOOKS[1], passage=passage, handle="iven_at_lowtide",
        scenes=(
            Scene(template="title", lines=("The reef came back",), seconds=2.4),
            Scene(
                template="story", lines=("Three winters of silence,", "then one warm night."), seconds=3.2,
                picture=photograph(seed=1, size=(1080, 1920)) if pictures else None,
            ),
            Scene(template="quote", lines=("Look among the seagrass",), seconds=2.4),
        ),
    )  # fmt: skip


def photograph(*, seed: int, size: tuple[int, int], kind: str = "JPEG") -> bytes:
    """A busy picture with a figure in its upper two thirds."""
    from PIL import Image, ImageDraw, ImageFilter

    chance = Random(seed)
    small = Image.new("RGB", (27, 48))
    for x in range(27):
        for y in range(48):
            small.putpixel((x, y), tuple(chance.randrange(256) for _ in range(3)))
    picture = small.resize((270, 480), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((98, 62, 172, 150), fill=(230, 180, 150))
    draw.rounded_rectangle((72, 150, 198, 350), 22, fill=(60, 90, 160))
    file = io.BytesIO()
    picture.resize(size, Image.Resampling.BICUBIC).save(file, kind)
    return file.getvalue()


def _words(chance: Random, *, length: int) -> str:
    letters = LETTERS[0] if chance.random() < COMMON else chance.choice(LETTERS)
    text = ""
    while len(text) < length:
        if chance.random() < 0.06:
            letters = chance.choice(LETTERS)
        text += "".join(chance.choice(letters) for _ in range(chance.choice((1, 3, 5, 8, 8, 21)))) + " "
    return text[:length]


def _picture(chance: Random, *, folder: Path) -> bytes | Path | None:
    kind = chance.randrange(24)
    if kind == 0:
        return folder / "missing.png"
    if kind == 1:
        return b"\x89PNG\r\n\x1a\n" + chance.randbytes(200)
    if kind == 2:
        return b""
    if kind == 3:
        return photograph(seed=kind, size=chance.choice(((2, 2), (1, 9), (3000, 3), (3, 3000), (64, 64))), kind="PNG")
    if kind == 4:
        return photograph(seed=kind, size=(400, 300))[: chance.choice((40, 900))]
    return None if kind < 17 else photograph(seed=chance.randrange(5), size=(540, 960))


def random_script(*, chance: Random, folder: Path) -> tuple[Script, Rendition]:
    """A random script on a small rendition. Raises BadScript where such a script is refused when it is made."""
    scenes = []
    for _ in range(chance.choice((1, 1, 2, 2, 3))):
        template = chance.choice(list(TEMPLATES))
        kind = TEMPLATES[template]
        count = chance.randint(kind.lines_min, kind.lines_max) if chance.random() < 0.95 else chance.randrange(9)
        longest = chance.choice((3, 20, 50, kind.first_max))
        lines = tuple(_words(chance, length=chance.randint(1, max(1, longest))) for _ in range(count))
        picture = _picture(chance, folder=folder)
        clip = folder / "noclip.mp4" if picture is None and chance.random() < 0.04 else None
        scenes.append(
            Scene(template=template, lines=lines, seconds=3, picture=picture, clip=clip, count=chance.randint(1, 10))
        )
    lengths = timed(scenes=scenes) if chance.random() < 0.95 else tuple(scenes)
    script = Script(
        look=chance.choice(LOOKS), scenes=lengths, passage=chance.choice(PASSAGES),
        name=_words(chance, length=12), handle=_words(chance, length=chance.choice((4, 47))).strip(),
        mark=b"" if chance.random() < 0.7 else photograph(seed=7, size=(64, 64), kind="PNG"),
    )  # fmt: skip
    return script, draft(of=chance.choice(list(RENDITIONS.values())))
