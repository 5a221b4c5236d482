# ruff: noqa: E501, RUF001 - other scripts are among what is shown
"""Pictures of the segments of messages: ``python -m tests.views.gallery_segments build/segments``.

All sorts of content, light and dark, at 100 % and 200 %, narrow and wide.
"""

import os
import sys
from collections.abc import Sequence
from math import ceil
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtWidgets import QApplication

from desktop.views import theme
from desktop.views.transcript import formulas
from desktop.views.transcript.definitions import definitions
from desktop.views.transcript.factory import make_segment
from desktop.views.transcript.footnotes import arranged
from desktop.views.transcript.segment import Look, Mark, MarkKind, Segment, Surroundings
from desktop.views.transcript.splitter import split

TEXTS = {
    "github": """# What Markdown looks like

A paragraph with **bold**, *emphasis*, ***both***, ~~struck~~, `code`, a footnote[^late] and another[^2], H~2~O, and a hard\x20\x20
break. Autolinks: https://en.wikipedia.org/wiki/Foo_(bar), (see https://example.org/a), www.example.org/path, <https://example.org/x>, someone@example.org, <mail@example.org>, https://example.org/a/very/long/address/that/does/not/fit/into/one/line/of/the/text/at/all?and=it&has=a&query=too#fragment and on.

Prices: it costs $5 and $10, or $20k–$30k, US$5, $HOME/$PATH; maths: $x^2$, the $n$th, $a$-values, \\(e^{i\\pi}+1=0\\), \\[ \\sum_i x_i \\] in the line.

1. Ordered
2. Second, with code:

   ```python
   def f() -> int:
       return 1
   ```

   > A quote in the item
   > with two lines
   >
   > 1. and a list in it

   | A | B |
   |---|--:|
   | 1 | 2 |

   $$
   \\int_0^1 x^2 \\,dx = \\frac{1}{3}
   $$

   ### A heading in the item
   And its text.
7. Lazy number
   - [x] done
   - [ ] open, with `code`
     - nested deeper
       - and deeper
         1. and numbered

14. Starts at fourteen
15. Fifteen

- Item one

  Second paragraph of it.
- Item two
* Another list
+ And another

> [!NOTE]
> A note as GitHub marks it.

> [!WARNING]
> Take care.

> Quote
> - with a list
> - of two
>
> ```sh
> ls -la # code in a quote
> ```

| Left | Centre | Right | ‏עברית |
|:-----|:------:|------:|-------|
| a<br>b | `x | y` | 1,200 | שלום עולם |
| **bold** | a \\| b | 3 | العربية |

Term
: definition-like text

[NOTE]: this is no definition of a link

<details><summary>HTML</summary> stays <b>literal</b> <img src=x></details>

Setext heading
==============

- פריט ראשון ברשימה
- פריט שני, עם `code`
  1. פריט ממוספר

זהו משפט בעברית עם **הדגשה** ו-code.

日本語の段落です。会議の議事録を要約してください。**太字**も`コード`もあります。句読点で折り返されることを確認するための長い文です。

Emoji 😀 👩‍👩‍👧‍👦 🇪🇺 1️⃣ in a line. Trailing \\* escapes \\_ and &copy; &amp; entities.

***

Line one\\
line two after a backslash.

[^late]: A note with `code` and a [link](https://example.org).
[^2]: The second note.

    With a second paragraph.
""",
    "prose": """# Notice periods in both leases

Both offers bind you for **two years**, but they end differently[^1]. The *second* one is the `better` choice when you
may move early [1], and ~~the first~~ neither asks for a guarantee. See [the act](https://example.org/act) or
https://example.org/commentary, and [a bank](https://evil.example/x "title") or [bank.com](https://evil.example).

## What to check

1. Read clause 4 in full.
2. Ask about the deposit:
   - three months at most
   - paid back within **six weeks**
     - interest included
     - in writing
3. Sign nothing yet.

### Open tasks

- [x] Compare the rents
- [ ] Call the landlord
- [ ] Measure the *kitchen*

> A landlord may not raise the rent within twelve months.
>
> > Unless both agree in writing.
>
> So says the act.

Line one ends with a break\\
and line two follows. An image: ![the plan](file:///etc/passwd) stays a name.

---

#### Afterwords
The end, with a second note[^act].

[^1]: The first gives three months, the second one. See [the act](https://example.org/act).
[^act]: Act on tenancy, section 573c.
""",
    "code": """Install it, then run:

```python
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    \"\"\"One lease.\"\"\"

    rent: int = 1_200  # per month

    def yearly(self) -> int:
        return 12 * self.rent if self.rent else "a very long line that does not fit into the room and scrolls sideways, as code does"
```

1. First, look around:

   ```sh
   ls -la | grep "lease" > out.txt
   ```

   then go on.
2. Second step, with `inline code` in it.

    indented

Plain:

    code by indent
    second line
""",
    "tables": """Compared:

| Offer | Rent | Deposit | Remark |
|:------|-----:|:-------:|--------|
| First | 1,200 | 3,600 | Heating is **not** included, and the contract runs for two years without a way out |
| Second | 1,350 | 2,700 | `all in`, see [the act](https://example.org) |
| Third | $x^2$ | – | on request |

And a wide one:

| Month | January | February | March | April | May | June | July | August | September | October | November | December |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
| Heating in the whole house | 120 | 118 | 97 | 60 | 31 | 12 | 9 | 9 | 22 | 58 | 90 | 115 |
| Electricity | 41 | 39 | 40 | 38 | 36 | 35 | 36 | 37 | 38 | 40 | 41 | 44 |

After it.
""",
    "maths": """The integral $\\int_0^\\infty e^{-x^2}\\,dx$ equals $\\frac{\\sqrt{\\pi}}{2}$, where $x_i \\in \\mathbb{R}$ and the
price is $5 and $6, not more. Euler wrote \\(e^{i\\pi} + 1 = 0\\) in a line of text that goes on for a while so that it
is broken and one sees how the lines stand above each other with $\\alpha + \\beta$.

$$
f(x) = \\sum_{n=0}^{\\infty} \\frac{f^{(n)}(a)}{n!} (x - a)^n
$$

\\[
A = \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}, \\qquad \\det A = ad - bc
\\]

Broken: $\\frac{1}{$ stays its source, and so does

$$\\begin{nonsense} x \\left( $$

> In a quote: $a^2 + b^2 = c^2$

- In a list: $\\sqrt{2}$
""",
    "scripts": """## עברית וערבית

זהו משפט בעברית עם `code` באמצע, ומספר 123.

- פריט ראשון
- פריט שני

هذه فقرة بالعربية، وفيها رابط https://example.org هنا.

> ציטוט בעברית

日本語の段落です。会議の議事録を要約してください。**太字**も`コード`もあります。句読点で折り返されることを確認するための長い文です。

한국어 문장과 emoji 😀 👩‍👩‍👧‍👦 🇪🇺 in one line.
""",
    "hostile": """<script>alert(1)</script> and <b>bold</b> <img src="file:///etc/passwd"> stay text.

[click](javascript:alert(1)) ![x](http://127.0.0.1:9/x) [a](file:///etc/passwd) [\u202egnp.exe](https://evil.example)

- - - - - - deep
> > > > > > > > > > deep

"""
    + "x" * 400
    + "\n\n***"
    + "*a" * 60
    + "\n\n| a | b |\n|---|---|\n| "
    + "w" * 300
    + " | c |\n",
}


