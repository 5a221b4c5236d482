"""How much a model can read at once, and what of it each part of a request gets. Pure."""

from dataclasses import dataclass

from desktop.engine.errors import RequestTooLong
from desktop.engine.models.registry import ModelEntry

_BY_PROVIDER = {"gemini": 1_000_000, "anthropic": 200_000, "openai-compatible": 32_000, "demo": 1_000_000}
"""Where the registry names no size: what all current models of a vendor can read, and what most local servers can."""
_OUTPUT_RESERVE = 16_000
"""What is left free for the answer; an eighth of a small context."""
_HISTORY_SHARE = 1 / 4
_EVIDENCE_SHARE = 1 / 2
SMALLER = 1 / 2
"""Of the budgets, where the provider says that a request is too long all the same: tokens are only estimated here."""


def context_of(entry: ModelEntry) -> int:
    """How many tokens a model can read and write together.

    Args:
        entry: The model.
    """
    return entry.context_tokens or _BY_PROVIDER[entry.provider]


@dataclass(frozen=True, slots=True)
class Room:
    """What requests to one model may hold.

    Attributes:
        label: The model's name for the person.
        context: Tokens it can read and write together.
        share: Of this, what is used; less than 1 after the provider found a request too long.
    """

    label: str
    context: int
    share: float = 1.0

    @property
    def tokens(self) -> int:
        """What a request may have in all: the context without what is left free for the answer."""
        return int((self.context - min(_OUTPUT_RESERVE, self.context // 8)) * self.share)

    def history(self, wanted: int, fixed: int) -> int:
        """The budget of the conversation.

        Args:
            wanted: The setting.
            fixed: Tokens of what must go in: instructions, tools, the person's message.
        """
        return max(0, min(int(wanted * self.share), int(self.tokens * _HISTORY_SHARE), (self.tokens - fixed) // 3))

    def evidence(self, wanted: int, fixed: int, history: int) -> int:
        """The budget of the evidence.

        Args:
            wanted: The setting.
            fixed: As above.
            history: The budget of the conversation.
        """
        left = self.tokens - fixed - history
        return max(0, min(int(wanted * self.share), int(self.tokens * _EVIDENCE_SHARE), left))

    def check(self, fixed: int, request: int) -> None:
        """Look whether what must go in goes in.

        Args:
            fixed: As above.
            request: Tokens of the person's message alone.

        Raises:
            RequestTooLong: It does not; nothing was sent.
        """
        if fixed <= self.tokens:
            return
        raise RequestTooLong(
            f"Your message is about {request:,} tokens long. {self.label} can read {self.context:,} at once, and"
            f" {max(0, self.tokens - (fixed - request)):,} of them are left for a message.",
            action="Shorten it, put it into a file that the tools can read, or choose a model with a larger context.",
        )
