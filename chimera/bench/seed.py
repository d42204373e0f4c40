"""Brands with one trusted agent each, rich enough for every run. A program of its own: it acts as the operator."""

import os
import sys

BRANDS = 8
LIMIT_USD_MICROS = 10**15
ACTOR = "bench:seed"


def seed(*, brands: int = BRANDS) -> None:
    """Make what is missing. As the operator: agents are promoted and limits set at the desk."""
    from agents.personas import services as personas
    from agents.personas import soul
    from agents.personas.states import TrustRung
    from chimera.core import tenancy
    from chimera.core.brands.models import Brand
    from chimera.embedded.souls import of_pictures
    from governance.budgets import services as budgets

    source = of_pictures(name="bea_unscrews")
    with tenancy.all_brands(actor=ACTOR):
        budgets.set_fleet_limit(limit_usd_micros=LIMIT_USD_MICROS)
    for number in range(1, brands + 1):
        # A platform has every handle once, so each brand's agent is given its own.
        content = source.replace(b"bea_unscrews", f"bench_{number}".encode())
        with tenancy.all_brands(actor=ACTOR):
            brand, _ = Brand.objects.get_or_create(slug=f"bench-{number}", defaults={"name": f"Bench {number}"})
        with tenancy.brand(brand.pk, actor=ACTOR):
            parsed = soul.parse(content, origin="bea_unscrews.md")
            agent = personas.launch(brand_id=brand.pk, soul=parsed, platform="plaza")
            personas.promote(agent=agent, to=TrustRung.AUTONOMOUS, reason="the bench measures what acts by itself")
            for scope in (f"brand:{brand.pk}", agent.scope):
                budgets.set_limit(brand_id=brand.pk, scope=scope, limit_usd_micros=LIMIT_USD_MICROS)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chimera.settings")
    import django

    django.setup()
    seed()
    sys.exit(0)
