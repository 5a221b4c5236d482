"""The values of the audit log: what it keeps of calls and grants, how it is searched, what a check found."""

from datetime import datetime
from typing import Literal, Protocol, get_args

from desktop.engine.messages import CallState, Value

CallStep = Literal["requested", "edited", "judged_again", "decided", "started", "put_back", "stopped", "finished"]
GrantStep = Literal["granted", "used_up", "revoked"]
AuditStep = Literal[CallStep, GrantStep]
"""What happened to the call, or to the grant.

``edited``: the person changed its arguments. ``judged_again``: its ruling is another, since its grant was revoked, say.
``stopped``: the person stopped it, it alone. ``put_back``: the program ended while it read, and it waits to be read
again.

``granted``: the person made a grant, or it covers something else from now on. ``used_up``: a call took its last use.
``revoked``: the person took it back, or deleted its conversation. What ends by its time ends without a row: the row of
its making says when.
"""
GRANT_STEPS: frozenset[str] = frozenset(get_args(GrantStep))
AuditKind = Literal["call", "grant"]
"""What a row is about."""
Decider = Literal["policy", "grant", "person", ""]
"""Who decided; empty while nobody has, and where a call ended before anybody did."""


class AuditEntry(Value):
    """One row of the log: one step of one tool call, with all that was known of the call by then; or one of a grant.

    A grant's rows have no run, model, ruling, round or state. Their ``call_id`` is the grant's id, and their
    ``arguments`` hold what it covers: its ``words``, ``scope``, ``workspace``, ``uses`` and ``expires_at``.

    Attributes:
        number: Its place in the log, from 1, without gaps.
        at: When it was written; aware UTC.
        step: What happened.
        run_id: The run.
        conversation_id: Its conversation.
        call_id: The call; unique within its run.
        round: Counted from 1.
        model: The model that wanted the call.
        tool: The tool's name.
        arguments: Canonical JSON.
        ruling: allow, ask or block.
        decision: The person's decision as JSON; None while there is none.
        decided_by: Who decided.
        grant_id: The grant that decided; None where none did.
        state: Where the call stands now; None in a grant's row.
        requested_at: When the model's turn was kept.
        decided_at: When the person decided, or the grant was made, used up or revoked.
        started_at: When it began to run.
        finished_at: When it had its result.
        duration_ms: How long it ran.
        keyed: Whether the row is chained with the key.
    """

    number: int
    at: datetime
    step: AuditStep
    run_id: str
    conversation_id: str
    call_id: str
    round: int
    model: str
    tool: str
    arguments: str
    ruling: str
    decision: str | None = None
    decided_by: Decider = ""
    grant_id: str | None = None
    state: CallState | None = None
    requested_at: datetime | None = None
    decided_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_ms: int | None = None
    keyed: bool = False

    @property
    def kind(self) -> AuditKind:
        """What the row is about."""
        return "grant" if self.step in GRANT_STEPS else "call"


class AuditFilter(Value):
    """Which rows to look at; what is None or empty filters nothing.

    Attributes:
        kind: Calls or grants.
        tool: The tool's exact name.
        state: Where the call stood.
        decided_by: Who decided.
        conversation_id: Only calls of this conversation.
        since: Only rows written then or later; aware.
        until: Only rows written before; aware.
        text: Must stand somewhere in the row, letter case of ASCII aside.
        every_step: False shows of each call and each grant the latest row alone.
        up_to: The log as it was when it had so many rows, so that pages fit together while it grows.
    """

    kind: AuditKind | None = None
    tool: str | None = None
    state: CallState | None = None
    decided_by: Decider | None = None
    conversation_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    every_step: bool = False
    up_to: int | None = None


class AuditPage(Value):
    """Some rows of the log.

    Attributes:
        entries: Newest first.
        offset: How many rows of the filter come before them.
        total: How many rows the filter lets through.
        grants: How many of them are about grants.
        up_to: How many rows the log had.
    """

    entries: tuple[AuditEntry, ...]
    offset: int
    total: int
    grants: int = 0
    up_to: int


class AuditLogId(Value):
    """Which log it is, for a keyring that holds the keys of several.

    Attributes:
        id: Random; empty where the database has none yet.
        is_earlier: Whether it was begun when a keyring held the key of one log alone, without an id.
    """

    id: str
    is_earlier: bool


class AuditHead(Value):
    """The end of the log, small enough for a keyring.

    Attributes:
        rows: How many rows there are.
        hash: The hash of the last.
    """

    rows: int
    hash: str


class AuditReport(Value):
    """What a check of the log found.

    Attributes:
        ok: Whether all that can be checked is as it was written.
        rows: How many rows there are.
        checked: How many rows were computed again and found right.
        first_bad: The number of the first row that is wrong or missing; None where none is, or none can be named.
        problem: What is wrong, in words; empty where nothing is.
        unproven: What the check cannot show, a sentence each.
    """

    ok: bool
    rows: int
    checked: int
    first_bad: int | None = None
    problem: str = ""
    unproven: tuple[str, ...] = ()


class AuditKeys(Protocol):
    """Where the log's key and its anchored head are kept, out of reach of whoever can write the log's file.

    Each call may take long, and raises `NoAuditKeys` where the place cannot be used now.
    """

    async def load_key(self, *, make: bool) -> bytes | None:
        """The key.

        Args:
            make: Whether to make and keep one where there is none.
        """
        ...

    async def load_head(self) -> AuditHead | None:
        """The head that was anchored last; None where none was."""
        ...

    async def save_head(self, head: AuditHead) -> None:
        """Anchor the head."""
        ...


def report_words(report: AuditReport) -> str:
    """A report as the person reads it: the finding, then what it leaves open, a paragraph each."""
    rows = "1 row" if report.rows == 1 else f"{report.rows:,} rows"
    if not report.ok:
        finding = f"The audit log is not intact. {report.problem}"
        if report.first_bad is None:
            finding = report.problem
        elif report.first_bad > 1 and report.checked:
            finding += f" {report.checked:,} rows before that are right."
    elif not report.rows:
        finding = "The audit log is empty: no tool was called yet."
    else:
        finding = f"The audit log is intact: {rows} checked."
    return "\n\n".join((finding, *report.unproven))
