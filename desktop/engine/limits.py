"""What the person set for all runs: budgets, retries, the persona."""

from collections.abc import Callable
from dataclasses import dataclass, field

from desktop.engine.models.retry import RetryPolicy
from desktop.engine.stopping import PATIENCE_S


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets, retries and the persona.

    Attributes:
        history_tokens: How much conversation goes into a request.
        evidence_tokens: How much evidence goes into the handoff.
        attachment_tokens: How much of the files of earlier messages goes into a request again.
        retry: How often and how long a model call is tried again.
        persona: Text that stands before the responder's instructions.
        stop_patience_s: How long a stopped call has to end, before nobody waits for it any more.
        read_persona: Reads that text anew for each run, from a file's name, empty for the default; it may block.
    """

    history_tokens: int = 24_000
    evidence_tokens: int = 24_000
    attachment_tokens: int = 64_000
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    persona: str = ""
    stop_patience_s: float = PATIENCE_S
    read_persona: Callable[[str], str] | None = None
