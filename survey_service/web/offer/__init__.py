"""One offer of the directory, and what hangs on it: calendar, print list, map, errors reported."""
