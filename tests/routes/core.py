from tests.routes import Route

ROUTES = {
    "health.healthz": Route(),
    "health.readyz": Route(),
    "static": Route(values=lambda session, cast: {"filename": "tokens.css"}),
}
