"""Pass rates per team and the home of each role: reads everything, owns no table."""
