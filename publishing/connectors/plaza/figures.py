"""What the connector process reads of Plaza about how posts do. Changes nothing. Requirements: MET-1."""

from typing import Any

import httpx2

from publishing.connectors import measuring
from publishing.connectors.serving import refusal

IDS_MAX = 100


def measured(http: httpx2.Client, *, ids: list[str]) -> dict[str, Any]:
    """`{"figures": [...], "gone": [...]}` of these posts. Raises a refusal: "rejected" or "unavailable"."""
    if not 1 <= len(ids) <= IDS_MAX:
        raise refusal("rejected", "too_many", f"Plaza tells of 1 to {IDS_MAX} posts at once, not of {len(ids)}.")
    try:
        answer = http.get("/api/v1/figures", params={"ids": ",".join(ids)})
        page = answer.raise_for_status().json()
        return {
            "figures": [measuring.row(str(one["id"]), one) for one in page["figures"]],
            "gone": [str(one) for one in page["missing"]],
            "note": "",
        }
    except (httpx2.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        sentence = f"Plaza could not be read ({type(error).__name__})."
        raise refusal("unavailable", "unreadable", sentence) from error
