from tests.routes import Route

ROUTES = {
    "reports.home": Route(expected={"nobody": 302}),
    "reports.menu": Route(expected={"nobody": 302}),
}
