"""What the database says about itself, on a real one: every table is a brand's or the fleet's, and guarded as such.

Each rule is also tried on a database where it is broken, so that none of them can pass by looking away.
"""

from collections.abc import Iterator

import catalogue
import house_tree
import psycopg
import pytest

from chimera.core import machines
from chimera.core.tenancy import guard
from tests import servers

# Tables without a brand, and why they have none.
FLEET = {
    "agents_node": "a worker works for all brands",
    "core_circuit": "a provider that is down is down for everybody",
    "core_clock": "one clock for everybody; only its owner writes it",
    "core_tick": "a schedule ticks once for the fleet",
    "governance_anchoring": "which checkpoint stands where outside of the database; the sealer writes it",
    "governance_checkpoint": "signed roots over the whole record; they are published",
    "governance_checkpointkey": "the public keys that sign them",
    "governance_control": "a stop is laid over scopes: the fleet, a brand, an agent",
    "governance_fleetbudget": "what all brands together have set aside and spent on a day; the treasurer writes it",
    "governance_fleetlimit": "what all brands together may spend a day",
    "governance_fleetreturn": "what ended and the fleet's budget does not know yet: sums of money and a day",
    "governance_incarnation": "which life of the installation this is; a restore begins the next one",
    "governance_grantkey": "public keys that sign grants, for all brands; the root's word on each",
    "governance_grantrevocation": "keys that count no more; the operator adds, nobody removes",
    "governance_grantended": "what platforms said to used grants; read by a function, of the caller's own effects only",
    "governance_grantused": "the connector's list of used grants: ids of grants and nothing else",
    "governance_keyrotation": "somebody asked for a new checkpoint key",
    "governance_putaway": "acts of retention: numbers of places in the record of all brands",
    "governance_sealedevent": "the place of every event in the one tree; numbers and hashes, the operator's to read",
    "governance_sealing": "how far the record is sealed; the sealer's own row",
    "governance_subtree": "hashes of the tree, so that a proof needs few reads",
    "governance_server": "an MCP server that lies lies to all brands; the desk allows, whoever sees a change disables",
    "governance_servernote": "what was done with an MCP server, by whom and why; a trigger writes it",
    "governance_letter": "one message to somebody who is told about all brands; functions write it",
    "governance_letternotice": "which notices a message shows; a function writes it",
    "governance_notice": "what people are told, also of the fleet; an application sees those of its brand by its scope",
    "governance_noticeseen": "up to where somebody has looked: a number",
    "governance_subscription": "who is told; the operator's to read and to change",
    "governance_savedqueue": "a reviewer works for all brands; filters name things and hold no content",
    "publishing_deliverycount": "how many events a platform delivered on a day: numbers",
    "publishing_feed": "feeds are fetched once for the fleet",
    "publishing_readcount": "posts read on a platform in a day, of all brands: two numbers; a function writes it",
    "publishing_release": "a person let a suspicious item of a feed be used; items are the fleet's",
    "publishing_fleetblackout": "a time in which no brand says anything",
    "publishing_quota": "what platforms take of an account, an app and the fleet",
    "publishing_slot": "one send that counts against a quota: ids of grants and accounts, read by functions",
    "publishing_window": "how many posts were taken lately, over all brands; functions write it",
    "publishing_feeditem": "what a feed said is public; what a brand makes of it is a trend",
}
# Unique without the brand, and why that tells nobody a secret.
ACROSS_BRANDS = {
    "core_brand_slug_key": "the brand's own name in addresses",
    "account_handle_is_unique_on_platform": "a handle is taken on the platform, whoever has it",
}
SELECT_ONLY = {"governance_auditevent": "written by a trigger, read by everybody"}
MAY_BE_NULL = {"governance_auditevent": "acts on the fleet have no brand; only the desk sees them"}
DELETES = {
    ("governance_savedqueue", "chimera_operator"): "somebody drops a queue that they saved",
    (
        "core_binding",
        "chimera_operator",
    ): "somebody works for other brands from now on; the record keeps who did before",
    ("core_tick", "chimera_app"): "old ticks are swept away",
    ("publishing_slot", "chimera_dispatch"): "slots that no window counts any more",
    ("governance_fleetreturn", "chimera_treasurer"): "what is folded into the fleet's budget is gone",
}
# What moves into the archive or is forgotten; by functions of a role that nobody logs in as.
ARCHIVED = ("goal", "plan", "task", "dependency", "artifact", "verdict", "archivedgoal", "archivedtask")
FORGOTTEN = (
    "agents_memory",
    "governance_auditevent",
    "governance_attempt",
    "governance_hold",
    "core_callrecord",
    "core_disclosure",
    "core_tick",
    "publishing_asset",
    "publishing_trend",
    "publishing_likeness",
)
DELETES |= {
    (table, "chimera_archivist"): "finished work is put away whole; see agents/archive"
    for table in (*(f"agents_{name}" for name in ARCHIVED), *FORGOTTEN, "publishing_feeditem", "publishing_fingerprint")
}
TEXT_IN_THE_RECORD: dict[str, str] = {}


