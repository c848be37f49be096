"""S3, SQS, SES and Cognito for the meter: moto's, by way of the portal's own clients."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto import mock_aws

from shared.adapters import aws
from tests.integration.meter.wire import Wire

QUEUES = ("logins", "mails", "invoices", "exports", "imports")
CLIENTS = (aws.s3, aws.sqs, aws.ses, aws.cognito)
PASSWORD = "Recertify!2027"


class Services:
    """What stands in moto. The environment names it as the template does."""

    def __init__(self, environment: pytest.MonkeyPatch) -> None:
        environment.setenv("DOCUMENTS_BUCKET", "documents")
        environment.setenv("TRANSFERS_BUCKET", "transfers")
        environment.setenv("SENDER_ADDRESS", "portal@example.org")
        environment.setenv("CONFIGURATION_SET", "mail-reports")
        for bucket in ("documents", "transfers"):
            location = {"LocationConstraint": "eu-west-1"}
            aws.s3().create_bucket(Bucket=bucket, CreateBucketConfiguration=location)  # type: ignore[arg-type]
        aws.s3().put_bucket_versioning(Bucket="documents", VersioningConfiguration={"Status": "Enabled"})
        for queue in QUEUES:
            url = aws.sqs().create_queue(QueueName=queue)["QueueUrl"]
            environment.setenv(f"{queue.upper()}_QUEUE_URL", url)
        aws.ses().verify_email_identity(EmailAddress="portal@example.org")
        aws.ses().create_configuration_set(ConfigurationSet={"Name": "mail-reports"})
        self.pool_id = aws.cognito().create_user_pool(PoolName="pool")["UserPool"]["Id"]
        environment.setenv("USER_POOL_ID", self.pool_id)
        flows = ["ALLOW_USER_PASSWORD_AUTH"]
        made = aws.cognito().create_user_pool_client(
            UserPoolId=self.pool_id,
            ClientName="portal",
            ExplicitAuthFlows=flows,  # type: ignore[arg-type]
        )
        self._client_id = made["UserPoolClient"]["ClientId"]

    def account(self, member_id: str, email: str) -> str:
        """An account with this verified address: an access token of it."""
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        who = {"UserPoolId": self.pool_id, "Username": member_id}
        aws.cognito().admin_create_user(**who, UserAttributes=attributes)  # type: ignore[arg-type]
        aws.cognito().admin_set_user_password(**who, Password=PASSWORD, Permanent=True)  # type: ignore[arg-type]
        logged_in = aws.cognito().initiate_auth(
            ClientId=self._client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": member_id, "PASSWORD": PASSWORD},
        )
        return logged_in["AuthenticationResult"]["AccessToken"]

    def take(self, queue: str) -> list[str]:
        """The messages that wait in a queue, which is empty then."""
        url = aws.sqs().get_queue_url(QueueName=queue)["QueueUrl"]
        bodies: list[str] = []
        while found := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            bodies += [each["Body"] for each in found]
        return bodies

    def empty(self) -> None:
        """Take what earlier cases left in the queues."""
        for queue in QUEUES:
            self.take(queue)


@contextmanager
def services(wire: Wire) -> Iterator[Services]:
    """The services, and their clients on the meter."""
    with mock_aws(), pytest.MonkeyPatch.context() as environment:
        for client in CLIENTS:
            client.cache_clear()
            wire.watch(client())
        yield Services(environment)
    for client in CLIENTS:
        client.cache_clear()
