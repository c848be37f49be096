"""Secrets as the portal reads them, from a parameter store that is played by botocore's own stub."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from shared.adapters import aws

NAME = "/portal/stripe"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    aws.ssm.cache_clear()
    aws.secret.cache_clear()
    with Stubber(aws.ssm()) as stub:
        yield stub
    aws.secret.cache_clear()
    aws.ssm.cache_clear()


def test_a_secret_is_read_once(store: Stubber) -> None:
    store.add_response("get_parameter", {"Parameter": {"Value": "whsec_1"}})
    assert (aws.secret(NAME), aws.secret(NAME)) == ("whsec_1", "whsec_1")


def test_a_secret_that_comes_later_is_found_then(store: Stubber) -> None:
    store.add_client_error("get_parameter", "ParameterNotFound")
    with pytest.raises(LookupError, match=NAME):
        aws.secret(NAME)
    store.add_response("get_parameter", {"Parameter": {"Value": "whsec_1"}})
    assert aws.secret(NAME) == "whsec_1"


def test_another_refusal_is_the_stores_own(store: Stubber) -> None:
    store.add_client_error("get_parameter", "AccessDeniedException")
    with pytest.raises(ClientError):
        aws.secret(NAME)
