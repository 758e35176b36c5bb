"""Proof that somebody passed: kinds of certificate, which exam awards which, issue, revocation.

Listens to `exams.events.SittingMarked`; shows itself on an exam's page through a panel.
"""
