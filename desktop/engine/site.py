"""Where a run's calls are judged, shown and run."""

import asyncio
from dataclasses import dataclass
from typing import Any

from desktop.engine.grants import Reach
from desktop.engine.judging import Standing
from desktop.engine.messages import JsonObject, utc_now
from desktop.engine.provenance import Words
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine.taint import ATTACHED, IMPORTED, taint_of
from desktop.engine.tools.base import Tool, ToolContext
from desktop.engine.tools.reach import reach_of
from desktop.engine.tools.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What there is around the calls of a run.

    Attributes:
        run_id: The run.
        conversation_id: Its conversation.
        options: What it was begun with.
        toolbox: The tools of the run, chosen by access level and role.
        context: What tools may touch.
        store: Where the run is kept.
    """

    run_id: str
    conversation_id: str
    options: RunOptions
    toolbox: Toolbox
    context: ToolContext
    store: Store

    async def standing(self) -> Standing:
        """How things stand now: policies, grants, what was read, and what the person said."""
        imported = await self.store.importing.readings(self.conversation_id, self.run_id)
        attached = await self.store.attachments.readings(self.conversation_id, self.run_id)
        readings = [*imported, *attached, *await self.store.past_calls.readings(self.conversation_id)]
        facts = {tool.name: tool.facts for tool in self.toolbox}
        return Standing(
            run_id=self.run_id,
            conversation_id=self.conversation_id,
            root=str(self.context.root),
            policies=self.options.policies,
            grants=await self.store.grants.live(self.conversation_id),
            taint=taint_of(readings, facts | {one.name: one for one in (ATTACHED, IMPORTED)}),
            words=Words(await self.store.conversations.own_words(self.conversation_id, self.run_id)),
            now=utc_now(),
        )

    async def reach(self, tool: Tool[Any], arguments: JsonObject) -> Reach:
        """What the arguments of a call lead to now."""
        if not tool.subjects:
            return Reach()
        return await asyncio.to_thread(reach_of, tool, arguments, self.context.root)
