"""What became of the work: posts out, autonomy, success, escalation. Goals of OPS-6.

Each row counts in the window in which it happened: a post when it went out, a task when it ended, a card when it was
made. Work that has been archived has left the tables, the lists and these figures together.
"""

from dataclasses import dataclass, field

from django.db import connection

from agents.board.figures import Behind, Drawing, Figure, drawn, listed, percent, ratio
from agents.board.waiting import ASKED
from agents.board.window import Window

AUTONOMY_MIN, SUCCESS_MIN, ESCALATION_MAX = 0.85, 0.95, 0.15
BY_ITSELF = "judge"  # what a post bears as its approval when no human was asked
POSTS_OUT = "Posts that a platform has confirmed since 00:00 UTC. Unit: posts. Today."
AUTONOMY = "Posts that went out without a human's approval, of all posts that went out in the window. Unit: share."
SUCCESS = (
    "Outward tasks (what is to leave the house) that were done, of those that ended in the window, whether done, "
    "rejected, expired or cancelled. Unit: share."
)
ESCALATION = (
    "Cards that were put before a human in the window, without blind samples, of these and the posts that went out "
    "without one. Unit: share."
)
# sql/counted.sql
_SQL = """
SELECT kind, part, every, of_them FROM agents_board_counted(%(starts)s, %(ends)s, %(midnight)s, %(until)s, %(alone)s)
"""


@dataclass(kw_only=True)
class Counted:
    """Rows of one kind by the part of the window that they fall into; `of_them` are those that the figure is about.

    Of ledger entries these are the micros of a dollar.
    """

    every: dict[int, int] = field(default_factory=dict)
    of_them: dict[int, int] = field(default_factory=dict)
    today: int = 0

    @property
    def count(self) -> int:
        """In the window."""
        return sum(self.every.values())

    @property
    def some(self) -> int:
        """Those that the figure is about."""
        return sum(self.of_them.values())


def counted(*, window: Window) -> dict[str, Counted]:
    """Posts, tasks, cards and ledger entries of the window. One query."""
    found = {kind: Counted() for kind in ("post", "task", "card", "spent")}
    values = {**window.values, "midnight": window.midnight, "alone": BY_ITSELF}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, values)
        for kind, part, count, some in cursor.fetchall():
            if kind == "today":  # may have begun before the window
                found["post"].today = count
            else:
                found[kind].every[part] = count
                found[kind].of_them[part] = some
    return found


def figures(*, window: Window, found: dict[str, Counted]) -> list[Figure]:
    """Posts out today, autonomy, success, escalation."""
    return [
        _out(window, found["post"]),
        _autonomy(window, found["post"]),
        _success(window, found["task"]),
        _escalation(window, found["card"], found["post"]),
    ]


def _out(window: Window, posts: Counted) -> Figure:
    address = listed("publishing/post", status__exact="PUBLISHED", published_at__gte=window.midnight.isoformat())
    return Figure(
        name="posts_out_today",
        title="Posts out today",
        value=posts.today,
        unit="rows",
        said=f"{posts.today:,}",
        formula=POSTS_OUT,
        behind=(Behind(count=posts.today, what="posts", address=address),),
        drawing=drawn(window.spread(posts.every, empty=0), what=f"Posts out in {window.words}"),
    )


def _autonomy(window: Window, posts: Counted) -> Figure:
    share = ratio(posts.some, posts.count)
    went = {"status__exact": "PUBLISHED", **window.within("published_at")}
    return Figure(
        name="autonomy",
        title="Autonomy",
        value=share,
        unit="share",
        said=percent(share),
        formula=AUTONOMY,
        goal="more than 85%",
        is_met=None if share is None else share > AUTONOMY_MIN,
        behind=(
            Behind(
                count=posts.some,
                what="posts without a human",
                address=listed("publishing/post", **went, approval__exact=BY_ITSELF),
            ),
            Behind(count=posts.count, what="posts", address=listed("publishing/post", **went)),
        ),
        drawing=_shares(window, posts, "Autonomy"),
    )


def _success(window: Window, tasks: Counted) -> Figure:
    share = ratio(tasks.some, tasks.count)
    ended = {"outward__exact": "1", **window.within("ended_at")}
    return Figure(
        name="success",
        title="Success",
        value=share,
        unit="share",
        said=percent(share),
        formula=SUCCESS,
        goal="more than 95%",
        is_met=None if share is None else share > SUCCESS_MIN,
        behind=(
            Behind(count=tasks.some, what="tasks done", address=listed("agents/task", **ended, status__exact="DONE")),
            Behind(count=tasks.count, what="tasks ended", address=listed("agents/task", **ended)),
        ),
        drawing=_shares(window, tasks, "Success"),
    )


def _escalation(window: Window, cards: Counted, posts: Counted) -> Figure:
    share = ratio(cards.count, cards.count + posts.some)
    asked = {**window.within("made_at"), "kind__in": ASKED}
    alone = {"status__exact": "PUBLISHED", **window.within("published_at"), "approval__exact": BY_ITSELF}
    parts = [ratio(cards.every.get(n, 0), cards.every.get(n, 0) + posts.of_them.get(n, 0)) for n in range(window.parts)]
    return Figure(
        name="escalation",
        title="Escalation",
        value=share,
        unit="share",
        said=percent(share),
        formula=ESCALATION,
        goal="less than 15%",
        is_met=None if share is None else share < ESCALATION_MAX,
        behind=(
            Behind(count=cards.count, what="cards", address=listed("governance/reviewitem", **asked)),
            Behind(count=posts.some, what="posts without a human", address=listed("publishing/post", **alone)),
        ),
        drawing=drawn(parts, what=f"Escalation in {window.words}", top=1.0),
    )


def _shares(window: Window, rows: Counted, what: str) -> Drawing | None:
    parts = [ratio(rows.of_them.get(n, 0), rows.every.get(n, 0)) for n in range(window.parts)]
    return drawn(parts, what=f"{what} in {window.words}", top=1.0)
