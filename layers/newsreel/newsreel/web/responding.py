"""Errors as a reader gets them: newsreel's own become problem details (RFC 9457) of their status, all others a 500."""

from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools import Logger

from newsreel.errors import (
    Changed,
    InvalidParameters,
    NotRead,
    NotThere,
    QueueUnavailable,
    RequestError,
    SecretUnreadable,
    TableUnavailable,
    TooMany,
)
from newsreel.web import answers, shown
from newsreel.web.answers import Answer
from newsreel.web.parameters import VALUE_SHOWN
from newsreel.web.request import Request

STATUSES: dict[type[RequestError], HTTPStatus] = {
    NotThere: HTTPStatus.NOT_FOUND,
    TooMany: HTTPStatus.CONFLICT,
    Changed: HTTPStatus.PRECONDITION_FAILED,
    NotRead: HTTPStatus.PRECONDITION_REQUIRED,
}
RETRY_AFTER = 2
"""Seconds after which a reader may ask again when the store did not answer."""


def answered(request: Request, make: Callable[[], Answer], logger: Logger) -> Answer:
    """The answer that `make` gives, or the one that its exception stands for."""
    try:
        return make()
    except InvalidParameters as error:
        return _invalid(error, request)
    except RequestError as error:
        status = next(status for kind, status in STATUSES.items() if isinstance(error, kind))
        return answers.problem(status, str(error), request.id)
    except (TableUnavailable, SecretUnreadable, QueueUnavailable) as error:
        logger.warning("store unavailable", extra={"request_id": request.id, "problem": str(error)})
        detail = "The store does not answer just now; ask again soon."
        return answers.problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, request.id, {"Retry-After": str(RETRY_AFTER)})
    except Exception:
        logger.exception("unexpected error", extra={"request_id": request.id})
        detail = "Something went wrong here; the request's id helps to find out what."
        return answers.problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail, request.id)


def _invalid(error: InvalidParameters, request: Request) -> Answer:
    """400, with every fault."""
    errors: list[shown.Fault] = [
        {"parameter": fault.parameter, "value": fault.value and fault.value[:VALUE_SHOWN], "detail": fault.problem}
        for fault in error.faults
    ]
    return answers.problem(HTTPStatus.BAD_REQUEST, str(error), request.id, errors=errors)
