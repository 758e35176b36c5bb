"""What every feature needs and no feature owns: settings, database, clock, identity, the border.

Knows nothing of people, modules, questions, exams or certificates.
"""
