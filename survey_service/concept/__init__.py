"""The concept: fields of action, goals, measures and statements with their evidence, versions that are adopted."""
