"""Jobs as administrators see them, whatever became of them."""

from __future__ import annotations

from tests.api.place import Place


def test_a_job_that_failed_for_good_is_listed_and_not_due(place: Place) -> None:
    place.engine.start("errand", {}, actor="tests")
    machine = place.machine("jobs:work")
    fetched = {"worker": "gateway", "types": ["send-sms"], "lock_seconds": 60}
    (job,) = machine.post("/jobs/fetch-and-lock", fetched).get_json()["items"]
    failed = {"worker": "gateway", "message": "no such number", "retries": 0}
    assert machine.post(f"/jobs/{job['id']}/fail", failed).status_code == 200
    answer = place.sign_in("admin").get("/jobs")
    assert answer.status_code == 200, answer.text
    found = {each["id"]: each for each in answer.get_json()["items"]}[job["id"]]
    assert (found["status"], found["due_at"]) == ("failed", None)
