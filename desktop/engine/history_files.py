"""Which files of earlier messages go into a request again: the newest that there is room for. Pure."""

from collections.abc import Iterable, Sequence

from desktop.engine.attachments import named_for_model, tokens_of
from desktop.engine.messages import Attachment, Message
from desktop.engine.models.attachment_limits import AttachmentLimits, wire_bytes


class Refit:
    """Chooses, newest first, which files of earlier messages a model gets again. All are named, sent again or not.

    Args:
        limits: What the model takes.
        budget_tokens: How many tokens the files of earlier messages may take, about.
        current: The files of the message that is being sent: they go first, and no file goes twice.
    """

    def __init__(self, limits: AttachmentLimits, budget_tokens: int, current: Sequence[Attachment]) -> None:
        self._limits = limits
        self._sent = {one.hash for one in current}
        self._tokens = budget_tokens
        self._bytes = limits.request_bytes - sum(map(wire_bytes, current))
        self._pictures = min(limits.most_pictures, limits.many_pictures) - sum(one.is_picture for one in current)
        self._pages = limits.most_pages - sum(one.pages for one in current)
        self._context = (limits.most_tokens or 1 << 40) - sum(tokens_of(one, limits.provider) for one in current)

    def fit(self, messages: Iterable[Message]) -> dict[str, tuple[tuple[Attachment, ...], str]]:
        """Choose.

        Args:
            messages: Those that go in, oldest first.

        Returns:
            By message id, for those with files: what is sent again, and lines that name each file.
        """
        found: dict[str, tuple[tuple[Attachment, ...], str]] = {}
        for message in reversed([one for one in messages if one.attachments]):
            sent, lines = [], []
            for one in message.attachments:
                why_not = self._why_not(one)
                lines.append(f"[attached: {named_for_model(one)}{why_not and f'; {why_not}'}]")
                if not why_not:
                    sent.append(one)
                    self._take(one)
            found[message.id] = (tuple(sent), "\n".join(lines))
        return found

    def _why_not(self, one: Attachment) -> str:
        tokens = tokens_of(one, self._limits.provider)
        if one.hash in self._sent:
            return "it is attached again further on"
        if self._limits.objection_to(one):
            return "not sent again: this model does not read it"
        room = min(self._tokens, self._context) >= tokens and self._bytes >= wire_bytes(one)
        if not room or (one.is_picture and self._pictures < 1) or self._pages < one.pages:
            return "not sent again: there is no room for it in the budget"
        return ""

    def _take(self, one: Attachment) -> None:
        tokens = tokens_of(one, self._limits.provider)
        self._sent.add(one.hash)
        self._tokens -= tokens
        self._context -= tokens
        self._bytes -= wire_bytes(one)
        self._pictures -= one.is_picture
        self._pages -= one.pages


def with_files(text: str, lines: str) -> str:
    """A message's text under the lines that name its files."""
    return "\n".join(part for part in (lines, text) if part)
