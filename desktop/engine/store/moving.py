"""Takes a conversation of which nothing was sent yet from one store into another: off the record, or back onto it."""

from desktop.engine.errors import EngineError
from desktop.engine.messages import ConversationInfo
from desktop.engine.store.store import Store


class AlreadyBegun(EngineError):
    """Something of the conversation was sent: it stays where it is."""


async def move_unsent(source: Store, target: Store, conversation_id: str) -> ConversationInfo:
    """Make the conversation anew in another store, with its draft, and delete it here for good.

    What lay in the source's file is overwritten, and its write-ahead log is emptied, so that nothing of it can be read
    there afterwards. It is in the target before it goes from the source: a failure in between leaves it in both.

    Args:
        source: Where it is.
        target: Where it goes.
        conversation_id: Which one.

    Returns:
        The new conversation. It has an id of its own: an id says which store it is of.

    Raises:
        UnknownName: There is none of this id.
        AlreadyBegun: It holds a message.
    """
    info = await source.conversations.get(conversation_id)
    if await source.conversations.messages(conversation_id):
        raise AlreadyBegun("This conversation has messages already.", action="Begin a new one.")
    moved = await target.conversations.create(info.workspace, info.role)
    if info.models:
        await target.conversations.set_models(moved.id, info.models)
    await target.conversations.set_draft(moved.id, await source.conversations.draft(conversation_id))
    for attachment in await source.attachments.draft(conversation_id):
        if (data := await source.attachments.data(attachment.hash)) is not None:
            preview = await source.attachments.preview(attachment.hash)
            await target.attachments.add_to_draft(moved.id, attachment, data, preview)
    await source.keeping.delete(conversation_id, undoable=False)
    await source.keeping.purge(conversation_ids=(conversation_id,))
    return moved.model_copy(update={"models": info.models})
