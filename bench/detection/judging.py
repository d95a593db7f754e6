"""Judge many texts on all cores: processes that inherit what judges, each every other chunk."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection, wait
from typing import Any

from safeguard.problems import UnusableError

CHUNK = 500  # texts between two reports of progress

type Progress = Callable[[str, int, int], None]
type Bar = Callable[[], AbstractContextManager[Progress]]
type _Pipe = Connection[Any, Any]


def judge_all[Job, Said](
    judge: Callable[[Job], Said],
    jobs: Sequence[Job],
    bar: Bar,
    processes: int | None = None,
) -> list[Said]:
    """Return what is said of every job, in their order.

    The bar is begun when the processes are: it may have a thread, which would not live on in them.
    """
    starts = range(0, len(jobs), CHUNK)
    forking = multiprocessing.get_context("fork")
    several = min(processes or len(os.sched_getaffinity(0)), len(starts))
    if several < 2:
        with bar() as progress:
            return _alone(judge, jobs, progress)
    pipes: list[_Pipe] = []
    workers = []
    for number in range(several):
        ours, theirs = forking.Pipe(duplex=False)
        pipes.append(ours)
        worker = forking.Process(target=_work, args=(judge, jobs, starts[number::several], theirs))
        worker.start()
        theirs.close()
        workers.append(worker)
    with bar() as progress:
        said = _gathered(pipes, len(jobs), progress)
    for worker in workers:
        worker.join()
    if len(said) < len(starts):
        raise UnusableError("A process that judged texts ended before it was done: try again.")
    return [one for start in starts for one in said[start]]


def _gathered(pipes: Sequence[_Pipe], jobs: int, progress: Progress) -> dict[int, list[Any]]:
    """Return what came through the pipes, by the place of its chunk, until all are closed."""
    said: dict[int, list[Any]] = {}
    still_open = list(pipes)
    while still_open:
        ready = wait(still_open)
        for pipe in [one for one in still_open if one in ready]:
            try:
                start, answers = pipe.recv()
            except EOFError:
                still_open.remove(pipe)
                continue
            said[start] = answers
            progress("Judging texts", min(len(said) * CHUNK, jobs), jobs)
    return said


def _alone[Job, Said](
    judge: Callable[[Job], Said], jobs: Sequence[Job], progress: Progress
) -> list[Said]:
    said = []
    for done, job in enumerate(jobs):
        if done % CHUNK == 0:
            progress("Judging texts", done, len(jobs))
        said.append(judge(job))
    return said


def _work[Job, Said](
    judge: Callable[[Job], Said], jobs: Sequence[Job], starts: range, pipe: _Pipe
) -> None:
    for start in starts:
        pipe.send((start, [judge(job) for job in jobs[start : start + CHUNK]]))
    pipe.close()
