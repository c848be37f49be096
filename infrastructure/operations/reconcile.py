"""Runs the reconciliation now: what should be against what is, in invoices and payments."""

import argparse
import json
from typing import Any

import boto3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--function", required=True, help="the name of ReconcileFunction in the stack")


def run(options: argparse.Namespace) -> int:
    """Do it; the exit code is 1 when the run failed."""
    if options.dry_run:
        print(f"Would invoke {options.function} for today. It records what Stripe could not tell.")
        return 0
    failed, answer = reconcile(boto3.client("lambda"), options.function)
    print(answer)
    return 1 if failed else 0


def reconcile(functions: Any, name: str) -> tuple[bool, str]:
    """Invoke the job; whether it failed, and its result."""
    answer = functions.invoke(FunctionName=name, Payload=b"{}")
    result = json.loads(answer["Payload"].read() or b"null")
    return "FunctionError" in answer, json.dumps(result, indent=2, ensure_ascii=False)
