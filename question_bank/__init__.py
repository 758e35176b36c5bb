"""What can be asked: questions, their immutable versions, options and keys.

Questions are written as Markdown blocks in the course modules; this package reads the blocks,
checks them, and keeps every version that was ever published. It never asks a question itself:
that is the business of exams and practice.
"""
