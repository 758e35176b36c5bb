"""An exam sat on paper (纸质考试): forms are printed, answers come back in a table.

Once taken in, such a sitting is marked, signed and reported like any other.
"""
