"""Trying a model again when its fault may pass: bounded, visible, and stopped by cancelling."""

import asyncio
import math
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from desktop.engine.errors import StreamCut, TransientModelError
from desktop.engine.messages import Value
from desktop.engine.models.base import Model, ModelChunk, TurnFinished
from desktop.engine.requests import ModelRequest


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long.

    Attributes:
        attempts: Tries in all, the first included; at least 1.
        base_s: Seconds before the second try; each later wait is twice as long.
        cap_s: The longest wait of the program's own choosing, in seconds.
        longest_wait_s: The longest wait a provider may ask for, in seconds; more fails at once.
    """

    attempts: int = 4
    base_s: float = 1.0
    cap_s: float = 30.0
    longest_wait_s: float = 60.0


class RetryNotice(Value):
    """A try failed and another comes. All text of the failed try is void: a consumer discards it here.

    Attributes:
        attempt: The try that comes, counted from 2.
        wait_s: Seconds until it begins.
        reason: Why the last one failed, in words.
    """

    type: Literal["retry"] = "retry"
    attempt: int
    wait_s: float
    reason: str


async def stream_with_retries(
    model: Model, request: ModelRequest, policy: RetryPolicy, *, jitter: Callable[[], float] = random.random
) -> AsyncGenerator[ModelChunk | RetryNotice, None]:
    """Stream one turn and try again, inside the policy's bound, after a fault that may pass.

    Args:
        model: The model.
        request: What to send; the same each time.
        policy: The bound.
        jitter: Gives a number from 0 to 1; shortens a back-off by up to half.

    Yields:
        The model's chunks; a RetryNotice before each wait. Text that came before a notice is void.

    Raises:
        ModelError: As the model raised it, where another try is not worth it.
        TransientModelError: Of the last try, its text saying how many there were; or at once when the provider asks
            for a longer wait than the policy allows.
    """
    attempt = 1
    while True:
        try:
            async with aclosing(model.stream(request)) as chunks:
                async for chunk in chunks:
                    yield chunk
                    if isinstance(chunk, TurnFinished):
                        return
            raise StreamCut("The model's answer ended before it was whole.", action="Try it again.")
        except TransientModelError as error:
            fault = error
        if fault.retry_after_s is not None and fault.retry_after_s > policy.longest_wait_s:
            raise _too_long(fault, fault.retry_after_s, policy) from fault
        if attempt >= policy.attempts:
            raise _given_up(fault, attempt) from fault
        wait_s = max(_back_off_s(policy, attempt, jitter()), fault.retry_after_s or 0.0)
        attempt += 1
        yield RetryNotice(attempt=attempt, wait_s=wait_s, reason=str(fault))
        await asyncio.sleep(wait_s)


def _back_off_s(policy: RetryPolicy, failed: int, jitter: float) -> float:
    """Seconds to wait after ``failed`` tries: from a half to the whole of the doubled base."""
    whole: float = min(policy.cap_s, policy.base_s * 2.0 ** min(failed - 1, 32))
    return whole * (1.0 - jitter / 2.0)


def _given_up(fault: TransientModelError, tries: int) -> TransientModelError:
    told = f"{tries} tries" if tries > 1 else "one try"
    return type(fault)(f"{fault} Given up after {told}.", action=fault.action, retry_after_s=fault.retry_after_s)


def _too_long(fault: TransientModelError, wait_s: float, policy: RetryPolicy) -> TransientModelError:
    asked, allowed = _in_words(wait_s), _in_words(policy.longest_wait_s)
    return type(fault)(
        f"{fault} It asks for a wait of {asked}; this program waits {allowed} at most.",
        action=f"Try again in {asked}, or choose another model.",
        retry_after_s=wait_s,
    )


def _in_words(seconds: float) -> str:
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size or seconds == size:
            count = math.ceil(seconds / size)  # rounded up: who comes back too early is sent away again
            return f"{count} {unit}{'' if count == 1 else 's'}"
    count = math.ceil(seconds)
    return f"{count} second{'' if count == 1 else 's'}"
