import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest

from desktop.engine.errors import KeyRejected, ModelError, Overloaded, RateLimited, StreamCut
from desktop.engine.messages import ModelInfo
from desktop.engine.models.base import ModelChunk, TextDelta, TurnFinished
from desktop.engine.models.retry import RetryNotice, RetryPolicy, stream_with_retries
from desktop.engine.requests import ModelRequest, ModelTurn, TextPart

REQUEST = ModelRequest()
DONE = TurnFinished(turn=ModelTurn(parts=(TextPart(text="whole"),)))
AT_ONCE = RetryPolicy(base_s=0)

Try = Sequence[ModelChunk | ModelError]


class ScriptedModel:
    """Gives the chunks of its next try, or raises; a try too many is an error."""

    def __init__(self, *tries: Try) -> None:
        self.tries = deque(tries)
        self.closed = 0

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(provider="demo", name="scripted", label="Scripted", host="this program")

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        try:
            for step in self.tries.popleft():
                if isinstance(step, ModelError):
                    raise step
                yield step
        finally:
            self.closed += 1

    async def aclose(self) -> None:
        pass


async def run(
    model: ScriptedModel, policy: RetryPolicy = AT_ONCE, jitter: float = 0.0
) -> list[ModelChunk | RetryNotice]:
    async with aclosing(stream_with_retries(model, REQUEST, policy, jitter=lambda: jitter)) as chunks:
        return [chunk async for chunk in chunks]


async def failing(model: ScriptedModel, policy: RetryPolicy = AT_ONCE) -> tuple[list[RetryNotice], ModelError]:
    notices = []
    try:
        async with aclosing(stream_with_retries(model, REQUEST, policy)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, RetryNotice):
                    notices.append(chunk)
    except ModelError as error:
        return notices, error
    pytest.fail("it did not fail")


async def test_good_turn_passes_untouched() -> None:
    assert await run(ScriptedModel([TextDelta(text="who"), TextDelta(text="le"), DONE])) == [
        TextDelta(text="who"),
        TextDelta(text="le"),
        DONE,
    ]


async def test_fault_that_may_pass_is_tried_again_after_a_notice() -> None:
    model = ScriptedModel([TextDelta(text="half"), StreamCut("It broke off.")], [Overloaded("Too much to do.")], [DONE])
    assert await run(model) == [
        TextDelta(text="half"),
        RetryNotice(attempt=2, wait_s=0, reason="It broke off."),
        RetryNotice(attempt=3, wait_s=0, reason="Too much to do."),
        DONE,
    ]
    assert model.closed == 3


async def test_fault_for_good_goes_up_at_once() -> None:
    fault = KeyRejected("The key is refused.")
    assert await failing(ScriptedModel([fault])) == ([], fault)


async def test_last_fault_goes_up_and_says_how_many_tries() -> None:
    model = ScriptedModel(*[[Overloaded("Too much to do.", action="Wait.", retry_after_s=0)]] * 4)
    notices, fault = await failing(model)
    assert [notice.attempt for notice in notices] == [2, 3, 4]
    assert type(fault) is Overloaded
    assert str(fault) == "Too much to do. Given up after 4 tries."
    assert (fault.action, fault.retry_after_s) == ("Wait.", 0)


async def test_one_try_is_no_retry() -> None:
    notices, fault = await failing(ScriptedModel([Overloaded("Too much to do.")]), RetryPolicy(attempts=1))
    assert (notices, str(fault)) == ([], "Too much to do. Given up after one try.")


@pytest.mark.parametrize(("jitter", "expected"), [(0.0, [1, 2, 4, 5, 5]), (1.0, [0.5, 1, 2, 2.5, 2.5])])
async def test_waits_double_up_to_the_cap_and_jitter_shortens_them(jitter: float, expected: list[float]) -> None:
    model = ScriptedModel(*[[Overloaded("x")]] * 5, [DONE])
    got = await run(model, RetryPolicy(attempts=6, base_s=1e-6, cap_s=5e-6), jitter)
    waits = [chunk.wait_s * 1e6 for chunk in got if isinstance(chunk, RetryNotice)]
    assert waits == pytest.approx(expected)


async def test_providers_wish_is_honoured_past_the_cap() -> None:
    model = ScriptedModel([RateLimited("x", retry_after_s=0.01)], [RateLimited("x", retry_after_s=1e-9)], [DONE])
    began = asyncio.get_running_loop().time()
    got = await run(model, RetryPolicy(base_s=1e-6, cap_s=3e-6))
    assert [chunk.wait_s for chunk in got if isinstance(chunk, RetryNotice)] == [0.01, 2e-6]
    assert asyncio.get_running_loop().time() - began >= 0.01


@pytest.mark.parametrize(
    ("wait_s", "words"),
    [(60.5, "61 seconds"), (90, "90 seconds"), (121, "3 minutes"), (3600, "1 hour"), (86_400, "24 hours")],
)
async def test_wish_beyond_the_bound_fails_at_once_and_names_the_wait(wait_s: float, words: str) -> None:
    model = ScriptedModel([RateLimited("Too many requests.", action="Wait.", retry_after_s=wait_s)])
    notices, fault = await failing(model)
    assert notices == []
    assert type(fault) is RateLimited
    assert f"a wait of {words}" in str(fault)
    assert words in fault.action


async def test_cancelling_during_the_wait_goes_up_at_once() -> None:
    model = ScriptedModel([Overloaded("x")], [DONE])
    noticed = asyncio.Event()

    async def consume() -> None:
        async with aclosing(stream_with_retries(model, REQUEST, RetryPolicy(base_s=1000, cap_s=1000))) as chunks:
            async for _ in chunks:
                noticed.set()

    task = asyncio.create_task(consume())
    await noticed.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (model.closed, len(model.tries)) == (1, 1)


async def test_closing_closes_the_models_stream() -> None:
    model = ScriptedModel([TextDelta(text="half"), DONE])
    async with aclosing(stream_with_retries(model, REQUEST, AT_ONCE)) as chunks:
        await anext(chunks)
        assert model.closed == 0
    assert model.closed == 1
