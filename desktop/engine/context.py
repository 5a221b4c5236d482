"""What the orchestrator sees: the recent conversation and then the request, set apart. Pure functions on values."""

import sys
from collections.abc import Sequence

from desktop.engine.history import fit_history, left_out_mark
from desktop.engine.history_files import Refit, with_files
from desktop.engine.long_results import result_limits
from desktop.engine.messages import Attachment, Message
from desktop.engine.prompts import NO_WORDS
from desktop.engine.requests import ModelRequest, RequestItem, ToolDeclaration, ToolResults, UserText
from desktop.engine.store.records import StoredRound
from desktop.engine.tokens import trim_middle


def opening_request(
    *,
    system: str,
    history: Sequence[Message],
    request: str,
    tools: Sequence[ToolDeclaration],
    budget_tokens: int,
    attachments: Sequence[Attachment] = (),
    refit: Refit | None = None,
    asked_at: str = "",
    left_out_summary: str = "",
) -> ModelRequest:
    """What every round of a run begins with.

    Each message of the history is an item of its own: the longer history of the next run begins with the same items.

    Args:
        system: The system prompt.
        history: The messages before the request, oldest first.
        request: The person's message.
        tools: The declarations.
        budget_tokens: For the history.
        attachments: The files of the person's message.
        refit: Chooses which files of the history go in again; None leaves them all out, and unnamed.
        asked_at: The line that tells when; empty for none.
        left_out_summary: Of the messages that are left out; empty where there is none.
    """
    items: list[RequestItem] = []
    chosen, left_out = fit_history(history, budget_tokens)
    files = refit.fit([message for message, _ in chosen]) if refit is not None else {}
    if chosen or left_out:
        head = "The conversation so far, for background:"
        mark = left_out_mark(left_out, left_out_summary)
        items.append(UserText(text=f"{head}\n\n{mark}" if mark else head))
        for message, text in chosen:
            speaker = "person" if message.role == "user" else "assistant"
            sent, names = files.get(message.id, ((), ""))
            words = f'<message from="{speaker}">\n{with_files(text, names)}\n</message>'
            items.append(UserText(text=words, attachments=sent))
    request = request or NO_WORDS
    request = f"{request}\n\n{asked_at}" if asked_at else request
    last = f"The person's request:\n\n{request}" if items else request
    items.append(UserText(text=last, attachments=tuple(attachments)))
    return ModelRequest(system=system, items=tuple(items), tools=tuple(tools))


def round_request(
    opening: ModelRequest, rounds: Sequence[StoredRound], result_limit_tokens: int, rounds_tokens: int = sys.maxsize
) -> ModelRequest:
    """The request of the round that comes after the given ones.

    Args:
        opening: What every round begins with.
        rounds: All of them closed, oldest first.
        result_limit_tokens: What one result may have; the store keeps the whole of it.
        rounds_tokens: What all turns and results may have together; the oldest results are shortened first.
    """
    items = list(opening.items)
    limits = result_limits(rounds, result_limit_tokens, rounds_tokens)
    for past, of_round in zip(rounds, limits, strict=True):
        items.append(past.turn)
        if past.calls:
            results = tuple(
                call.as_result.model_copy(update={"text": trim_middle(call.as_result.text, limit, "result")})
                for call, limit in zip(past.calls, of_round, strict=True)
            )
            items.append(ToolResults(results=results))
    return opening.model_copy(update={"items": tuple(items)})
