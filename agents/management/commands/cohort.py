"""`manage.py cohort`: selections of agents, acts on all of them, and changes with a canary first."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from agents.campaigns import selectors as campaigns
from agents.cohorts import rollouts, selectors, services
from agents.cohorts.models import Cohort, Rollout
from agents.cohorts.services import Done
from agents.personas import patching
from agents.personas import selectors as personas
from chimera.core import money, tenancy
from chimera.core.brands.models import Brand
from chimera.core.management.door import DoorCommand

BUDGET_MAX_USD = Decimal(10_000)


class Command(DoorCommand):
    """One verb each; what is done to agents is reported agent by agent."""

    help = (
        "Show cohorts (list, show), save one or tag agents (save, tag), act on every member (apply with --pause, "
        "--resume, --budget or --act-above), or roll a change out: apply with --canary, then go or back."
    )
    example = (
        "  manage.py cohort list\n"
        "  manage.py cohort tag --agents bea_unscrews --tag repair\n"
        "  manage.py cohort save everybody --everyone\n"
        "  manage.py cohort save menders --tag repair --rung PROBATION --json\n"
        "  manage.py cohort show everybody\n"
        '  manage.py cohort apply everybody --pause --reason "a drill"\n'
        "  manage.py cohort apply everybody --budget 3.00 --json\n"
        '  manage.py cohort apply everybody --act-above 0.95 --reason "a launch week"\n'
        '  manage.py cohort apply everybody --directive "Name the town." --canary 1 --reason "readers asked"\n'
        '  manage.py cohort go everybody --reason "the canary was no worse"\n'
        '  manage.py cohort back everybody --reason "the canary was worse"\n'
    )

    def arguments(self, parser: CommandParser) -> None:
        """The verb, the cohort, whom it holds, what is done."""
        verbs = {name.removeprefix("_on_") for name in dir(self) if name.startswith("_on_")}
        parser.add_argument("verb", choices=sorted(verbs))
        parser.add_argument("name", nargs="?", default="", help="of the cohort")
        parser.add_argument("--brand", default="", help="slug of the brand, to save one where there are several")
        parser.add_argument("--agents", default="", metavar="A,B", help="handles: to tag, or to choose")
        parser.add_argument("--tag", action="append", default=[], help="choose by it, or put it on; may come again")
        parser.add_argument("--untag", action="append", default=[], help="take it off; may come again")
        parser.add_argument("--rung", action="append", default=[], help="choose by rung of trust; may come again")
        parser.add_argument("--campaign", default="", help="choose who posts for it")
        parser.add_argument("--everyone", action="store_true", help="choose every agent of the brand")
        parser.add_argument("--pause", action="store_true")
        parser.add_argument("--resume", action="store_true")
        parser.add_argument("--budget", metavar="DOLLARS", help="a day for each, like 3.00")
        parser.add_argument("--act-above", metavar="SCORE", help="act alone above this score only, like 0.95")
        parser.add_argument("--directive", action="append", default=[], help="add it to every soul; may come again")
        parser.add_argument("--forbid", action="append", default=[], help="add a forbidden topic; may come again")
        parser.add_argument("--posts-per-day", type=int, default=0, metavar="N", help="for every soul")
        parser.add_argument("--canary", default="", metavar="N|A,B", help="how many have it first, or who (default: 1)")
        parser.add_argument("--posts", type=int, default=settings.CANARY_POSTS, help="judged posts of the canaries")
        parser.add_argument("--hours", type=float, default=settings.CANARY_S / 3600, help="or so long, then propose")
        parser.add_argument("--reason", default="", help="why; kept with what is done")

    def act(self, options: dict[str, Any]) -> None:
        """Do what the verb says, over every brand that the operator sees."""
        with tenancy.all_brands(actor=self.actor):
            act: Callable[[dict[str, Any]], None] = getattr(self, f"_on_{options['verb']}")
            act(options)

    def _on_list(self, options: dict[str, Any]) -> None:
        shown = [_shown(cohort) for cohort in Cohort.objects.select_related("brand").order_by("brand_id", "name")]
        if options["json"]:
            self.say_json({"cohorts": shown})
        elif not shown:
            self.stdout.write("No cohorts yet. Save one: manage.py cohort save everybody --everyone")
        for one in shown if not options["json"] else ():
            self.stdout.write(f"{one['name']} ({one['brand']}): {len(one['agents'])} agents, {one['query']}")

    def _on_show(self, options: dict[str, Any]) -> None:
        cohort = _cohort(options)
        shown = _shown(cohort)
        if options["json"]:
            self.say_json(shown)
            return
        self.stdout.write(f"{cohort.name}: {', '.join('@' + handle for handle in shown['agents']) or 'nobody'}")
        for one in shown["rollouts"]:
            self.stdout.write(f"  rollout {one['id']} {one['status']}: {one['change']}. {one['proposal']}".rstrip())

    def _on_save(self, options: dict[str, Any]) -> None:
        brand = _brand(options["brand"])
        asked: dict[str, Any] = {"tags": options["tag"], "rungs": [rung.upper() for rung in options["rung"]]}
        asked |= {"handles": options["agents"].split(","), "everyone": options["everyone"]}
        if options["campaign"]:
            asked["campaign"] = campaigns.by_name(options["campaign"]).pk
        with tenancy.brand(brand.pk):
            shown = _shown(services.save(brand_id=brand.pk, name=options["name"], asked=asked))
        if options["json"]:
            self.say_json(shown)
            return
        self.stdout.write(f"{shown['name']} is saved; it holds {len(shown['agents'])} agents now.")

    def _on_tag(self, options: dict[str, Any]) -> None:
        if not options["agents"] or not (options["tag"] or options["untag"]):
            raise CommandError("Say whom and what: --agents handle,handle --tag repair (or --untag).")
        agents = [personas.by_name(name.strip()) for name in options["agents"].split(",") if name.strip()]
        tagged = services.tag(agents=agents, add=options["tag"], remove=options["untag"])
        if options["json"]:
            self.say_json({"agents": {agent.handle: agent.tags for agent in tagged}})
            return
        for agent in tagged:
            self.stdout.write(f"@{agent.handle}: {', '.join(agent.tags) or 'no tags'}")

    def _on_apply(self, options: dict[str, Any]) -> None:
        cohort = _cohort(options)
        soul = bool(options["directive"] or options["forbid"] or options["posts_per_day"])
        given = (options["budget"] is not None, options["act_above"] is not None)
        if sum((options["pause"], options["resume"], *given, soul)) != 1:
            raise CommandError("Say one thing: --pause, --resume, --budget, --act-above, or a change of every soul.")
        if soul or options["canary"]:
            self._begin(cohort, options, soul=soul)
        elif options["pause"]:
            self._report(cohort, services.pause(cohort=cohort, reason=options["reason"]), options)
        elif options["resume"]:
            self._report(cohort, services.resume(cohort=cohort, reason=options["reason"]), options)
        elif options["act_above"] is not None:
            bar = _score_bp(options["act_above"])
            self._report(cohort, services.tighten(cohort=cohort, act_above_bp=bar, reason=options["reason"]), options)
        else:
            self._report(cohort, services.budget(cohort=cohort, usd_micros=_dollars(options["budget"])), options)

    def _begin(self, cohort: Cohort, options: dict[str, Any], *, soul: bool) -> None:
        if not soul and options["budget"] is None:
            raise CommandError("Only a change of souls or a budget has a canary; leave --canary out.")
        if soul:
            wanted = {"directives": options["directive"], "forbidden_topics": options["forbid"]}
            change = rollouts.soul_change(
                change=patching.patch(**wanted, posts_per_day=options["posts_per_day"]),
            )
        else:
            change = rollouts.budget_change(usd_micros=_dollars(options["budget"]))
        named = options["canary"] or "1"
        if not 0 <= options["hours"] <= 24 * 365 or not 1 <= options["posts"] <= 1000:
            raise CommandError("Watch 1 to 1000 posts, for at most 8760 hours.")
        rollout = rollouts.start(
            cohort=cohort,
            change=change,
            reason=options["reason"],
            canaries=int(named) if named.isascii() and named.isdigit() else named.split(","),
            posts_min=options["posts"],
            wait_s=int(options["hours"] * 3600),
        )
        shown = _rollout(rollout)
        if options["json"]:
            self.say_json(shown)
            return
        self.stdout.write(
            f"Rollout {rollout.pk} has begun with @{', @'.join(shown['canaries'])}: {shown['change']}. "
            f"It is proposed for the rest after {rollout.posts_min} judged posts or {rollout.wait_s / 3600:g} h."
        )

    def _on_go(self, options: dict[str, Any]) -> None:
        cohort = _cohort(options)
        self._report(cohort, rollouts.go(rollout=_open(cohort), reason=options["reason"]), options)

    def _on_back(self, options: dict[str, Any]) -> None:
        cohort = _cohort(options)
        self._report(cohort, rollouts.roll_back(rollout=_open(cohort), reason=options["reason"]), options)

    def _report(self, cohort: Cohort, done: list[Done], options: dict[str, Any]) -> None:
        failed = [one for one in done if not one.done]
        if options["json"]:
            self.say_json({"cohort": cohort.name, "failed": len(failed), "agents": [one.as_json() for one in done]})
            return
        for one in done:
            self.stdout.write(f"@{one.handle}: {one.said if one.done else 'not done: ' + one.said}")
        if failed:
            self.stderr.write(f"{len(failed)} of {len(done)} agents of {cohort.name} could not be changed; see above.")


def _cohort(options: dict[str, Any]) -> Cohort:
    if not options["name"]:
        raise CommandError(f"Name the cohort: manage.py cohort {options['verb']} NAME.")
    return selectors.by_name(options["name"])


def _open(cohort: Cohort) -> Rollout:
    rollout = selectors.open_rollout(cohort=cohort)
    if rollout is None:
        raise CommandError(f"No rollout of {cohort.name} waits for a decision.")
    with tenancy.brand(cohort.brand_id):
        return rollouts.watch(rollout=rollout)


def _shown(cohort: Cohort) -> dict[str, Any]:
    handles = list(selectors.members(cohort=cohort).values_list("handle", flat=True))
    past = [_rollout(rollout) for rollout in cohort.rollouts.order_by("-id")[:5]]
    brand = cohort.brand.slug
    return {"name": cohort.name, "brand": brand, "query": cohort.query, "agents": handles, "rollouts": past}


def _rollout(rollout: Rollout) -> dict[str, Any]:
    members = rollout.members.select_related("agent").order_by("agent__handle")
    return {
        "id": rollout.pk,
        "status": rollout.status,
        "change": rollouts.words(rollout.change),
        "reason": rollout.reason,
        "canaries": [one.agent.handle for one in members if one.is_canary],
        "figures": rollout.figures,
        "proposal": rollout.proposal,
        "decided_by": rollout.decided_by,
        "failed": {one.agent.handle: one.failure for one in members if one.failure},
    }


def _brand(slug: str) -> Brand:
    brands = list(Brand.objects.order_by("id"))
    found = [brand for brand in brands if brand.slug == slug] if slug else brands
    if len(found) == 1:
        return found[0]
    known = ", ".join(brand.slug for brand in brands) or "none yet"
    if slug:
        raise CommandError(f"There is no brand {slug!r}. Known: {known}.")
    raise CommandError(f"Say of which brand: --brand SLUG. Known: {known}.")


def _score_bp(text: str) -> int:
    try:
        score = Decimal(text)
    except InvalidOperation:
        score = Decimal("NaN")
    if not score.is_finite() or not 0 <= score <= 1 or score != round(score, 4):
        raise CommandError(f"--act-above {text!r} is no score; write it like 0.95.")
    return int(score * 10_000)


def _dollars(text: str) -> int:
    try:
        amount = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount <= BUDGET_MAX_USD or amount != round(amount, 2):
        raise CommandError(f"--budget {text!r} is no amount of dollars a day; write it like 3.00.")
    return money.usd(str(amount))
