"""`manage.py portrait`: what an agent looks like, and whether a picture shows it."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from agents import portraits
from agents.personas import selectors
from agents.personas.models import Agent
from chimera.core import files, storage, tenancy
from chimera.core.errors import Denied
from chimera.core.management.door import DoorCommand
from publishing.media.figures.base import POSES, SETTINGS, SIZES, FigureSpec
from publishing.media.figures.drawn import DrawnFigures
from publishing.media.likeness import Unreadable
from publishing.media.provenance import services as provenance

SIZE_MAX_BYTES = 50_000_000


class Command(DoorCommand):
    """Draws the reference set where there is none; checks or draws one picture where it is asked to."""

    help = "Draw an agent's reference pictures, check a picture against them, or draw the agent in a pose and a place."
    example = (
        "  manage.py portrait bea_unscrews\n"
        "  manage.py portrait bea_unscrews --draw bea.png --pose think --setting cafe --size 270x480\n"
        "  manage.py portrait bea_unscrews --check bea.png --json\n"
    )

    def arguments(self, parser: CommandParser) -> None:
        """Whom, and what."""
        parser.add_argument("agent", help="its handle or id")
        parser.add_argument("--check", type=Path, metavar="FILE", help="score this picture against the references")
        parser.add_argument("--draw", type=Path, metavar="FILE", help="write a signed PNG")
        parser.add_argument("--pose", choices=POSES, default="talk")
        parser.add_argument("--setting", choices=SETTINGS, default="studio")
        parser.add_argument("--size", choices=SIZES, default=SIZES[0])
        parser.add_argument("--seed", type=int, default=0, help="what is incidental (default: 0)")

    def act(self, options: dict[str, Any]) -> None:
        """Draw, check, and say what was found."""
        with tenancy.all_brands(actor=self.actor):
            agent = selectors.by_name(options["agent"])
        with tenancy.brand(agent.brand_id, actor=self.actor):
            told = self._told(agent, options)
        if options["json"]:
            self.say_json(told)
            return
        for place, one in enumerate(told["references"], 1):
            self.stdout.write(f"reference {place}: {one}")
        self.stdout.write("\n".join(told["sentences"]))

    def _told(self, agent: Agent, options: dict[str, Any]) -> dict[str, Any]:
        rows = portraits.references(agent=agent)
        told: dict[str, Any] = {"agent": agent.handle, "references": [row.content_hash for row in rows]}
        sentences = [f"@{agent.handle} has {len(rows)} reference pictures."]
        if options["draw"]:
            sentences.append(self._drawn(agent, options))
        if file := options["check"]:
            content = files.read_regular(path=file, shown=str(file), size_max_bytes=SIZE_MAX_BYTES)
            try:
                verdict = portraits.check(agent=agent, pictures=[content])
            except Unreadable as error:
                raise Denied(f"{file} cannot be compared: {error}") from error
            told |= {"outcome": verdict.outcome, "score_bp": verdict.score_bp, "parts_bp": verdict.parts}
            sentences.append(verdict.reason)
        drift = portraits.drift(agent=agent)
        if drift.latest is not None:
            sentences.append(
                f"{len(drift.scores)} pictures were scored, the last {drift.latest:.2f}, {drift.below} below."
            )
        return {**told, "scores": list(drift.scores), "sentences": sentences}

    def _drawn(self, agent: Agent, options: dict[str, Any]) -> str:
        spec = FigureSpec(
            traits=portraits.traits(agent=agent),
            pose=options["pose"],
            setting=options["setting"],
            size=options["size"],
            seed=options["seed"],
        )
        content = provenance.mark(DrawnFigures().make(spec=spec).bytes, maker=DrawnFigures.name)
        sha256 = storage.put(content)
        try:
            options["draw"].write_bytes(content)
        except OSError as error:
            raise Denied(f"{options['draw']} cannot be written: {error.strerror}. Name a file that can be.") from error
        return f"{options['draw']} is written, signed: {sha256}."
