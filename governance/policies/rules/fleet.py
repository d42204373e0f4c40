"""Accounts of one operator do not say the same thing or show the same picture (SAF-4)."""

from typing import Any

from governance.policies.base import Finding, Outcome, Policy, Snapshot


class FleetSimilarity(Policy):
    """Near-identical text or images on any own account of any brand in the last days.

    Of another brand's post it knows the distance, that it is not of this brand, and the day: never what it says.
    """

    name = "fleet"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `fleet`: the nearest text and image with their days, and the limits that were in force."""
        if snapshot.get("answers", {}).get("fixed"):
            return self.passed("Whoever asks whether they talk to an AI gets the same sentence.")
        fleet = snapshot["fleet"]
        text, image = fleet["text"], fleet["image"]
        if text and text["similarity_bp"] >= fleet["text_block_bp"]:
            share = f"{text['similarity_bp'] / 100:.1f}% alike"
            reason = f"Nearly the same text went out or is scheduled on {_whose(text)} for {text['day']} ({share})."
            return self.finding(Outcome.BLOCK, reason, span=snapshot["payload"]["text"][:200])
        if image and image["bits"] <= fleet["image_block_bits"]:
            away = "the same to the last bit" if image["bits"] == 0 else f"{image['bits']} of 256 bits apart"
            reason = f"Nearly the same image went out or is scheduled on {_whose(image)} for {image['day']} ({away})."
            return self.finding(Outcome.BLOCK, reason, about="image")
        nearest = f"; the nearest text that was found is {text['similarity_bp'] / 100:.1f}% alike" if text else ""
        return self.passed(f"Unlike every own post of the last {fleet['days']} days{nearest}.")


def _whose(found: dict[str, Any]) -> str:
    return "an account of this brand" if found["own"] else "an own account of another brand"
