"""From what HTTP says to the engine's errors, in one set of words for all providers.

An error's text never repeats what the provider wrote: it may echo the key or the request. The provider's words are only
read to tell the cases apart. Raise what these functions return *outside* the ``except`` block, so that the SDK's
exception, which holds the request and its headers, does not hang on the error as its context.
"""

import re
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from desktop.engine.errors import (
    ConnectionLost,
    ContextExceeded,
    KeyMissing,
    KeyRejected,
    ModelError,
    ModelTimeout,
    ModelUnavailable,
    ModelUnusable,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
)
from desktop.engine.models.web_pages import NotTheApi

_BAD_KEY = re.compile(
    r"api[ _-]?key (not valid|expired|not found|invalid|is invalid)|api_key_invalid|invalid[ _](x-)?api[ _-]?key"
    r"|incorrect api key|authentication_error|provide an api key",
    re.IGNORECASE,
)
_NO_QUOTA = re.compile(
    r"insufficient_quota|credit balance|out of credits?|billing[ _]hard[ _]limit|billing_error"
    r"|per ?day|daily (limit|quota)|limit: 0\b",
    re.IGNORECASE,
)
_TOO_LONG = re.compile(
    r"context[ _](length|window|size)|token count|too many tokens|maximum.{0,30}tokens"
    r"|(prompt|input|request).{0,20}too (long|large)",
    re.IGNORECASE,
)
_NO_TOOLS = re.compile(
    r"does not support (tools|function|tool)|tool choice requires|enable-auto-tool-choice|tools param requires --jinja",
    re.IGNORECASE,
)
_LOADING = re.compile(r"loading( the)? model|model is (still )?loading", re.IGNORECASE)
_LOADING_WAIT_S = 10.0
_NO_MODEL = re.compile(r"model_not_found|no models? loaded|model .{0,120} (not found|does not exist)", re.IGNORECASE)
_REGION = re.compile(r"location is not supported|unsupported_country|country, region", re.IGNORECASE)
_NOT_TLS = re.compile(r"WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|HTTP_REQUEST")
_PROXY_REFUSES = re.compile(r"4\d\d\b")
_CODE = re.compile(r"[A-Za-z_]{3,50}")


