"""The context managers behind `tenancy`."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from chimera.core.errors import Denied


class NoBrand(Denied):
    """A brand table was asked for outside of a brand."""


class NoActor(Denied):
    """A change was tried without saying who makes it."""


ALL = 0  # the desk's view of every brand; the application's role sees nothing with it

_brand: ContextVar[int | None] = ContextVar("brand", default=None)
_actor: ContextVar[str] = ContextVar("actor", default="")
_bound: ContextVar[tuple[int, ...]] = ContextVar("bound", default=())


def current_brand() -> int | None:
    """The brand of the running context; ALL at the desk; None outside."""
    return _brand.get()


def current_actor() -> str:
    """Who acts: "user:ada", "worker:think-1 stage:judge", "cli:ada"; empty when nobody said."""
    return _actor.get()


def current_brands() -> tuple[int, ...]:
    """The brands that the person at the desk is bound to; empty: not bound, so every brand.

    The database hides the others by itself; who filters by these as well lets an index do it.
    """
    return _bound.get()


def _tell(brand_id: int | None, actor: str) -> None:
    """Write both settings for the running transaction, in one round trip."""
    text = str(brand_id) if brand_id else ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.brand', %s, true), set_config('app.actor', %s, true)", [text, actor])


@contextmanager
def _context(brand_id: int | None, actor: str | None) -> Iterator[None]:
    who = actor if actor is not None else _actor.get()
    nested = connection.in_atomic_block
    former = (_brand.get(), _actor.get())
    with transaction.atomic():
        tokens = (_brand.set(brand_id), _actor.set(who))
        try:
            _tell(brand_id, who)
            yield
            # A local setting outlives a released savepoint, so a nested context must put the former one back.
            # After an error the savepoint's rollback does that by itself.
            if nested:
                _tell(*former)
        finally:
            # Before the commit: what runs after it has no brand in the database, so it must have none here either.
            _brand.reset(tokens[0])
            _actor.reset(tokens[1])


@contextmanager
def brand(brand_id: int, *, actor: str | None = None) -> Iterator[None]:
    """One transaction for one brand. A nested context for another brand raises: nothing may look across."""
    if not brand_id:
        raise NoBrand("No brand given: pass the id of the brand whose rows are wanted.")
    if _brand.get() not in (None, ALL, brand_id):
        raise NoBrand(f"This transaction belongs to brand {_brand.get()}; it cannot turn to brand {brand_id}.")
    with _context(brand_id, actor):
        yield


@contextmanager
def all_brands(*, actor: str | None = None) -> Iterator[None]:
    """One transaction over every brand. Only the operator's role sees rows in it."""
    if _brand.get() not in (None, ALL):
        raise NoBrand(f"This transaction belongs to brand {_brand.get()}; it cannot widen to all brands.")
    with _context(ALL, actor):
        yield


_BIND = (
    "SELECT set_config('app.brand', '', true), set_config('app.actor', %s, true), set_config('app.brands', {}, true)"
)


@contextmanager
def desk(*, username: str) -> Iterator[None]:
    """One transaction of a person at the desk: over all brands, or over those that the person is bound to.

    Which these are is read by the statement that says who acts, and holds for the whole transaction.
    """
    if _brand.get() not in (None, ALL):
        raise NoBrand(f"This transaction belongs to brand {_brand.get()}; no person works in it.")
    person, nested = f"user:{username}", connection.in_atomic_block
    former = (_actor.get(), ",".join(map(str, _bound.get())))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_BIND.format("core_brands_of(%s)"), [person, person])
            brands = str(cursor.fetchone()[2])
        tokens = (_brand.set(ALL), _actor.set(person), _bound.set(tuple(int(one) for one in brands.split(",") if one)))
        try:
            yield
            if nested:  # as in _context
                with connection.cursor() as cursor:
                    cursor.execute(_BIND.format("%s"), former)
        finally:
            _brand.reset(tokens[0])
            _actor.reset(tokens[1])
            _bound.reset(tokens[2])


@contextmanager
def acting(actor: str) -> Iterator[None]:
    """One transaction on fleet tables by `actor`, without a brand."""
    with _context(_brand.get(), actor):
        yield
