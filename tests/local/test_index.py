"""`make index`: videos stored without an index are searched afterwards, whatever happens meanwhile."""

from contextlib import AbstractContextManager
from copy import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local import index
from local.engine import EngineError
from newsreel.library.item import to_item
from newsreel.library.listing import Listing
from newsreel.library.videos import Videos
from newsreel.times import instant
from newsreel.video import Video
from tests.searching import second, walk
from tests.tables import Tables

BEGIN = "2026-11-23T12:00:00Z"
RETENTION = timedelta(days=30)
SEARCH = Listing("cricket", search=("te",))


def video(number: int, title: str = "Tea", query: str = "cricket") -> Video:
    time = second(number, BEGIN)
    return Video(f"video{number:06d}", query, time, BEGIN, BEGIN, title=title)


def put_alone(tables: Tables, *videos: Video) -> None:
    """Store videos as an older newsreel did, without entries."""
    for each in videos:
        tables.client.put_item(TableName=tables.videos, Item=to_item(each, RETENTION))


def found(videos: Videos, listing: Listing = SEARCH) -> list[str]:
    return [video_id for ids in walk(videos, listing, 50) for video_id in ids]


def entries(tables: Tables) -> list[dict[str, Any]]:
    scanned = tables.client.get_paginator("scan").paginate(TableName=tables.words)
    return sorted((item for page in scanned for item in page["Items"]), key=str)


def test_all_videos_are_indexed_and_it_can_be_repeated(tables: Tables) -> None:
    videos = tables.stored()
    put_alone(tables, *(video(number) for number in range(230)), video(1, query="tea"))
    assert found(videos) == []
    done = list(index.index_all(tables.client, tables.videos, videos))
    assert done[-1] == 231
    assert done == sorted(done)
    assert len(done) >= 3
    assert len(found(videos)) == 230
    assert len(found(videos, Listing("tea", search=("te",)))) == 1
    before = entries(tables)
    list(index.index_all(tables.client, tables.videos, videos))
    assert entries(tables) == before


def test_what_a_poll_changes_meanwhile_is_indexed_as_it_is_then(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    videos, polled = tables.stored(), tables.stored()
    old = [video(number) for number in range(4)]
    put_alone(tables, *old)
    moved, renamed = replace(old[0], published_at=second(60, BEGIN)), replace(old[1], title="Coffee")
    ahead_of = videos.index.ahead_of
    times = 0

    def poll_meanwhile(*args: Any) -> AbstractContextManager[None]:
        nonlocal times
        times += 1
        if times == 1:
            polled.put([moved, renamed], {each.video_id: each for each in old})
            polled.remove("cricket", [old[2].video_id])
        return ahead_of(*args)

    monkeypatch.setattr(videos.index, "ahead_of", poll_meanwhile)
    list(index.index_all(tables.client, tables.videos, videos))
    assert found(videos) == [moved.video_id, old[3].video_id]
    assert found(videos, Listing("cricket", search=("coffee",))) == [renamed.video_id]
    wanted = [entry for each in (moved, renamed, old[3]) for entry in videos.index.entries(each)]
    assert [entry["position"] for entry in entries(tables)] == [entry["position"] for entry in sorted(wanted, key=str)]


def test_the_data_of_this_machine_is_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(index, "DATA", tmp_path)
    index.main([])
    assert "there are no videos" in capsys.readouterr().out
    with index.local_tables(tmp_path / "sample") as (client, table, _):
        client.put_item(TableName=table, Item=to_item(video(1), RETENTION))
        with pytest.raises(EngineError, match="stop it there first"), index.local_tables(tmp_path / "sample"):
            pass
    index.main([])
    shown = capsys.readouterr()
    assert f"{tmp_path / 'sample'}: 1 videos can be searched" in shown.out
    assert f"{tmp_path / 'sample'}: 1\n" in shown.err
    with index.local_tables(tmp_path / "sample") as (_, _, videos):
        assert found(videos) == ["video000001"]


def test_a_stack_on_aws_is_indexed_by_its_outputs(
    tables: Tables, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    described = {
        "Outputs": [
            {"OutputKey": "VideosTableName", "OutputValue": tables.videos},
            {"OutputKey": "WordsTableName", "OutputValue": tables.words},
        ],
        "Parameters": [{"ParameterKey": "RetentionDays", "ParameterValue": "7"}],
    }

    class Formation:
        def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
            assert StackName == "newsreel"
            return {"Stacks": [described]}

    # dynalite does not count.
    monkeypatch.setattr(tables.client, "describe_table", lambda **_: {"Table": {"ItemCount": 4}})
    clients = {"cloudformation": Formation(), "dynamodb": tables.client}
    monkeypatch.setattr("local.index.boto3.client", clients.__getitem__)
    put_alone(tables, video(1))
    index.main(["newsreel"])
    shown = capsys.readouterr()
    assert "newsreel: 1 videos can be searched" in shown.out
    assert "newsreel: 1 of about 4, 0:00:0" in shown.err
    (expires, *_) = {entry["expires_at"]["N"] for entry in entries(tables)}
    assert datetime.fromtimestamp(int(expires), UTC) == instant(BEGIN) + timedelta(days=7)
