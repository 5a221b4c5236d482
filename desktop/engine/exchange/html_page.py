"""Conversations as one HTML page: no script, nothing loaded, light and dark, fit to print."""

from html import escape

from desktop.engine.exchange.html_files import FilesInPage
from desktop.engine.exchange.html_markdown import html_of_markdown
from desktop.engine.exchange.shown import Shown, local_time, shown_messages, title_of
from desktop.engine.messages import JsonObject

_ALLOWED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root { color-scheme: light dark;
  --text: #1d1d1f; --muted: #5f6368; --paper: #fff; --raised: #f2f3f5; --line: #d9dce1; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8ea; --muted: #a0a4ab; --paper: #1b1c1f; --raised: #27292d; --line: #3a3d43; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem; max-width: 46rem; background: var(--paper); color: var(--text);
  font: 16px/1.55 system-ui, sans-serif; overflow-wrap: break-word; }
.title { font-size: 1.5rem; margin: 2.5rem 0 0; } .title:first-child { margin-top: 0; }
.answer h1 { font-size: 1.25rem; } .answer h2 { font-size: 1.15rem; }
.answer :is(h3, h4, h5, h6) { font-size: 1.05rem; }
a { color: inherit; }
.time, .tools { color: var(--muted); font-size: .85rem; }
.who { color: var(--muted); font-size: .85rem; font-weight: 600; margin: 1.75rem 0 .4rem; }
.you { background: var(--raised); border-radius: .6rem; padding: .7rem 1rem; white-space: pre-wrap; }
.files { margin: .5rem 0; color: var(--muted); font-size: .9rem; } .files p { margin: .25rem 0; }
figure { margin: .5rem 0; } img { display: block; max-width: 100%; max-height: 32rem; border-radius: .4rem; }
figcaption, summary { padding: .25rem 0; } summary { cursor: pointer; }
pre { background: var(--raised); border-radius: .4rem; padding: .8rem 1rem; overflow-x: auto; font-size: .875rem; }
code { font-family: ui-monospace, monospace; font-size: .9em; } pre code { font-size: inherit; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; }
blockquote, .markdown-alert { margin: 1rem 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); }
.markdown-alert { --kind: #0969da; border-color: var(--kind); }
.markdown-alert-title { color: var(--kind); font-weight: 600; }
.markdown-alert-tip { --kind: #1a7f37; } .markdown-alert-important { --kind: #8250df; }
.markdown-alert-warning { --kind: #9a6700; } .markdown-alert-caution { --kind: #cf222e; }
.contains-task-list { list-style: none; padding-inline-start: 1.25rem; }
.formula { overflow-x: auto; overflow-y: hidden; } code.formula { white-space: pre-wrap; }
math[display="block"] { margin: .75rem 0; }
.footnotes { color: var(--muted); font-size: .9rem; } .footnotes-sep { border: 0; border-top: 1px solid var(--line); }
sup { line-height: 1; } .image { color: var(--muted); }
@media (prefers-color-scheme: dark) {
  .markdown-alert { --kind: #4493f8; } .markdown-alert-tip { --kind: #3fb950; }
  .markdown-alert-important { --kind: #ab7df8; } .markdown-alert-warning { --kind: #d29922; }
  .markdown-alert-caution { --kind: #f85149; }
}
@media print {
  :root { --text: #000; --muted: #444; --paper: #fff; --raised: #f2f2f2; --line: #bbb; }
  body { max-width: none; padding: 0; font-size: 11pt; } pre { white-space: pre-wrap; } .who { break-after: avoid; }
  .title { break-before: page; } .title:first-child { break-before: auto; }
  figure, tr, .formula { break-inside: avoid; } img { max-height: 18cm; }
}
"""


def html_head(title: str) -> str:
    """The page up to its first conversation."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_ALLOWED}">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
    )


def html_foot() -> str:
    """The page's end."""
    return "</body>\n</html>\n"


class HtmlPage:
    """Writes conversations as parts of one page. Everything in them is escaped; Markdown's own HTML is shown as text.

    Args:
        files: The files of the messages.
    """

    def __init__(self, files: FilesInPage) -> None:
        self._files = files
        self._count = 0

    def html_of(self, conversation: JsonObject) -> str:
        """A conversation, the next in the page."""
        began, changed = local_time(conversation.get("created_at")), local_time(conversation.get("updated_at"))
        title = f'<h1 class="title" dir="auto">{escape(title_of(conversation))}</h1>\n'
        head = f'{title}<p class="time">{escape(f"{began} to {changed}")}</p>\n'
        return head + "".join(map(self._message, shown_messages(conversation)))

    def _message(self, message: Shown) -> str:
        self._count += 1
        who = f'<p class="who">{escape(message.speaker)} · {escape(message.at)}</p>\n'
        files = self._files.html_of(message.attachments)
        if message.is_person:
            text = f'<div class="you" dir="auto">{escape(message.text)}</div>\n' if message.text.strip() else ""
            return who + text + files
        tools = f'<p class="tools">Tools: {escape(", ".join(message.tools))}</p>\n' if message.tools else ""
        html = html_of_markdown(message.text, f"m{self._count}")
        return f'{who}{tools}<div class="answer" dir="auto">{html}</div>\n{files}'
