"""Translations made at the desk or by translators: kept in the store, laid over the bundled catalogs, published."""
