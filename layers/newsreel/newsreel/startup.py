"""A function's start, for which Python's garbage collector stands still.

Nothing is garbage then, and looking for some is a twenty-fifth of a start (`make bench`). Importing this module stops
the collector, so it is what a function imports first.
"""

import gc

gc.disable()


def resume_garbage_collection() -> None:
    """Start the collector again, which never looks at what is loaded by now."""
    gc.freeze()
    gc.enable()
