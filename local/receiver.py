"""`make receiver`: shows, on loopback, what a webhook gets of newsreel, until Ctrl-C.

make receiver                        listen at http://127.0.0.1:3001/
make receiver SECRET="…"             check each message's signature with the secret that `make targets` has shown
make receiver RECEIVER_PORT=3002     at another port
"""

import hmac
import json
import os
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from local.console import columns, folded, say
from local.serving import serving
from newsreel.news.webhook import signature

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PORT = "3001"
NAME = "receiver"
"""Of the target that it proposes."""


class Receiver:
    """The WSGI app: prints a line for each message and one for each of its videos, and takes them all."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._seen: set[str] = set()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request: 204, or 400 to what is no message of newsreel's."""
        request = Request(environ)
        body = request.get_data()
        try:
            message = json.loads(body)
            titles = [str(video["title"] or video["video_id"]) for video in message["videos"]]
            event, about = str(message["id"]), (message["type"], f"for {message['target']}")
        except (KeyError, TypeError, ValueError):
            say("something came that is no message of newsreel's")
            return Response(status=400)(environ, start_response)
        again = ["once more"] if event in self._seen else []
        self._seen.add(event)
        show(", ".join((*about, *again, self._signed(request, body))), titles)
        return Response(status=204)(environ, start_response)

    def _signed(self, request: Request, body: bytes) -> str:
        if not self._secret:
            return "signature not checked"
        timestamp = request.headers.get("X-Newsreel-Timestamp", "")
        sent = request.headers.get("X-Newsreel-Signature", "")
        holds = hmac.compare_digest(sent.encode(), signature(self._secret, timestamp, body).encode())
        return "signature holds" if holds else "SIGNATURE DOES NOT HOLD"


def show(headline: str, titles: Iterable[str]) -> None:
    """Print a message; what a terminal might obey is left out of its texts."""
    for line in (headline, *(f"  {title}" for title in titles)):
        print(folded("".join(each for each in line if each.isprintable()), columns()), flush=True)


def main() -> None:
    """Listen where the environment says."""
    port = os.environ.get("RECEIVER_PORT") or PORT
    try:
        with suppress(KeyboardInterrupt), serving(Receiver(os.environ.get("SECRET", "")), int(port)) as url:
            say("what newsreel tells is shown here; Ctrl-C stops. In another terminal, beside make run:")
            say(f'  make targets ADD="{NAME}" ADDRESS="{url}/"')
            say(f'  make targets TEST="{NAME}"')
            threading.Event().wait()
    except (OSError, OverflowError, ValueError):
        say(f"port {port} cannot be used; try make receiver RECEIVER_PORT=3002")
        sys.exit(1)
    say(f'stopped; next: make targets REMOVE="{NAME}", or make receiver to listen again')


if __name__ == "__main__":
    # Whoever starts it in the background may have switched Ctrl-C's signal off.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    main()
