"""What is taught and who has read it: course modules in Markdown, their immutable versions.

Splits a file into prose and raw question blocks and renders the prose; the blocks belong to
`question_bank`.
"""
