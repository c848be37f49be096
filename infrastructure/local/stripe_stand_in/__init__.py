"""Stripe on a laptop: the part of its API, hosted page and webhooks that the portal uses; no money moves.

errors       an error in Stripe's shape
parameters   form bodies with brackets, checked as Stripe checks them
objects      sessions, payment intents, charges … in the shape of Stripe's own sample objects
account      what happens to them: opened, paid, declined, expired, refunded, disputed
listing      lists, pages of lists, searches, expansions
idempotency  the same key gives the same answer
webhook      signed events, delivered in order, tried again, held, lost or doubled on demand
api          /v1/…          what Stripe's library talks to
hosted_page  /c/pay/…       where a person pays
hooks        /_test/…       what tests ask for
app          all of it as one ASGI application
"""

from infrastructure.local.stripe_stand_in.app import StripeStandIn, create_app

__all__ = ["StripeStandIn", "create_app"]
