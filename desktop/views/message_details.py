"""The words for what is known of a message: model, tokens, cost, durations. Pure functions."""

from datetime import datetime

from desktop.engine.messages import UNSTORED, Message, MessageDetails, StopReason, Usage

_MARKS = {
    StopReason.STOPPED: "Stopped",
    StopReason.CUT: "Cut off",
    StopReason.MAX_TOKENS: "Cut off: the model's limit of output tokens was reached.",
    StopReason.BLOCKED: "The provider blocked this answer.",
}


def stop_mark(message: Message) -> str:
    """What must always be seen of how a message ended, in short: its run tells the rest. Empty where it ended well."""
    if message.details is None:
        return ""
    mark = _MARKS.get(message.details.stop, "")
    return f"{mark} · not stored yet" if message.details.stop_detail == UNSTORED else mark


def is_stopped(message: Message) -> bool:
    """Whether the person stopped it."""
    return message.details is not None and message.details.stop is StopReason.STOPPED


def cost_text(cost_usd: float | None) -> str:
    """A cost in words: ``$0.0123``, ``free``, or ``cost unknown``."""
    if cost_usd is None:
        return "cost unknown"
    if cost_usd == 0:
        return "free"
    return f"${cost_usd:.2f}" if cost_usd >= 1 else f"${cost_usd:.4f}"


def duration_text(milliseconds: int) -> str:
    """A duration, as short as it stays useful: ``12 ms``, ``4.2 s``, ``2 min 5 s``."""
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    seconds = milliseconds / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def tokens_text(usage: Usage) -> str:
    """The tokens of a model call, in (with those read from the provider's cache and written to it) and out."""
    parts = [(usage.cached_tokens, "from cache"), (usage.cache_write_tokens, "to cache")]
    cached = ", ".join(f"{count:,} {words}" for count, words in parts if count)
    return f"{usage.input_tokens:,}{f' ({cached})' if cached else ''} → {usage.output_tokens:,} tokens"


def time_text(moment: datetime) -> str:
    """A moment on this machine's clock."""
    return moment.astimezone().strftime("%H:%M")


def details_text(message: Message) -> str:
    """All details of a message in one line; the most telling first, since the end may be cut."""
    details = message.details
    if details is None:
        return time_text(message.created_at)
    return " · ".join(part for part in _parts(details) if part)


def _parts(details: MessageDetails) -> list[str]:
    parts = [details.label or details.model]
    if details.fallback:
        parts.append("fallback")
    if details.host:
        parts.append(details.host)
    parts += [tokens_text(details.usage), cost_text(details.usage.cost_usd)]
    if details.gather_ms:
        parts.append(f"gathered {duration_text(details.gather_ms)}")
    if details.answer_ms:
        parts.append(f"wrote {duration_text(details.answer_ms)}")
    if details.stop is not StopReason.END:
        parts.append((details.stop_detail or details.stop.value).replace("_", " ").lower())
    return parts
