"""`manage.py export_record`: the record as a file, for who verifies or for who reads."""

import os
from argparse import ArgumentTypeError
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from chimera.core import clock, tenancy
from chimera.core.brands.models import Brand
from chimera.core.errors import Denied
from chimera.core.management.door import DoorCommand
from chimera.core.management.spans import span
from governance.inspection import exporting


def _since(text: str) -> timedelta | datetime:
    try:
        return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
    except ValueError:
        pass  # it is no day, so it should be a span
    try:
        return span(text)
    except ArgumentTypeError:
        raise ArgumentTypeError(
            f"a time is a day such as 2026-11-28 (UTC) or a span such as 30d, not {text!r}"
        ) from None


class Command(DoorCommand):
    """Reads only, by a cursor of the server: the memory it takes does not depend on how much there is."""

    help = "Write the record to a file: JSON lines that tools/verify_record.py checks, or CSV to read."
    example = (
        "  manage.py export_record --out record.jsonl\n"
        "  manage.py export_record --brand lantern --since 30d --out lantern.jsonl --json\n"
        "  manage.py export_record --since 2026-11-01 --format csv --out record.csv\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """What, and where to."""
        parser.add_argument("--brand", metavar="SLUG", help="disclose this brand's entries only; the rest by hash")
        parser.add_argument("--since", type=_since, help="from a day (UTC) or a span back from now on: 2026-11-28, 30d")
        parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="jsonl (default) or csv")
        parser.add_argument("--out", default="-", metavar="FILE", help="a file that is not there yet, or - (default)")

    def act(self, options: dict[str, Any]) -> None:
        """Write."""
        asked = self._asked(options)
        if options["out"] == "-":
            if options["json"]:
                raise CommandError("--json says what was written: name a file with --out.", returncode=2)
            exporting.write(asked=asked, to=_Plain(self.stdout), kind=options["format"], actor=self.actor)
            return
        path = Path(options["out"])
        done = self._into(path, asked, options["format"])
        if options["json"]:
            self.say_json({"file": str(path), "bytes": path.stat().st_size, **vars(done)})
            return
        self.stdout.write(
            f"{path}: {done.sealed - done.start} sealed entries from {done.start} on, {done.disclosed} with text. "
            f"{done.unsealed} events are not sealed yet and not in it."
        )

    def _into(self, path: Path, asked: exporting.Asked, kind: str) -> exporting.Exported:
        """Under its name only when it is whole; for the owner's eyes."""
        if path.exists():
            raise CommandError(f"There is already something at {path}; an export overwrites nothing.", returncode=2)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(number, "w", encoding="utf-8", newline="\n") as stream:
                done = exporting.write(asked=asked, to=stream, kind=kind, actor=self.actor)
            draft.replace(path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.", returncode=2) from error
        finally:
            draft.unlink(missing_ok=True)
        return done

    def _asked(self, options: dict[str, Any]) -> exporting.Asked:
        since = options["since"]
        with tenancy.all_brands(actor=self.actor):
            if isinstance(since, timedelta):
                since = clock.now() - since
            if not options["brand"]:
                return exporting.Asked(since=since)
            brand = Brand.objects.filter(slug=options["brand"]).first()
            if brand is None:
                known = ", ".join(Brand.objects.order_by("slug").values_list("slug", flat=True)[:10]) or "none yet"
                raise Denied(f"There is no brand {options['brand']!r}; there is: {known}.")
        return exporting.Asked(brand_id=brand.pk, brand=brand.slug, since=since)


class _Plain:
    """Django's stream ends every piece with a new line; this one writes what it gets."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str, /) -> None:
        self._stream.write(text, ending="")
