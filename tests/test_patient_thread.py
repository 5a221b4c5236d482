"""Work that may block: waited for in bounds, told of when it takes long, and heard when it answers late."""

import asyncio
import threading

import pytest

from desktop.patient_thread import PatientThread


async def test_a_quick_answer_is_told_of_to_nobody() -> None:
    thread = PatientThread("test", timeout_s=20, told_after_s=20)
    told: list[bool] = []
    thread.on_waiting = told.append
    assert await thread.do(lambda: 7) == 7
    assert told == []
    assert not thread.is_silent


async def test_a_long_wait_is_told_of_and_its_end_too() -> None:
    thread = PatientThread("test", timeout_s=20, told_after_s=0.01)
    answered, waits, told = threading.Event(), asyncio.Event(), list[bool]()

    def tell(is_waiting: bool) -> None:
        told.append(is_waiting)
        waits.set()

    thread.on_waiting = tell
    work = asyncio.create_task(thread.do(answered.wait))
    await waits.wait()
    assert told == [True]
    assert thread.is_silent
    answered.set()
    assert await work
    assert told == [True, False]


async def test_an_answer_after_the_end_of_patience_is_heard() -> None:
    thread = PatientThread("test", timeout_s=0.01, told_after_s=0.001)
    answered, heard = threading.Event(), asyncio.Event()
    thread.on_late_answer = heard.set
    with pytest.raises(TimeoutError):
        await thread.do(answered.wait)
    assert thread.is_silent
    assert not heard.is_set()
    answered.set()
    await heard.wait()
    assert not thread.is_silent


async def test_what_the_work_raises_is_raised() -> None:
    thread = PatientThread("test", timeout_s=20, told_after_s=20)

    def fail() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await thread.do(fail)
