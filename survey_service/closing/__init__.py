"""Closing the loop: what became of the answers, by wave and field; for the holder of a receipt; newsletters."""
