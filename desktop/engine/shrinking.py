"""Once more with smaller budgets, where the provider says that a request is too long for its model."""

import contextlib
from collections.abc import AsyncGenerator, Callable

from desktop.engine.errors import ContextExceeded
from desktop.engine.events import Event, Retrying
from desktop.engine.messages import Brain
from desktop.engine.room import SMALLER


async def shrinking(
    steps: Callable[[float], AsyncGenerator[Event, None]], run_id: str, brain: Brain
) -> AsyncGenerator[Event, None]:
    """Work some steps; where their request is too long, tell it and work them once more.

    Args:
        steps: Makes them for a share of the budgets. What the first stretch has stored, the second goes on from.
        run_id: The run.
        brain: Which brain is asked.

    Yields:
        Their events.

    Raises:
        ContextExceeded: The smaller request is too long, too.
    """
    try:
        async with contextlib.aclosing(steps(1.0)) as events:
            async for event in events:
                yield event
        return
    except ContextExceeded as error:
        fault = error
    reason = f"{fault} It is sent again with half of the history and of what the tools found."
    yield Retrying(run_id=run_id, attempt=2, wait_s=0.0, reason=reason, brain=brain)
    async with contextlib.aclosing(steps(SMALLER)) as events:
        async for event in events:
            yield event