def rules(connection: psycopg.Connection) -> dict[str, list[str]]:
    """Every rule of the house about the catalogue, with what breaks it."""
    drawn = {found.name.replace(".", "_"): (found.transitions, found.initial) for found in machines.discover()}
    return {
        "strangers": list(catalogue.strangers(connection, fleet=FLEET)),
        "unprotected": list(catalogue.unprotected(connection, select_only=SELECT_ONLY)),
        "brandless_rows": list(catalogue.brandless_rows(connection, may_be_null=MAY_BE_NULL)),
        "crossing_keys": list(catalogue.crossing_keys(connection)),
        "uniques": list(catalogue.uniques_across_brands(connection, allowed=ACROSS_BRANDS)),
        "owners": list(catalogue.owners(connection)),
        "definers": list(catalogue.open_definers(connection)),
        "powers": list(catalogue.powers(connection)),
        "grants": list(catalogue.wide_grants(connection, deletes=DELETES)),
        "columns": list(catalogue.column_grants(connection)),
        "movable": list(catalogue.movable_rows(connection)),
        "states": list(catalogue.unwatched_states(connection)),
        "arrows": list(catalogue.strange_arrows(connection, machines=drawn)),
        "record": list(catalogue.texts_in_the_record(connection, allowed=TEXT_IN_THE_RECORD)),
    }


RULES = (
    "strangers",
    "unprotected",
    "brandless_rows",
    "crossing_keys",
    "uniques",
    "owners",
    "definers",
    "powers",
    "grants",
    "columns",
    "movable",
    "states",
    "arrows",
    "record",
)


