"""Our own syntax and the JSON of our own model: the two formats that lose nothing."""
