"""Sends the dead letters of a queue back to where they came from, once their cause is mended."""

import argparse
from typing import Any

import boto3

QUICKLY = 10
"""How many messages a second go back: slow enough to stop when they fail again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--queue-url", required=True, help="the queue of dead letters")
    parser.add_argument("--per-second", type=int, default=QUICKLY)


def run(options: argparse.Namespace) -> int:
    """Do it; the exit code."""
    print(redrive(boto3.client("sqs"), options.queue_url, options.per_second, dry_run=options.dry_run))
    return 0


def redrive(sqs: Any, queue_url: str, per_second: int, *, dry_run: bool) -> str:
    """Start moving the messages; says what was, or would be, done."""
    asked = ["QueueArn", "ApproximateNumberOfMessages"]
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=asked)["Attributes"]
    waiting = int(found["ApproximateNumberOfMessages"])
    if not waiting:
        return "There are no dead letters."
    if dry_run:
        return f"Would send about {waiting} messages back, {per_second} a second."
    sqs.start_message_move_task(SourceArn=found["QueueArn"], MaxNumberOfMessagesPerSecond=per_second)
    return f"Sending about {waiting} messages back, {per_second} a second. Watch the queue's alarm."
