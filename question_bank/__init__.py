"""What can be asked: questions with stable ids, immutable versions, the clauses that they test.

Turns the question blocks of modules into versions; a question is never deleted, only retired.
"""
