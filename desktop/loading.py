"""A stored conversation as the window shows it: one moment of the store, also while its run works."""

from collections.abc import Callable
from dataclasses import dataclass

from desktop.engine.events import RunFailed
from desktop.engine.messages import ConversationInfo, Message
from desktop.engine.run_record import RunRecord
from desktop.engine.session import Session
from desktop.engine.store.edits import Edit
from desktop.engine.store.run_briefs import RunBrief, briefs_of
from desktop.engine.versions import Version


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the window shows of a conversation.

    Attributes:
        info: Its title, folder and role.
        messages: Of the chosen branch, oldest first; while a run works on the last message of the person's, without
            the earlier answer that its own will stand beside. What came of an answer and could not be stored is there.
        hides_answer: Whether such an answer is left out.
        versions: By message, which of its versions it is; where it has more than one.
        evidence: By run id: what ``[1]``, ``[2]`` … in its answer lead to, as ``run/call``.
        draft: What was typed and not sent.
        edit: The edit of one of its messages that is open; None without one.
        run: The run that the branch shows; None where it has none.
        briefs: The runs whose lines and outcomes the branch shows, oldest first.
    """

    info: ConversationInfo
    messages: list[Message]
    hides_answer: bool
    versions: dict[str, Version]
    evidence: dict[str, list[str]]
    draft: str
    edit: Edit | None
    run: RunRecord | None
    briefs: list[RunBrief]


async def load_conversation(session: Session, conversation_id: str, events_told: Callable[[], int]) -> Loaded:
    """Read a conversation, and again where an event came in between.

    Args:
        session: The engine's face.
        conversation_id: Which one.
        events_told: How many events the window has taken so far, deltas not counted.

    Raises:
        UnknownName: There is none of this id.
        StoreDamaged: The run that it shows cannot be read.
    """
    store = session.store_of(conversation_id)
    while True:
        told = events_told()
        info = await store.conversations.get(conversation_id)
        messages = await store.conversations.messages(conversation_id)
        calls = await store.calls.ids_of_conversation(conversation_id)
        draft = await store.conversations.draft(conversation_id)
        edit = await store.edits.open_in(conversation_id)
        versions = await store.branching.versions(conversation_id)
        run_id = await store.branching.shown_run(conversation_id)
        record = await session.record(run_id) if run_id is not None else None
        briefs = await briefs_of(store.database, conversation_id)
        if told == events_told():
            evidence = {run_id: [f"{run_id}/{call_id}" for call_id in ids] for run_id, ids in calls.items()}
            shown = without_earlier_answer(messages, record)
            briefs = [as_told(brief, session.unkept.told_of(brief.run_id)) for brief in briefs]
            told_of = session.unkept.told_of(record.run_id) if record is not None else None
            if told_of is not None and told_of.message is not None:
                shown = [*shown, told_of.message]
            hides_answer = len(shown) < len(messages)
            shown = with_shown_runs(shown, briefs, record)
            return Loaded(
                info, shown, hides_answer, versions, evidence, draft, edit, record, of_branch(shown, briefs, record)
            )


def without_earlier_answer(messages: list[Message], run: RunRecord | None) -> list[Message]:
    """A branch as it is shown while a run works: up to where its answer will stand beside an earlier one.

    Args:
        messages: The chosen branch, oldest first.
        run: The run that is shown; None for none.
    """
    if run is None or (run.state != "running" and run.is_stored):
        return messages
    for at in range(1, len(messages)):
        answers = messages[at].role == "assistant"
        if (answers and run.run_id == messages[at].run_id) or (answers and messages[at - 1].id == run.message_id):
            return messages[:at]
    return messages


def as_told(brief: RunBrief, told: RunFailed | None) -> RunBrief:
    """A run as it was told, where its end could not be stored.

    Args:
        brief: As it is stored.
        told: What was told of its end; None where it is stored.
    """
    if told is None:
        return brief
    return brief.model_copy(update={"state": "failed", "error": told.error, "action": told.action})


def with_shown_runs(messages: list[Message], briefs: list[RunBrief], run: RunRecord | None) -> list[Message]:
    """A branch, with each message of the person's naming the run that is shown of it, which need not be its first.

    That is the run at work on it, else the one whose answer follows, else the latest.

    Args:
        messages: The branch, oldest first.
        briefs: The runs on its messages, oldest first.
        run: The run that the branch shows; None for none.
    """
    works_on = {brief.run_id: brief.message_id for brief in briefs}
    latest = {brief.message_id: brief.run_id for brief in briefs}
    at_work = run.message_id if run is not None and run.state == "running" else ""
    shown = list(messages)
    for at, message in enumerate(messages):
        if message.role != "user":
            continue
        following = messages[at + 1].run_id if at + 1 < len(messages) else None
        run_id = latest.get(message.id, message.run_id)
        if run is not None and at_work == message.id:
            run_id = run.run_id
        elif following is not None and works_on.get(following) == message.id:
            run_id = following
        if run_id != message.run_id:
            shown[at] = message.model_copy(update={"run_id": run_id})
    return shown


def of_branch(messages: list[Message], briefs: list[RunBrief], run: RunRecord | None) -> list[RunBrief]:
    """The runs that messages of a branch name, and the one that it shows."""
    named = {message.run_id for message in messages} | ({run.run_id} if run is not None else set())
    return [brief for brief in briefs if brief.run_id in named]
