"""A WSGI app on loopback, served from threads of this process."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from waitress.server import create_server
from waitress.wasyncore import close_all

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LOOPBACK = "127.0.0.1"
THREADS = 16
"""Requests that are answered at once. More than ten targets are never told at once, and a page asks for less."""
PATIENCE = 1
"""Seconds that an answer under way has to end when the block does."""

# It warns of each request that waits a moment for a thread.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)


@contextmanager
def serving(app: "WSGIApplication", port: int = 0, host: str = LOOPBACK) -> Iterator[str]:
    """Serve `app` until the block ends; gives its URL, without a closing slash. Port 0 means any free one.

    Raises OSError where the port is taken.
    """
    channels: dict[int, Any] = {}
    # One socket makes one server, which the types of waitress do not tell from several.
    server: Any = create_server(
        app,
        map=channels,
        sockets=[socket.create_server((host, port))],
        threads=THREADS,
        # The app gets all headers, as there is no proxy whose word would count for more.
        clear_untrusted_proxy_headers=False,
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.effective_port}"
    finally:
        # In this order, as a thread that ends an answer wakes the loop, by a pipe that is closed with it.
        server.task_dispatcher.shutdown(timeout=PATIENCE)
        with server.trigger.lock:
            # The loop may be awake already. Without the lock it would close the pipe before this is written to it.
            server.trigger.thunks.append(lambda: close_all(channels))
            server.trigger.pull_trigger()
        thread.join()
