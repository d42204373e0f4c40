"""When a platform refuses an account rather than a post: people are told, once a day while it lasts. OPS-8."""

from chimera.core import clock
from governance.notices import services as notices
from governance.notices.models import NoticeKind
from governance.notices.saying import outside, plain
from publishing.accounts.models import Account

# Words of platforms and connectors for "not with these credentials".
CREDENTIALS = frozenset(
    {
        "unauthorized",
        "invalid_token",
        "token_expired",
        "token_revoked",
        "forbidden",
        "account_suspended",
        "not_your_account",
    }
)


def tell(*, account: Account, code: str, sentence: str) -> bool:
    """Note that the platform refused the account, if that is what `code` says. In the brand's context."""
    if code not in CREDENTIALS:
        return False
    return notices.note(
        kind=NoticeKind.ACCOUNT,
        scope=f"brand:{account.brand_id}",
        subject=f"publishing.account:{account.pk}",
        sentence=f"{account.platform} refuses @{plain(account.handle)} ({code}): its posts fail until its credentials "
        f"are renewed. It said {outside(sentence)}.",
        link="/admin/publishing/post/?status=FAILED",
        key=f"account:{account.pk}:{clock.now():%Y-%m-%d}",
    )
