"""What is read of exams and sittings."""
