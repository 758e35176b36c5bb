"""HTML of foreign files to our Markdown or to plain text; the way back is `core.markup`."""
