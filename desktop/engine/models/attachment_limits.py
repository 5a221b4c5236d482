"""What a model takes of attachments, and what is said before it is sent more. Pure."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from desktop.engine.attachments import kind_in_words, size_in_words, tokens_of
from desktop.engine.messages import Attachment, Value
from desktop.engine.models.registry import ModelEntry

_MB = 1_000_000
_SHARE_OF_CONTEXT = 0.8
"""Of what the registry says that a model can read: instructions, question and answer need some of it."""


class Objection(Value):
    """Why a message cannot be sent with what is attached.

    Attributes:
        hash: Which attachment it is about; empty where it is about all together.
        words: A sentence for the person.
    """

    hash: str = ""
    words: str


class AttachmentLimits(Value):
    """What one model takes in one request.

    Attributes:
        label: The model's name for a sentence.
        provider: Who serves it.
        pictures: Whether it looks at pictures.
        pdf: Whether it reads PDFs.
        picture_bytes: The largest picture.
        picture_side: The longest side of a picture, in pixels.
        many_pictures: From how many pictures on ``many_side`` holds.
        many_side: The longest side of each of many pictures, in pixels.
        most_pictures: How many pictures.
        most_pages: How many pages of PDF, all together.
        request_bytes: How large all of it may be, as base64.
        most_tokens: How many tokens, about, the attachments may take of its context; 0 where that is not known.
    """

    label: str
    provider: str
    pictures: bool = True
    pdf: bool = True
    picture_bytes: int = 20 * _MB
    picture_side: int = 16_000
    many_pictures: int = 10_000
    many_side: int = 16_000
    most_pictures: int = 500
    most_pages: int = 1_000
    request_bytes: int = 50 * _MB
    most_tokens: int = 0

    def objections(self, attachments: Sequence[Attachment]) -> list[Objection]:
        """Why these attachments of one message cannot be sent; empty where they can."""
        found = [Objection(hash=one.hash, words=words) for one in attachments if (words := self.objection_to(one))]
        pictures = [one for one in attachments if one.is_picture]
        if len(pictures) > self.most_pictures:
            found.append(Objection(words=f"{self.label} takes at most {self.most_pictures} pictures at once."))
        if len(pictures) > self.many_pictures:
            found += [
                Objection(
                    hash=one.hash,
                    words=f"With more than {self.many_pictures} pictures, {self.label} takes none larger than"
                    f" {self.many_side:,} pixels.",
                )
                for one in pictures
                if max(one.width, one.height) > self.many_side
            ]
        if sum(one.pages for one in attachments) > self.most_pages:
            found.append(Objection(words=f"{self.label} takes at most {self.most_pages} pages of PDF at once."))
        total = sum(map(wire_bytes, attachments))
        if total > self.request_bytes:
            found.append(
                Objection(
                    words=f"All of it together is {size_in_words(total)} when it is sent; {self.label} takes at most"
                    f" {size_in_words(self.request_bytes)}."
                )
            )
        tokens = sum(tokens_of(one, self.provider) for one in attachments)
        if self.most_tokens and tokens > self.most_tokens:
            found.append(
                Objection(
                    words=f"All of it together takes about {tokens:,} tokens; {self.label} has room for about"
                    f" {self.most_tokens:,}."
                )
            )
        return found

    def objection_to(self, attachment: Attachment) -> str:
        """Why one attachment cannot be sent, a sentence; empty where it can."""
        if attachment.is_picture and not self.pictures:
            return f"{self.label} reads text alone, no pictures."
        if attachment.is_pdf and not self.pdf:
            return f"{self.label} reads no PDF. Attach its text, or pictures of its pages."
        if attachment.is_picture and attachment.size > self.picture_bytes:
            return f"{self.label} takes no picture larger than {size_in_words(self.picture_bytes)}."
        if attachment.is_picture and max(attachment.width, attachment.height) > self.picture_side:
            return f"{self.label} takes no picture of more than {self.picture_side:,} pixels a side."
        if attachment.pages > self.most_pages:
            return f"{self.label} takes at most {self.most_pages} pages; this {kind_in_words(attachment)} has more."
        return ""


def wire_bytes(attachment: Attachment) -> int:
    """How large it is in a request: text as it is, all else as base64."""
    return attachment.size if attachment.is_text else (attachment.size + 2) // 3 * 4


def limits_of(entry: ModelEntry) -> AttachmentLimits:
    """What a model takes.

    Args:
        entry: The model. What its registry entry says of inputs and context counts; else what its provider documents.
            Of a server that copies OpenAI's protocol only that is not known: pictures are let through, PDFs are not.

    Sources: https://platform.claude.com/docs/en/build-with-claude/vision, …/pdf-support (5 MB of base64 a picture),
    https://ai.google.dev/gemini-api/docs/image-understanding (20 MB a request with inline data),
    https://platform.openai.com/docs/guides/pdf-files
    """
    match entry.provider:
        case "anthropic":
            limits = AttachmentLimits(
                label=entry.label,
                provider=entry.provider,
                picture_bytes=3_900_000,
                picture_side=8_000,
                many_pictures=20,
                many_side=2_000,
                most_pictures=100,
                most_pages=100,
                request_bytes=30 * _MB,
                most_tokens=160_000,
            )
        case "gemini":
            limits = AttachmentLimits(
                label=entry.label, provider=entry.provider, request_bytes=19 * _MB, most_tokens=900_000
            )
        case "demo":
            limits = AttachmentLimits(label=entry.label, provider=entry.provider, request_bytes=1000 * _MB)
        case _:
            is_openai = (urlsplit(entry.base_url or "").hostname or "").endswith("openai.com")
            limits = AttachmentLimits(
                label=entry.label,
                provider=entry.provider,
                pdf=is_openai,
                most_pages=100,
                request_bytes=48 * _MB,
                most_tokens=100_000 if is_openai else 0,
            )
    if entry.context_tokens:
        room = int(entry.context_tokens * _SHARE_OF_CONTEXT)
        limits = limits.model_copy(update={"most_tokens": min(limits.most_tokens or room, room)})
    if entry.inputs is None:
        return limits
    return limits.model_copy(update={"pictures": "image" in entry.inputs, "pdf": "pdf" in entry.inputs})


def objections_of(entries: Iterable[ModelEntry], attachments: Sequence[Attachment]) -> list[Objection]:
    """Why a message cannot be sent to all of these models, in words; empty where it can.

    Args:
        entries: The models that get the message.
        attachments: What goes with it.
    """
    found: dict[Objection, None] = {}
    for entry in {entry.key: entry for entry in entries}.values():
        found |= dict.fromkeys(limits_of(entry).objections(attachments))
    return list(found)
