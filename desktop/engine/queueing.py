"""What became of the queue of a conversation, in words. Pure."""

from desktop.engine.store.records import RunState

_HALTED: dict[RunState, str] = {
    "waiting": "Not sent yet: the run waits for your decision.",
    "failed": "Not sent: the run before failed.",
    "stopped": "Not sent: you stopped the run before.",
    "interrupted": "Not sent: the program ended while the run before was at work.",
    "done": "Not sent: the program ended before its turn came.",
}


def waits_in_queue(state: RunState | None) -> bool:
    """Whether a message that is sent now has to wait.

    Args:
        state: Of the run before it; None without one.
    """
    return state in ("running", "waiting")


def halt_words(state: RunState | None) -> str:
    """Why a queue does not move; empty while the run that it waits for works.

    Args:
        state: Of the run before it; None without one.
    """
    return _HALTED.get(state, "") if state is not None else ""
