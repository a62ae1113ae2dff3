"""Reports: what report plugins make of a snapshot. The calling process never imports a plugin."""
