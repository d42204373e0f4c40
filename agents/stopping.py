"""Pausing, resuming and stopping by name. Nothing is purged: rows wait, what may still land is listed.

Requirements: OPS-4, PLN-6.
"""

from dataclasses import dataclass

from agents.personas import selectors as personas
from governance.controls import services as controls
from governance.controls.models import Control, ControlKind
from governance.effects.models import Effect
from governance.effects.states import EffectStatus
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

FLEET = "fleet"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A stop in force, with what had been sent before it and may still land."""

    control: Control
    scope: str
    may_still_land: list[str]


def scope_of(*, agent: str | None) -> str:
    """The scope that a person names: an agent by handle or id, or nobody for the fleet. At the desk."""
    return personas.by_name(agent).scope if agent else FLEET


def impose(*, scope: str, kind: ControlKind, reason: str) -> Stop:
    """Stop a scope, and list the posts whose effect is on its way."""
    control = controls.impose(scope=scope, kind=kind, reason=reason)
    sent = Effect.objects.filter(status=EffectStatus.SENT).values_list("about", flat=True)
    posts = Post.objects.filter(status=PostStatus.SCHEDULED, scopes__contains=[scope])
    landing = [post.subject for post in posts if post.subject in set(sent)]
    return Stop(control=control, scope=scope, may_still_land=landing)


def resume(*, scope: str) -> list[Control]:
    """Lift what holds on exactly this scope."""
    return controls.lift(scope=scope)
