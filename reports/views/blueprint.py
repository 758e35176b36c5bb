"""The blueprint that all pages of this package belong to."""

from flask import Blueprint

bp = Blueprint("reports", __name__)
