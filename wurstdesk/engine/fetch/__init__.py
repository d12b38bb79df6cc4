"""Fetches checkpoints from the hub: the only part of the program that opens a connection.

``process.FetchProcess`` starts a process of its own (``entry``), because the hub's client reads
once, at its import, whether it may use the network; everything else in the program keeps it from
that. The order goes in and events come out (``generation.fetching``), as lines of JSON.

Files arrive in a hidden folder beside their place (``places``), in ``.part`` files with a record
(``records``), so that a fetch that was cut off in any way goes on where it stopped. The folder
gets its name when every file is there and is what the hub's record says.
"""
