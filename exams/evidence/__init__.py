"""A sitting as evidence that stands without the server: one file, its check, its paper, its days.

`check` and what it imports know neither the database nor the web, so that the verifier which goes
with each file is packed from the very code that judges here.
"""
