"""Conversations as one HTML page: no script, nothing loaded, light and dark, fit to print."""

from functools import cache
from html import escape
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from desktop.engine.exchange.shown import Shown, local_time, shown_messages, title_of
from desktop.engine.messages import JsonObject

_STYLE = """
:root { color-scheme: light dark;
  --text: #1d1d1f; --muted: #5f6368; --paper: #fff; --raised: #f2f3f5; --line: #d9dce1; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8ea; --muted: #a0a4ab; --paper: #1b1c1f; --raised: #27292d; --line: #3a3d43; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 46rem; background: var(--paper); color: var(--text);
  font: 16px/1.55 system-ui, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.5rem; margin: 2.5rem 0 0; } h1:first-child { margin-top: 0; }
h2, h3, h4, h5, h6 { font-size: 1.05rem; }
a { color: inherit; }
.time, .tools { color: var(--muted); font-size: .85rem; }
.who { color: var(--muted); font-size: .85rem; font-weight: 600; margin: 1.75rem 0 .4rem; }
.you { background: var(--raised); border-radius: .6rem; padding: .7rem 1rem; white-space: pre-wrap; }
pre { background: var(--raised); border-radius: .4rem; padding: .8rem 1rem; overflow-x: auto; font-size: .875rem; }
code { font-family: ui-monospace, monospace; font-size: .9em; } pre code { font-size: inherit; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); }
@media print {
  :root { --text: #000; --muted: #444; --paper: #fff; --raised: #f2f2f2; --line: #bbb; }
  body { max-width: none; padding: 0; font-size: 11pt; } pre { white-space: pre-wrap; } h1 { break-before: page; }
  h1:first-child { break-before: auto; } .who { break-after: avoid; }
}
"""


def html_head(title: str) -> str:
    """The page up to its first conversation."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )


def html_foot() -> str:
    """The page's end."""
    return "</body>\n</html>\n"


def html_of(conversation: JsonObject) -> str:
    """A conversation as a part of the page. Everything in it is escaped; Markdown's own HTML is shown as text."""
    began, changed = local_time(conversation.get("created_at")), local_time(conversation.get("updated_at"))
    head = f'<h1>{escape(title_of(conversation))}</h1>\n<p class="time">{escape(f"{began} to {changed}")}</p>\n'
    return head + "".join(_message(each) for each in shown_messages(conversation))


def _message(message: Shown) -> str:
    who = f'<p class="who">{escape(message.speaker)} · {escape(message.at)}</p>\n'
    if message.is_person:
        return f'{who}<div class="you" dir="auto">{escape(message.text)}</div>\n'
    tools = f'<p class="tools">Tools: {escape(", ".join(message.tools))}</p>\n' if message.tools else ""
    return f'{who}{tools}<div class="answer" dir="auto">{_markdown().render(message.text)}</div>\n'


@cache
def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    reader.validateLink = _is_safe  # type: ignore[method-assign]  # the library's own way
    reader.add_render_rule("image", _image_as_text)
    return reader


def _is_safe(url: str) -> bool:
    try:
        return urlsplit(url.strip()).scheme.lower() in ("http", "https", "mailto")
    except ValueError:
        return False


def _image_as_text(renderer: RendererHTML, tokens: list[Token], at: int, options: object, environment: object) -> str:
    """A picture is never loaded: its words and its address are shown."""
    token = tokens[at]
    return escape(f"[Image: {token.content}] ({token.attrGet('src')})")
