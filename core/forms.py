"""The form that all forms extend: trims text, speaks the person's language."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field


def _trim(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class BaseForm(FlaskForm):
    """A form whose text fields are trimmed of blanks at both ends."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Field:
            if unbound_field.field_class.__name__ in {"StringField", "TextAreaField"}:
                filters = [*unbound_field.kwargs.get("filters", []), _trim]
                options = {**options, "filters": filters}
            field: Field = unbound_field.bind(form=form, **options)
            return field
