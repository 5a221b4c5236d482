"""How a run ends early: stopped, failed, or put aside. Stored first, then told."""

import itertools
from dataclasses import dataclass

from desktop.engine.events import Event, RunFailed, RunStopped
from desktop.engine.messages import Brain, Message, MessageDetails, StopReason
from desktop.engine.models.registry import Registry
from desktop.engine.partial import Partial
from desktop.engine.records import can_write_again
from desktop.engine.settling import finished
from desktop.engine.store.records import OverBudget, RunFault, StoredRun
from desktop.engine.store.store import Store


async def stop_run(
    store: Store, run_id: str, registry: Registry, partial: Partial | None, message_id: str
) -> list[Event]:
    """Keep a run as stopped, with what had arrived of its answer; what the orchestrator wrote is kept with the run.

    Args:
        store: Where it is kept.
        run_id: The run; nothing works on it any more.
        registry: Models by key.
        partial: The turn that was under way.
        message_id: Of the message that holds it; the same where it is tried again.

    Returns:
        What to tell; nothing where the run had ended just before.
    """
    run = await store.runs.get(run_id)
    text = partial.text if partial is not None else ""
    brain = (partial.brain if partial is not None else None) or Brain.ORCHESTRATOR
    cut_words = ""
    if brain is Brain.ORCHESTRATOR and Brain.RESPONDER in run.options.brains:  # its words are no answer
        cut_words = "" if partial is None or partial.is_whole else text
        text = ""
    message = None
    if text or not await _has_answer(store, run):  # an empty one must not take the place of what is there
        message = _cut_message(message_id, run, registry, brain, text, StopReason.STOPPED)
    closed = await store.runs.finish(run_id, "stopped", message, cut_words=cut_words)
    if closed is None:
        return []
    stopped = RunStopped(run_id=run_id, message=message, can_write_again=can_write_again(run))
    return [*(finished(run_id, call) for call in closed), stopped]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed.

    Attributes:
        error: What failed, in words.
        action: What the person can do.
        fault: What kind of fault it was, where that tells what helps.
        over_budget: Which budget the next model call would go past; empty where none.
        needed_usd: What the run would have cost by that call; 0 where that does not matter.
    """

    error: str
    action: str
    fault: RunFault = ""
    over_budget: OverBudget = ""
    needed_usd: float = 0.0


async def fail_run(
    store: Store, run_id: str, registry: Registry, partial: Partial, why: Failure, message_id: str
) -> list[Event]:
    """Keep a run as failed; an answer that broke off is kept and marked as cut.

    Args:
        store: Where it is kept.
        run_id: The run.
        registry: Models by key.
        partial: The turn that was under way.
        why: Why it failed.
        message_id: Of the message that holds the answer; the same where it is tried again.

    Returns:
        What to tell.
    """
    run = await store.runs.get(run_id)
    message = None
    if partial.brain is Brain.RESPONDER and partial.text:
        message = _cut_message(message_id, run, registry, Brain.RESPONDER, partial.text, StopReason.CUT)
    closed = await store.runs.finish(
        run_id,
        "failed",
        message,
        error=why.error,
        action=why.action,
        over_budget=why.over_budget,
        needed_usd=why.needed_usd,
        fault=why.fault,
    )
    failed = RunFailed(
        run_id=run_id,
        error=why.error,
        action=why.action,
        can_write_again=can_write_again(run),
        needs_key=why.fault == "key",
        too_long=why.fault == "too_long",
        over_budget=why.over_budget,
        message=message,
    )
    return [*(finished(run_id, call) for call in closed or ()), failed]


async def put_run_aside(store: Store, run_id: str, partial: Partial) -> list[Event]:
    """Leave a run as the end of the process would, but with all that streamed: it can go on at the next start.

    Args:
        store: Where it is kept.
        run_id: The run.
        partial: The turn that was under way.

    Returns:
        What to tell: nothing.
    """
    if partial.brain is not None:
        await store.runs.save_partial(run_id, partial.brain, partial.text, from_reserve=True)
    await store.runs.interrupt(run_id)
    return []


async def _has_answer(store: Store, run: StoredRun) -> bool:
    """Whether the chosen branch has an answer to the run's message: its own, or that of an earlier run."""
    messages = await store.conversations.messages(run.conversation_id)
    if any(message.run_id == run.id and message.role == "assistant" for message in messages):
        return True
    behind = [later for message, later in itertools.pairwise(messages) if message.id == run.message_id]
    return any(message.role == "assistant" for message in behind)


def _cut_message(
    message_id: str, run: StoredRun, registry: Registry, brain: Brain, text: str, stop: StopReason
) -> Message:
    key = run.options.at_work(brain)
    entry = registry.models.get(key)
    details = MessageDetails(
        model=entry.name if entry else key,
        label=entry.label if entry else key,
        provider=entry.provider if entry else "",
        brain=brain,
        fallback=brain in run.options.stand_ins,
        gather_ms=run.gather_ms,
        stop=stop,
    )
    return Message(id=message_id, role="assistant", text=text, run_id=run.id, details=details)
