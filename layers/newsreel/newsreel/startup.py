"""A function's start, for which Python's garbage collector stands still.

Nothing is garbage then, and looking for some is a twenty-fifth of a start (`make bench`). Importing this module stops
the collector, so it is what a function imports first.
"""

import gc

gc.disable()

LOOK_AFTER = 10_000
"""Objects made. A page of 50 makes some 4,000, and hardly one of them needs the collector: after Python's own 2,000 it
would look twice a page."""


def resume_garbage_collection() -> None:
    """Start the collector again, which never looks at what is loaded by now."""
    gc.freeze()
    gc.set_threshold(LOOK_AFTER)
    gc.enable()
