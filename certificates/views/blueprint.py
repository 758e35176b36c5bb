"""The blueprint that all pages of this package belong to."""

from flask import Blueprint

bp = Blueprint("certificates", __name__)
