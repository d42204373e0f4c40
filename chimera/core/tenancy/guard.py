"""The guard: a query on a brand table outside of a brand does not pass unnoticed."""

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings

from chimera.core.tenancy.context import NoBrand, current_brand

log = logging.getLogger("chimera.tenancy")


@lru_cache(maxsize=1)
def brand_tables() -> frozenset[str]:
    """Names of the tables that carry a brand, from the models."""
    return frozenset(
        model._meta.db_table
        for model in apps.get_models()
        if any(field.attname == "brand_id" for field in model._meta.concrete_fields) or model.__name__ == "Brand"
    )


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, brand_tables()), key=len, reverse=True))
    # Names come quoted or not, with the schema or without, in any case, and with a column list right behind them.
    return re.compile(rf'(?<![\w.])(?:"?public"?\.)?"?({names})"?(?!\w)', re.IGNORECASE)


@lru_cache(maxsize=4096)
def _touched(sql: str) -> str | None:
    found = _pattern().search(sql)
    return found.group(1) if found else None


def check(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
    """An execute wrapper (Django): raises NoBrand, or logs where `TENANCY_STRICT` is off."""
    if current_brand() is None and (table := _touched(str(sql))):
        message = f"A query on {table} ran outside of a brand; wrap it in tenancy.brand(brand_id)."
        if settings.TENANCY_STRICT:
            raise NoBrand(message)
        log.error(message)
    return execute(sql, params, many, context)


def install(sender: Any = None, connection: Any = None, **_: Any) -> None:
    """Put the guard on a new connection (signal `connection_created`). Migrations and the sealer run without it."""
    free = settings.CHIMERA_ROLE == "migrator" or connection.alias in settings.DATABASES_OVER_ALL_BRANDS
    if not free and check not in connection.execute_wrappers:
        connection.execute_wrappers.append(check)
