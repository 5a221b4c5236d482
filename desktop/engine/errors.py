"""The errors of the engine.

    EngineError
    ├── ModelError              a model gave no usable turn
    │   ├── KeyMissing          no API key for the provider
    │   ├── KeyRejected         the provider refused the key
    │   ├── ModelUnavailable    the provider does not know or no longer serves the model
    │   ├── ModelUnusable       its address, certificate, proxy, country or tools keep it from being used
    │   ├── QuotaExhausted      the account has no quota or credit left
    │   ├── RequestRefused      the provider cannot take this request as it is
    │   │   ├── ContextExceeded the provider finds it too long for the model
    │   │   └── RequestTooLong  the person's message alone has no room in the model; nothing was sent
    │   ├── RequestBlocked      a safety rule of the provider blocked the request or its answer
    │   └── TransientModelError worth another try, inside a bound
    │       ├── RateLimited
    │       ├── Overloaded
    │       ├── ModelTimeout
    │       ├── ConnectionLost
    │       └── StreamCut       the stream ended without saying that it was complete
    ├── ToolError               what the model can mend; becomes an error result
    │   ├── BadArguments
    │   └── ToolTimeout
    ├── StoreError
    │   ├── StoreTooNew         written by a newer program
    │   ├── StoreDamaged
    │   ├── StoreFull           no room on the disk
    │   ├── StoreBusy           another program has it locked
    │   └── NoAuditKeys         the place of the audit log's key cannot be used now
    ├── DecisionRejected        the decision fits no open call
    ├── AttachmentRefused       a file cannot be attached, or its model cannot take it
    ├── RunNotFound
    ├── RunBusy                 another window or process works on the run
    ├── UnknownName             a role, model or tool that does not exist
    ├── BadPersona              a persona file that cannot be used
    └── BadFile                 a file that was to be read is not what it should be

Every error says in its text what failed, and in ``action`` what the person can do about it.
No text holds a key or a tool's arguments.
"""

import traceback

_MOST_CAUSES = 5


class EngineError(Exception):
    """The root of the tree.

    Args:
        message: What failed, in words for the person.
        action: What the person can do about it; empty where there is nothing to do.
    """

    def __init__(self, message: str, *, action: str = "") -> None:
        super().__init__(message)
        self.action = action


class ModelError(EngineError):
    """A model gave no usable turn."""


class KeyMissing(ModelError):
    """There is no API key for the provider."""


class KeyRejected(ModelError):
    """The provider refused the API key."""


class ModelUnavailable(ModelError):
    """The provider does not know the model, or no longer serves it."""


class ModelUnusable(ModelError):
    """The model cannot be used as it is set up, whatever is asked: its address, a proxy, the country, no tools."""


class QuotaExhausted(ModelError):
    """The account has no quota or credit left: waiting a moment does not help."""


class RequestRefused(ModelError):
    """The provider cannot take this request as it is."""


class ContextExceeded(RequestRefused):
    """The provider says that the request is too long for the model."""


class RequestTooLong(RequestRefused):
    """The person's message is longer than the model can read; nothing was sent.

    Args:
        objection: Why it cannot be sent, a sentence.
        action: What the person can do about it.
    """

    def __init__(self, objection: str, *, action: str = "") -> None:
        super().__init__(f"{objection} Nothing was sent.", action=action)
        self.objection = objection


class RequestBlocked(ModelError):
    """A safety rule of the provider blocked the request or its answer."""


class TransientModelError(ModelError):
    """A fault that may pass.

    Args:
        message: What failed, in words for the person.
        action: What the person can do about it.
        retry_after_s: Seconds the provider asked to wait; None where it named none.
    """

    def __init__(self, message: str, *, action: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, action=action)
        self.retry_after_s = retry_after_s


class RateLimited(TransientModelError):
    """Too many requests in a short time."""


class Overloaded(TransientModelError):
    """The provider has too much to do."""


class ModelTimeout(TransientModelError):
    """The provider did not answer in time."""


class ConnectionLost(TransientModelError):
    """The connection could not be made, or broke."""


class StreamCut(TransientModelError):
    """The stream ended without saying that it was complete."""


class ToolError(EngineError):
    """A tool failed in a way the model can read and mend."""


class BadArguments(ToolError):
    """The arguments do not fit the tool's schema."""


class ToolTimeout(ToolError):
    """The tool did not end in time."""


class StoreError(EngineError):
    """The store could not read or write."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of the program."""


class StoreDamaged(StoreError):
    """The database, or a part of it, cannot be read."""


class StoreFull(StoreError):
    """There is no room left on the disk."""


class StoreBusy(StoreError):
    """Another program has the database locked, and did not let go of it in time."""


class NoAuditKeys(StoreError):
    """The place where the audit log's key is kept cannot be used now."""


class DecisionRejected(EngineError):
    """A decision fits no open call: unknown id, decided before, or other arguments than those shown."""


class AttachmentRefused(EngineError):
    """A file cannot be attached, or the model that a message goes to cannot take it."""


class RunNotFound(EngineError):
    """No run has this id."""


class RunBusy(EngineError):
    """Another window or process works on this run."""


class BadPersona(EngineError):
    """A persona file cannot be used."""


class UnknownName(EngineError):
    """A role, model, tool or conversation that does not exist."""


class BadFile(EngineError):
    """A file that the person chose is not what it should be; nothing of it was taken."""


def trace_of(bug: BaseException) -> str:
    """Where a bug is, for the log: its type and its way through the code, without its text, which can quote the person.

    Args:
        bug: An exception that nobody expected.

    Returns:
        The same of what it came from too, behind it.
    """
    words: list[str] = []
    told: BaseException | None = bug
    while told is not None and len(words) < _MOST_CAUSES:
        words.append(f"{type(told).__name__}\n{''.join(traceback.format_tb(told.__traceback__))}".rstrip())
        told = told.__cause__ or (None if told.__suppress_context__ else told.__context__)
    return "\nfrom ".join(words)
