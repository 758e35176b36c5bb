"""Question blocks of a module file → drafts with every problem they have; pure.

`blocks.parse_block` is the entrance; the other files each read one part of a block.
"""
