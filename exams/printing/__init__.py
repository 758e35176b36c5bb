"""What leaves the product as a PDF: question text as data for typst, and the setting of a page."""