@pytest.fixture(scope="module")
def workbench(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A database to break, as its superuser."""
    name = f"{servers.database()}_catalogue"
    servers.drop(name)
    servers.clone(name)
    with servers.admin(name) as connection:
        yield connection
    servers.drop(name)


@pytest.fixture
def spoiled(workbench: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The same, whole again after each test."""
    with workbench.transaction(force_rollback=True):
        yield workbench


@pytest.mark.spec("TEN-1", "AUD-1", "AUD-2", "PLN-4")
@pytest.mark.parametrize("rule", RULES)
def test_the_database_keeps_the_rule(workbench: psycopg.Connection, rule: str) -> None:
    assert rules(workbench)[rule] == []


def test_every_rule_is_tried(workbench: psycopg.Connection) -> None:
    assert tuple(rules(workbench)) == RULES
    assert {rule for rule, _, _ in BREAKS} == set(RULES)


def test_the_guard_of_queries_knows_the_same_tables(workbench: psycopg.Connection) -> None:
    assert sorted(guard.brand_tables()) == catalogue.tenants(workbench)


def test_our_tables_are_many_enough_to_be_the_real_ones(workbench: psycopg.Connection) -> None:
    names = [name for _, name, _ in catalogue.tables(workbench) if name.startswith(catalogue.OURS)]
    assert len(catalogue.tenants(workbench)) + len(FLEET) == len(names) > 20
    assert len(catalogue.triggers(workbench, catalogue.GUARD)) == len(machines.modules_on_disk(root=house_tree.ROOT))


DIARY = "CREATE TABLE agents_diary (id bigint PRIMARY KEY, brand_id bigint NOT NULL REFERENCES core_brand (id), x int)"
OPEN = "USING (true) WITH CHECK (true)"
# The rule, how it is broken, and what is said about it.
BREAKS = [
    ("strangers", "CREATE TABLE agents_diary (id bigint)", "agents_diary has no brand_id and does not stand in"),
    ("strangers", "CREATE TABLE diary (id bigint)", "diary has no brand_id and does not stand in the FLEET list"),
    ("strangers", "CREATE VIEW agents_all AS SELECT * FROM agents_task", "agents_all is a view"),
    ("strangers", "CREATE SCHEMA attic; CREATE TABLE attic.box (id int)", "attic.box lies outside"),
    ("strangers", "ALTER TABLE publishing_feed ADD COLUMN brand_id bigint", "publishing_feed has brand_id and stands"),
    ("strangers", "DROP TABLE core_tick", "core_tick stands in the FLEET list and does not exist"),
    ("unprotected", DIARY, "agents_diary: row-level security is not enabled"),
    ("unprotected", DIARY, "agents_diary: no policy for chimera_app"),
    ("unprotected", "ALTER TABLE agents_task NO FORCE ROW LEVEL SECURITY", "agents_task: row-level security is not f"),
    ("unprotected", "ALTER TABLE core_brand DISABLE ROW LEVEL SECURITY", "core_brand: row-level security is not en"),
    ("unprotected", "DROP POLICY desk_agents_goal ON agents_goal", "agents_goal: no policy for chimera_operator"),
    (
        "unprotected",
        "DROP POLICY bound_agents_goal ON agents_goal",
        "agents_goal: who is bound to brands sees them all",
    ),
    (
        "unprotected",
        f"ALTER POLICY bound_agents_task ON agents_task {OPEN}",
        "agents_task: policy bound_agents_task for chimera_operator is not ours",
    ),
    ("unprotected", f"CREATE POLICY p ON agents_task TO chimera_app {OPEN}", "agents_task: policy p for chimera_app"),
    ("unprotected", f"CREATE POLICY p ON agents_task {OPEN}", "agents_task: policy p for public"),
    ("unprotected", f"ALTER POLICY app_agents_task ON agents_task {OPEN}", "policy app_agents_task for chimera_app"),
    ("unprotected", "CREATE POLICY p ON agents_task FOR SELECT TO chimera_app USING (true)", "agents_task: policy p"),
    (
        "unprotected",
        "CREATE POLICY p ON agents_soul FOR DELETE TO chimera_archivist USING (true)",
        "agents_soul: policy p lets the archivist look past the brand: true",
    ),
    (
        "unprotected",
        "CREATE POLICY p ON agents_soul FOR SELECT TO chimera_sealer USING (true)",
        "agents_soul: policy p for chimera_sealer is not ours: SELECT true",
    ),
    ("brandless_rows", "ALTER TABLE agents_plan ALTER brand_id DROP NOT NULL", "agents_plan: brand_id may be null"),
    (
        "crossing_keys",
        "ALTER TABLE publishing_post ADD CONSTRAINT k FOREIGN KEY (account_id) REFERENCES publishing_account (id)",
        "publishing_post: k points at publishing_account without the brand",
    ),
    (
        "crossing_keys",
        "ALTER TABLE core_tick ADD CONSTRAINT k FOREIGN KEY (period) REFERENCES agents_task (id)",
        "core_tick: k points at agents_task without the brand",
    ),
    (
        "crossing_keys",
        "ALTER TABLE agents_task ADD CONSTRAINT k FOREIGN KEY (priority) REFERENCES core_brand (id)",
        "agents_task: k points at a brand with ['priority'], not with brand_id",
    ),
    ("uniques", "CREATE UNIQUE INDEX u ON agents_goal (cause)", "agents_goal: u is unique over ['cause'], across"),
    ("uniques", "CREATE UNIQUE INDEX u ON agents_goal (cause) INCLUDE (brand_id)", "agents_goal: u is unique over"),
    ("uniques", "CREATE UNIQUE INDEX u ON agents_task (id) WHERE kind = 'plan'", "agents_task: u is unique over"),
    ("owners", "ALTER TABLE agents_task OWNER TO chimera_app", "agents_task belongs to chimera_app"),
    ("owners", "ALTER FUNCTION chimera_record() OWNER TO chimera_owner", "function chimera_record() belongs to"),
    ("owners", "ALTER FUNCTION chimera_now() OWNER TO chimera_app", "function chimera_now() belongs to chimera_app"),
    ("definers", "ALTER FUNCTION core_brand_ids() RESET search_path", "core_brand_ids() has no fixed search_path"),
    ("definers", "ALTER FUNCTION core_brand_ids() SET search_path = pg_temp, public", "has no fixed search_path"),
    ("definers", "GRANT EXECUTE ON FUNCTION core_brand_ids() TO PUBLIC", "core_brand_ids() may be called by PUBLIC"),
    ("definers", "ALTER FUNCTION chimera_now() SECURITY DEFINER", "chimera_now() may be called by PUBLIC"),
    ("powers", "ALTER ROLE chimera_app BYPASSRLS", "chimera_app bypasses row-level security"),
    ("powers", "ALTER ROLE chimera_operator SUPERUSER", "chimera_operator is a superuser"),
    ("powers", "GRANT chimera_owner TO chimera_app", "chimera_app is a member of another role"),
    ("powers", "GRANT CREATE ON SCHEMA public TO chimera_connector", "chimera_connector makes tables in public"),
    ("powers", "ALTER TABLE agents_task OWNER TO chimera_app", "chimera_app owns something"),
    ("powers", "ALTER ROLE chimera_dispatch LOGIN", "chimera_dispatch logs in"),
    ("grants", "GRANT SELECT ON publishing_feed TO PUBLIC", "publishing_feed: PUBLIC may SELECT"),
    ("grants", "GRANT TRUNCATE ON governance_auditevent TO chimera_app", "governance_auditevent: chimera_app may TRUN"),
    ("grants", "GRANT DELETE ON agents_task TO chimera_operator", "agents_task: chimera_operator may DELETE"),
    ("grants", "GRANT SELECT ON agents_task TO chimera_dispatch", "agents_task: the dispatcher may SELECT whole rows"),
    ("columns", "GRANT SELECT (payload) ON publishing_post TO chimera_dispatch", "publishing_post.payload holds cont"),
    ("columns", "GRANT SELECT (id) ON agents_task TO PUBLIC", "agents_task.id is granted to PUBLIC alone"),
    ("movable", "DROP TRIGGER stay_agents_task ON agents_task", "agents_task: rows may be given to another brand"),
    ("movable", "ALTER TABLE agents_soul DISABLE TRIGGER USER", "agents_soul: rows may be given to another brand"),
    ("states", "CREATE TABLE agents_diary (id bigint, status text)", "agents_diary has a status and no guard trigger"),
    ("states", "CREATE TABLE agents_diary (id bigint, status text)", "and no record trigger on update"),
    ("states", "ALTER TABLE agents_task DISABLE TRIGGER guard_agents_task", "agents_task has a status and no guard"),
    ("states", "DROP TRIGGER record_agents_goal ON agents_goal", "agents_goal has a status and no record trigger on i"),
    (
        "states",
        "DROP TRIGGER record_agents_goal_change ON agents_goal",
        "agents_goal has a status and no record trigge",
    ),
    (
        "states",
        "DROP TRIGGER record_agents_goal_change ON agents_goal; CREATE TRIGGER record_agents_goal_change AFTER UPDATE"
        " ON agents_goal FOR EACH ROW WHEN (OLD.agent_id IS DISTINCT FROM NEW.agent_id)"
        " EXECUTE FUNCTION chimera_record('agents.goal', '')",
        "agents_goal has a status and no record trigger on update",
    ),
    (
        "arrows",
        "DROP TRIGGER guard_governance_hold ON governance_hold; CREATE TRIGGER guard_governance_hold"
        " BEFORE INSERT OR UPDATE ON governance_hold FOR EACH ROW EXECUTE FUNCTION chimera_guard("
        """'{"HELD": ["SETTLED", "VOID"], "SETTLED": ["HELD"], "VOID": []}', '["HELD"]')""",
        "governance_hold: the guard's arrows are not those of its states.py",
    ),
    (
        "arrows",
        "DROP TRIGGER guard_governance_hold ON governance_hold; CREATE TRIGGER guard_governance_hold"
        " BEFORE INSERT OR UPDATE ON governance_hold FOR EACH ROW EXECUTE FUNCTION chimera_guard("
        """'{"HELD": ["SETTLED", "VOID"], "SETTLED": [], "VOID": []}', '["HELD", "VOID"]')""",
        "governance_hold: the guard lets rows be born in other states",
    ),
    ("arrows", "DROP TRIGGER guard_agents_goal ON agents_goal", "agents_goal has a machine and no guard"),
    (
        "record",
        "CREATE TRIGGER gossip AFTER UPDATE ON publishing_post FOR EACH ROW"
        " EXECUTE FUNCTION chimera_record('publishing.post', '', 'payload')",
        "publishing_post: the record copies payload, which may hold text",
    ),
    (
        "record",
        "CREATE TRIGGER gossip AFTER UPDATE ON publishing_post FOR EACH ROW"
        " EXECUTE FUNCTION chimera_record('publishing.post', '', 'contnt_hash')",
        "publishing_post: the record copies contnt_hash, which does not exist",
    ),
]


@pytest.mark.spec("TEN-1")
@pytest.mark.parametrize(("rule", "breaking", "said"), BREAKS, ids=[said for _, _, said in BREAKS])
def test_breaking_the_rule_is_noticed(spoiled: psycopg.Connection, rule: str, breaking: str, said: str) -> None:
    spoiled.execute(breaking)
    found = rules(spoiled)[rule]
    assert any(said in sentence for sentence in found), found
