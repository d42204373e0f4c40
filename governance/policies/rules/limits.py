"""What the platform would refuse is not sent."""

from governance.policies.base import Finding, Outcome, Policy, Snapshot


class PlatformLimits(Policy):
    """Text length, number and size of images."""

    name = "limits"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `limits`, `media` and the payload."""
        payload, limits = snapshot["payload"], snapshot["limits"]
        length = len(payload["text"])
        if not payload["text"].strip():
            return self.finding(Outcome.BLOCK, "The text is empty.")
        if length > limits["text_max"]:
            return self.finding(Outcome.BLOCK, f"The text has {length} characters; the limit is {limits['text_max']}.")
        images = payload.get("media", [])
        if len(images) > limits["images_max"]:
            return self.finding(Outcome.BLOCK, f"{len(images)} images; the platform takes {limits['images_max']}.")
        for image in images:
            known = snapshot["media"].get(image["sha256"])
            if known is None:
                return self.finding(Outcome.BLOCK, "An image of the post is not in storage.", about="image")
            if known["size_bytes"] > limits["image_bytes_max"]:
                return self.finding(Outcome.BLOCK, f"An image has {known['size_bytes']:,} bytes.", about="image")
            if not image["alt"].strip():
                return self.finding(Outcome.BLOCK, "An image has no description for people who do not see it.")
        return self.passed(
            f"{length} of {limits['text_max']} characters, {len(images)} of {limits['images_max']} images."
        )
