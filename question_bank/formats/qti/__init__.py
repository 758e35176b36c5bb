"""IMS QTI 2.1, 2.2 and 3.0: single items and packages, read and written."""
