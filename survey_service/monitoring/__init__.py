"""Monitoring: indicators with their definitions, the figures observed, baselines and targets."""
