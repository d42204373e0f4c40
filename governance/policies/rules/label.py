"""No label, no publish."""

from governance.policies.base import Finding, Outcome, Policy, Snapshot


class AiLabel(Policy):
    """The platform's own AI label must be set."""

    name = "label"

    def check(self, *, snapshot: Snapshot) -> Finding:
        """Reads `limits.label_field` and the payload."""
        field = snapshot["limits"]["label_field"]
        if snapshot["payload"].get(field) is True:
            return self.passed(f"The platform's label {field} is set.")
        return self.finding(Outcome.BLOCK, f"The platform's AI label {field} is not set.", about="")
