"""The doors: one folder a Lambda function, each with one handler."""

import gc

# A start makes sixty thousand objects that stay; Python would look through them for garbage after every 2,000.
gc.set_threshold(100_000)

from shared.adapters.light_packages import enter_without_init  # noqa: E402 (the less is loaded before, the better)
from shared.adapters.ready_methods import use_ready_methods  # noqa: E402

use_ready_methods()
enter_without_init()
