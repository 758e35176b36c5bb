"""Foreign question formats, in and out; each is read into the same items and written from them."""
