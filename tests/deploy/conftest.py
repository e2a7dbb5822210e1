"""What `sam build` leaves, built once for all tests, also for those in processes beside each other."""

import fcntl

import pytest

from local import sam
from local.machine import ROOT


@pytest.fixture(scope="session", autouse=True)
def built(testrun_uid: str) -> None:
    """Functions and layer: the first process of a run builds, the others wait for it."""
    with (ROOT / ".newsreel" / "built").open("a+") as last:
        fcntl.flock(last, fcntl.LOCK_EX)
        last.seek(0)
        if last.read() != testrun_uid:
            sam.build()
            last.truncate(0)
            last.write(testrun_uid)
