"""Offers: the county's inventory. Providers register offers and keep them true, the desk decides, people find them."""
