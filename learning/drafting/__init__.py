"""Plain texts of laws and company rules → drafts of modules whose clauses can be cited. Pure.

A reader (`plain`, `word`) turns the file into blocks, `sequence` finds out which blocks begin a
clause, `clauses` gives each its anchor and text, `module` writes the module file.
"""

from learning.drafting.locating import locate as locate
from learning.drafting.module import ModuleDraft as ModuleDraft
from learning.drafting.module import draft_module as draft_module
