"""The functions in Lambda's own containers, by `sam local`, around an engine and a sample upstream on this machine.

`python -m local.sam` (`make sam-api`) polls once and then answers HTTP, until Ctrl-C.
"""

import os
import platform
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from local import engine, stack
from local.console import say
from local.machine import AMPLE, PORT, ROOT
from local.made_up import MadeUp
from local.serving import LOOPBACK, serving
from local.template import FUNCTION, Template
from local.upstream import Limits, Upstream

BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
EVERYWHERE = "0.0.0.0"  # noqa: S104 - containers come in from outside of the loopback
HOST = "host.docker.internal"
"""What containers call this machine."""
ARCHITECTURE = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
PAST = timedelta(minutes=20)
"""As much is there to be found at first: a container has only a share of this machine."""
IMAGE = f"public.ecr.aws/lambda/python:3.13-{ARCHITECTURE}"


class ContainerError(Exception):
    """Functions cannot run in containers here; the message says why and what to do."""


def container_engine() -> str:
    """The command of the container engine that answers. Raises ContainerError where there is none."""
    for command in ("docker", "finch"):
        if shutil.which(command) and not _quietly(command, "info"):
            return command
    raise ContainerError("`sam local` runs functions in containers: install and start Docker or Finch, then try again")


def build(*options: str) -> None:
    """Build the functions and the layer, as for a deployment. Raises CalledProcessError."""
    subprocess.run(_sam("build", *options), cwd=ROOT, env=_environment(), check=True, capture_output=True, text=True)


@contextmanager
def surroundings(queries: str = "") -> Iterator[Path]:
    """Run engine and sample upstream where containers reach them; gives the built template that leads there.

    Nothing is kept afterwards. Without `queries`, those of the template are watched. No password is wanted.
    """
    overrides = AMPLE | {"ACCESS": "local"} | ({"QUERIES": queries} if queries else {})
    template = Template(ROOT / "template.yaml", overrides)
    watched = [query.strip() for query in template.parameters["Queries"].split(",")]
    limits = Limits(search=int(AMPLE["SEARCH_CALLS_PER_DAY"]), default=int(AMPLE["UNITS_PER_DAY"]))
    upstream = Upstream(MadeUp(watched, PAST), lambda: datetime.now(UTC), limits=limits)
    with engine.running(host=EVERYWHERE) as services, serving(upstream, host=EVERYWHERE) as url:
        template.parameters["YoutubeApiUrl"] = f"{url}/youtube/v3"
        refs = stack.create(template, services, "sample")
        environment = stack.environment(template, refs) | services.environment
        # `sam local` takes values for variables that the template declares, and no others: not those of an endpoint.
        document = yaml.safe_load(BUILT.read_text(encoding="utf-8"))
        document["Parameters"]["Architecture"]["Default"] = ARCHITECTURE
        for name in template.of_type(FUNCTION):
            variables = {variable: value.replace(LOOPBACK, HOST) for variable, value in environment.items()}
            document["Resources"][name]["Properties"]["Environment"] = {"Variables": variables}
        leading_there = BUILT.with_name("local.yaml")
        leading_there.write_text(yaml.safe_dump(document), encoding="utf-8")
        yield leading_there


def invoke(function: str, event: Path, template: Path) -> "subprocess.CompletedProcess[str]":
    """Invoke a function with an event in a container of its own; its answer is the standard output."""
    command = _invocation(function, event, template)
    return subprocess.run(_sam(*command), cwd=ROOT, env=_environment(), check=False, capture_output=True, text=True)


@contextmanager
def api(template: Path, port: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Answer HTTP on loopback from a container that stays warm, until the block ends."""
    command = _local("start-api", template, "--port", port, "--warm-containers", "LAZY", "--no-watch")
    with subprocess.Popen(_sam(*command), cwd=ROOT, env=_environment()) as process:
        try:
            yield process
        finally:
            process.terminate()


def _invocation(function: str, event: Path, template: Path) -> list[str]:
    return _local("invoke", template, function, "--event", str(event.relative_to(ROOT)))


def _local(command: str, template: Path, *arguments: str) -> list[str]:
    # An image that is here is not pulled again, so that this works without a network, too.
    here = not _quietly(container_engine(), "image", "inspect", IMAGE)
    pull = ["--skip-pull-image"] if here else []
    reach = ["--add-host", f"{HOST}:host-gateway"]
    return ["local", command, *arguments, "--template-file", str(template.relative_to(ROOT)), *reach, *pull]


def _sam(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "samcli", *arguments]


def _environment() -> dict[str, str]:
    # The layer is built by the Python that runs this.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return os.environ | {"PATH": path, "AWS_DEFAULT_REGION": engine.CREDENTIALS["AWS_DEFAULT_REGION"]}


def _quietly(*command: str) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode


def _run() -> None:
    container_engine()
    say("building")
    build()
    with surroundings(os.environ.get("QUERIES", "")) as template:
        say("polling once in a container")
        poll = "FetcherFunction", ROOT / "events" / "schedule.json", template
        invoke(*poll)
        port = os.environ.get("PORT", PORT)
        say(f"open http://{LOOPBACK}:{port}/videos; Ctrl-C stops. To poll again, in another terminal:")
        say(f"  .venv/bin/sam {shlex.join(_invocation(*poll))}")
        with api(template, port) as process:
            process.wait()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _run()
    except ContainerError as error:
        sys.exit(f"newsreel: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr)
    except KeyboardInterrupt:
        say("stopped")
