"""From HTTP to the engine's errors, for all providers."""

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from desktop.engine.errors import (
    ConnectionLost,
    ContextExceeded,
    KeyRejected,
    ModelError,
    ModelTimeout,
    ModelUnusable,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
    TransientModelError,
)
from desktop.engine.models.http_faults import fault_for_status, fault_for_transport, fault_of_key, parse_retry_after


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0.0), ("12", 12.0), (" 1.5 ", 1.5), ("", None), (None, None), ("soon", None), ("-3", None), ("nan", None)],
)
def test_seconds_of_a_retry_after_header_are_read(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header) == seconds


@pytest.mark.parametrize(("offset_s", "seconds"), [(100, 100), (-100, 0)])
def test_date_of_a_retry_after_header_is_read(offset_s: int, seconds: int) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=offset_s), usegmt=True)
    assert parse_retry_after(date) == pytest.approx(seconds, abs=20)


@pytest.mark.parametrize(
    ("status", "detail", "kind"),
    [
        (400, "Your credit balance is too low to access the Anthropic API.", QuotaExhausted),
        (400, "prompt is too long: 9 tokens > 8 maximum", ContextExceeded),
        (
            400,
            "The input token count (1200000) exceeds the maximum number of tokens.",
            ContextExceeded,
        ),
        (
            400,
            "This model's maximum context length is 4096 tokens.",
            ContextExceeded,
        ),
        (400, "exceed_context_size_error: the request exceeds the available context size", ContextExceeded),
        (413, "request_too_large", ContextExceeded),
        (403, "unsupported_country_region_territory", ModelUnusable),
        (429, "Rate limit reached on requests per day (RPD)", QuotaExhausted),
        (429, "Rate limit reached on tokens per min. Visit https://x/account/billing", RateLimited),
        (501, "", ModelUnusable),
        (405, "", ModelUnusable),
        (407, "", ModelUnusable),
        (520, "", Overloaded),
        (529, "overloaded_error", Overloaded),
        (418, "", RequestRefused),
    ],
)
def test_detail_tells_the_cases_of_one_status_apart(status: int, detail: str, kind: type[ModelError]) -> None:
    error = fault_for_status("Claude", status, detail)
    assert type(error) is kind
    assert error.action


def test_nothing_the_provider_wrote_is_repeated() -> None:
    for status in range(300, 600):
        error = fault_for_status("Claude", status, "sk-secret my question", 3.0, code="sk-secret-1")
        assert "secret" not in str(error) + error.action
        assert str(error).startswith("Claude ")


def test_wait_is_kept_with_every_transient_error() -> None:
    for status in (408, 429, 500, 503, 529):
        error = fault_for_status("Claude", status, "", 3.0)
        assert isinstance(error, TransientModelError)
        assert error.retry_after_s == 3.0


def caused(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("exc", "kind"),
    [
        (httpx2.ConnectError("no route"), ConnectionLost),
        (httpx2.ConnectTimeout("slow"), ConnectionLost),
        (httpx2.ReadTimeout("slow"), ModelTimeout),
        (TimeoutError(), ModelTimeout),
        (httpx2.ReadError(""), ConnectionLost),
        (httpx2.RemoteProtocolError("peer closed connection"), ConnectionLost),
        (httpx2.UnsupportedProtocol("ftp"), ModelUnusable),
        (httpx2.InvalidURL("no"), ModelUnusable),
        (caused(httpx2.ConnectError("tls"), ssl.SSLCertVerificationError("self signed")), ModelUnusable),
        (caused(RuntimeError("an SDK's own"), httpx2.ReadTimeout("slow")), ModelTimeout),
        (httpx2.ProxyError("407 Proxy Authentication Required"), ModelUnusable),
        (httpx2.ProxyError("502 Bad Gateway"), ConnectionLost),
        (
            caused(httpx2.ConnectError("tls"), ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version")),
            ModelUnusable,
        ),
        (ConnectionResetError(), ConnectionLost),
    ],
)
def test_transport_fault_is_told_in_words(exc: Exception, kind: type[ModelError]) -> None:
    error = fault_for_transport("Claude", exc)
    assert type(error) is kind
    assert str(error).startswith("Claude ")
    assert error.action


def test_key_that_can_be_sent_is_no_fault() -> None:
    assert fault_of_key("Claude", "sk-ant-api03-x_y-z") is None
    assert type(fault_of_key("Claude", "two\nlines")) is KeyRejected
