"""Many offers at once: from a table or another register, looked through before anything is stored, all or nothing."""
