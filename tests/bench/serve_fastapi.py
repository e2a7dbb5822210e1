"""The videos of `compare.py` by FastAPI and SQLAlchemy, on SQLite: by the key of the last video, and by offset.

DATABASE=… uvicorn serve_fastapi:app

Runs in an environment of its own.
"""

# mypy: disable-error-code="import-not-found,misc,untyped-decorator"

import os
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine, select, tuple_
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

QUERY = "cricket"
engine = create_engine(f"sqlite:///{os.environ['DATABASE']}")
app = FastAPI()


class Base(DeclarativeBase):
    """What rows are mapped by."""


class Row(Base):
    """A row of compare.py's table."""

    __tablename__ = "videos"

    video_id: Mapped[str] = mapped_column(primary_key=True)
    query: Mapped[str]
    published_at: Mapped[str]
    first_seen_at: Mapped[str]
    fetched_at: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    channel_id: Mapped[str]
    channel_title: Mapped[str]
    live: Mapped[str]
    duration_seconds: Mapped[int]
    view_count: Mapped[int]


class Video(BaseModel):
    """All its columns."""

    model_config = ConfigDict(from_attributes=True)

    video_id: str
    query: str
    published_at: str
    first_seen_at: str
    fetched_at: str
    title: str
    description: str
    channel_id: str
    channel_title: str
    live: str
    duration_seconds: int
    view_count: int


class Page(BaseModel):
    """A page, and where the next one is."""

    results: list[Video]
    next: str | None


def session() -> Iterator[Any]:
    """A session for one request."""
    with Session(engine) as opened:
        yield opened


newest = select(Row).where(Row.query == QUERY).order_by(Row.published_at.desc(), Row.video_id.desc())
Opened = Annotated[Session, Depends(session)]


@app.get("/videos")
def by_key(opened: Opened, page_size: int = 10, before: str | None = None) -> Page:
    """The videos that come after this one in the list."""
    wanted = newest
    if before:
        published_at, _, video_id = before.partition(",")
        wanted = wanted.where(tuple_(Row.published_at, Row.video_id) < (published_at, video_id))
    rows = opened.scalars(wanted.limit(page_size + 1)).all()
    found = [Video.model_validate(row) for row in rows[:page_size]]
    more = len(rows) > page_size
    following = f"/videos?page_size={page_size}&before={found[-1].published_at},{found[-1].video_id}" if more else None
    return Page(results=found, next=following)


@app.get("/by-offset")
def by_offset(opened: Opened, page_size: int = 10, offset: int = 0) -> Page:
    """The videos behind so many."""
    rows = opened.scalars(newest.offset(offset).limit(page_size + 1)).all()
    found = [Video.model_validate(row) for row in rows[:page_size]]
    more = len(rows) > page_size
    return Page(results=found, next=f"/by-offset?page_size={page_size}&offset={offset + page_size}" if more else None)
