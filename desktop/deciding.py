"""What the words of ``resume`` decide on the calls that wait, and what the person is told of it."""

import json
from collections.abc import Mapping, Sequence

from desktop.engine.errors import BadArguments, DecisionRejected
from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import AllowAlways, AllowForConversation, AllowOnce, Decision, Deny
from desktop.engine.messages import JsonObject
from desktop.engine.session import Session
from desktop.terminal import Terminal

Wish = tuple[str, str, str]
"""Of the command line: call id; ``once``, ``conversation``, ``always``, ``deny`` or ``edit``; a reason, or JSON."""


async def decide_as_told(
    session: Session,
    run_id: str,
    gates: Mapping[str, ConfirmationRequested],
    wishes: Sequence[Wish],
    terminal: Terminal,
) -> list[str]:
    """Decide on the waiting calls of a run. All that can be seen to be wrong is refused before anything is kept.

    Args:
        session: The engine.
        run_id: The run.
        gates: What waits, by call.
        wishes: What the person said.
        terminal: Tells what is granted.

    Returns:
        The calls whose arguments were changed: they were told again, as they are now.

    Raises:
        DecisionRejected: A call does not wait, or nothing can be granted for it.
        BadArguments: Changed arguments are no JSON object, or do not fit the tool; all decisions before are kept.
    """
    for call_id, _, _ in wishes:
        if call_id not in gates:
            known = ", ".join(gates) or "none"
            raise DecisionRejected(
                f"The call {call_id!r} does not wait for a decision.", action=f"Calls that wait: {known}."
            )
    edits = {call_id: _object(text) for call_id, kind, text in wishes if kind == "edit"}
    decisions = {call_id: _decision(gates[call_id], kind, text) for call_id, kind, text in wishes if kind != "edit"}
    for call_id, arguments in edits.items():
        await session.edit(run_id, call_id, arguments, gates[call_id].binding)
    for call_id, (decision, words) in decisions.items():
        await session.decide(run_id, call_id, decision, gates[call_id].binding)
        if words:
            terminal.note(words)
    return list(edits)


def _decision(gate: ConfirmationRequested, kind: str, text: str) -> tuple[Decision, str]:
    """A decision, and what is granted by it in words."""
    if kind == "once":
        return AllowOnce(), ""
    if kind == "deny":
        return Deny(reason=text), ""
    if not gate.scopes:
        raise DecisionRejected(
            f"Nothing can be granted for {gate.tool!r} beyond this one call.", action="Allow it once, with --approve."
        )
    choice = gate.scopes[0]  # the narrowest
    if kind == "conversation":
        return AllowForConversation(scope=choice.scope), f"Granted for this conversation: {choice.words}"
    return AllowAlways(scope=choice.scope), f"Granted from now on: {choice.words}"


def _object(text: str) -> JsonObject:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadArguments(f"The arguments are not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise BadArguments("The arguments must be a JSON object, with all arguments of the call.")
    return found
