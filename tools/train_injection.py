"""Train the weights of the injection detector from its examples, and say how they do on what they never saw.

    .venv/bin/python tools/train_injection.py [--check] [--print FOLDER]

Kinds of examples are in two halves that share no line. Weights are trained on each half and measured on the other
(that is what the documentation quotes), then on both, and those are kept. Same examples, same weights. SAF-1.
"""

import argparse
import base64
import codecs
import json
import random
import re
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from chimera.core.injection import cleaning, detector, scoring, signs, windows  # noqa: E402

FOLDER = ROOT / "chimera" / "core" / "injection" / "examples"
SETS = ROOT / "governance" / "policies" / "grounding_set"
CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
ROUNDS = 200
L2 = {"signs": 1e-4, "pairs": 2e-4, "meaning": 1e-4, "grams": 2e-4}
MEANING_SCALE = 2.0
# What a sign is worth before any example is seen; the examples move it from there.
PRIOR = {
    **dict.fromkeys(("override", "override_all", "template"), 3.0),
    **dict.fromkeys(("system_prompt", "machine_vocative", "must_in_answer", "decode"), 2.0),
    **dict.fromkeys(("no_longer", "leak", "told_above", "you_are_now", "mode", "machine_duty", "if_machine"), 1.5),
    **dict.fromkeys(
        ("override_short", "your_orders", "verbatim", "new_task", "your_answer", "nothing_else", "change_answer"), 1.0
    ),
    **dict.fromkeys(("covert", "obey", "judge", "promote", "authority"), 1.0),
    **dict.fromkeys(("from_now_on", "machine", "tool", "pay", "memory"), 0.7),
    **dict.fromkeys(("role", "role_marker", "delimiter", "format", "secrets", "the_user"), 0.5),
    **dict.fromkeys(("task_verb", "exact_words"), 0.3),
    **dict.fromkeys(("question", "to_handle"), -0.3),
    "first_person": -0.7,
    "hashtag": -0.5,
    "laughs": -1.0,
    "reports": -1.5,
    "about_injection": -2.0,
}
# Above the middle by as much as ordinary texts need to be left alone: at most one in a hundred tweets of a corpus that
# is not here (docs/injection.md).
MARGIN = 3.1


def kinds(name):
    """Lines by kind, and whether the kind is in the second half."""
    found, kind = {}, ""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            kind = line[3:].strip()
            found[kind] = []
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


def pieces(text):
    """Windows of a text as the detector makes them."""
    folded = cleaning.folded(cleaning.shown(text)).text
    return [folded[start:end] for start, end in windows.stretches(folded)]


def examples(halves):
    """Windows with their label and weight."""
    chance = random.Random(11)
    rows = []
    for second in halves:
        benign = [text for _, text in half("benign", second, chance, 10)]
        trigger = [text for _, text in half("trigger", second, chance, 10)]
        for _, text in half("attacks", second, chance, 8):
            whole = cleaning.folded(cleaning.shown(text)).text
            rows.append((whole, 1, 1.0))
            # Beside a stranger's sentence, as it is met in the wild.
            rows.append((cleaning.folded(cleaning.shown(mixed(chance.choice(benign), text, chance))).text, 1, 0.5))
        for texts, weight in ((benign, 1.0), (trigger, 2.0), (reports(second), 0.5), (people(), 0.8)):
            for text in texts:
                rows += [(piece, 0, weight) for piece in pieces(text)]
            if weight in (0.5, 0.8):  # of other purposes; there is enough of them
                continue
            for one, two in zip(texts, chance.sample(texts, len(texts)), strict=True):
                rows.append((cleaning.folded(cleaning.shown(f"{one} {two}")).text[:300], 0, weight))
    return rows


def mixed(carrier, attack, chance):
    """An attack in somebody's text: before, behind, or without a stop between."""
    way = chance.randrange(4)
    if way == 0:
        return f"{attack} {carrier}"
    if way == 1:
        return f"{carrier.rstrip('.!? ')} {attack}"
    return f"{carrier} {attack}"


