"""What the front keeps, passes on and asks: CloudFront's template beside what the api says."""

import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from local.machine import ROOT
from newsreel.web import answers
from tests.translated import translated

ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html"""
FORWARDED = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
"""The methods that the api and the editor answer."""


@pytest.fixture(scope="module")
def front() -> dict[str, Any]:
    """The nested template."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "functions/front/template.yaml").read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="module")
def kept(front: dict[str, Any]) -> dict[str, Any]:
    """What decides whether an answer is kept, and for whom."""
    return dict(front["Resources"]["CachePolicy"]["Properties"]["CachePolicyConfig"])


@pytest.fixture(scope="module")
def distribution(front: dict[str, Any]) -> dict[str, Any]:
    return dict(front["Resources"]["Distribution"]["Properties"]["DistributionConfig"])


def test_answers_are_kept_as_long_as_the_api_says(kept: dict[str, Any]) -> None:
    assert (kept["MinTTL"], kept["DefaultTTL"]) == (0, 0)
    longest = max(int(age) for age in re.findall(r"max-age=(\d+)", " ".join(vars_of(answers))))
    assert kept["MaxTTL"] == longest


def vars_of(module: Any) -> list[str]:
    return [value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)]


def test_all_of_a_private_deployments_answers_are_private_to_it() -> None:
    # With a minimum of no seconds CloudFront keeps nothing that says so.
    assert not answers.sharing_of("private", "").caches
    public = {each for each in vars_of(answers) if each.startswith("public, max-age=")}
    assert public == answers.PRIVATELY.keys() - {answers.NEVER}
    assert all(answers.PRIVATELY[each].startswith("private, ") for each in public)


def test_every_query_string_and_every_password_has_answers_of_its_own(kept: dict[str, Any]) -> None:
    key = kept["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["Authorization"]}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}
    # The api compresses by gzip where it may, so the two forms are kept apart.
    assert (key["EnableAcceptEncodingGzip"], key["EnableAcceptEncodingBrotli"]) == (True, False)


def test_all_but_the_host_is_passed_on_and_changes_are_never_kept(distribution: dict[str, Any]) -> None:
    behavior = distribution["DefaultCacheBehavior"]
    assert "CacheBehaviors" not in distribution
    assert behavior["OriginRequestPolicyId"] == ALL_VIEWER_EXCEPT_HOST_HEADER
    assert behavior["CachePolicyId"] == {"Ref": "CachePolicy"}
    assert set(behavior["CachedMethods"]) == {"GET", "HEAD"} <= FORWARDED
    assert set(behavior["AllowedMethods"]) >= FORWARDED


def test_passwords_travel_under_tls_all_the_way(distribution: dict[str, Any]) -> None:
    (origin,) = distribution["Origins"]
    assert origin["CustomOriginConfig"] == {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]}
    assert distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"] in ("redirect-to-https", "https-only")
    _, named, unnamed = distribution["ViewerCertificate"]["Fn::If"]
    assert named["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert unnamed == {"CloudFrontDefaultCertificate": True}


def test_errors_are_not_kept(distribution: dict[str, Any]) -> None:
    # docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html, of what API and gateway answer.
    assert {each["ErrorCode"] for each in distribution["CustomErrorResponses"]} == {404, 500, 502, 503, 504}
    assert all(each["ErrorCachingMinTTL"] == 0 for each in distribution["CustomErrorResponses"])


def test_it_is_a_stack_within_the_stack_where_it_is_wanted(front: dict[str, Any]) -> None:
    nested = translated()["FrontStack"]
    assert nested["Condition"] == "Fronted"
    assert nested["Properties"]["Parameters"].keys() == front["Parameters"].keys()
    assert (ROOT / nested["Properties"]["TemplateURL"]).is_file()
