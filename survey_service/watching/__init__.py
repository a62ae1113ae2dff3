"""What needs a person: what waits for a decision at the desk, and how the service itself is doing.

Each feature is asked by one small function (``offers``, ``texts``, ``making``, ``concept``, ``machine``, ``people``);
``table`` has one row for each kind of decision. Nothing here changes anything, and nothing knows of the web.
"""