def parse_retry_after(header: str | None) -> float | None:
    """Read a Retry-After header (RFC 9110, 10.2.3).

    Args:
        header: Seconds, whole or not, or an HTTP date; None where there was none.

    Returns:
        Seconds from now, 0 for a time gone by; None where nothing usable stands there.
    """
    text = (header or "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text):
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def fault_for_status(
    provider_label: str, status: int, detail: str, retry_after_s: float | None = None, *, code: str = ""
) -> ModelError:
    """The error for a response that is no success.

    Args:
        provider_label: "Gemini", "Claude", the server's host …: it begins the sentence.
        status: The HTTP status.
        detail: What the provider wrote, its type or code included; read to tell cases apart, never repeated.
        retry_after_s: Seconds the provider asked to wait; None where it named none.
        code: The provider's own word (``INVALID_ARGUMENT``), shown where it is one plain word.

    Returns:
        The error to raise; a TransientModelError where another try is worth it.
    """
    shown = f"{status}, {code}" if _CODE.fullmatch(code) else str(status)
    if 300 <= status < 400 or status in (405, 407, 501):
        return _of_address(provider_label, status, shown)
    if status == 402 or (status in (400, 403, 429) and _is_quota(detail, status, retry_after_s)):
        return QuotaExhausted(
            f"{provider_label} says that the account's quota or credit is used up ({shown}).",
            action="Check the account's plan and billing, wait until the quota is renewed, or choose another model.",
        )
    if status == 429:
        return RateLimited(
            f"{provider_label} got too many requests in a short time ({shown}).",
            action="Wait a moment and try again.",
            retry_after_s=retry_after_s,
        )
    if _REGION.search(detail) and status in (400, 403):
        return ModelUnusable(
            f"{provider_label} does not serve the country this machine is in ({shown}).",
            action="Choose another provider.",
        )
    if status in (401, 403) or (status == 400 and _BAD_KEY.search(detail)):
        return KeyRejected(
            f"{provider_label} refused the API key ({shown}).",
            action="Enter a valid key under API keys, and check that it may use this model.",
        )
    if status in (400, 422, 500) and _NO_TOOLS.search(detail):
        return ModelUnusable(
            f"{provider_label} cannot call tools, with this model or as it was started ({shown}).",
            action="Choose a model that can call tools to gather, switch tools off, or start the server with tools on.",
        )
    if status in (404, 410) or (status in (400, 422) and _NO_MODEL.search(detail)):
        return ModelUnavailable(
            f"{provider_label} does not know this model or no longer serves it ({shown}).",
            action="Choose another model, or check the address set for this provider.",
        )
    if status == 408:
        return ModelTimeout(
            f"{provider_label} did not answer in time ({shown}).", action="Try again.", retry_after_s=retry_after_s
        )
    if status == 413 or (status in (400, 422) and _TOO_LONG.search(detail)):
        return ContextExceeded(
            f"{provider_label} says that the request is too long ({shown}).",
            action="Start a new conversation, lower the history budget, or choose a model with a larger context.",
        )
    if status == 503 and _LOADING.search(detail):
        return Overloaded(
            f"{provider_label} is still loading its model ({shown}).",
            action="Wait until it is loaded, then try again.",
            retry_after_s=retry_after_s or _LOADING_WAIT_S,
        )
    if status >= 500 and status != 505:
        return Overloaded(
            f"{provider_label} is overloaded or has a fault of its own ({shown}).",
            action="Try again later, or choose another model.",
            retry_after_s=retry_after_s,
        )
    return RequestRefused(
        f"{provider_label} cannot take this request ({shown}).",
        action="Choose another model, or start a new conversation.",
    )


def fault_of_key(provider_label: str, key: str) -> ModelError | None:
    """The error for a key that cannot be sent at all.

    Args:
        provider_label: "Gemini", "Claude" …: whose key it is.
        key: The key, stripped of white space around it.

    Returns:
        The error to raise; None for a key that can be sent.
    """
    if not key:
        return KeyMissing(f"There is no API key for {provider_label}.", action="Enter a key under API keys.")
    if not (key.isascii() and key.isprintable()):
        return KeyRejected(
            f"The API key for {provider_label} holds characters that no key has.",
            action="Copy the key again and enter it under API keys.",
        )
    return None


def _is_quota(detail: str, status: int, retry_after_s: float | None) -> bool:
    """Whether waiting a moment cannot help.

    "Check your billing details" alone proves nothing: Gemini says it of limits per minute too, but with a time to wait.
    """
    if _NO_QUOTA.search(detail):
        return True
    return status == 429 and retry_after_s is None and "billing details" in detail.lower()


def fault_for_transport(provider_label: str, exc: BaseException) -> ModelError:
    """The error for a connection that could not be made, broke, or was too slow.

    Args:
        provider_label: "Gemini", "Claude", the server's host …: it begins the sentence.
        exc: What httpx2 or the system raised, or an SDK's error that has it as its cause.

    Returns:
        The error to raise; a TransientModelError where another try is worth it.
    """
    import httpx2  # here: it is not needed before the first request, and start-up does not wait for it

    chain = list(_causes(exc))
    if fault := _of_set_up(provider_label, chain):
        return fault
    if any(isinstance(e, httpx2.ProxyError) for e in chain):
        return ConnectionLost(
            f"{provider_label} could not be reached through the proxy that the environment sets.",
            action="Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or put the host into NO_PROXY.",
        )
    if any(isinstance(e, httpx2.ConnectTimeout | httpx2.ConnectError) for e in chain):
        return ConnectionLost(
            f"{provider_label} could not be reached.",
            action="Check the connection to the network, the address, and whether the server runs.",
        )
    if any(isinstance(e, httpx2.TimeoutException | TimeoutError) for e in chain):
        return ModelTimeout(f"{provider_label} did not answer in time.", action="Try again, or choose another model.")
    return ConnectionLost(
        f"{provider_label} broke off the connection.", action="Check the connection to the network and try again."
    )


def _of_address(provider_label: str, status: int, shown: str) -> ModelUnusable:
    """The error for a response that says: nobody there speaks the provider's protocol."""
    if status == 407:
        return _proxy_refuses(provider_label, shown)
    if status in (405, 501):
        return _no_such_api(provider_label, shown)
    return ModelUnusable(
        f"{provider_label} redirects the request to another address ({shown}). That is refused:"
        " neither the key nor the conversation was sent there.",
        action="Check the address set for this provider.",
    )


def _of_set_up(provider_label: str, chain: Sequence[BaseException]) -> ModelUnusable | None:
    """The error for what no other try mends: the address, what stands there, or the way to it; None for all else."""
    import httpx2

    if any(isinstance(e, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(e) for e in chain):
        return ModelUnusable(
            f"{provider_label} showed a certificate that could not be verified; nothing was sent.",
            action="Check this machine's clock, its certificates, and the address set for this provider.",
        )
    if any(isinstance(e, ssl.SSLError) and _NOT_TLS.search(str(e)) for e in chain):
        return ModelUnusable(
            f"{provider_label} does not encrypt at this address; nothing was sent.",
            action="Check the address: perhaps it has to begin http:// and not https://.",
        )
    if any(isinstance(e, NotTheApi) for e in chain):
        return _no_such_api(provider_label, "a web page came back")
    if any(isinstance(e, httpx2.ProxyError) and _PROXY_REFUSES.match(str(e)) for e in chain):
        return _proxy_refuses(provider_label, "the environment sets it")
    if any(isinstance(e, httpx2.UnsupportedProtocol | httpx2.InvalidURL) for e in chain):
        return ModelUnusable(
            f"{provider_label} has no usable address.",
            action="Give an address that begins http:// or https://.",
        )
    return None


def _no_such_api(provider_label: str, shown: str) -> ModelUnusable:
    return ModelUnusable(
        f"{provider_label} does not speak this provider's protocol at its address ({shown}).",
        action="Check the address and its path (many servers want /v1 at the end), and the provider chosen for it.",
    )


def _proxy_refuses(provider_label: str, shown: str) -> ModelUnusable:
    return ModelUnusable(
        f"{provider_label} could not be asked: a proxy on the way refused the connection ({shown}).",
        action="Check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, or put the host into NO_PROXY.",
    )


def _causes(exc: BaseException) -> Iterator[BaseException]:
    """The exception and what it was raised for, nearest first."""
    seen: set[int] = set()
    current: BaseException | None = exc
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
