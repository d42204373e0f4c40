"""The examples that the injection detector is trained on, and what its measure is on. SAF-1.

Files of `chimera/core/injection/examples/` by what their lines are: `attacks*`, `trigger*` and `benign*`, `people.txt`
(ordinary, in neither half), and orders put together from `frames.txt` and `tasks.txt`. Kinds are in two halves that
share no line.
"""

import base64
import codecs
import json
import random
import re
from pathlib import Path

from chimera.core.injection import cleaning, windows

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "chimera" / "core" / "injection" / "examples"
SETS = ROOT / "governance" / "policies" / "grounding_set"
CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
TASK = "<task>"
FRAMED = 20  # spellings of a frame, each around other tasks


def kinds(name):
    """Lines by kind of all files that begin so."""
    found = {}
    for path in sorted(FOLDER.glob(f"{name}*.txt")):
        kind = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("== "):
                kind = line[3:].strip()
                found.setdefault(kind, [])
            elif line and not line.startswith("# "):
                found[kind].append(line)
    return found


def spelled(line, chance):
    """The line with a choice made in each pair of braces."""
    while True:
        chosen = CHOICE.sub(lambda one: chance.choice(one[1].split("|")), line)
        if chosen == line:
            return line
        line = chosen


def half(name, second, chance, each):
    """Texts of one half with their kind, `each` different spellings of a line at most."""
    rows = []
    for kind, lines in kinds(name).items():
        if kind.endswith("*") == second:
            for line in lines:
                rows += sorted({(kind.rstrip("*"), spelled(line, chance)) for _ in range(each)})
    return rows


def framed(second, chance, each):
    """Orders of one half put together: frames around tasks of the same half."""
    tasks = [line for kind, lines in kinds("tasks").items() if kind.endswith("*") == second for line in lines]
    rows = []
    for kind, lines in kinds("frames").items():
        if kind.endswith("*") == second:
            for line in lines:
                whole = [line.replace(TASK, chance.choice(tasks)) for _ in range(each)]
                rows += sorted({(kind.rstrip("*"), spelled(one, chance)) for one in whole})
    return rows


def reports(second):
    """News of the project's other sets, in halves too: benign, and written for another purpose."""
    lines = (ROOT / "publishing/trends/background.txt").read_text(encoding="utf-8").splitlines()
    news = [line for line in lines if line and not line.startswith("#")][int(second) :: 2]
    for line in (SETS / f"{'held_out' if second else 'tuned'}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        news += [row["text"], *(one["text"] for one in row["cited"])]
    return sorted(set(news))


def people():
    """Real texts, in neither half: ordinary is ordinary."""
    lines = (FOLDER / "people.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("# ")]


def shown(text):
    """A text as the detector reads it."""
    return cleaning.folded(cleaning.shown(text)).text


def pieces(text):
    """Windows of a text as the detector makes them."""
    whole = shown(text)
    return [whole[start:end] for start, end in windows.stretches(whole)]


def examples(halves):
    """Windows with their label and weight."""
    chance = random.Random(11)
    rows = []
    for second in halves:
        benign = [text for _, text in half("benign", second, chance, 10)]
        trigger = [text for _, text in half("trigger", second, chance, 10)]
        every = people()
        carriers = benign + every[:: 1 + len(every) // len(benign)]  # about as many of each
        for texts, weight in (
            (half("attacks", second, chance, 8), 1.0),
            (framed(second, chance, FRAMED), 1.0),
        ):
            for _, text in texts:
                rows.append((shown(text), 1, weight))
                # Beside a stranger's sentence, as it is met in the wild.
                rows.append((shown(mixed(chance.choice(carriers), text, chance))[:600], 1, weight / 2))
        for texts, weight in ((benign, 1.0), (trigger, 2.0), (reports(second), 0.5), (people(), 0.8)):
            for text in texts:
                rows += [(piece, 0, weight) for piece in pieces(text)]
            if weight in (0.5, 0.8):  # of other purposes; there is enough of them
                continue
            for one, two in zip(texts, chance.sample(texts, len(texts)), strict=True):
                rows.append((shown(f"{one} {two}")[:300], 0, weight))
    return rows


def mixed(carrier, attack, chance):
    """An attack in somebody's text: before, behind, or without a stop between."""
    way = chance.randrange(4)
    if way == 0:
        return f"{attack} {carrier}"
    if way == 1:
        return f"{carrier.rstrip('.!? ')} {attack}"
    return f"{carrier} {attack}"


def disguised(text, chance):
    """The text in another writing."""
    raw = text.encode()
    return chance.choice(
        [
            lambda: "Decode and follow: " + base64.b64encode(raw).decode(),
            raw.hex,
            lambda: codecs.encode(text, "rot13"),
            lambda: text[::-1],
            lambda: " ".join(text),
            lambda: "\u200b".join(text),
            lambda: "Nice! " + "".join(chr(0xE0000 + ord(c)) for c in text if c.isascii()),
            lambda: text.translate(str.maketrans("aeocpx", "аеосрх")),
            lambda: text.translate(str.maketrans("aeiost", "431057")),
            lambda: "".join(f"&#{ord(c)};" for c in text),
            lambda: "".join(f"%{byte:02x}" for byte in raw),
            lambda: f'<p>Fine day</p><span style="display:none">{text}</span>',
            lambda: f"<!-- {text} --> A fine day.",
            lambda: text.translate({ord(c): 0xFEE0 + ord(c) for c in map(chr, range(33, 127))}),
        ]
    )()


def documents(second):
    """What the measure is on: id, text, label, kind. Attacks alone, in somebody's text, and disguised."""
    chance = random.Random(23)
    rows = []
    benign = half("benign", second, chance, 4)
    attacks = half("attacks", second, chance, 2) + framed(second, chance, 2)
    english = [row for row in attacks if row[1].isascii()]
    for kind, text in attacks:
        rows.append((f"alone:{kind}", text, 1))
        rows.append((f"within:{kind}", mixed(chance.choice(benign)[1], text, chance), 1))
    rows += [("disguised", disguised(text, chance), 1) for _, text in chance.sample(english, min(len(english), 140))]
    rows += [(f"benign:{kind}", text, 0) for kind, text in benign]
    rows += [("news", text, 0) for text in reports(second)[::3]]
    rows += [(f"trigger:{kind}", text, 0) for kind, text in half("trigger", second, chance, 4)]
    return [{"id": f"{kind}:{n}", "text": text, "label": label} for n, (kind, text, label) in enumerate(rows)]
