"""What was made a moment ago, kept for those who ask the same in the next moment."""

import time
from collections.abc import Callable, Hashable
from math import inf


class Cache[K: Hashable, V]:
    """Values by key, each good for some seconds from the moment when its making began; the newest `most` of them.

    Age is read from two clocks, and both must agree: the wall clock may be set, and the monotonic one may stand still
    while Lambda has the function frozen.
    """

    def __init__(
        self,
        seconds: float,
        most: int,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self._most = most
        self._wall = wall
        self._monotonic = monotonic
        self._values: dict[K, tuple[float, float, V]] = {}

    def get(self, key: K, make: Callable[[], V], may_be_kept: Callable[[V], bool] | None = None) -> V:
        """The value of this key, made anew if there is none or it is too old.

        What `make` raises is not kept, nor a value that `may_be_kept` refuses.
        """
        wall, monotonic = self._wall(), self._monotonic()
        if (found := self._values.get(key)) and _age(found, wall, monotonic) < self.seconds:
            return found[2]
        value = make()
        if may_be_kept and not may_be_kept(value):
            return value
        # Taken out first, so that the dictionary's order is that of age.
        self._values.pop(key, None)
        self._values[key] = (wall, monotonic, value)
        if len(self._values) > self._most:
            del self._values[next(iter(self._values))]
        return value

    def last(self, key: K) -> tuple[V, float] | None:
        """The value that was made last, however old, and its age in seconds; None where it is kept no more."""
        found = self._values.get(key)
        return (found[2], _age(found, self._wall(), self._monotonic())) if found else None

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()


def _age(made: tuple[float, float, object], wall: float, monotonic: float) -> float:
    """Seconds since something was made, by the clock that says more; endless where one was set back."""
    ages = wall - made[0], monotonic - made[1]
    return max(ages) if min(ages) >= 0 else inf
