"""An invented enterprise to look at: people, teams, a year of exams and certificates.

Made from a seed, the same on every machine; loaded only into an empty database on a machine that
nobody else reaches, and taken out again as a whole. Right of every other package.
"""
