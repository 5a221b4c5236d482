"""What the responder sees: the system prompt, the conversation, and one message of request, evidence and summary."""

import json
from collections.abc import Sequence

from desktop.engine.events import HandoffMessage
from desktop.engine.history import fit_history, left_out_mark
from desktop.engine.history_files import Refit, with_files
from desktop.engine.messages import Attachment, Message
from desktop.engine.prompts import NO_WORDS
from desktop.engine.requests import ModelRequest, ModelTurn, RequestItem, TextPart, UserText
from desktop.engine.store.records import StoredCall
from desktop.engine.tokens import estimate_tokens, trim_middle


def build_handoff(
    *,
    system: str,
    history: Sequence[Message],
    request: str,
    calls: Sequence[StoredCall] | None,
    summary: str,
    history_budget_tokens: int,
    evidence_budget_tokens: int,
    attachments: Sequence[Attachment] = (),
    refit: Refit | None = None,
    asked_at: str = "",
    left_out_summary: str = "",
) -> tuple[HandoffMessage, ...]:
    """The responder's request, message by message, exactly as it will be sent.

    Args:
        system: The system prompt.
        history: The messages before the request, oldest first.
        request: The person's message.
        calls: The calls of the run, all closed, in order; None in direct chat, where the request stands alone.
        summary: The orchestrator's; may be empty.
        history_budget_tokens: For the conversation.
        evidence_budget_tokens: For the evidence; a trimmed result is marked, the store keeps the whole.
        attachments: The files of the person's message.
        refit: Chooses which files of the conversation go in again; None leaves them all out, and unnamed.
        asked_at: The line that tells when the request was made; empty for none.
        left_out_summary: Of the messages that are left out; empty where there is none.
    """
    messages = [HandoffMessage(role="system", text=system)]
    chosen, left_out = fit_history(history, history_budget_tokens)
    mark = f"{left_out_mark(left_out, left_out_summary)}\n\n" if left_out else ""
    files = refit.fit([message for message, _ in chosen]) if refit is not None else {}
    for message, text in chosen:
        sent, names = files.get(message.id, ((), ""))
        if not text.strip() and not names:
            continue  # an answer that was stopped before its first word
        messages.append(HandoffMessage(role=message.role, text=mark + with_files(text, names), attachments=sent))
        mark = ""
    request = request or NO_WORDS
    if calls is None:
        final = request
    else:
        final = (
            f"<request>\n{request}\n</request>\n\n"
            f"<evidence>\n{_evidence(calls, evidence_budget_tokens)}\n</evidence>\n\n"
            f"<summary>\n{summary or 'The gathering model wrote no summary.'}\n</summary>"
        )
    if asked_at:
        final = f"{final}\n\n{asked_at}"
    messages.append(HandoffMessage(role="user", text=mark + final, attachments=tuple(attachments)))
    return tuple(_alternating(messages))


def to_request(handoff: Sequence[HandoffMessage]) -> ModelRequest:
    """The handoff as a model's request.

    Args:
        handoff: As ``build_handoff`` made it.
    """
    items: list[RequestItem] = []
    system = ""
    for message in handoff:
        match message.role:
            case "system":
                system = message.text
            case "user":
                items.append(UserText(text=message.text, attachments=message.attachments))
            case "assistant":
                items.append(ModelTurn(parts=(TextPart(text=message.text),)))
    return ModelRequest(system=system, items=tuple(items))


def _evidence(calls: Sequence[StoredCall], budget_tokens: int) -> str:
    """Each result under its number; the longest ones are trimmed until all fit the budget."""
    if not calls:
        return "No tool was called."
    # a result cannot end the block it stands in
    results = [(call.result or "").replace("</evidence", "<\\/evidence") for call in calls]
    limit = _fair_limit([estimate_tokens(text) for text in results], budget_tokens)
    blocks = []
    for number, (call, text) in enumerate(zip(calls, results, strict=True), start=1):
        arguments = json.dumps(call.call.arguments, ensure_ascii=False)
        origin = ", from outside" if call.untrusted else ""
        head = f"[{number}] {call.call.tool} {arguments} (id {call.call.id}, {call.state.value}{origin})"
        blocks.append(f"{head}\n{trim_middle(text, limit, 'result')}")
    return "\n\n".join(blocks)


def _fair_limit(sizes: Sequence[int], budget: int) -> int:
    """The largest limit per result with which all of them together fit the budget."""
    if sum(sizes) <= budget:
        return max(sizes)
    left = budget
    for place, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - place)
        if size > share:
            return share
        left -= size
    return budget


def _alternating(messages: Sequence[HandoffMessage]) -> list[HandoffMessage]:
    """Join neighbours of one role: a message whose answer never came is followed by the next of the same person."""
    joined: list[HandoffMessage] = []
    for message in messages:
        if joined and joined[-1].role == message.role:
            before = joined[-1]
            joined[-1] = HandoffMessage(
                role=message.role,
                text=f"{before.text}\n\n{message.text}",
                attachments=(*before.attachments, *message.attachments),
            )
        else:
            joined.append(message)
    first = next((index for index, message in enumerate(joined) if message.role != "system"), 0)
    if joined[first].role == "assistant":
        joined.insert(first, HandoffMessage(role="user", text="[earlier messages are left out here]"))
    return joined
