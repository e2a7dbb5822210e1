"""Telling people: chat, mail and whatever else Apprise knows, each by one form of address."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from apprise import Apprise, AppriseAsset, AttachmentManager, NotifyFormat
from apprise.plugins import NotifyBase

from newsreel.errors import TargetFailed
from newsreel.news.addresses import Address
from newsreel.news.said import Said

ASSET = AppriseAsset(
    app_id="newsreel",
    app_desc="newsreel",
    # No pictures of Apprise's.
    image_url_mask="",
    image_url_logo="",
    http_redirects=False,
    secure_logging=True,
)
# An address may name a template, and must not read the machine's files by it.
AttachmentManager().remove("file")  # type: ignore[no-untyped-call]

READ_MARKDOWN = ("Discord", "Mattermost", "Rocket.Chat", "Zulip")
"""Services that read Markdown in plain text, too."""
SHORTER = {"ntfy": 1_300}
"""Characters that a service shows, where Apprise lets more pass: of more than 4,096 bytes ntfy makes a file."""
MARGIN = 50
"""Characters that a service may need for what it adds to a text."""
UNKNOWN = "Apprise does not understand the address; its forms are at https://github.com/caronc/apprise/wiki"


def tell(address: Address, said: Said) -> None:
    """Send one message. Raises TargetFailed."""
    with _listening() as heard:
        service = Apprise.instantiate(address.url, asset=ASSET, suppress_exceptions=True)
        if service is None:
            raise TargetFailed(UNKNOWN, sure=True)
        _show_pictures(service, said)
        most = min(service.body_maxlen, SHORTER.get(str(service.service_name), service.body_maxlen))
        most = max(0, most - len(said.headline) - MARGIN)
        formats: Any = service.notify_format
        formats = formats if isinstance(formats, tuple) else (formats,)
        rich = NotifyFormat.HTML in formats or formats[0] is NotifyFormat.MARKDOWN
        try:
            done = service.notify(
                title=said.headline,
                body=_html(service, said, most) if rich else _text(service, said, most),
                body_format=NotifyFormat.HTML if rich else NotifyFormat.TEXT,
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may have the address in it
            raise TargetFailed(f"{service.service_name} failed ({type(error).__name__})", sure=True) from None
    if not done:
        raise _failure(str(service.service_name), heard)


def _html(service: NotifyBase, said: Said, most: int) -> str:
    return said.html(most, pictures=service.service_name == "E-Mail")


def _text(service: NotifyBase, said: Said, most: int) -> str:
    return said.text(most, markdown=service.service_name in READ_MARKDOWN)


def _show_pictures(service: Any, said: Said) -> None:
    """Let a service show the newest video's picture, where it takes the picture's or the video's address."""
    newest = said.lines[0] if said.lines else None
    if newest is None:
        return
    match service.service_name:
        case "ntfy":
            service.attach, service.click = newest.picture, newest.url
        case "Telegram":
            service.preview = True


class _Heard(logging.Handler):
    """Keeps the status that a service answered to this thread; the rest of what Apprise logs may name addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.status: int | None = None
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        found = re.search(r"error=([1-5][0-9]{2})\b", record.getMessage())
        if found and record.thread == self._thread:
            self.status = int(found[1])


logger = logging.getLogger("apprise")
# Nothing of what it says reaches the log, whoever is listening.
logger.propagate = False
logger.setLevel(logging.WARNING)
logger.addHandler(logging.NullHandler())


@contextmanager
def _listening() -> Iterator[_Heard]:
    """What Apprise says meanwhile."""
    heard = _Heard()
    logger.addHandler(heard)
    try:
        yield heard
    finally:
        logger.removeHandler(heard)


def _failure(name: str, heard: _Heard) -> TargetFailed:
    if heard.status:
        return TargetFailed(f"{name} answered {heard.status}", sure=True)
    return TargetFailed(f"{name} did not take the message, or did not answer", sure=True)