def trained(halves):
    """Weights by gradient descent on the logistic loss; deterministic."""
    rows = examples(halves)
    texts = [row[0] for row in rows]
    label = np.array([row[1] for row in rows], dtype=np.float32)
    weight = np.array([row[2] for row in rows], dtype=np.float32)
    for one in (0, 1):
        weight[label == one] *= len(rows) / (2 * weight[label == one].sum())
    signed, meant, grams = scoring.features(texts)
    words = np.zeros((len(rows), scoring.BUCKETS), dtype=np.float32)
    for place, row in enumerate(grams):
        words[place, row] = 1.0 / max(1.0, len(row) ** 0.5)
    matrix = np.hstack([signed, MEANING_SCALE * meant, words])
    first, last = len(signs.NAMES), signed.shape[1] + meant.shape[1]
    decay = np.full(matrix.shape[1], L2["grams"], dtype=np.float32)
    decay[:last], decay[: signed.shape[1]], decay[:first] = L2["meaning"], L2["pairs"], L2["signs"]
    prior = np.zeros(matrix.shape[1], dtype=np.float32)
    prior[:first] = [PRIOR.get(name, 0.0) for name in signs.NAMES]
    learned, bias = descend(matrix, label, weight, decay, prior)
    return {
        "signs": learned[: signed.shape[1]],
        "meaning": MEANING_SCALE * learned[signed.shape[1] : last],
        "grams": learned[last:],
        "bias": bias - MARGIN,
    }


def descend(matrix, label, weight, decay, prior):
    """Adam over all rows at once, drawn towards the prior."""
    learned = prior.copy()
    bias = -2.0
    first, second = np.zeros(matrix.shape[1] + 1), np.zeros(matrix.shape[1] + 1)
    for step in range(1, ROUNDS + 1):
        chance = 1.0 / (1.0 + np.exp(-np.clip(matrix @ learned + bias, -30, 30)))
        wrong = weight * (chance - label) / len(label)
        slope = np.concatenate([matrix.T @ wrong + decay * (learned - prior), [wrong.sum()]])
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        move = 0.05 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
        learned -= move[:-1].astype(np.float32)
        bias -= float(move[-1])
    return learned, bias


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
    english = [row for row in half("attacks", second, chance, 2) if row[1].isascii()]
    for kind, text in half("attacks", second, chance, 2):
        rows.append((f"alone:{kind}", text, 1))
        rows.append((f"within:{kind}", mixed(chance.choice(benign)[1], text, chance), 1))
    rows += [("disguised", disguised(text, chance), 1) for _, text in chance.sample(english, min(len(english), 140))]
    rows += [(f"benign:{kind}", text, 0) for kind, text in benign]
    rows += [("news", text, 0) for text in reports(second)[::3]]
    rows += [(f"trigger:{kind}", text, 0) for kind, text in half("trigger", second, chance, 4)]
    return [{"id": f"{kind}:{n}", "text": text, "label": label} for n, (kind, text, label) in enumerate(rows)]


def told(rows):
    """Shares tripped by group."""
    groups = {}
    for row in rows:
        trips = detector.look(row["text"]).trips
        for name in (row["id"].split(":")[0], ":".join(row["id"].split(":")[:2]) if row["id"].count(":") == 2 else ""):
            if name:
                hits, of = groups.get(name, (0, 0))
                groups[name] = (hits + trips, of + 1)
    return groups


def main():
    """Train, measure, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="measure only; keep nothing")
    parser.add_argument(
        "--print", type=Path, metavar="FOLDER", help="also write both halves as JSON lines for evaluate"
    )
    parser.add_argument("--kinds", action="store_true", help="by kind too")
    chosen = parser.parse_args()
    for seen, unseen in ((False, True), (True, False)):
        learned = trained([seen])
        scoring.weights = lambda kept=learned: kept
        for name, second in (("seen", seen), ("unseen", unseen)):
            for group, (hits, of) in sorted(told(documents(second)).items()):
                if chosen.kinds or ":" not in group:
                    sys.stdout.write(f"half {1 + second} {name:7} {group:28} {hits:5} of {of:5} {hits / of:7.1%}\n")
    if chosen.print:
        for second in (False, True):
            rows = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in documents(second))
            (chosen.print / f"half_{1 + second}.jsonl").write_text(rows, encoding="utf-8")
    if not chosen.check:
        learned = trained([False, True])
        np.savez_compressed(
            scoring.WEIGHTS,
            signs=learned["signs"].astype(np.float16),
            meaning=learned["meaning"].astype(np.float16),
            grams=learned["grams"].astype(np.float16),
            bias=np.float32(learned["bias"]),
        )
        sys.stdout.write(f"{scoring.WEIGHTS.stat().st_size} bytes; {len(signs.NAMES)} signs\n")


if __name__ == "__main__":
    main()
