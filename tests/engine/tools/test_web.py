"""fetch_page, against real servers on loopback."""

import asyncio
import contextlib
import gzip
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.errors import ToolError
from desktop.engine.tools.addresses import Address, is_public
from desktop.engine.tools.base import ToolContext
from desktop.engine.tools.fetching import read_url
from desktop.engine.tools.web import web_tools
from tests.engine.tools.conftest import Call, ShowCard, caller, cancel, card_maker, fields_of
from tests.wire.certificates import make_certificate
from tests.wire.server import Exchange, WireServer, wire_server

HTML = {"Content-Type": "text/html; charset=utf-8"}


def loopback(address: Address) -> bool:
    return address.is_loopback


@pytest.fixture
async def server() -> AsyncIterator[WireServer]:
    async with wire_server() as scripted:
        yield scripted


@pytest.fixture
def call(context: ToolContext) -> Call:
    return caller(web_tools(loopback), context)


def page(
    body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200, encoding: str = ""
) -> Callable[[Exchange], Awaitable[None]]:
    headers = {"Content-Encoding": encoding} if encoding else {}

    async def step(exchange: Exchange) -> None:
        data = body.encode() if isinstance(body, str) else body
        await exchange.reply(status, data, {"Content-Type": kind, **headers})

    return step


def redirect(to: str, status: int = 302) -> Callable[[Exchange], Awaitable[None]]:
    async def step(exchange: Exchange) -> None:
        await exchange.reply(status, b"", {"Location": to, "Set-Cookie": "id=1"})

    return step


async def test_html_becomes_markdown_with_its_title(call: Call, server: WireServer) -> None:
    server.script(
        page(
            "<html><head><title>The &amp; title</title><style>p{}</style><script>evil()</script></head><body>"
            "<nav><a href=/n>menu</a></nav><header><h1>Head</h1></header><p>Some <b>bold</b> "
            "<a href='next?q=1'>words</a></p><p hidden>unseen</p><img src='data:image/png;base64,AAAA'>"
            "<table><tr><th>A</th></tr><tr><td>1</td></tr></table></body></html>"
        )
    )
    output = await call("fetch_page", url=f"{server.url}/dir/page#part")
    assert output.text.startswith(f"URL: {server.url}/dir/page\n")
    assert "Title: The & title\n" in output.text
    assert f"# Head\n\nSome **bold** [words]({server.url}/dir/next?q=1)" in output.text
    assert "| 1 |" in output.text
    for absent in ("menu", "evil", "unseen", "p{}", "base64"):
        assert absent not in output.text
    assert not output.failed


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/feed+json", "text/csv", ""])
async def test_text_and_json_come_as_they_are(call: Call, server: WireServer, kind: str) -> None:
    server.script(page('{"a": "<b>"}', kind))
    output = await call("fetch_page", url=server.url)
    assert output.text.endswith('\n\n{"a": "<b>"}')


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/octet-stream", "audio/mpeg"])
async def test_other_content_is_refused_in_words(call: Call, server: WireServer, kind: str) -> None:
    server.script(page(b"%PDF", kind))
    output = await call("fetch_page", url=server.url)
    assert output.failed
    assert kind in output.text


async def test_binary_data_under_the_name_of_text_is_refused(call: Call, server: WireServer) -> None:
    server.script(page(b"a\0b", "text/plain"))
    assert "binary" in (await call("fetch_page", url=server.url)).text


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=iso-8859-1", "<p>Grüße</p>".encode("latin-1")),
        ("text/html", '<meta charset="windows-1252"><p>Grüße</p>'.encode("cp1252")),
        ("text/html", "<p>Grüße</p>".encode()),
        ("text/html; charset=hex", "<p>Grüße</p>".encode()),
        ("text/html; charset=punycode", "<p>Grüße</p>".encode()),
    ],
)
async def test_encoding_is_taken_from_header_or_page(call: Call, server: WireServer, kind: str, body: bytes) -> None:
    server.script(page(body, kind))
    assert (await call("fetch_page", url=server.url)).text.endswith("\n\nGrüße")


async def test_error_status_is_a_failure_with_its_page(call: Call, server: WireServer) -> None:
    server.script(page("<h1>Not here</h1>", status=404))
    output = await call("fetch_page", url=server.url)
    assert output.failed
    assert "status 404" in output.text
    assert "Not here" in output.text


