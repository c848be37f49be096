"""Makes the account of a staff person, the first one included; their first log-in is a password reset by e-mail."""

import argparse
from typing import Any

import boto3

from shared.adapters.accounts import Accounts

GROUPS = ("staff", "staff-reviewer", "staff-finance", "staff-admin")


def create_staff(cognito: Any, user_pool_id: str, member_id: str, email: str, group: str = "staff") -> None:
    """Make the account, or give the one that exists this address, and put it into the group; twice is fine."""
    Accounts(cognito, user_pool_id).make(member_id, email)
    cognito.admin_add_user_to_group(UserPoolId=user_pool_id, Username=member_id, GroupName=group)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the command takes."""
    parser.add_argument("--user-pool-id", required=True)
    parser.add_argument("--member-id", required=True, help="the name of the account; no other member's id")
    parser.add_argument("--email", required=True)
    parser.add_argument("--group", choices=GROUPS, default="staff", help="staff holds the three roles")


def run(options: argparse.Namespace) -> int:
    """Do it; the exit code."""
    if options.dry_run:
        print(f"Would make {options.member_id} in {options.user_pool_id}, group {options.group}.")
        return 0
    cognito = boto3.client("cognito-idp")
    create_staff(cognito, options.user_pool_id, options.member_id, options.email, options.group)
    print(f"{options.member_id} can now reset the password on the log-in page and log in.")
    return 0
