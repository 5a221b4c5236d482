"""What the orchestrator sees: the recent conversation and then the request, set apart. Pure functions on values."""

from collections.abc import Sequence

from desktop.engine.history import fit_history, left_out_mark
from desktop.engine.history_files import Refit, with_files
from desktop.engine.messages import (
    Attachment,
    Message,
    ModelRequest,
    RequestItem,
    ToolDeclaration,
    ToolResults,
    UserText,
)
from desktop.engine.prompts import NO_WORDS
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
) -> ModelRequest:
    """What every round of a run begins with.

    Args:
        system: The system prompt.
        history: The messages before the request, oldest first.
        request: The person's message.
        tools: The declarations.
        budget_tokens: For the history.
        attachments: The files of the person's message.
        refit: Chooses which files of the history go in again; None leaves them all out, and unnamed.
    """
    items: list[RequestItem] = []
    chosen, left_out = fit_history(history, budget_tokens)
    files = refit.fit([message for message, _ in chosen]) if refit is not None else {}
    if chosen or left_out:
        lines = ["The conversation so far, for background:"]
        if left_out:
            lines.append(left_out_mark(left_out))
        for message, text in chosen:
            speaker = "person" if message.role == "user" else "assistant"
            names = files[message.id][1] if message.id in files else ""
            lines.append(f'<message from="{speaker}">\n{with_files(text, names)}\n</message>')
        again = tuple(one for sent, _ in files.values() for one in sent)
        items.append(UserText(text="\n\n".join(lines), attachments=again[::-1]))
    request = request or NO_WORDS
    items.append(
        UserText(text=f"The person's request:\n\n{request}" if items else request, attachments=tuple(attachments))
    )
    return ModelRequest(system=system, items=tuple(items), tools=tuple(tools))


def round_request(opening: ModelRequest, rounds: Sequence[StoredRound], result_limit_tokens: int) -> ModelRequest:
    """The request of the round that comes after the given ones.

    Args:
        opening: What every round begins with.
        rounds: All of them closed, oldest first.
        result_limit_tokens: What one result may have; the store keeps the whole of it.
    """
    items = list(opening.items)
    for past in rounds:
        items.append(past.turn)
        if past.calls:
            results = tuple(
                call.as_result.model_copy(
                    update={"text": trim_middle(call.as_result.text, result_limit_tokens, "result")}
                )
                for call in past.calls
            )
            items.append(ToolResults(results=results))
    return opening.model_copy(update={"items": tuple(items)})
