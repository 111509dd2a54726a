"""Work done by processes or by any other executor, in order; what ends one of them costs as little as can be."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["in_order"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Sequence[Item]], Result],
    lose: Callable[[Item, Exception], Result],
    chunks: Sequence[Sequence[Item]],
    *,
    jobs: int = 1,
    executor: Executor | None = None,
) -> Iterator[list[Result]]:
    """Yield the results of each chunk: one, or one an item where the process that had the chunk ended.

    Parameters
    ----------
    work
        What is done with a chunk. It raises nothing: an exception is the executor's.
    lose
        The result of an item whose process ended again when it had the item alone.
    chunks
        The items.
    jobs
        With more than one, processes of this machine, which end with the work.
    executor
        What works in their place.

    Examples
    --------
    >>> list(in_order(sum, lambda item, error: 0, [[1, 2], [3]]))
    [[3], [3]]
    """
    if executor is not None:
        futures = deque(executor.submit(work, chunk) for chunk in chunks)
        for chunk in chunks:
            try:
                results = [futures.popleft().result()]
            except Exception:  # noqa: BLE001 - such as of a cluster that lost a worker
                results = [_alone(work, lose, item, executor) for item in chunk]
            yield results
    elif jobs > 1 and len(chunks) > 1:
        yield from _in_processes(work, lose, chunks, jobs)
    else:
        for chunk in chunks:
            yield [work(chunk)]


def _in_processes(
    work: Callable[[Sequence[Item]], Result],
    lose: Callable[[Item, Exception], Result],
    chunks: Sequence[Sequence[Item]],
    jobs: int,
) -> Iterator[list[Result]]:
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor  # slow to import
    from multiprocessing import get_context

    context = get_context("spawn")  # a fork would take along locks that other threads hold
    waiting = deque(chunks)
    while waiting:
        with ProcessPoolExecutor(min(jobs, len(waiting)), context) as pool:
            futures = deque(pool.submit(work, chunk) for chunk in waiting)
            with suppress(BrokenExecutor):
                while futures:
                    result = futures.popleft().result()
                    waiting.popleft()
                    yield [result]
        if waiting:  # a process ended, whichever item it had: the first chunk without a result goes item by item
            results = []
            for item in waiting.popleft():
                with ProcessPoolExecutor(1, context) as pool:
                    results.append(_alone(work, lose, item, pool))
            yield results


def _alone(
    work: Callable[[Sequence[Item]], Result],
    lose: Callable[[Item, Exception], Result],
    item: Item,
    executor: Executor,
) -> Result:
    try:
        return executor.submit(work, [item]).result()
    except Exception as error:  # noqa: BLE001 - as above
        return lose(item, error)
