"""People who sign in: who they are, their passwords, session rows, activation codes, notices.

Owns employee numbers, employment kinds, encrypted ID numbers and the counters that slow down
guessing. Knows nothing of teams: which role a person holds where is in `teams`.
"""
