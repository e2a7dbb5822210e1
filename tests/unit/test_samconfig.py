"""The environments of `samconfig.toml`, read as `sam deploy --config-env` reads them."""

import re
from typing import Any

import pytest
from samcli.cli.types import CfnParameterOverridesType  # type: ignore[import-untyped]
from samcli.lib.config.samconfig import SamConfig  # type: ignore[import-untyped]

from local.machine import ROOT
from local.template import Template

ENVIRONMENTS = ["default", "dev", "prod"]
DECLARED = Template(ROOT / "template.yaml", {}).declared


def deployment(environment: str) -> dict[str, Any]:
    """What `sam deploy` is told."""
    return dict(SamConfig(str(ROOT)).get_all(["deploy"], "parameters", env=environment))


def overrides(environment: str) -> dict[str, str]:
    """The parameters that an environment sets."""
    given = deployment(environment).get("parameter_overrides")
    return dict(CfnParameterOverridesType().convert([given], None, None)) if given else {}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_sets_what_the_template_takes(environment: str) -> None:
    for name, value in overrides(environment).items():
        declared = DECLARED[name]
        assert "AllowedValues" not in declared or value in map(str, declared["AllowedValues"])
        assert "MinValue" not in declared or declared["MinValue"] <= int(value) <= declared["MaxValue"]
        assert re.fullmatch(declared.get("AllowedPattern", ".*"), value)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_can_be_deployed_without_questions(environment: str) -> None:
    told = deployment(environment)
    # A stack within a stack may want the second; nothing is allowed by it that is not in the two templates.
    assert told["capabilities"].split() == ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    assert told["resolve_s3"] is True
    assert told["stack_name"] == ("newsreel-dev" if environment == "dev" else "newsreel")
    assert "project=newsreel" in told["tags"]


def test_dev_is_quick_and_cheap() -> None:
    values = overrides("dev")
    assert deployment("dev")["confirm_changeset"] is False
    assert (values["Rollout"], values["DeletionProtection"]) == ("AllAtOnce", "off")
    for name in ("RetentionDays", "LogRetentionDays", "ApiRequestsPerSecond", "ApiBurst"):
        assert int(values[name]) < DECLARED[name]["Default"]


def test_prod_is_careful() -> None:
    values = overrides("prod")
    assert deployment("prod")["confirm_changeset"] is True
    assert values["Rollout"].startswith("Canary")
    assert values["DeletionProtection"] == "on"
