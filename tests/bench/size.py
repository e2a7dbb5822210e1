"""How large what is deployed is, and what is in it."""

import zipfile
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from local import sam
from tests.bench import report
from tests.bench.cold_start import BUILT, LAYER
from tests.bench.report import Row

TITLE = "Size (MB)"
LIMIT = 250
"""Of a function with its layers, unpacked: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""
LARGEST = 5


def rows() -> Iterator[Row]:
    """Packed and unpacked sizes; the layer beside one with botocore as it comes."""
    sam.build()
    layer, whole = files(LAYER), with_all_of_botocore()
    yield Row("layer, unpacked", megabytes(layer), "with all of botocore", megabytes(whole))
    yield Row("layer, zipped", zipped(layer), "with all of botocore", zipped(whole))
    for name in ("ApiFunction", "FetcherFunction"):
        both = [*files(BUILT / name), *layer]
        yield Row(f"{name} with its layer, unpacked", megabytes(both), "Lambda's limit", LIMIT)
        yield Row(f"{name} alone, zipped", zipped(files(BUILT / name)))
    sizes = {each.name: megabytes(files(each)) for each in LAYER.iterdir()}
    for name in [*sorted(sizes, key=lambda each: -sizes[each])[:LARGEST], "newsreel"]:
        yield Row(f"in the layer: {name}", sizes[name])


def files(folder: Path) -> list[Path]:
    """All files at or below a path."""
    return [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]


def with_all_of_botocore() -> list[Path]:
    """The layer's files, with the data of all services."""
    spec = find_spec("botocore")
    data = Path(spec.origin if spec and spec.origin else "").parent / "data"
    return [path for path in files(LAYER) if LAYER / "botocore" / "data" not in path.parents] + files(data)


def megabytes(paths: Iterable[Path]) -> float:
    """Their sizes together."""
    return sum(path.stat().st_size for path in paths) / 1e6


def zipped(paths: Iterable[Path]) -> float:
    """Megabytes of an archive of them."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            # Names count too: as they are in an archive of the layer or a function.
            archive.write(path, Path(*path.parts[-4:]))
    return len(packed.getvalue()) / 1e6


if __name__ == "__main__":
    report.tell(TITLE, rows())
