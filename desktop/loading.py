"""A stored conversation as the window shows it: one moment of the store, also while its run works."""

from collections.abc import Callable
from dataclasses import dataclass

from desktop.engine.events import RunRecord
from desktop.engine.messages import ConversationInfo, Message
from desktop.engine.session import Session


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the window shows of a conversation.

    Attributes:
        info: Its title, folder and role.
        messages: Oldest first.
        evidence: By run id: what ``[1]``, ``[2]`` … in its answer lead to, as ``run/call``.
        draft: What was typed and not sent.
        run: Its latest run; None where it has none.
    """

    info: ConversationInfo
    messages: list[Message]
    evidence: dict[str, list[str]]
    draft: str
    run: RunRecord | None


async def load_conversation(session: Session, conversation_id: str, events_told: Callable[[], int]) -> Loaded:
    """Read a conversation, and again where an event came in between.

    Args:
        session: The engine's face.
        conversation_id: Which one.
        events_told: How many events the window has taken so far, deltas not counted.

    Raises:
        UnknownName: There is none of this id.
        StoreDamaged: Its latest run cannot be read.
    """
    store = session.store_of(conversation_id)
    while True:
        told = events_told()
        info = await store.conversations.get(conversation_id)
        messages = await store.conversations.messages(conversation_id)
        calls = await store.calls.ids_of_conversation(conversation_id)
        draft = await store.conversations.draft(conversation_id)
        runs = await store.runs.of_conversation(conversation_id)
        record = await session.record(runs[-1][0]) if runs else None
        if told == events_told():
            evidence = {run_id: [f"{run_id}/{call_id}" for call_id in ids] for run_id, ids in calls.items()}
            return Loaded(info, messages, evidence, draft, record)
