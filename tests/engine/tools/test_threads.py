"""Work in threads and cancellation."""

import asyncio
import threading

import pytest

from desktop.engine.tools.threads import Cancelled, StopFlag, finish, in_thread


async def test_result_and_error_come_back() -> None:
    assert await in_thread(lambda stop: 5) == 5

    def fails(stop: StopFlag) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await in_thread(fails)


async def test_cancellation_tells_the_work_and_waits_for_its_end() -> None:
    loop = asyncio.get_running_loop()
    begun, ended = asyncio.Event(), threading.Event()
    stopped = threading.Event()

    def work(stop: StopFlag) -> None:
        loop.call_soon_threadsafe(begun.set)
        try:
            while True:
                stop.check()
        except Cancelled:
            stopped.set()
            raise
        finally:
            ended.set()

    task = asyncio.ensure_future(in_thread(work))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert stopped.is_set()
    assert ended.is_set()


async def test_finish_ends_its_work_before_the_cancellation_goes_up() -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    done = []

    async def clean_up() -> None:
        begun.set()
        await go_on.wait()
        done.append(True)

    task = asyncio.ensure_future(finish(clean_up()))
    await begun.wait()
    task.cancel()
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done
