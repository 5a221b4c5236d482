"""Summarises what a request leaves out of a long conversation: once at each cut, each time from the last summary on."""

import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass

from desktop.engine.errors import ModelError
from desktop.engine.events import Event, HistorySummarised
from desktop.engine.messages import Brain, Message
from desktop.engine.model_call import Called, Caller, call_model, usage_event
from desktop.engine.models.base import Connects
from desktop.engine.models.registry import ModelEntry
from desktop.engine.models.retry import RetryPolicy
from desktop.engine.prompts import SUMMARISER
from desktop.engine.requests import ModelRequest, ModelTurn, UserText
from desktop.engine.room import Room, context_of
from desktop.engine.store.records import StoredRun
from desktop.engine.store.store import Store
from desktop.engine.tokens import trim_middle

_LONGEST_TOKENS = 1_500
_MESSAGE_TOKENS = 4_000
"""What one message may have in the request for a summary."""


@dataclass(frozen=True, slots=True)
class Summarising:
    """What a summary is made with.

    Attributes:
        run: The run that needs it.
        entry: The model that makes it, with its key.
        brain: As which it works: the responder where that answers alone.
        connector: Makes models.
        store: Where the conversation is kept.
    """

    run: StoredRun
    entry: ModelEntry
    brain: Brain
    connector: Connects
    store: Store


async def summarise(work: Summarising, left_out: Sequence[Message]) -> AsyncGenerator[Event, None]:
    """Make the summary of what is left out, where there is none yet.

    Where the model fails there is none, and the plain mark stays.

    Args:
        work: What it is made with.
        left_out: The messages, oldest first; at least one.

    Yields:
        Its usage, and at last the summary, new or not.

    Raises:
        StoreError: It could not be kept.
    """
    run, store = work.run, work.store
    known = await store.summaries.of_conversation(run.conversation_id)
    covered, text = latest(known, left_out)
    if covered < len(left_out):
        request = _request(text, left_out[covered:], Room(work.entry.label, context_of(work.entry)))
        caller = Caller(run.id, run.conversation_id, work.brain, RetryPolicy(attempts=1))
        turn: ModelTurn | None = None
        with contextlib.suppress(ModelError):
            model = await work.connector.connect(work.entry)
            async with contextlib.aclosing(call_model(model, request, caller)) as items:
                async for item in items:
                    if isinstance(item, Called):
                        turn = item.turn
                        await store.usage.add(item.spent)
                        yield usage_event(item.spent)
        if turn is None or not turn.text.strip():
            return
        text = trim_middle(turn.text.strip(), 2 * _LONGEST_TOKENS, "summary")
        await store.summaries.add(run.conversation_id, left_out[-1].id, text)
    yield HistorySummarised(run_id=run.id, left_out=len(left_out), text=text)


def latest(known: Mapping[str, str], messages: Sequence[Message]) -> tuple[int, str]:
    """The summary that covers most of these messages.

    Args:
        known: The texts, by the id of the last message that each covers.
        messages: Oldest first.

    Returns:
        How many messages it covers, and its text; 0 and empty where there is none.
    """
    for count in range(len(messages), 0, -1):
        if messages[count - 1].id in known:
            return count, known[messages[count - 1].id]
    return 0, ""


def _request(before: str, messages: Sequence[Message], room: Room) -> ModelRequest:
    parts = [f"<summary-so-far>\n{before}\n</summary-so-far>"] if before else []
    for message in messages:
        speaker = "person" if message.role == "user" else "assistant"
        said = trim_middle(message.text, _MESSAGE_TOKENS, "message")
        parts.append(f'<message from="{speaker}">\n{said}\n</message>')
    text = trim_middle("\n\n".join(parts), room.tokens * 3 // 4, "conversation")
    return ModelRequest(system=SUMMARISER, items=(UserText(text=text),))
