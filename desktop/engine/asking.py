"""Putting a waiting call to the person, and keeping what they want remembered of their decision."""

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop.engine.errors import BadArguments, DecisionRejected
from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import (
    AllowAlways,
    AllowForConversation,
    Card,
    Decision,
    Grant,
    Scope,
    ScopeChoice,
    ToolFacts,
    binding,
)
from desktop.engine.grants import Reach, covers, workspace_of
from desktop.engine.messages import utc_now
from desktop.engine.requests import ModelTurn
from desktop.engine.scopes import scope_choices, scope_in_words
from desktop.engine.site import Site
from desktop.engine.store.records import PastCall, StoredCall
from desktop.engine.taint import subject_of
from desktop.engine.tools.base import Tool
from desktop.engine.tools.reach import reach_of

_MOST_SHOWN = 20


async def confirmation(site: Site, call: StoredCall, turn: ModelTurn) -> ConfirmationRequested:
    """The request for a decision on a call, with the tool's own card and what a grant could cover.

    Args:
        site: Where.
        call: The waiting call.
        turn: The turn it came in.
    """
    tool = site.toolbox.get(call.call.tool)
    card = Card(effect=f"Calls {call.call.tool}, a tool that is not there any more")
    scopes: tuple[ScopeChoice, ...] = ()
    if tool is not None:
        with contextlib.suppress(BadArguments):  # they were valid for the tool as it was
            card = await tool.card(tool.validate(call.call.arguments), site.context)
            scopes = await _choices(site, tool, call)
    return ConfirmationRequested(
        run_id=site.run_id,
        call_id=call.call.id,
        tool=call.call.tool,
        arguments=call.call.arguments,
        reasons=call.reasons,
        card=card,
        stated_reason=turn.text.strip(),
        binding=call.binding,
        parameters=tool.declaration.parameters if tool is not None else {},
        edited=call.edited,
        original_arguments=call.original_arguments,
        scopes=scopes,
        tainted_by=call.tainted_by,
    )


async def open_gate(site: Site, call_id: str) -> ConfirmationRequested | None:
    """The request for a decision on a call of the last round, as it is now; None where it does not wait for one."""
    last = (await site.store.calls.rounds(site.run_id))[-1]
    for call in last.calls:
        if call.call.id == call_id and call.needs_decision:
            return await confirmation(site, call, last.turn)
    return None


async def _choices(site: Site, tool: Tool[Any], call: StoredCall) -> tuple[ScopeChoice, ...]:
    """The scopes a grant could have, each with the past calls it would have let through."""
    past = [
        one
        for one in await site.store.past_calls.of_tool(tool.name)
        if (one.run_id, one.call.id) != (site.run_id, call.call.id) and not one.taint_holds
    ]

    def work() -> tuple[ScopeChoice, ...]:
        reach = reach_of(tool, call.call.arguments, site.context.root)
        reaches = [reach_of(tool, one.call.arguments, Path(one.root)) for one in past]
        return tuple(
            _rehearsed(scope, words, tool.facts, reach, list(zip(past, reaches, strict=True)))
            for scope, words in scope_choices(tool.facts, call.call.arguments, reach)
        )

    return await asyncio.to_thread(work)


def _rehearsed(
    scope: Scope, words: str, facts: ToolFacts, reach: Reach, past: Sequence[tuple[PastCall, Reach]]
) -> ScopeChoice:
    workspace = workspace_of(scope, facts, reach)
    through = [
        f"{one.at.astimezone():%Y-%m-%d %H:%M}  {facts.name} {subject_of(facts, one.call.arguments)}"
        f"  ({one.state.value})"
        for one, its_reach in past
        if workspace in (None, its_reach.workspace) and covers(scope, facts, one.call.arguments, its_reach)
    ]
    return ScopeChoice(scope=scope, words=words, rehearsal=tuple(through[:_MOST_SHOWN]), rehearsal_count=len(through))


async def grant_from(site: Site, call_id: str, decision: Decision, shown: str) -> Grant | None:
    """What is to be remembered of a decision.

    Args:
        site: Where.
        call_id: The call that the person decides on.
        decision: What they said.
        shown: The binding of the call as they saw it.

    Returns:
        A new grant; None for a decision that holds for this call alone.

    Raises:
        DecisionRejected: The grant would not cover the very call it is made for, would be void at once, or the call or
            its tool is not what was shown.
    """
    if not isinstance(decision, AllowForConversation | AllowAlways):
        return None
    call = await site.store.calls.get(site.run_id, call_id)
    tool = site.toolbox.get(call.call.tool)
    if tool is None or binding(site.run_id, call_id, tool.facts, call.call.arguments) != shown:
        raise DecisionRejected(
            f"The call {call_id!r}, or its tool, is not what was shown.", action="Look at it again, then decide."
        )
    reach = await site.reach(tool, call.call.arguments)
    if not covers(decision.scope, tool.facts, call.call.arguments, reach):
        raise DecisionRejected(
            f"What is to be granted does not cover the call {call_id!r} itself.", action="Choose another scope."
        )
    now = utc_now()
    always = decision if isinstance(decision, AllowAlways) else None
    if always is not None and always.expires_at is not None and always.expires_at <= now:
        raise DecisionRejected("The time of this grant has passed already.", action="Choose a later end.")
    return Grant(
        id=site.store.ids.new("g"),
        tool=tool.name,
        definition=tool.facts.definition,
        scope=decision.scope,
        words=scope_in_words(decision.scope, tool.facts, call.call.arguments, reach),
        conversation_id=None if always is not None else site.conversation_id,
        workspace=workspace_of(decision.scope, tool.facts, reach),
        uses_left=always.uses if always is not None else None,
        expires_at=always.expires_at if always is not None else None,
        created_at=now,
    )


async def still_granted(site: Site, tool: Tool[Any], call: StoredCall) -> bool:
    """Whether the grant that let a call through still covers it: a folder may have become a link meanwhile."""
    grant = await site.store.grants.get(call.grant_id or "")
    if grant is None or grant.revoked_at is not None:
        return False
    reach = await site.reach(tool, call.call.arguments)
    return grant.workspace in (None, reach.workspace) and covers(grant.scope, tool.facts, call.call.arguments, reach)
