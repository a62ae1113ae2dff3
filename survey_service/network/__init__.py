"""The network: bodies, their members and whom those speak for, their meetings."""
