"""AWS clients: each is made once, on first use, with one retry policy and time-outs well below the gateway's 30 s."""

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore import __version__ as botocore_version
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from shared.adapters.answers import AnswerParsers
from shared.adapters.failures import code

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ses import SESClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    parameter_validation=False,  # the service validates; doing it twice costs more than a tenth of a call
    # botocore would put its own together anew, twice in every call, which is a tenth of its work
    user_agent=f"recertification-portal botocore/{botocore_version}",
)
SLOW = CONFIG.merge(Config(read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2}))
"""Of services that take longer: with their retries they too end before a function of the API does."""


@cache
def _session() -> Any:
    """One for all clients, which share what it has read.

    It is the one inside boto3's: boto3 adds resources and transfers to it, 60 modules more in every start.
    """
    session = Session()
    session.register_component("response_parser_factory", AnswerParsers())
    return session


@cache
def dynamodb() -> "DynamoDBClient":
    """The table's service."""
    client: DynamoDBClient = _session().create_client("dynamodb", config=CONFIG)
    return client


@cache
def sqs() -> "SQSClient":
    """The queues' service."""
    client: SQSClient = _session().create_client("sqs", config=CONFIG)
    return client


@cache
def cognito() -> "CognitoIdentityProviderClient":
    """The accounts' service; it is slower than the others."""
    client: CognitoIdentityProviderClient = _session().create_client("cognito-idp", config=SLOW)
    return client


@cache
def s3() -> "S3Client":
    """The documents' service, by the bucket's own regional address: from another, browsers are sent on and give up."""
    regional = Config(
        signature_version="s3v4",
        s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    )
    client: S3Client = _session().create_client("s3", config=SLOW.merge(regional))
    return client


@cache
def ses() -> "SESClient":
    """The mails' service; it is slower than the others, and tried once a message: the queue brings it again."""
    once = SLOW.merge(Config(retries={"total_max_attempts": 1}))
    client: SESClient = _session().create_client("ses", config=once)
    return client


@cache
def ssm() -> "SSMClient":
    """The secrets' service."""
    client: SSMClient = _session().create_client("ssm", config=CONFIG)
    return client


@cache
def secret(name: str) -> str:
    """A secret kept in the parameter store, read on first use and then kept by the process.

    Raises LookupError as long as it is not there.
    """
    try:
        value = ssm().get_parameter(Name=name, WithDecryption=True)["Parameter"].get("Value", "")
    except ClientError as error:
        if code(error) != "ParameterNotFound":
            raise
        value = ""
    if not value:
        raise LookupError(f"the parameter {name} is empty, or not there yet")
    return value
