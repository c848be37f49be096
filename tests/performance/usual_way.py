"""A handler written in the usual way, to compare a start with: everything imported at the top, Tracer and Metrics on,
boto3's resource for the table, a client for each service, models of every route. It is measured and never deployed."""

import boto3
import stripe
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, CORSConfig
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig
from pydantic import BaseModel

logger = Logger()
tracer = Tracer()
metrics = Metrics(namespace="Recertification")
app = APIGatewayHttpResolver(enable_validation=True, cors=CORSConfig())
table = boto3.resource("dynamodb").Table("table")
s3, sqs, ses = boto3.client("s3"), boto3.client("sqs"), boto3.client("ses")
secrets = parameters.SSMProvider()
once = (DynamoDBPersistenceLayer("table"), IdempotencyConfig())
checkout = stripe.StripeClient("sk_test_none").v1.checkout.sessions


class Entry(BaseModel):
    """What a member sends."""

    activity: str
    quantity: float
    title: str


@app.post("/entries")
@tracer.capture_method
def enter(entry: Entry) -> dict[str, str]:
    """A route."""
    return {"title": entry.title}
