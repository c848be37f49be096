"""Which Stripe the functions talk to: the stand-in, or the real one in test mode when its two secrets are set."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infrastructure.local.template import Function

_KEY_PARAMETER = "STRIPE_SECRET_KEY_PARAMETER"
_WEBHOOK_PARAMETER = "STRIPE_WEBHOOK_SECRET_PARAMETER"


@dataclass(frozen=True)
class StripeSecrets:
    """The two secrets that the functions find in SSM."""

    secret_key: str
    webhook_secret: str
    real: bool


def stripe_secrets() -> StripeSecrets:
    """Those of the environment for the real Stripe, else made-up ones."""
    key, webhook = os.environ.get("STRIPE_SECRET_KEY"), os.environ.get("STRIPE_WEBHOOK_SECRET")
    if key and webhook:
        return StripeSecrets(key, webhook, real=True)
    return StripeSecrets(f"sk_test_{secrets.token_hex(12)}", f"whsec_{secrets.token_hex(16)}", real=False)


def uses_stripe(function: Function) -> bool:
    """Whether the template gives the function Stripe's key."""
    return _KEY_PARAMETER in function.environment


def store_secrets(functions: list[Function], stripe: StripeSecrets, client: Callable[[str], Any]) -> None:
    """Put the secrets where the functions read them."""
    for function in functions:
        for variable, value in (
            (_KEY_PARAMETER, stripe.secret_key),
            (_WEBHOOK_PARAMETER, stripe.webhook_secret),
        ):
            if variable in function.environment:
                client("ssm").put_parameter(
                    Name=function.environment[variable], Value=value, Type="SecureString", Overwrite=True
                )
