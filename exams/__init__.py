"""A timed paper and what was done: exams, blueprints, stored pools, sittings, answers, marks.

The server alone decides the deadline and the mark. An exam knows nothing of certificates: it
announces `SittingMarked`, once people have marked what a machine cannot.
"""
