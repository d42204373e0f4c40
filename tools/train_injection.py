"""Train the weights of the injection detector from its examples, and say how they do on what they never saw.

    .venv/bin/python tools/train_injection.py [--check] [--print FOLDER]

Kinds of examples are in two halves that share no line. Weights are trained on each half and measured on the other
(that is what the documentation quotes), then on both, and those are kept. Same examples, same weights. SAF-1.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from injection_examples import documents, examples  # noqa: E402

from chimera.core.injection import detector, scoring, signs  # noqa: E402

ROUNDS = 200
L2 = {"signs": 1e-4, "pairs": 1e-4, "meaning": 5e-4, "grams": 2e-6}
LEAST = 2  # windows in which a bucket has to be met to be learned from
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
MARGIN = 1.2


def trained(halves):
    """Weights by gradient descent on the logistic loss; deterministic."""
    texts, labels, weights = zip(*examples(halves), strict=True)
    label, weight = np.array(labels, dtype=np.float32), np.array(weights, dtype=np.float32)
    for one in (0, 1):
        weight[label == one] *= len(label) / (2 * weight[label == one].sum())
    signed, meant, grams = scoring.features(texts)
    first = len(signs.NAMES)
    prior = np.zeros(signed.shape[1], dtype=np.float32)
    prior[:first] = [PRIOR.get(name, 0.0) for name in signs.NAMES]
    decay = np.full(signed.shape[1], L2["pairs"], dtype=np.float32)
    decay[:first] = L2["signs"]
    found = descend((signed, MEANING_SCALE * meant, Sparse(grams)), label, weight, decay, prior)
    return {
        "signs": found[0],
        "meaning": MEANING_SCALE * found[1],
        "grams": found[2],
        "bias": float(found[3][0]) - MARGIN,
    }


class Sparse:
    """Rows in which few of many buckets are 1, divided by the root of how many, as `scoring.scores` does."""

    def __init__(self, rows):
        rows = [row or [0] for row in rows]
        many = np.array([len(row) for row in rows])
        self.bucket = np.concatenate([np.array(row) for row in rows])
        self.row = np.repeat(np.arange(len(rows)), many)
        self.starts = np.concatenate([[0], np.cumsum(many)[:-1]])
        self.value = np.repeat(1.0 / many**0.5, many).astype(np.float32)
        self.met = np.bincount(self.bucket, minlength=scoring.BUCKETS) >= LEAST

    def __matmul__(self, weights):
        """One sum for each row."""
        return np.add.reduceat(weights[self.bucket] * self.value, self.starts)

    def back(self, wrong):
        """One sum for each bucket."""
        sums = np.bincount(self.bucket, weights=self.value * wrong[self.row], minlength=scoring.BUCKETS)
        return (sums * self.met).astype(np.float32)


def descend(blocks, label, weight, decay, prior):
    """Adam over all rows at once; the signs are drawn towards the prior. Weights of the three blocks, and the bias."""
    signed, meant, words = blocks
    kept = [prior.copy(), *(np.zeros(size, np.float32) for size in (meant.shape[1], scoring.BUCKETS, 1))]
    kept[3][0] = -2.0
    first, second = [np.zeros_like(one) for one in kept], [np.zeros_like(one) for one in kept]
    for step in range(1, ROUNDS + 1):
        total = signed @ kept[0] + meant @ kept[1] + words @ kept[2] + kept[3]
        chance = 1.0 / (1.0 + np.exp(-np.clip(total, -30, 30)))
        wrong = (weight * (chance - label) / len(label)).astype(np.float32)
        slopes = (
            signed.T @ wrong + decay * (kept[0] - prior),
            meant.T @ wrong + L2["meaning"] * kept[1],
            words.back(wrong) + L2["grams"] * kept[2],
            wrong.sum(keepdims=True),
        )
        for place, slope in enumerate(slopes):
            first[place] = 0.9 * first[place] + 0.1 * slope
            second[place] = 0.999 * second[place] + 0.001 * slope**2
            move = (first[place] / (1 - 0.9**step)) / (np.sqrt(second[place] / (1 - 0.999**step)) + 1e-8)
            kept[place] = kept[place] - (0.05 * move).astype(np.float32)
    return kept


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
        halved = {name: learned[name].astype(np.float16) for name in ("signs", "meaning", "grams")}
        np.savez_compressed(scoring.WEIGHTS, **halved, bias=np.float32(learned["bias"]))
        sys.stdout.write(f"{scoring.WEIGHTS.stat().st_size} bytes; {len(signs.NAMES)} signs\n")


if __name__ == "__main__":
    main()
