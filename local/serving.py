"""A WSGI app on loopback, served from threads of this process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"


class _Handler(WSGIRequestHandler):
    """Logs no line for each request, and sends an answer's body without waiting for the client."""

    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@contextmanager
def serving(app: "WSGIApplication", port: int = 0, host: str = LOOPBACK) -> Iterator[str]:
    """Serve `app` until the block ends; gives its URL, without a closing slash. Port 0 means any free one.

    Raises OSError where the port is taken.
    """
    # Listening is done here because werkzeug ends the process where it cannot listen.
    with socket.create_server((host, port)) as listener:
        server = make_server(host, port, app, threaded=True, request_handler=_Handler, fd=listener.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
