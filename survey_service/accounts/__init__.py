"""Accounts of the integration team: who somebody is, what they may do, and what they did."""
