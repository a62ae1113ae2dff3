"""Looking at the settings and the machine of an instance, and saying what is wrong, why it matters and what to do."""
