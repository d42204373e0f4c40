"""Refusals as the Graph API words them: status 400 and one `error` object with a code and often a subcode.

`REFUSALS` holds the codes of the project's table, also those which nothing here answers by itself. Plays I-12.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""

import json
import secrets
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response


@dataclass(frozen=True)
class Refusal:
    """One row of the platform's table of errors."""

    code: int
    subcode: int | None
    message: str
    title: str = ""
    is_transient: bool = False


REFUSALS = {
    "fetch_timeout": Refusal(-2, 2207003, "It takes too long to download the media.", "Timeout", True),
    "media_expired": Refusal(-2, 2207020, "The media you are trying to access has expired.", "Media expired"),
    "server": Refusal(-1, 2207001, "Instagram server error. Try again.", "Server error", True),
    "create_failed": Refusal(-1, 2207032, "Create media fail, please try to re-create media.", "Create failed"),
    "upload": Refusal(-1, 2207053, "Unknown upload error.", "Upload error"),
    "thumb_offset": Refusal(1, 2207057, "The thumbnail offset is outside of the video.", "Bad thumbnail offset"),
    "image_size": Refusal(36000, 2207004, "The image is too large to download: 8 MB at most.", "Image too large"),
    "image_format": Refusal(36001, 2207005, "The image format is not supported: JPEG only.", "Unsupported format"),
    "image_aspect": Refusal(36003, 2207009, "The aspect ratio or width of the image is not supported.", "Bad ratio"),
    "caption": Refusal(36004, 2207010, "The caption is too long or names too much.", "Caption too long"),
    "daily": Refusal(9, 2207042, "You reached the maximum number of posts that can be published.", "Daily limit"),
    "blocked": Refusal(4, 2207051, "We restrict certain activity to protect our community.", "Action blocked"),
    "container": Refusal(24, 2207008, "The media builder does not exist or has expired.", "Container missing"),
    "video_format": Refusal(352, 2207026, "The video format is not supported.", "Unsupported format"),
    "not_ready": Refusal(9007, 2207027, "The media is not ready for publishing, please wait.", "Not ready"),
    "restricted": Refusal(25, 2207050, "The Instagram account is restricted.", "Account restricted"),
    # Of these two only the subcode is known; the code beside it is our assumption.
    "trial_reels": Refusal(-1, 2207081, "This account cannot publish trial reels.", "No trial reels"),
    "retry": Refusal(-1, 2207082, "Uploading failed. Try again.", "Upload failed", True),
    "not_fetched": Refusal(9004, 2207052, "The media could not be fetched from this URI.", "Media not fetched"),
    "permission": Refusal(10, None, "(#10) Application does not have permission for this action"),
    "token": Refusal(190, None, "Invalid OAuth access token - Cannot parse access token"),
    "token_expired": Refusal(190, 463, "Error validating access token: Session has expired."),
    "app_rate": Refusal(4, None, "(#4) Application request limit reached", is_transient=True),
    "user_rate": Refusal(17, None, "(#17) User request limit reached", is_transient=True),
    "page_rate": Refusal(32, None, "(#32) Page request limit reached", is_transient=True),
    "business_rate": Refusal(80002, None, "There have been too many calls to this account.", is_transient=True),
}
RATES = frozenset((4, 17, 32, 80002))


class Problem(Exception):
    """A refusal of the platform as it is answered; `status` is 400 unless something else is said."""

    def __init__(self, refusal: Refusal, *, message: str = "", status: int = 400) -> None:
        self.refusal, self.message, self.status = refusal, message or refusal.message, status
        super().__init__(f"{refusal.code}/{refusal.subcode}: {self.message}")

    def response(self) -> Response:
        """The refusal as an answer."""
        told: dict[str, object] = {"message": self.message, "type": "OAuthException", "code": self.refusal.code}
        if self.refusal.subcode is not None:
            told["error_subcode"] = self.refusal.subcode
        told["is_transient"] = self.refusal.is_transient
        if self.refusal.title:
            told |= {"error_user_title": self.refusal.title, "error_user_msg": self.message}
        told["fbtrace_id"] = secrets.token_urlsafe(8)
        headers = {"Cache-Control": "no-store"}
        if self.refusal.code in RATES:
            headers["x-app-usage"] = json.dumps({"call_count": 100, "total_time": 100, "total_cputime": 100})
        return JSONResponse({"error": told}, self.status, headers=headers)


def refused(name: str, message: str = "") -> Problem:
    """A refusal out of the table, in its own words or in better ones."""
    return Problem(REFUSALS[name], message=message)


def invalid(message: str) -> Problem:
    """A parameter that is missing or wrong: code 100 without a subcode."""
    return Problem(Refusal(100, None, f"(#100) {message}"))


def missing(verb: str, node: str) -> Problem:
    """An object that is not there or not for this caller: 100/33, which on the platform may also be an outage."""
    message = (
        f"Unsupported {verb} request. Object with ID '{node[:40]}' does not exist, cannot be loaded due to missing"
        " permissions, or does not support this operation."
    )
    return Problem(Refusal(100, 33, message))


def broken() -> Problem:
    """What the platform says when something of its own went wrong."""
    return Problem(Refusal(1, None, "An unknown error has occurred.", is_transient=True), status=500)
