"""A post waits through quiet hours; one whose trend is over by then does not go out by itself (docs/adr/0022)."""

from datetime import datetime

from governance.policies.base import Finding, Outcome, Policy, Snapshot


class Timing(Policy):
    """When the post would go out, and whether the trend lives until then. Waiting is no flaw of the text."""

    name = "timing"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `schedule` (ready, goes_out, why) and `trend.expires_at`."""
        schedule, expires_at = snapshot["schedule"], snapshot["trend"].get("expires_at")
        if not schedule["why"]:
            return self.passed("It may go out at once.")
        goes_out = datetime.fromisoformat(schedule["goes_out"])
        when = f"{goes_out:%Y-%m-%d %H:%M} UTC"
        if expires_at and datetime.fromisoformat(expires_at) <= goes_out:
            reason = f"It would wait for {schedule['why']} until {when}, and its trend is over before."
            return self.finding(Outcome.BLOCK, reason, about="")
        return self.passed(f"Waits for {schedule['why']}: it goes out at {when}.")
