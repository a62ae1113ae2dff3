"""Privacy in practice: what is kept for how long, what is really collected, and what its owner can ask for."""
