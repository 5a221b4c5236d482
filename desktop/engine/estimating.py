"""What a message will cost at least, said before it is sent."""

from desktop.engine.context import opening_request
from desktop.engine.handoff import build_handoff, to_request
from desktop.engine.messages import ModelRequest, Usage, Value
from desktop.engine.models.prices import price_of
from desktop.engine.models.registry import ModelEntry
from desktop.engine.prompts import DIRECT, ORCHESTRATOR, RESPONDER
from desktop.engine.running import Runner
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine.tokens import request_tokens


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
    runner: Runner, store: Store, conversation_id: str | None, text: str, options: RunOptions
) -> Estimate:
    """Estimate a message before it is sent.

    Args:
        runner: Knows models, tools and budgets.
        store: Where the conversation lives.
        conversation_id: The conversation; None for one that is not stored yet.
        text: The message.
        options: What it would run with.

    Raises:
        UnknownName: The options name no known model.
    """
    history = await store.conversations.messages(conversation_id) if conversation_id is not None else []
    limits = runner.limits
    calls: list[tuple[ModelEntry, ModelRequest]] = []
    if options.tools_enabled:
        request = opening_request(
            system=ORCHESTRATOR,
            history=history,
            request=text,
            tools=runner.toolbox.choose(options.access, options.tools).declarations,
            budget_tokens=limits.history_tokens,
        )
        calls.append((runner.registry.model(options.orchestrator), request))
    if not options.tools_enabled or options.answer == "responder":
        handoff = build_handoff(
            system=limits.persona + (RESPONDER if options.tools_enabled else DIRECT),
            history=history,
            request=text,
            calls=() if options.tools_enabled else None,
            summary="",
            history_budget_tokens=limits.history_tokens,
            evidence_budget_tokens=limits.evidence_tokens,
        )
        calls.append((runner.registry.model(options.responder), to_request(handoff)))
    tokens, cost, unpriced = 0, 0.0, []
    for entry, request in calls:
        count = request_tokens(request)
        price = await price_of(runner.connector.info(entry), Usage(input_tokens=count))
        tokens += count
        cost += price or 0.0
        if price is None:
            unpriced.append(entry.label)
    return Estimate(input_tokens=tokens, cost_usd=cost, unpriced=tuple(unpriced))
