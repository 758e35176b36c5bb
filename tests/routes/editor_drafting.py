from tests.routes import Route

AUTHORS_ONLY = {
    "nobody": 302,
    "learner": 403,
    "team_leader": 403,
    "other_leader": 403,
    "examiner": 403,
    "inspector": 403,
}


def no_file(_session: object, _cast: object) -> dict[str, str]:
    return {"token": "0" * 64}


ROUTES = {
    "editor.draft": Route(expected=AUTHORS_ONLY),
    "editor.upload_draft": Route("POST", expected=AUTHORS_ONLY, others=422),
    "editor.drafted": Route(values=no_file, expected=AUTHORS_ONLY, others=404),
    "editor.edit_draft": Route(
        "POST",
        values=no_file,
        expected={**AUTHORS_ONLY, "safety_manager": 403, "administrator": 403},
        others=404,
    ),
    "editor.draft_files": Route(values=no_file, expected=AUTHORS_ONLY, others=404),
}
