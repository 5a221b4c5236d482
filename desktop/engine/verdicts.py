"""From a model's wish, or the person's correction of it, to a judged call."""

from collections.abc import Sequence
from typing import Any

from desktop.engine.errors import BadArguments, DecisionRejected
from desktop.engine.gate import Policy, Verdict, binding
from desktop.engine.grants import used
from desktop.engine.judging import Standing, judge
from desktop.engine.messages import CallState, JsonObject, ToolCall, canonical
from desktop.engine.site import Site
from desktop.engine.store.records import StoredCall
from desktop.engine.tools.base import Tool

_EDITED = "You changed the arguments that the model gave."


async def judge_calls(site: Site, calls: Sequence[ToolCall], number: int) -> list[StoredCall]:
    """Rule on the calls of a round.

    Args:
        site: Where.
        calls: As the model gave them.
        number: Of the round, from 1.

    Returns:
        The calls with their verdicts; closed at once where they are blocked or cannot run.
    """
    if not calls:
        return []
    standing = await site.standing()
    judged = []
    for call in calls:
        stored = await _judged(site, call, number, standing)
        if stored.grant_id is not None:  # a grant for one use lets one of two calls through
            grants = [used(one, standing.now) if one.id == stored.grant_id else one for one in standing.grants]
            standing = standing.with_grants(grants)
        judged.append(stored)
    return judged


async def _judged(site: Site, call: ToolCall, number: int, standing: Standing) -> StoredCall:
    try:
        tool = site.toolbox.get(call.tool)
        if tool is None:
            raise BadArguments(f"There is no tool {call.tool!r}. The tools: {', '.join(site.toolbox.names)}.")
        arguments = validated(tool, call.arguments)
    except BadArguments as error:
        return StoredCall(
            call=call,
            round=number,
            side_effects=False,
            ruling=Policy.BLOCK,
            reasons=(str(error),),
            state=CallState.FAILED,
            result=str(error),
        )
    verdict = judge(tool.facts, arguments, standing, await site.reach(tool, arguments))
    asked = StoredCall(
        call=call.model_copy(update={"arguments": arguments}),
        round=number,
        side_effects=tool.has_side_effects,
        ruling=Policy.ASK,
        binding=binding(site.run_id, call.id, tool.facts, arguments),
    )
    return _ruled(asked, verdict)


async def judge_edit(site: Site, call: StoredCall, arguments: JsonObject) -> StoredCall:
    """Rule on a waiting call whose arguments the person changed. Grants are not asked: the person looks at it again.

    Args:
        site: Where.
        call: As it waits.
        arguments: What the person wants.

    Returns:
        The call with the changed arguments; waiting for a decision, or blocked.

    Raises:
        BadArguments: They do not fit the tool's schema.
        DecisionRejected: The tool is not there any more.
    """
    tool = site.toolbox.get(call.call.tool)
    if tool is None:
        raise DecisionRejected(f"There is no tool {call.call.tool!r} any more.", action="Deny the call.")
    arguments = validated(tool, arguments)
    original = call.original_arguments if call.original_arguments is not None else call.call.arguments
    is_edited = canonical(arguments) != canonical(original)
    verdict = judge(tool.facts, arguments, (await site.standing()).with_grants(()))
    changed = call.model_copy(
        update={
            "call": call.call.model_copy(update={"arguments": arguments}),
            "original_arguments": original if is_edited else None,
            "binding": binding(site.run_id, call.call.id, tool.facts, arguments),
        }
    )
    if verdict.ruling is not Policy.BLOCK:
        reasons = (*verdict.reasons, _EDITED) if is_edited else verdict.reasons
        verdict = verdict.model_copy(update={"ruling": Policy.ASK, "reasons": reasons})
    return _ruled(changed, verdict)


def validated(tool: Tool[Any], arguments: JsonObject) -> JsonObject:
    """The canonical form of arguments.

    Raises:
        BadArguments: They do not fit the tool's schema.
    """
    found: JsonObject = tool.validate(arguments).model_dump(mode="json", exclude_unset=True)
    return found


def _ruled(call: StoredCall, verdict: Verdict) -> StoredCall:
    """The call under a verdict; closed where it is blocked."""
    blocked = verdict.ruling is Policy.BLOCK
    decided_by = "" if verdict.ruling is Policy.ASK else "policy" if verdict.grant_id is None else "grant"
    return call.model_copy(
        update={
            "ruling": verdict.ruling,
            "reasons": verdict.reasons,
            "decided_by": decided_by,
            "grant_id": verdict.grant_id,
            "tainted_by": verdict.tainted_by,
            "taint_holds": verdict.taint_holds,
            "state": CallState.BLOCKED if blocked else CallState.WAITING,
            "result": " ".join(verdict.reasons) + " It was not run; do not call it again." if blocked else None,
        }
    )
