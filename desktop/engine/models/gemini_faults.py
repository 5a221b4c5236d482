"""From what Gemini's SDK raises to the engine's errors. Importing it takes seconds."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
from google.genai import errors

from desktop.engine.errors import ModelError, ModelUnusable, StreamCut
from desktop.engine.models.http_faults import fault_for_status, fault_for_transport, parse_retry_after
from desktop.engine.models.raised import raised_in

_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


def fault_of(label: str, error: Exception) -> ModelError | None:
    """The engine's error for an exception of the SDK.

    Args:
        label: The model's label; it begins the sentence.
        error: What the SDK raised.

    Returns:
        The error to raise; None for what is a bug.
    """
    match error:
        case errors.APIError():
            return _of_response(label, error)
        case errors.UnknownApiResponseError():
            return StreamCut(f"{label} broke off before the end of its answer.", action="Try again.")
        case httpx2.HTTPError() | httpx2.InvalidURL() | httpx2.StreamError() | OSError():
            return fault_for_transport(label, error)
        # What pydantic does not take as an answer is a ValueError.
        # WORKAROUND(gemini): an error without a code in the middle of a stream is a TypeError inside the SDK.
        case TypeError() | AttributeError() | ValueError() | KeyError() if raised_in(error, "google.genai", "httpx2"):
            return _unreadable(label)
        case _:
            return None


def _unreadable(label: str) -> ModelError:
    return ModelUnusable(
        f"{label} could not be asked, or answered in a way this program cannot read.",
        action="Check the model's name and the address set for it, or choose another model.",
    )


def _of_response(label: str, error: errors.APIError) -> ModelError:
    details = list(_details(error.details))
    quotas = [
        str(violation.get("quotaId", ""))
        for detail in details
        for violation in detail.get("violations") or ()
        if isinstance(violation, Mapping)
    ]
    reasons = [str(detail.get("reason", "")) for detail in details]
    # With the quota named, its name alone decides: the message speaks of billing for limits per minute too.
    said = " ".join(quotas) if any(quotas) else str(error.message or "")
    if "limit: 0" in str(error.message or ""):
        said += " limit: 0"
    status = error.code if isinstance(error.code, int) else 500
    waits = [_retry_after_header(error), *(_retry_delay(detail) for detail in details)]
    return fault_for_status(
        label,
        status,
        " ".join((said, *reasons)),
        max((wait for wait in waits if wait is not None), default=None),
        code=str(error.status or ""),
    )


def _details(body: Any) -> Iterator[Mapping[str, Any]]:
    """The entries of ``error.details``, wherever the body holds them. Source: https://google.aip.dev/193."""
    inner = body.get("error", body) if isinstance(body, Mapping) else None
    entries = inner.get("details") if isinstance(inner, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping):
            yield entry


def _retry_delay(detail: Mapping[str, Any]) -> float | None:
    found = _DURATION.fullmatch(str(detail.get("retryDelay", "")))
    return float(found[1]) if found else None


def _retry_after_header(error: errors.APIError) -> float | None:
    headers = getattr(error.response, "headers", None) or {}
    for name, value in headers.items():
        if name.lower() == "retry-after":
            return parse_retry_after(value)
    return None
