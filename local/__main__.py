"""`python -m local` (`make run`): newsreel on this machine, until Ctrl-C."""

import io
import os
import signal
import sys

ended = False


def _end(*_: object) -> None:
    global ended  # noqa: PLW0603 - the handler of a signal can leave a word nowhere else
    ended = True
    # Once is enough: what follows is short and must be finished.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    sys.exit()


for each in (signal.SIGINT, signal.SIGTERM):
    signal.signal(each, _end)

# Queries and titles are in all languages; what the terminal's encoding does not have is shown as a question mark.
if isinstance(sys.stdout, io.TextIOWrapper):
    sys.stdout.reconfigure(errors="replace")

# Loading takes a second or two in which Ctrl-C must work, too.
from local.console import say  # noqa: E402
from local.environment import StartError  # noqa: E402
from local.machine import run  # noqa: E402

code = 0
try:
    run(lambda: ended)
except StartError as error:
    say(str(error))
    code = 1
except SystemExit:
    pass
sys.stdout.flush()
# A poll that is cut off is repeated later. Python would wait for the threads in which it writes.
os._exit(code)
