"""Who was taught what, for how long, signed by whom: plans, sessions, cards, hours.

Holds nothing yet; its place in the order of imports is kept.
"""
