"""Which side changed: the content folder or the store. Pure.

Texts are compared by their hashes, pictures by their names, which are hashes too.
"""

from enum import Enum


class Side(Enum):
    """Where the valid state of a file stands."""

    SAME = "same"
    # Changed, or new, in the content folder only.
    FOLDER = "folder"
    # Published by the editor and not written into the folder since.
    STORE = "store"
    # Taken away from the folder and untouched in the store.
    REMOVED = "removed"
    # Changed on both sides: a person decides.
    BOTH = "both"


def side_of(folder: str | None, store: str | None, synced: str | None) -> Side:
    """Compare what lies in the folder, what is stored, and at what both were last the same.

    | folder  | store   | synced        |                                       |
    |---------|---------|---------------|---------------------------------------|
    | x       | x       | anything      | SAME                                  |
    | x       | nothing | anything      | FOLDER: a new file                    |
    | x       | y       | x             | STORE                                 |
    | x       | y       | y             | FOLDER                                |
    | x       | y       | z, or nothing | BOTH                                  |
    | nothing | y       | nothing       | STORE: never was a file               |
    | nothing | y       | y             | REMOVED                               |
    | nothing | y       | z             | BOTH: taken away here, changed there  |
    """
    if folder == store:
        return Side.SAME
    if store is None:
        return Side.FOLDER
    if folder is None and synced is None:
        return Side.STORE
    if folder == synced:
        return Side.STORE
    if store == synced:
        return Side.REMOVED if folder is None else Side.FOLDER
    return Side.BOTH
