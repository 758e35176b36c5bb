"""The browser editor: working copies of modules, their review and publication, proposed questions.

Stands above the question bank, because a module is published together with its questions.
"""
