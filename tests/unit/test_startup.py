"""The garbage collector stands still only while a function starts."""

import gc

import pytest

from functions.api import app as api
from functions.fetcher import app as fetcher


@pytest.mark.parametrize("function", [api, fetcher])
def test_the_collector_runs_once_a_function_is_loaded(function: object) -> None:
    assert function
    assert gc.isenabled()
    assert gc.get_freeze_count() > 10_000
