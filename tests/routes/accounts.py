from tests.routes import Route

ROUTES = {
    # Who is signed in already is sent on.
    "accounts.sign_in": Route(expected={"nobody": 200}, others=302),
    "accounts.sign_out": Route("POST", others=302),
    "accounts.activate": Route(),
    "accounts.set_up": Route(others=302),
    "accounts.choose_language": Route(
        "POST", data=lambda session, cast: {"language": "en", "back": "/"}, others=302
    ),
    "accounts.privacy_notice": Route(),
    "accounts.acknowledge": Route("POST", others=302),
    "accounts.me": Route(expected={"nobody": 302}),
    "accounts.change_password": Route(expected={"nobody": 302}),
    "accounts.sign_out_everywhere": Route("POST", others=302),
    "accounts.my_records": Route(expected={"nobody": 302}),
    "accounts.download_records": Route(expected={"nobody": 302}),
}
