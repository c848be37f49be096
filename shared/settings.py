"""The settings of a function: the only reader of its environment, which template.yaml declares."""

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Settings:
    """What a function is told from outside; a setting that a function has no use for is empty."""

    table_name: str
    program: str
    metrics_namespace: str
    user_pool_client_id: str
    user_pool_id: str
    logins_queue_url: str
    invoices_queue_url: str
    mails_queue_url: str
    sender_address: str
    configuration_set: str
    documents_bucket: str
    malware_protection: bool
    exports_queue_url: str
    imports_queue_url: str
    transfers_bucket: str
    portal_url: str
    stripe_secret_key_parameter: str
    stripe_webhook_secret_parameter: str
    stripe_api_base: str
    stripe_livemode: bool

    @property
    def stripe_url(self) -> str:
        """Where staff see our payments at Stripe, and can refund them."""
        return f"https://dashboard.stripe.com{'' if self.stripe_livemode else '/test'}"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    read = os.environ.get
    return Settings(
        table_name=read("TABLE_NAME", ""),
        program=read("PROGRAM", "ipma-hr"),
        metrics_namespace=read("METRICS_NAMESPACE", ""),
        user_pool_client_id=read("USER_POOL_CLIENT_ID", ""),
        user_pool_id=read("USER_POOL_ID", ""),
        logins_queue_url=read("LOGINS_QUEUE_URL", ""),
        invoices_queue_url=read("INVOICES_QUEUE_URL", ""),
        mails_queue_url=read("MAILS_QUEUE_URL", ""),
        sender_address=read("SENDER_ADDRESS", ""),
        configuration_set=read("CONFIGURATION_SET", ""),
        documents_bucket=read("DOCUMENTS_BUCKET", ""),
        malware_protection=read("MALWARE_PROTECTION", "off") == "on",
        exports_queue_url=read("EXPORTS_QUEUE_URL", ""),
        imports_queue_url=read("IMPORTS_QUEUE_URL", ""),
        transfers_bucket=read("TRANSFERS_BUCKET", ""),
        portal_url=read("PORTAL_URL", ""),
        stripe_secret_key_parameter=read("STRIPE_SECRET_KEY_PARAMETER", ""),
        stripe_webhook_secret_parameter=read("STRIPE_WEBHOOK_SECRET_PARAMETER", ""),
        stripe_api_base=read("STRIPE_API_BASE", ""),
        stripe_livemode=read("STRIPE_LIVEMODE", "false") == "true",
    )