async def test_page_without_text_says_so(call: Call, server: WireServer) -> None:
    server.script(page("<div>" * 20_000 + "x"))
    assert "[No readable text" in (await call("fetch_page", url=server.url)).text


async def test_long_text_is_cut_visibly(call: Call, server: WireServer) -> None:
    server.script(page("x" * 100_000, "text/plain"))
    output = await call("fetch_page", url=server.url)
    assert "[Cut here: 60,000 of 100,000 characters are shown." in output.text
    assert len(output.text) < 61_000


async def test_small_data_that_unpacks_to_much_is_read_to_the_limit_only(call: Call, server: WireServer) -> None:
    server.script(page(gzip.compress(b"x" * 50_000_000), "text/plain", encoding="gzip"))
    output = await call("fetch_page", url=server.url)
    assert "60,000 of 2,000,000 characters" in output.text
    assert output.text.endswith("[The page is longer than 2 MB; its end was not read.]")
    assert not output.failed


async def test_endless_page_is_read_to_the_limit_and_the_connection_closed(call: Call, server: WireServer) -> None:
    async def endless(exchange: Exchange) -> None:
        await exchange.start(200, {"Content-Type": "text/plain"})
        while True:
            await exchange.chunk(b"x" * 65_536)

    server.script(endless)
    output = await call("fetch_page", url=server.url)
    assert not output.failed
    await server.closed.wait()


async def test_stop_closes_the_connection(call: Call, server: WireServer) -> None:
    arrived, stopped = asyncio.Event(), asyncio.Event()

    async def slow(exchange: Exchange) -> None:
        await exchange.start(200, HTML)
        await exchange.chunk(b"<p>begin")
        arrived.set()
        await stopped.wait()
        while True:  # until the client is found gone
            await exchange.chunk(b"x")
            await asyncio.sleep(0)

    server.script(slow)
    task = asyncio.ensure_future(call("fetch_page", url=server.url))
    await arrived.wait()
    await cancel(task)
    stopped.set()
    await server.closed.wait()


async def test_broken_connection_is_said_in_words(call: Call, server: WireServer) -> None:
    async def broken(exchange: Exchange) -> None:
        await exchange.start(200, HTML)
        await exchange.chunk(b"<p>half")
        exchange.cut()

    server.script(broken)
    output = await call("fetch_page", url=server.url)
    assert output.failed
    assert "broke off" in output.text


async def test_closed_port_is_said_in_words(call: Call, unused_tcp_port: int) -> None:
    output = await call("fetch_page", url=f"http://127.0.0.1:{unused_tcp_port}/")
    assert output.failed
    assert "could not be reached" in output.text


async def test_redirect_is_followed_and_told_and_no_cookie_kept(call: Call, server: WireServer) -> None:
    server.script(redirect("/there"), page("arrived", "text/plain"))
    url = f"{server.url}/here"
    output = await call("fetch_page", url=url)
    assert output.text == f"URL: {server.url}/there\n(asked for: {url})\n\narrived"
    assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://user:word@127.0.0.1/",
        "//192.168.0.1/",
        "http://[",
    ],
)
async def test_each_redirect_is_judged_anew(call: Call, server: WireServer, target: str) -> None:
    server.script(redirect(target))
    output = await call("fetch_page", url=server.url)
    assert output.failed
    assert len(server.requests) == 1


async def test_circle_of_redirects_ends(call: Call, server: WireServer) -> None:
    server.always = redirect("/again")
    output = await call("fetch_page", url=server.url)
    assert "More than 5 redirects" in output.text
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://a.org/",
        "javascript:1",
        "a.org/x",
        "http://",
        "http://u:p@a.org/",
        "http://a b/",
        "x",
    ],
)
async def test_what_is_no_plain_web_address_is_refused_in_words(call: Call, url: str) -> None:
    output = await call("fetch_page", url=url)
    assert output.failed
    assert "fault in the program" not in output.text


async def test_loopback_is_refused_by_default(context: ToolContext, server: WireServer) -> None:
    call = caller(web_tools(), context)
    for host in ("127.0.0.1", "localhost", "2130706433", "127.1"):
        output = await call("fetch_page", url=server.url.replace("127.0.0.1", host))
        assert output.failed
        assert "not on the public internet" in output.text
    assert server.requests == []


