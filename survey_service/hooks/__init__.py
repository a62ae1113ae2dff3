"""Webhooks: what happens here is told to other systems, signed, again and again until they have it.

``noticing`` finds out what has happened, ``events`` say it, ``endpoints`` are where it goes, ``deliveries`` the outbox,
``sending`` the way out, which leads to no address of the inside.
"""
