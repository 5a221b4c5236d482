"""LaTeX as MathML, which browsers draw by themselves."""

import re
from html import escape, unescape
from typing import Final
from xml.etree.ElementTree import Element

_LONGEST: Final = 2_000
_DEEPEST: Final = 40
_DEEPEST_ELEMENT: Final = 200
"""``\\sqrt\\sqrt\\sqrt x`` is deep without a brace."""
_MACROS = re.compile(r"\\(?:new|renew|provide)command|\\[egx]?def\b|\\let\b")
"""What could make much of little."""
_OPENS = re.compile(r"\\[{}]|\{|\}|\\left\b|\\right\b|\\begin\b|\\end\b")
_ELEMENTS: Final = frozenset(
    {
        "math", "menclose", "mfenced", "mfrac", "mi", "mlabeledtr", "mmultiscripts", "mn", "mo", "mover", "mpadded",
        "mphantom", "mprescripts", "mroot", "mrow", "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup",
        "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "none",
    }
)  # fmt: skip
_PARTS: Final = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "mover": 2, "munder": 2, "msubsup": 3, "munderover": 3}
"""How many elements stand in one; a browser marks others as wrong."""
_ATTRIBUTES: Final = frozenset(
    {
        "accent", "accentunder", "columnalign", "columnlines", "columnspacing", "depth", "display", "displaystyle",
        "fence", "form", "frame", "height", "largeop", "linethickness", "lspace", "mathcolor", "mathsize",
        "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowlines", "rowspacing", "rspace",
        "scriptlevel", "separator", "stretchy", "symmetric", "voffset", "width",
    }
)  # fmt: skip
"""None that leads anywhere, loads or runs anything, or styles beyond the formula."""


def mathml_of(source: str, *, display: bool) -> str | None:
    """A formula as MathML.

    Args:
        source: LaTeX, without the marks around it.
        display: Whether it stands on lines of its own.

    Returns:
        An element ``math``, everything in it escaped; None where the formula is malformed, or too large.
    """
    if not source.strip() or len(source) > _LONGEST or _MACROS.search(source) or not _is_balanced(source):
        return None
    # Imported here: most pages have no formula.
    from latex2mathml.converter import Converter

    try:
        return _written(Converter(display="block" if display else "inline").convert_to_element(source))
    except Exception:  # whatever LaTeX of a stranger does to the package, the source is shown
        return None


def _is_balanced(source: str) -> bool:
    """Whether all that opens is closed, and not too deep; the package takes less."""
    depth = 0
    for match in _OPENS.finditer(source):
        if match[0] in ("{", "\\left", "\\begin"):
            depth += 1
        elif match[0] in ("}", "\\right", "\\end"):
            depth -= 1
        if not 0 <= depth <= _DEEPEST:
            return False
    return depth == 0


def _written(element: Element, depth: int = 0) -> str:
    """An element with what may be in one. The package writes characters as references, so they are read first.

    Raises:
        ValueError: Something is missing in it, or it is too deep.
    """
    if len(element) != _PARTS.get(element.tag, len(element)) or depth > _DEEPEST_ELEMENT:
        raise ValueError(element.tag)
    inside = escape(unescape(element.text or "")) + "".join(_written(each, depth + 1) for each in element)
    behind = escape(unescape(element.tail or ""))
    if element.tag not in _ELEMENTS:
        return inside + behind
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in element.attrib.items() if name in _ATTRIBUTES)
    return f"<{element.tag}{attributes}>{inside}</{element.tag}>{behind}"
