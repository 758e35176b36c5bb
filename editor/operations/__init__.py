"""Writing working copies and deciding on proposed questions."""
