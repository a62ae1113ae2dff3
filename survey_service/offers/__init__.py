"""Offers: the county's inventory, registered by providers and moderated."""
