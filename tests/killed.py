"""The end of a process between any two lines."""


class Killed(BaseException):
    """Nothing catches this, as nothing catches SIGKILL."""
