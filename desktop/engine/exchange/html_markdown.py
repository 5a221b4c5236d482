"""The Markdown of an answer as HTML that is safe to open: nothing is loaded, no HTML of the answer's own gets through.

It knows what the transcript knows: tables, task lists, strike-through, alerts, footnotes, formulas, bare addresses.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from desktop.engine.bare_links import bare_links
from desktop.engine.exchange.formula_rules import find_formulas
from desktop.engine.exchange.mathml import mathml_of

_NESTING = 60
"""Levels of tokens that are read, as in the transcript."""


def html_of_markdown(text: str, name: str) -> str:
    """Markdown as HTML.

    Args:
        text: All of an answer.
        name: In letters and digits, what no other answer of the page has: its footnotes are told apart by it.
    """
    html: str = _reader().render(text, {"docId": name})
    return html


@cache
def _reader() -> MarkdownIt:
    options = {"html": False, "maxNesting": _NESTING, "tasklists": True, "alerts": True}
    reader = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    # The scheme is judged below; all are read, so that a refused address is shown and not left as mark-up.
    reader.validateLink = lambda url: True  # type: ignore[method-assign]  # the library's own way
    find_formulas(reader)
    reader.use(footnote_plugin, inline=False)
    reader.core.ruler.push("safe_links", _safe_links)
    for name, rule in (("image", _image), ("math_inline", _formula), ("math_block", _formula)):
        reader.add_render_rule(name, rule)
    return reader


def is_safe(address: str) -> bool:
    """Whether a link may lead there."""
    try:
        return urlsplit(address.strip()).scheme.lower() in ("http", "https", "mailto")
    except ValueError:
        return False


def _safe_links(state: StateCore) -> None:
    for token in state.tokens:
        if token.children:
            token.children = list(_linked(token.children))


def _linked(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens of a line: addresses in its text are links, and links that lead elsewhere than to the web are text."""
    refused: list[str | None] = []  # of each link that is open here
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrGet("href") or "")
            refused.append(None if is_safe(address) else address)
            if refused[-1] is not None:
                continue
        elif token.type == "link_close" and refused and (address_shown := refused.pop()) is not None:
            yield _text(f" ({address_shown})")
            continue
        elif token.type == "text" and not refused:
            yield from _with_links(token)
            continue
        yield token


def _with_links(token: Token) -> Iterator[Token]:
    at = 0
    for start, end, target in bare_links(token.content):
        yield _text(token.content[at:start])
        yield Token("link_open", "a", 1, attrs={"href": target})
        yield _text(token.content[start:end])
        yield Token("link_close", "a", -1)
        at = end
    yield _text(token.content[at:]) if at else token


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _image(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: object, environment: object) -> str:
    """A picture is never loaded: its words are shown, and its address."""
    address = str(tokens[at].attrGet("src") or "")
    words = escape(f"[Image: {tokens[at].content}]" if tokens[at].content else "[Image]")
    links_open = sum({"link_open": 1, "link_close": -1}.get(each.type, 0) for each in tokens[:at])
    if is_safe(address) and not links_open:
        return f'<a class="image" href="{escape(address)}">{words}</a>'
    return f'<span class="image">{words}</span> ({escape(address)})'


def _formula(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: object, environment: object) -> str:
    token = tokens[at]
    display = token.type == "math_block" or token.markup in ("$$", "\\[")
    found = mathml_of(token.content, display=display)
    if found is None:
        close = {"\\(": "\\)", "\\[": "\\]"}.get(token.markup, token.markup)
        found = f'<code class="formula">{escape(token.markup + token.content + close)}</code>'
    return f'<div class="formula">{found}</div>\n' if token.type == "math_block" else found
