"""A human's consent that a connector may act as an account: what every platform's flow has. PUB-1, PUB-7."""

from dataclasses import dataclass

from chimera.core.errors import Denied

CONSENT_S_MAX = 20.0  # for one question to the platform


class ConsentRefused(Denied):
    """The platform did not hand out tokens for what was consented to; says what it said."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """A consent that was asked for: `url` is where the human says yes; `state` and `verifier` prove that it was us."""

    url: str
    state: str
    redirect_uri: str
    verifier: str = ""  # where the flow has PKCE

    def __repr__(self) -> str:
        return f"Asking({self.redirect_uri})"