def segments(text: str, look: Look, width: float) -> Sequence[Segment]:
    """The segments of a text, with all that may come late."""
    around = Surroundings(("call-1",), definitions(text))
    pieces = arranged(split(text, False), around.definitions)
    found = [make_segment(piece, around, look) for piece in pieces]
    formulas.wait(20)
    for each in found:
        each.lay_out(width)
        while each.refine(50):
            pass
    return found


def picture(text: str, chosen: theme.Theme, width: int, scale: float, *, marked: bool = False) -> QImage:
    """One text, drawn."""
    look = Look(chosen, QFont(QApplication.font().family(), 10), scale)
    found = segments(text, look, width)
    margin = 24
    image = QImage(
        ceil((width + 2 * margin) * scale),
        ceil((sum(each.height for each in found) + 2 * margin) * scale),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(scale)
    image.fill(chosen.background)
    painter = QPainter(image)
    painter.translate(margin, margin)
    for each in found:
        marks = _marks(each) if marked else ()
        each.draw(painter, QRectF(0, 0, width, each.height), marks)
        painter.translate(QPointF(0, ceil(each.height)))
    painter.end()
    return image


def _marks(segment: Segment) -> list[Mark]:
    third = segment.length // 3
    return [
        Mark(0, third, MarkKind.SELECTION),
        Mark(third + 2, third + 9, MarkKind.HIT),
        Mark(2 * third, 2 * third + 8, MarkKind.CURRENT_HIT),
    ]


def main() -> None:
    """Draw them all."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/segments")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    application = QApplication(sys.argv[:1])
    assert application is not None
    for name, text in TEXTS.items():
        for scheme, chosen in (("light", theme.LIGHT), ("dark", theme.DARK)):
            for width, scale in ((560, 1.0), (330, 1.0), (560, 2.0)):
                title = f"{name}-{scheme}-{width}-{round(scale * 100)}"
                if wanted in title:
                    picture(text, chosen, width, scale).save(str(folder / f"{title}.png"))
        title = f"{name}-marked"
        if wanted in title:
            picture(text, theme.DARK, 560, 1.0, marked=True).save(str(folder / f"{title}.png"))


if __name__ == "__main__":
    main()
