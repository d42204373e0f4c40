"""What the platform would refuse is not sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from governance.policies import moving
from governance.policies.base import Finding, Outcome, Policy, Snapshot


class PlatformLimits(Policy):
    """Text length, number and size of images, and all that a platform asks of a video."""

    name = "limits"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `limits`, `media` and the payload."""
        payload, limits = snapshot["payload"], snapshot["limits"]
        length = len(payload["text"])
        if not payload["text"].strip():
            return self.finding(Outcome.BLOCK, "The text is empty.")
        if length > limits["text_max"]:
            return self.finding(Outcome.BLOCK, f"The text has {length} characters; the limit is {limits['text_max']}.")
        shown = payload.get("media", [])
        videos = [one for one in shown if one.get("kind") == "video"]
        if videos:
            return self._moving(snapshot, videos, shown)
        images = shown
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

    def _moving(self, snapshot: Snapshot, videos: Sequence[Mapping[str, Any]], shown: Sequence[Any]) -> Finding:
        taken = snapshot["limits"].get("video")
        about = next((kind for kind in ("film", "video") if kind in snapshot.get("steps", ())), "")
        if taken is None:
            return self.finding(Outcome.BLOCK, "The platform takes no videos of ours.", about=about)
        if len(shown) > 1:
            return self.finding(Outcome.BLOCK, f"One video and nothing else is taken; these are {len(shown)}.")
        (video,) = videos
        known = snapshot["media"].get(video["sha256"])
        if known is None or known.get("moving") is None:
            return self.finding(Outcome.BLOCK, "The video of the post is not in storage, or is no MP4.", about=about)
        if why := moving.unfit(facts={**known, **known["moving"]}, limits=taken):
            return self.finding(Outcome.BLOCK, why, about=about)
        if not video["alt"].strip():
            return self.finding(Outcome.BLOCK, "The video has no description for people who do not see it.")
        return self.passed(f"One video of {known['moving']['duration_ms'] / 1000:g} s, as the platform takes it.")
