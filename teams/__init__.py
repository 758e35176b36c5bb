"""Who works where and as what: the tree of teams, posts, dated memberships, roles, the roster.

Any past day can be asked. Leaving and transfer close memberships; history is never deleted.
"""
