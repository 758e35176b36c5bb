"""What a signed-in person must do before anything else: change a given password, read the notice.

The notice stops pages only. An answer sent while a new notice comes into force is saved.
"""

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import operations, privacy, queries
from accounts.views import browser
from accounts.views.blueprint import bp
from core.web import (
    SAFE_METHODS,
    current_actor,
    db_session,
    language,
    moment,
    requires,
    signed_in,
    wants_json,
)

OPEN = {
    "static",
    "health.healthz",
    "health.readyz",
    "accounts.sign_in",
    "accounts.sign_out",
    "accounts.choose_language",
    "accounts.change_password",
    "accounts.privacy_notice",
    "accounts.acknowledge",
}


@bp.before_app_request
def stop_at_gate() -> ResponseReturnValue | None:
    """Send a person to the page that comes first, and back to where they were going."""
    if request.endpoint is None or request.endpoint in OPEN:
        return None
    person = signed_in()
    if person is None:
        return None
    is_page = request.method in SAFE_METHODS
    back = browser.this_page() if is_page else "/"
    if person.must_change_password:
        if wants_json():
            return jsonify(error="change_password", message=_("先换密码，再接着做")), 403
        return redirect(url_for("accounts.change_password", next=back))
    if person.needs_notice and is_page and not wants_json():
        return redirect(url_for("accounts.privacy_notice", next=back))
    return None


@bp.get("/privacy")
def privacy_notice() -> ResponseReturnValue:
    """The notice in force, for everybody; who has yet to acknowledge it finds the button."""
    stored = queries.newest_notice(db_session())
    if stored is not None:
        version, zh, en = stored.version, stored.text_markdown, stored.text_markdown_en
    else:
        shipped = privacy.shipped_notices()[-1]
        version, zh, en = shipped.version, shipped.zh, shipped.en
    person = signed_in()
    actor = current_actor()
    read_at = None
    if stored is not None and actor.user_id is not None:
        read_at = queries.acknowledged_at(db_session(), actor.user_id, stored.id)
    return render_template(
        "accounts/privacy_notice.html",
        html=privacy.notice_html(en if language() == "en" and en else zh),
        version=version,
        published_at=stored.published_at if stored else None,
        read_at=read_at,
        must_read=person is not None and person.needs_notice,
        next=browser.next_path(),
    )


@bp.post("/privacy")
@requires()
def acknowledge() -> ResponseReturnValue:
    operations.acknowledge_notice(db_session(), actor=current_actor(), now=moment())
    return redirect(browser.next_path())
