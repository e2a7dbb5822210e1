"""Swagger UI for the OpenAPI document: a page and its files, all from this host.

The files are those that Powertools for AWS Lambda ships (Swagger UI 5, Apache-2.0, by SmartBear); they are read where
they lie, as importing their package would load pydantic. Each has its content's digest in its name, so that browsers
may keep it for good.
"""

import hashlib
from functools import cache
from http import HTTPStatus
from importlib.util import find_spec
from pathlib import Path

from newsreel.web.answers import A_MINUTE, FOREVER, Answer

STYLE, SCRIPT, START = "swagger-ui.css", "swagger-ui.js", "start.js"
STARTING = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing but this host's files and API; Swagger UI's stylesheet holds its icons as data."""


@cache
def page() -> Answer:
    """The page. Its addresses are relative, so that it works below any path."""
    style, script, start = files()
    body = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>newsreel API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/{style}">
</head>
<body>
<div id="swagger-ui"></div>
<noscript>This page needs JavaScript; the document itself is <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/{script}"></script>
<script src="docs/{start}"></script>
</body>
</html>
"""
    return Answer(HTTPStatus.OK, "text/html; charset=utf-8", body, A_MINUTE, {"Content-Security-Policy": POLICY})


@cache
def files() -> dict[str, Answer]:
    """Style, script and start of the page, by their names."""
    folder = _folder()
    return dict(
        (
            _file(STYLE, "text/css", (folder / "swagger-ui.min.css").read_text("utf-8")),
            _file(SCRIPT, "text/javascript", (folder / "swagger-ui-bundle.min.js").read_text("utf-8")),
            _file(START, "text/javascript", STARTING),
        )
    )


def _folder() -> Path:
    powertools = find_spec("aws_lambda_powertools")
    if powertools is None or powertools.origin is None:
        raise ModuleNotFoundError("aws_lambda_powertools")
    return Path(powertools.origin).parent / "event_handler" / "openapi" / "swagger_ui"


def _file(name: str, content_type: str, text: str) -> tuple[str, Answer]:
    stem, _, ending = name.rpartition(".")
    digest = hashlib.blake2s(text.encode(), digest_size=6).hexdigest()
    return f"{stem}-{digest}.{ending}", Answer(HTTPStatus.OK, f"{content_type}; charset=utf-8", text, FOREVER)
