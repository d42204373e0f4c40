"""LangGraph with its Postgres checkpointer: plan, Send to three workers, each Send on to its judge, finalize.

A graph is called by whoever runs it: there is no queue, so every process takes its share of the pipelines. A saver
holds a lock for the length of a statement, therefore every thread has a saver and a connection of its own.
"""

import asyncio
import operator
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated, Any, TypedDict
from uuid import uuid4

import psycopg
import shape
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from psycopg.rows import dict_row

THREADS = 4
LAYOUTS = {
    "threads-sync": "{workers} processes, 4 threads each with its own saver and connection; durability sync",
    "threads-async": "{workers} processes, 4 threads each with its own saver and connection; durability async",
    "loop-sync": "{workers} processes with one event loop, 4 savers each; durability sync",
    "loop-async": "{workers} processes with one event loop, 4 savers each; durability async",
}


class State(TypedDict, total=False):
    """What travels: the number, the items, what was judged, the sum."""

    pipeline: int
    items: list[str]
    judged: Annotated[list[list[Any]], operator.add]
    total: list[Any]


class Branch(TypedDict, total=False):
    """What one of the three branches is sent."""

    item: str
    hashed: str


def _plan(state: State) -> State:
    return {"items": shape.plan(state["pipeline"])}


def _fan_out(state: State) -> list[Send]:
    return [Send("work", {"item": item}) for item in state["items"]]


def _work(branch: Branch) -> Any:
    from langgraph.types import Command

    return Command(goto=Send("judge", {"hashed": shape.work(branch["item"])}))


def _judge(branch: Branch) -> State:
    return {"judged": [shape.judge(branch["hashed"])]}


def _finalize(state: State) -> State:
    return {"total": shape.finalize(state["judged"])}


def graph(saver: Any) -> Any:
    """The compiled graph on a saver."""
    built = StateGraph(State)
    built.add_node("plan", _plan)
    built.add_node("work", _work, destinations=("judge",))
    built.add_node("judge", _judge)
    built.add_node("finalize", _finalize)
    built.add_edge(START, "plan")
    built.add_conditional_edges("plan", _fan_out, ["work"])
    built.add_edge("judge", "finalize")
    built.add_edge("finalize", END)
    return built.compile(checkpointer=saver)


def _config(pipeline: int) -> Any:
    return {"configurable": {"thread_id": f"{pipeline}-{uuid4()}"}}


def _threads(order: shape.Order, number: int, ready: Callable[[], None]) -> dict[int, list[Any]]:
    durability: Any = order.layout.rpartition("-")[2]
    connections = [
        psycopg.connect(order.postgres, autocommit=True, prepare_threshold=0, row_factory=dict_row)
        for _ in range(THREADS)
    ]
    graphs = [graph(PostgresSaver(connection)) for connection in connections]

    def run(index: int, pipelines: list[int]) -> dict[int, list[Any]]:
        return {
            one: graphs[index].invoke({"pipeline": one}, _config(one), durability=durability)["total"]
            for one in pipelines
        }

    mine = shape.share(order, number)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(run, range(THREADS), [[0, 1, 2]] * THREADS))
        ready()
        parts = list(pool.map(run, range(THREADS), [mine[index::THREADS] for index in range(THREADS)]))
    for connection in connections:
        connection.close()
    return {pipeline: total for part in parts for pipeline, total in part.items()}


async def _loop(order: shape.Order, number: int, ready: Callable[[], None]) -> dict[int, list[Any]]:
    durability: Any = order.layout.rpartition("-")[2]
    connections = [
        await psycopg.AsyncConnection.connect(
            order.postgres, autocommit=True, prepare_threshold=0, row_factory=dict_row
        )
        for _ in range(THREADS)
    ]
    graphs = [graph(AsyncPostgresSaver(connection)) for connection in connections]

    async def run(index: int, pipelines: list[int]) -> dict[int, list[Any]]:
        found = {}
        for one in pipelines:
            state = await graphs[index].ainvoke({"pipeline": one}, _config(one), durability=durability)
            found[one] = state["total"]
        return found

    mine = shape.share(order, number)
    await asyncio.gather(*(run(index, [0, 1, 2]) for index in range(THREADS)))
    ready()
    parts = await asyncio.gather(*(run(index, mine[index::THREADS]) for index in range(THREADS)))
    for connection in connections:
        await connection.close()
    return {pipeline: total for part in parts for pipeline, total in part.items()}


def program(order: shape.Order, number: int, ready: Callable[[], None]) -> dict[int, list[Any]]:
    """One process."""
    if order.layout.startswith("loop"):
        return asyncio.run(_loop(order, number, ready))
    return _threads(order, number, ready)


def main() -> None:
    """Make the tables, run, answer."""
    order = shape.ordered(layouts=LAYOUTS, usual="threads-async")
    with PostgresSaver.from_conn_string(order.postgres) as saver:
        saver.setup()
    span, results = shape.spread(program, order)
    late = order.layout.endswith("-async")
    shape.answer(
        system="langgraph", package="langgraph", layout=LAYOUTS[order.layout].format(workers=order.workers),
        durability="a checkpoint per superstep in Postgres, "
        + ("written while the next one runs" if late else "written before the next one runs"),
        order=order, span=span, results=results,
        notes="no queue and no takeover of its own: a killed process's threads wait for whoever calls them again",
    )  # fmt: skip


if __name__ == "__main__":
    main()
