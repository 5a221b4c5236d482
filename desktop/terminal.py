"""What the command line shows and asks: progress on standard error, the answer alone on standard output."""

import asyncio
import os
import re
import sys
from collections.abc import Callable

from desktop.engine.events import (
    AnswerDelta,
    AnswerFinished,
    ConfirmationRequested,
    Event,
    FallbackUsed,
    Retrying,
    RoundStarted,
    RunFailed,
    RunStopped,
    ToolCallFinished,
    ToolCallRequested,
)
from desktop.engine.gate import AllowAlways, AllowForConversation, AllowOnce, Decision, Deny, ScopeChoice
from desktop.engine.messages import StopReason
from desktop.views.literal_text import literal

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_QUESTION = "Allow once? [yes / conversation / always / no / why not / later] "


def _without_controls(text: str) -> str:
    """An answer fit for a terminal: a model's text cannot move its cursor or set its title."""
    return _CONTROLS.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


class Terminal:
    """Shows events and asks for decisions.

    Args:
        as_json: Print events as JSON lines instead.
        may_ask: Whether a gate may ask here, where a person sits at both ends.

    Attributes:
        redact: Takes keys out of what is complained about.
        may_ask: Whether a gate asks here.
    """

    def __init__(self, *, as_json: bool, may_ask: bool) -> None:
        self._as_json = as_json
        self.may_ask = may_ask and sys.stdin.isatty() and sys.stderr.isatty()
        self._streams = sys.stdout.isatty() and not as_json
        self._streamed = False
        self.redact: Callable[[str], str] = str

    def show(self, event: Event) -> None:
        """Show one event."""
        if self._as_json:
            self._print(event.model_dump_json() + "\n")
            return
        self._show_progress(event)
        match event:
            case AnswerDelta(text=text) if self._streams:
                self._streamed = True
                self._print(_without_controls(text))
            case Retrying() | FallbackUsed() if self._streamed:
                self._streamed = False
                self._print("\n")
            case AnswerFinished(text=text):
                if not self._streamed:
                    self._print(_without_controls(text) if sys.stdout.isatty() else text)
                self._print("\n")

    def _show_progress(self, event: Event) -> None:
        match event:
            case RoundStarted(round=number, of=limit):
                self.note(f"Gathering, round {number} of {limit}")
            case ToolCallRequested(tool=tool, call_id=call_id):
                self.note(f"  {tool} ({call_id})")
            case ToolCallFinished(tool=tool, state=state, duration_ms=duration_ms):
                self.note(f"  {tool}: {state.value}, {duration_ms} ms")
            case Retrying(attempt=attempt, wait_s=wait_s, reason=reason):
                self.note(f"{reason} Attempt {attempt} in {wait_s:.1f} s.")
            case FallbackUsed(to=label, reason=reason):
                self.note(f"{label} takes over: {reason}")
            case AnswerFinished(stop_reason=stop) if stop is not StopReason.END:
                self.note(f"The answer ended early: {stop.value}.")
            case RunStopped():
                self.note("Stopped.")
            case RunFailed(error=error, action=action, is_stored=is_stored):
                self.complain(error, action)
                if not is_stored:
                    self.note("What came of this run is not stored.")

    def note(self, text: str) -> None:
        """Say something beside the answer."""
        print(literal(text), file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """Print a line of what was asked for."""
        self._print(literal(text) + "\n")

    def complain(self, error: str, action: str = "") -> None:
        """Say what failed and what to do."""
        print(literal(self.redact(f"cortex-desktop: {error} {action}".rstrip())), file=sys.stderr, flush=True)

    async def ask(self, gate: ConfirmationRequested) -> Decision | None:
        """Put a gate to the person.

        Args:
            gate: What waits.

        Returns:
            The decision; None where nobody can be asked, or the person leaves it waiting.
        """
        if not self.may_ask:
            return None
        self.describe(gate)
        while True:
            answer = (await self._line(_QUESTION)).strip()
            match answer.lower():
                case "yes" | "y":
                    return AllowOnce()
                case "conversation" | "c" if gate.scopes:
                    if (choice := await self._scope(gate)) is not None:
                        return AllowForConversation(scope=choice.scope)
                case "always" | "a" if gate.scopes:
                    if (choice := await self._scope(gate)) is not None:
                        return AllowAlways(scope=choice.scope)
                case "no" | "n":
                    return Deny()
                case "why not" | "w":
                    return Deny(reason=(await self._line("Why not? (the model reads it) ")).strip())
                case "later" | "l":
                    return None

    async def _scope(self, gate: ConfirmationRequested) -> ScopeChoice | None:
        """What is to be granted, of the choices; None where the person goes back."""
        for number, choice in enumerate(gate.scopes, start=1):
            self.note(f"  {number}  {choice.words}")
        answer = (await self._line("Grant which? [number, or nothing to go back] ")).strip()
        if answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(gate.scopes):
            return gate.scopes[int(answer) - 1]
        return None

    def describe(self, gate: ConfirmationRequested) -> None:
        """Show a gate in full, from the call's real arguments."""
        lines = ["", f"Confirm tool call: {gate.card.effect}"]
        lines += [f"  {reason}" for reason in gate.reasons]
        for part in gate.card.fields:
            lines.append(f"  {part.label}:")
            lines += [f"    {line}" for line in part.text.split("\n")]
        if gate.stated_reason:
            lines.append("  The model says:")
            lines += [f"    {line}" for line in gate.stated_reason.split("\n")]
        for line in lines:
            self.note(line)

    async def _line(self, prompt: str) -> str:
        """One line from the person, without a thread that would hold up the program's end."""
        print(prompt, end="", file=sys.stderr, flush=True)
        loop = asyncio.get_running_loop()
        if sys.platform == "win32":  # no add_reader for a console there
            return await asyncio.to_thread(sys.stdin.readline) or "later"
        ready = asyncio.Event()
        loop.add_reader(sys.stdin.fileno(), ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_reader(sys.stdin.fileno())
        return sys.stdin.readline() or "later"

    def _print(self, text: str) -> None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader has gone: go on without it
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
