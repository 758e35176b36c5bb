"""The roster (花名册) as a spreadsheet: reading it, checking it, planning and applying its changes.

Reading and checking are pure; `planning` compares with what is stored; `importing` does both in
the background, preview first, then batch by batch.
"""
