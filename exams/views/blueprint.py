"""The blueprint that the view files of this package share."""

from flask import Blueprint

bp = Blueprint("exams", __name__)
