"""The border: one session, one moment, one actor per request; CSRF, headers, error pages.

The session of an unsafe request begins its write transaction when it is first used, and is
committed once, after the view returned normally; an exception, handled or not, rolls back.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_translations, gettext
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from core.chance import SeedSource
from core.clock import local_date
from core.compression import pack
from core.config import Config
from core.errors import Conflict, DomainError, Forbidden, InvalidContent, NotFound
from core.identity import Actor, Role
from core.services import Services, SignedIn

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

login_manager = LoginManager()
csrf = CSRFProtect()


def services() -> Services:
    """What the running application is made of."""
    found: Services = current_app.extensions["shanggang"]
    return found


def config() -> Config:
    return services().config


def seeds() -> SeedSource:
    return services().seeds


def moment() -> datetime:
    """The one moment of this request, read from the clock once."""
    if "moment" not in g:
        g.moment = services().clock.now()
    at: datetime = g.moment
    return at


def today() -> date:
    """The calendar day of this request in the enterprise's time zone."""
    return local_date(moment(), config().time_zone)


def db_session() -> Session:
    """The session of this request, opened on first use, committed once after the view."""
    if "db_session" not in g:
        g.db_session = services().database.session(writes=request.method not in SAFE_METHODS)
        g.db_session.info["request_id"] = g.get("request_id")
    opened: Session = g.db_session
    return opened


@contextmanager
def reading() -> Iterator[Session]:
    """A short read-only session, for what an unsafe request must know before it writes."""
    with services().database.reading() as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A short write of its own, for a view that renders its answer after it.

    The request's own session stays open until the view has returned; whoever renders a page after
    a write (a refused sign-in must be counted, yet answers with the form) would hold the lock.
    """
    with services().database.writing() as session:
        session.info["request_id"] = g.get("request_id")
        yield session


def current_actor() -> Actor:
    """Who is acting: the signed-in person, or nobody."""
    person = signed_in()
    return person.actor if person else Actor.nobody()


def signed_in() -> SignedIn | None:
    """The signed-in person, or None."""
    return current_user.person if current_user.is_authenticated else None


class LoginUser(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """What Flask-Login carries: the cookie's token and the person that it stands for."""

    def __init__(self, token: str, person: SignedIn | None) -> None:
        self.token = token
        self.person = person

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load_user(token: str) -> LoginUser | None:
    if request.method in SAFE_METHODS:
        person = services().load_signed_in(db_session(), token, moment())
    else:
        with reading() as session:
            person = services().load_signed_in(session, token, moment())
    return LoginUser(token, person) if person else None


def wants_json() -> bool:
    """Whether the caller is one of our scripts rather than a page."""
    return request.is_json or request.accept_mimetypes.best == "application/json"


