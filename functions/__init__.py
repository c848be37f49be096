"""The doors: one folder a Lambda function, each with one handler."""

from shared.adapters.powertools import enter_without_init

enter_without_init()
