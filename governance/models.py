"""Tables of governance."""

from governance.audit.models import (
    Anchoring,
    AuditEvent,
    Checkpoint,
    CheckpointKey,
    KeyRotation,
    SealedEvent,
    Sealing,
    Subtree,
)
from governance.budgets.models import Budget, BudgetLimit, Entry, FleetBudget, FleetLimit, FleetReturn, Hold
from governance.controls.models import Control
from governance.effects.models import Effect, Incarnation
from governance.foureyes.models import FourEyes
from governance.grants.models import GrantEnded, GrantKey, GrantRevocation, GrantUsed
from governance.inspection.models import PutAway
from governance.leases.models import Attempt
from governance.notices.models import Letter, LetterNotice, Notice, NoticeSeen, Subscription
from governance.numbers.models import ReviewAnswer
from governance.people.models import Person
from governance.policies.models import BrandPolicy
from governance.reviews.models import ReviewItem, ReviewSkip, SavedQueue
from governance.servers.models import Server, ServerNote
from governance.thresholds.models import Threshold

__all__ = [
    "Anchoring",
    "Attempt",
    "AuditEvent",
    "BrandPolicy",
    "Budget",
    "BudgetLimit",
    "Checkpoint",
    "CheckpointKey",
    "Control",
    "Effect",
    "Entry",
    "FleetBudget",
    "FleetLimit",
    "FleetReturn",
    "FourEyes",
    "GrantEnded",
    "GrantKey",
    "GrantRevocation",
    "GrantUsed",
    "Hold",
    "Incarnation",
    "KeyRotation",
    "Letter",
    "LetterNotice",
    "Notice",
    "NoticeSeen",
    "Person",
    "PutAway",
    "ReviewAnswer",
    "ReviewItem",
    "ReviewSkip",
    "SavedQueue",
    "SealedEvent",
    "Sealing",
    "Server",
    "ServerNote",
    "Subscription",
    "Subtree",
    "Threshold",
]
