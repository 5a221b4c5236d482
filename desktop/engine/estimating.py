"""What a message will cost at least, said before it is sent."""

import asyncio
from collections.abc import Sequence

from desktop.engine.handoff import to_request
from desktop.engine.messages import Attachment, Brain, Usage, Value, utc_now
from desktop.engine.models.prices import price_of
from desktop.engine.preparing import Asked
from desktop.engine.requests import ModelRequest
from desktop.engine.running import Runner
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine.tokens import estimate_tokens, request_tokens

_LONG = 200_000
"""Characters beyond which a text is counted off the caller's thread."""


class Estimate(Value):
    """What the first request to each brain will take in; tools and answers come on top.

    Attributes:
        input_tokens: Of both brains together, about.
        cost_usd: At least that many US dollars, as far as prices are known.
        unpriced: Labels of the models whose price is not known.
    """

    input_tokens: int
    cost_usd: float
    unpriced: tuple[str, ...] = ()


async def estimate(
    runner: Runner,
    store: Store,
    conversation_id: str | None,
    text: str,
    options: RunOptions,
    attachments: Sequence[Attachment] = (),
) -> Estimate:
    """Estimate a message before it is sent: its requests are put together as a run would, and counted.

    Args:
        runner: Knows models, tools and budgets.
        store: Where the conversation lives.
        conversation_id: The conversation; None for one that is not stored yet.
        text: The message.
        options: What it would run with.
        attachments: The files that would go with it.

    Raises:
        UnknownName: The options name no known model.
        BadPersona: The role's persona cannot be used.
        RequestTooLong: The message alone is more than a model can read.
    """
    asked = Asked(options, text, tuple(attachments), utc_now(), conversation_id)
    preparing = runner.preparing(store, asked)
    if len(text) > _LONG:  # most of what is far too long is found here, and not by counting it over and over
        length = await asyncio.to_thread(estimate_tokens, text)
        for brain in options.brains:
            preparing.room(brain).check(length, length)
    tokens, cost, unpriced = 0, 0.0, []
    for brain in options.brains:
        request: ModelRequest
        if brain is Brain.ORCHESTRATOR:
            request = await preparing.opening(runner.tools_of(options), share=1)
        else:
            request = to_request(await preparing.handoff(() if options.tools_enabled else None, share=1))
        entry = runner.registry.model(options.seat(brain)[0])
        count = request_tokens(request, entry.provider)
        price = await price_of(runner.connector.info(entry), Usage(input_tokens=count))
        tokens += count
        cost += price or 0.0
        if price is None:
            unpriced.append(entry.label)
    return Estimate(input_tokens=tokens, cost_usd=cost, unpriced=tuple(unpriced))
