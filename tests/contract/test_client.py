"""A client that a public generator makes of the document, used on the running API."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from local.engine import Engine
from local.machine import ROOT
from local.template import Template
from tests.filled import COUNT, filled_world, served

CONFIG = """
content_type_overrides:
  application/atom+xml: application/octet-stream
post_hooks: []
"""


def test_a_generated_client_works(
    services: Engine, template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    document = ROOT / "functions" / "api" / "openapi.json"
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta", "none"]
    where = ["--path", str(document), "--config", str(config), "--output-path", str(tmp_path / "newsreel_client")]
    made = subprocess.run(
        [*command, *where],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    client, models, videos, polling = (
        importlib.import_module(f"newsreel_client{part}") for part in ("", ".models", ".api.videos", ".api.polling")
    )
    list_videos, get_video, get_feed = (
        importlib.import_module(f"{videos.__name__}.{name}") for name in ("list_videos", "get_video", "get_feed")
    )
    get_status, list_queries = (
        importlib.import_module(f"{polling.__name__}.{name}") for name in ("get_status", "list_queries")
    )
    with filled_world(services, template), served() as url, client.Client(base_url=url) as connection:
        ids, cursor = [], client.types.UNSET
        while cursor is not None:
            page = list_videos.sync(client=connection, cursor=cursor, page_size=50, order=models.ListVideosOrder.OLDEST)
            assert isinstance(page, models.VideoPage)
            ids += [video.video_id for video in page.videos]
            cursor = page.next_cursor
        assert ids == [f"video{number:06d}" for number in range(COUNT, 0, -1)]
        assert get_video.sync("video000001", client=connection).title == "Video 1"
        assert isinstance(get_video.sync("video999999", client=connection), models.Problem)
        refused = list_videos.sync(client=connection, page_size=51)
        assert isinstance(refused, models.InvalidParameters)
        assert [fault.parameter for fault in refused.errors] == ["page_size"]
        assert get_status.sync(client=connection).healthy
        assert [query.query for query in list_queries.sync(client=connection).queries] == ["cricket"]
        assert get_feed.sync_detailed(client=connection).content.startswith(b"<?xml")