async def test_name_is_resolved_once_and_its_address_pinned(context: ToolContext, server: WireServer) -> None:
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[Address]:
        asked.append(host)
        # the second answer is the attack: another address at the time of the connection
        return [ipaddress.ip_address("127.0.0.1" if len(asked) == 1 else "10.0.0.1")]

    server.script(page("ok", "text/plain"))
    port = server.url.rpartition(":")[2]
    output = await caller(web_tools(loopback, resolve), context)("fetch_page", url=f"http://name.test:{port}/x")
    assert not output.failed
    assert asked == ["name.test"]
    assert server.requests[0].headers["host"] == f"name.test:{port}"


async def test_one_forbidden_address_among_several_refuses_all(context: ToolContext, server: WireServer) -> None:
    async def resolve(host: str, port: int) -> list[Address]:
        return [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("10.0.0.1")]

    port = server.url.rpartition(":")[2]
    output = await caller(web_tools(loopback, resolve), context)("fetch_page", url=f"http://name.test:{port}/")
    assert output.failed
    assert server.requests == []


async def test_next_address_is_tried_when_one_does_not_answer(context: ToolContext, server: WireServer) -> None:
    async def resolve(host: str, port: int) -> list[Address]:
        return [ipaddress.ip_address("::1"), ipaddress.ip_address("127.0.0.1")]

    server.script(page("ok", "text/plain"))
    port = server.url.rpartition(":")[2]
    output = await caller(web_tools(loopback, resolve), context)("fetch_page", url=f"http://name.test:{port}/")
    assert not output.failed


async def test_proxy_and_credentials_of_the_environment_are_not_used(
    call: Call, server: WireServer, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_tcp_port}")
    (Path.home() / ".netrc").write_text("machine 127.0.0.1 login ada password word")
    server.script(page("ok", "text/plain"))
    assert not (await call("fetch_page", url=server.url)).failed
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(("name", "works"), [("name.test", True), ("other.test", False)])
async def test_tls_is_for_the_name_and_not_for_the_pinned_address(
    context: ToolContext, tmp_path: Path, name: str, works: bool
) -> None:
    certificate, key = make_certificate(tmp_path, "name.test")
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    settings.load_cert_chain(certificate, key)
    named: list[str | None] = []
    settings.sni_callback = lambda connection, server_name, context: named.append(server_name)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()

    async def resolve(host: str, port: int) -> list[Address]:
        return [ipaddress.ip_address("127.0.0.1")]

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=settings)
    async with server:
        port = server.sockets[0].getsockname()[1]
        tools = web_tools(loopback, resolve, lambda: ssl.create_default_context(cafile=certificate))
        output = await caller(tools, context)("fetch_page", url=f"https://{name}:{port}/")
    assert named == [name]
    assert output.failed is not works


@pytest.fixture
def card(context: ToolContext) -> ShowCard:
    return card_maker(web_tools(is_public), context)


async def test_card_shows_the_address_as_given_and_the_host_in_punycode(card: ShowCard) -> None:
    made = await card("fetch_page", url="https://bücher.example/ä?q=1")
    assert made.effect == "Sends a request to xn--bcher-kva.example and reads the page"
    assert fields_of(made) == {"URL": "https://bücher.example/ä?q=1", "Host": "xn--bcher-kva.example"}
    assert fields_of(await card("fetch_page", url="https://a.org/x")) == {"URL": "https://a.org/x"}


@pytest.mark.parametrize("url", ["http://[", "file:///x", "http://u:p@a.org", "\x00", "x", "http://xn--/", "http://.."])
async def test_card_of_an_odd_address_never_raises(card: ShowCard, url: str) -> None:
    assert fields_of(await card("fetch_page", url=url))["URL"] == url


@given(st.text(min_size=1, max_size=60), st.sampled_from(["", "http://", "https://a.org/", "http://[", "//"]))
def test_any_text_is_a_url_or_a_tool_error(text: str, start: str) -> None:
    with contextlib.suppress(ToolError):
        assert read_url(start + text).scheme in ("http", "https")


def test_fragment_is_not_sent() -> None:
    assert str(read_url(" https://a.org/x?y#z ")) == "https://a.org/x?y"