def requires(*roles: Role) -> Callable[[View], View]:
    """Let a view be called only signed in, and with one of the roles where any are named."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            if not current_user.is_authenticated:
                if wants_json():
                    message = gettext("登录已失效。重新登录后接着做")
                    return jsonify(error="signed_out", message=message), 401
                return login_manager.unauthorized()  # type: ignore[no-any-return]
            if roles and not current_actor().has(*roles):
                raise Forbidden()
            return view(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate


def panels(place: str, subject_id: int | str) -> list[str]:
    """HTML of the panels that packages on the right registered for a page of one on the left."""
    made = [panel(db_session(), current_actor(), subject_id) for panel in services().panels[place]]
    return [html for html in made if html]


def language() -> str:
    """`zh` or `en`: the cookie's choice, else the person's, else Chinese."""
    chosen = cookie.get("language")
    if chosen not in LANGUAGES:
        person = signed_in() if "moment" in g else None
        chosen = person.language if person else None
    return chosen if chosen in LANGUAGES else "zh"


def _catalogue() -> Any:
    """The translations of this request, found once: a page asks for two hundred of them."""
    found = g.get("catalogue")
    if found is None:
        found = g.catalogue = get_translations()
    return found


def _error_page(status: int, title: str, message: str) -> tuple[Any, int]:
    g.failed = True
    if "db_session" in g:
        g.db_session.rollback()
    # Whatever broke may break the page's frame too, so a 500 asks the database nothing.
    g.is_broken = status >= 500
    if wants_json():
        return jsonify(error=status, message=message or title), status
    page = render_template("errors/error.html", status=status, title=title, message=message)
    return page, status


def _domain_error(error: DomainError) -> tuple[Any, int]:
    message = gettext(error.msgid, **error.values) if error.msgid else ""
    if isinstance(error, NotFound):
        return _error_page(404, gettext("没有这一页"), message)
    if isinstance(error, Forbidden):
        return _error_page(403, gettext("你不能看这一页"), message)
    if isinstance(error, InvalidContent):
        return _error_page(422, gettext("内容有错"), str(error))
    assert isinstance(error, Conflict)
    return _error_page(409, gettext("现在做不了"), message)


HTTP_TITLES: dict[int, Callable[[], str]] = {
    400: lambda: gettext("这一步没有做成"),
    403: lambda: gettext("你不能看这一页"),
    404: lambda: gettext("没有这一页"),
    405: lambda: gettext("没有这一页"),
    413: lambda: gettext("文件太大"),
    429: lambda: gettext("太频繁了"),
    500: lambda: gettext("出错了，没有存任何东西"),
}


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    title = HTTP_TITLES.get(error.code, HTTP_TITLES[400])()
    message = ""
    if error.code == 413:
        message = gettext("最大 %(mb)s MB。换一个小一点的文件", mb=config().upload_limit_mb)
    elif error.code == 400:
        message = gettext("页面放得太久，或打开了两次。回到上一页，刷新后再做一次")
    return _error_page(error.code, title, message)


def _open_request() -> None:
    g.request_id = services().seeds.token()[:16]
    g.began = time.perf_counter()
    moment()


def _close_request(response: Response) -> Response:
    opened: Session | None = g.get("db_session")
    if opened is not None:
        if g.get("failed") or not opened.info["writes"]:
            opened.rollback()
        else:
            opened.commit()
            for work in g.get("after_commit", []):
                work()
    _add_headers(response)
    spent = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
    current_app.logger.info(
        "request",
        extra={
            "request_id": g.get("request_id"),
            "method": request.method,
            "endpoint": request.endpoint,
            "status": response.status_code,
            "ms": spent,
        },
    )
    return response


def after_commit(work: Callable[[], None]) -> None:
    """Do something once the request's transaction is safely stored, such as enqueueing a job."""
    g.setdefault("after_commit", []).append(work)


def _add_headers(response: Response) -> None:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers["X-Request-Id"] = g.get("request_id", "")
    if config().is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint == "static":
        if request.args.get("v"):
            response.cache_control.max_age = 31536000
            response.cache_control.immutable = True
    else:
        headers.setdefault("Cache-Control", "no-store")


def _teardown(_error: BaseException | None) -> None:
    opened: Session | None = g.pop("db_session", None)
    if opened is not None:
        opened.rollback()
        opened.close()


class Product(Flask):
    """A Flask whose session key is read with the first session: a command that needs none, makes
    none.
    """

    @property
    def secret_key(self) -> str:  # type: ignore[override]
        made: Services = self.extensions["shanggang"]
        return made.session_key


def install(app: Flask, made: Services) -> None:
    """Give an application its border; `app.py` registers the blueprints."""
    app.extensions["shanggang"] = made
    settings = made.config
    app.config.update(
        SESSION_COOKIE_NAME="shanggang",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        # The cookie lives as long as its session row; signing it anew each time gains nothing.
        SESSION_REFRESH_EACH_REQUEST=False,
        # The token lives as long as the session, or the last page of a long exam is refused.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=settings.upload_limit_mb * 1024 * 1024,
        BABEL_DEFAULT_LOCALE=LANGUAGES["zh"],
        BABEL_DEFAULT_TIMEZONE=str(settings.time_zone),
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    app.before_request(_open_request)
    login_manager.init_app(app)
    login_manager.login_view = "accounts.sign_in"
    login_manager.login_message = None
    csrf.init_app(app)
    Babel(app, locale_selector=lambda: LANGUAGES[language()])
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().ugettext(text),
        lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
    )
    # Runs last, when the transaction is over.
    app.after_request(pack)
    app.after_request(_close_request)
    app.teardown_request(_teardown)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
