"""What changes exams and sittings."""
