"""Which attached picture an image in an answer names. Pure: nothing is looked for anywhere else."""

from collections.abc import Sequence
from unicodedata import normalize
from urllib.parse import unquote

from desktop.engine.messages import Attachment, Message

_SCHEME = "attachment:"
_HERE = "./"


class AttachedPictures:
    """The pictures that are attached to the messages of a conversation.

    Args:
        messages: Oldest first.
    """

    def __init__(self, messages: Sequence[Message] = ()) -> None:
        self._unread = messages
        self._by_index: dict[int, tuple[Attachment, ...]] = {}

    def _read(self) -> None:
        """Look through the messages, which may be many, once somebody asks."""
        messages, self._unread = self._unread, ()
        for index, message in enumerate(messages):
            if message.attachments:
                self.note(index, message)

    def note(self, index: int, message: Message) -> None:
        """Take note of what is attached to a message, in place of what its index stood for."""
        self.forget(index)
        if pictures := tuple(each for each in message.attachments if _can_be_shown(each)):
            self._by_index[index] = pictures

    def forget(self, index: int) -> None:
        """There is no message of this index any more."""
        if self._unread:
            self._read()
        self._by_index.pop(index, None)

    def until(self, index: int) -> tuple[Attachment, ...]:
        """The pictures that stand before or in a message: of each name the newest."""
        if self._unread:
            self._read()
        found: dict[str, Attachment] = {}
        for at in sorted(self._by_index):
            if at <= index:
                found |= {normalize("NFC", each.name): each for each in self._by_index[at]}
        return tuple(found.values())


def picture_named(target: str, pictures: Sequence[Attachment]) -> Attachment | None:
    """The picture that the target of an image names; None where it names none.

    Args:
        target: As the parser tells it: percent-encoded where the source was, or had to be.
        pictures: Those there are, each of another name.
    """
    if not pictures:
        return None
    bare = target[len(_SCHEME) :] if target[: len(_SCHEME)].lower() == _SCHEME else target
    bare = bare.removeprefix(_HERE)
    names = {normalize("NFC", unquote(bare)), normalize("NFC", bare)}
    return next((each for each in pictures if normalize("NFC", each.name) in names), None)


def _can_be_shown(attachment: Attachment) -> bool:
    """Whether it is a picture whose size is known before its pixels are there: then nothing moves when they come."""
    return attachment.is_picture and attachment.width > 0 and attachment.height > 0
