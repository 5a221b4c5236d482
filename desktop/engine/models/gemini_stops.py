"""Why Gemini stopped, decided by one table. What the table does not know is an error: no call of it is run.

Source: https://ai.google.dev/api/generate-content#FinishReason and ``google.genai.types.FinishReason`` of 3.4.0.
"""

import re
from enum import Enum, auto

from desktop.engine.errors import RequestBlocked, RequestRefused, StreamCut, TransientModelError
from desktop.engine.messages import StopReason


class _Kind(Enum):
    WHOLE = auto()
    CUT_SHORT = auto()
    """The turn met a limit of length: its text is kept, its calls are not."""
    BLOCKED = auto()
    RETRY = auto()
    REFUSED = auto()


_STOPS: dict[str, tuple[_Kind, str]] = {
    "STOP": (_Kind.WHOLE, ""),
    "FUNCTION_CALL": (_Kind.WHOLE, ""),  # compatible servers say it for STOP after calls
    "MAX_TOKENS": (_Kind.CUT_SHORT, ""),
    "CONTINUATION": (_Kind.CUT_SHORT, ""),
    "SAFETY": (_Kind.BLOCKED, "a safety rule blocked the answer"),
    "RECITATION": (_Kind.BLOCKED, "the answer would have repeated a protected source"),
    "BLOCKLIST": (_Kind.BLOCKED, "the answer held a blocked word"),
    "PROHIBITED_CONTENT": (_Kind.BLOCKED, "the answer may hold prohibited content"),
    "SPII": (_Kind.BLOCKED, "the answer may hold sensitive personal data"),
    "LANGUAGE": (_Kind.BLOCKED, "it does not support the language of the answer"),
    "ESCALATION": (_Kind.BLOCKED, "an escalation rule filtered the request"),
    "MODEL_ARMOR": (_Kind.BLOCKED, "Model Armor blocked the answer"),
    "PUP_LIMITED_DISABLED": (_Kind.BLOCKED, "the account is limited because of the Prohibited Use Policy"),
    "IMAGE_SAFETY": (_Kind.BLOCKED, "a safety rule blocked an image"),
    "IMAGE_PROHIBITED_CONTENT": (_Kind.BLOCKED, "an image may hold prohibited content"),
    "IMAGE_RECITATION": (_Kind.BLOCKED, "an image would have repeated a protected source"),
    "MALFORMED_FUNCTION_CALL": (_Kind.RETRY, "it wrote a tool call that cannot be read"),
    "MALFORMED_RESPONSE": (_Kind.RETRY, "it wrote an answer that cannot be read"),
    "UNEXPECTED_TOOL_CALL": (_Kind.RETRY, "it called a tool that it was not given"),
    "OTHER": (_Kind.RETRY, "it named no reason"),
    "TOO_MANY_TOOL_CALLS": (_Kind.REFUSED, "it made too many tool calls of its own"),
    "MISSING_THOUGHT_SIGNATURE": (_Kind.REFUSED, "a thought signature is missing from the conversation"),
    "IMAGE_OTHER": (_Kind.REFUSED, "an image could not be made"),
    "NO_IMAGE": (_Kind.REFUSED, "it made no image"),
    "FINISH_REASON_UNSPECIFIED": (_Kind.REFUSED, "it named no reason"),
}

_WORD = re.compile(r"[A-Z_]{2,50}")


def stop_of(label: str, reason: str | None, *, has_text: bool, has_calls: bool) -> StopReason:
    """Decide what a finish reason means for the turn.

    Args:
        label: The model's label; it begins the sentence of an error.
        reason: The last finish reason of the stream; None where none came.
        has_text: Whether the turn holds text that the person could read.
        has_calls: Whether the turn holds tool calls.

    Returns:
        END, CALLS or MAX_TOKENS; with MAX_TOKENS no call may be run.

    Raises:
        StreamCut: The stream ended without a reason, so it is not complete.
        RequestBlocked: A safety rule blocked the answer.
        RequestRefused: The turn is of no use and another try would not help, or the reason is not known.
        TransientModelError: Another try may help.
    """
    if reason is None:
        raise StreamCut(f"{label} broke off before the end of its answer.", action="Try again.")
    shown = reason if _WORD.fullmatch(reason) else "unknown"
    kind, words = _STOPS.get(reason, (_Kind.REFUSED, "this program does not know the reason"))
    message = f"{label} stopped: {words} ({shown})."
    match kind:
        case _Kind.WHOLE:
            return StopReason.CALLS if has_calls else StopReason.END
        case _Kind.CUT_SHORT:
            if has_text:
                return StopReason.MAX_TOKENS
            raise RequestRefused(
                f"{label} used up its output before it wrote anything ({shown}).",
                action="Ask for less at once, raise the output limit, or choose another model.",
            )
        case _Kind.BLOCKED:
            raise RequestBlocked(message, action="Put the request in other words, or choose another model.")
        case _Kind.RETRY:
            raise TransientModelError(message, action="Try again, or choose another model.")
        case _Kind.REFUSED:
            raise RequestRefused(message, action="Start a new conversation, or choose another model.")


def blocked_prompt(label: str, reason: str) -> RequestBlocked:
    """The error for a prompt that was blocked before any answer.

    Args:
        label: The model's label; it begins the sentence of an error.
        reason: ``prompt_feedback.block_reason``.

    Returns:
        The error to raise.
    """
    shown = reason if _WORD.fullmatch(reason) else "unknown"
    return RequestBlocked(
        f"{label} blocked the request because of its content ({shown}).",
        action="Put the request in other words, or choose another model.",
    )
