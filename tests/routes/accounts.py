from tests.routes import Route

ROUTES = {
    "accounts.sign_in": Route(),
    "accounts.sign_out": Route("POST", others=302),
    "accounts.me": Route(expected={"nobody": 302}),
    "accounts.choose_language": Route(
        "POST", data=lambda session, cast: {"language": "en", "back": "/"}, others=302
    ),
}
