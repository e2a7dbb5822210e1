"""Pages of Django REST Framework on SQLite: the milliseconds of pages 1, 100 and 10,000, by cursor and by offset.

    python tests/bench/drf.py DATABASE

Runs in an environment of its own. The database has the table that `tests/bench/depth.py` makes; prints JSON.
"""

import base64
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlencode

import django  # type: ignore[import-not-found]
from django.conf import settings  # type: ignore[import-not-found]

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    ALLOWED_HOSTS=["*"],
    USE_TZ=True,
)
django.setup()

from django.db import models  # type: ignore[import-not-found] # noqa: E402
from rest_framework.pagination import (  # type: ignore[import-not-found] # noqa: E402
    CursorPagination,
    PageNumberPagination,
)
from rest_framework.request import Request  # type: ignore[import-not-found] # noqa: E402
from rest_framework.serializers import ModelSerializer  # type: ignore[import-not-found] # noqa: E402
from rest_framework.test import APIRequestFactory  # type: ignore[import-not-found] # noqa: E402

SIZE, ROUNDS, PAGES = 10, 15, (1, 100, 10_000)


class Video(models.Model):  # type: ignore[misc]
    """A row of depth.py's table."""

    video_id = models.TextField(primary_key=True)
    published_at = models.TextField(db_index=True)
    title = models.TextField()

    class Meta:
        app_label, db_table, managed = "bench", "videos", False


class Videos(ModelSerializer):  # type: ignore[misc]
    """All its columns."""

    class Meta:
        model, fields = Video, ("video_id", "published_at", "title")


class ByCursor(CursorPagination):  # type: ignore[misc]
    page_size, ordering = SIZE, ("-published_at", "-video_id")


class ByOffset(PageNumberPagination):  # type: ignore[misc]
    page_size = SIZE


def page(paginator: Any, parameters: dict[str, Any]) -> Any:
    """One page, as a view would answer it."""
    request = Request(APIRequestFactory().get(f"/?{urlencode(parameters)}"))
    rows = paginator.paginate_queryset(Video.objects.order_by("-published_at", "-video_id"), request)
    return paginator.get_paginated_response(Videos(rows, many=True).data).data


def cursor(number: int) -> dict[str, str]:
    """The parameters of a page by its cursor, which names the last item before it."""
    if number == 1:
        return {}
    before = Video.objects.order_by("-published_at", "-video_id").values_list("published_at", flat=True)
    position = before[(number - 1) * SIZE - 1]
    return {"cursor": base64.b64encode(urlencode({"p": position}).encode()).decode()}


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of some rounds."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        assert len(work()["results"]) == SIZE
        times.append(time.perf_counter() - began)
    return median(times) * 1e3


def main() -> None:
    """Print both."""
    found: dict[str, list[float]] = {"cursor": [], "offset": []}
    for number in PAGES:
        found["cursor"].append(milliseconds(partial(page, ByCursor(), cursor(number))))
        found["offset"].append(milliseconds(partial(page, ByOffset(), {"page": number})))
    sys.stdout.write(json.dumps(found))


main()
