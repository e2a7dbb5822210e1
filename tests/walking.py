"""Walks over a listing's pages, there and back."""

from collections.abc import Callable, Iterable, Iterator

from newsreel.library.page import Page

type PageOf = Callable[[str | None, int], Page]
"""The page at a cursor, of a size."""


def forwards(page_of: PageOf, sizes: Iterable[int]) -> Iterator[Page]:
    """The pages of a walk to the end, each of the next size."""
    cursor = None
    for size in sizes:
        got = page_of(cursor, size)
        yield got
        if (cursor := got.next_cursor) is None:
            return
    raise AssertionError("paging never ends")


def backwards(page_of: PageOf, cursor: str | None, sizes: Iterable[int]) -> Iterator[Page]:
    """The pages of a walk from a `prev_cursor` back to the start, each of the next size."""
    for size in sizes:
        if cursor is None:
            return
        got = page_of(cursor, size)
        yield got
        cursor = got.prev_cursor
    raise AssertionError("paging never ends")
