"""Daily practice, mock exams and the book of wrong answers (错题本): learning by answering.

Holds nothing yet; its place in the order of imports is kept.
"""
