"""The demo accounts, as the console and the log-in page of `make run` offer them; on this computer only."""

from typing import Any

PASSWORD = "Recertify!2027"  # of demo accounts, on this computer only
ACCOUNTS = (
    ("member@example.org", "IPMA-CP, due this year, 44 points, an open invoice"),
    ("two@example.org", "IPMA-SCP and IPMA-CS"),
    ("new@example.org", "IPMA-CS, certified some months ago, nothing entered"),
    ("lapsed@example.org", "a certification that lapsed"),
    ("uncertified@example.org", "no certification"),
    ("staff@example.org", "staff: reviews, members, payments"),
)


def for_the_log_in_page() -> dict[str, Any]:
    """What /config.json says under `demo`; the deployed one never has it."""
    return {
        "password": PASSWORD,
        "accounts": [{"email": email, "about": about} for email, about in ACCOUNTS],
    }
