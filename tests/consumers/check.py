"""What Python makes of the documents, and of what the servers of the examples send: the generated modules, models of
pydantic, and Schemathesis."""

import importlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

HERE = Path(__file__).parent
GOLDEN = HERE.parent.parent / "sse-core/tests/it/golden/consumers"
RECEIVED = json.loads((GOLDEN / "events.json").read_text())
BIN = Path(sys.executable).parent
# Where the servers of the examples are, and what each has sent.
LIVE: dict[str, Any] = {}


def run(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def xtask(*arguments: object) -> Any:
    return json.loads(run(LIVE["xtask"], *arguments))


def for_each_example(work: Callable[[str], None]) -> None:
    assert len(LIVE["examples"]) == 7
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(work, name) for name in LIVE["examples"]]:
            done.result()


def call(case: Any, example: Any) -> Any:
    """What the server answers, if it is what the document says."""
    from schemathesis.checks import CHECKS, load_all_checks

    load_all_checks()
    of_response = [f"{what}_conformance" for what in ("status_code", "content_type", "response_headers", "response_schema")]
    response = case.call(base_url=example["url"], timeout=20)
    case.validate_response(response, checks=CHECKS.get_by_names(of_response))
    return response


def operation_of(document: Any, most: int) -> Any:
    """The GET of the one stream, of which so many events are read."""
    import schemathesis

    schema = schemathesis.openapi.from_dict(document)
    schema.config.max_stream_events = most
    [path] = document["paths"]
    return schema[path]["GET"]


def request(document: Any, example: Any, connection: Any, **more: str) -> Any:
    since = {"Last-Event-ID": example["since"]} if "since" in example else {}
    cookie = {"Cookie": example["cookie"]} if "cookie" in example else {}
    # As many as came the first time, so that nobody waits for the next event.
    return operation_of(document, most=2 if more else len(connection["events"])).Case(
        path_parameters=example.get("params", {}), query=dict(parse_qsl(urlsplit(connection["target"]).query)),
        headers={**cookie, **since, **more},
    )  # fmt: skip


def typed_dicts_are_what_mypy_knows(folder: Path) -> None:
    for source in (GOLDEN / "shop_sse.py", HERE / "use.py"):
        shutil.copy(source, folder)
    run(BIN / "mypy", "--strict", "--warn-unused-ignores", "--cache-dir", folder / "mypy", folder / "use.py", folder / "shop_sse.py")


def every_event_is_decoded(folder: Path) -> None:
    shutil.copy(GOLDEN / "shop_sse.py", folder)
    module = importlib.import_module("shop_sse")
    for event in RECEIVED["events"]:
        fields, decoded = event["fields"], event["decoded"]
        expected = {"event": decoded["event"], "data": decoded.get("data")}
        if decoded["event"] == "picture":
            expected["data"] = b"\x00\xff>"
        assert module.decode(fields["event"], fields["data"]) == expected, fields
        if fields["event"] == "message":
            assert module.decode("", fields["data"]) == expected
    assert all(module.decode(event["fields"]["event"], event["fields"]["data"]) is None for event in RECEIVED["control"])
    for name, half in (("pair", "[7,"), ("picture", "AP8")):
        try:
            module.decode(name, half)
        except ValueError:
            continue
        raise AssertionError(f"half of {name} is taken")


def models_of_pydantic(schema: Path, folder: Path) -> Any:
    """The models that datamodel-code-generator makes, as the documentation says to call it."""
    name = schema.name.split(".")[0].replace("-", "_") + "_models"
    run(
        BIN / "datamodel-codegen", "--input", schema, "--input-file-type", "jsonschema",
        "--output", folder / f"{name}.py", "--output-model-type", "pydantic_v2.BaseModel", "--use-title-as-name",
        "--collapse-root-models",
    )  # fmt: skip
    importlib.invalidate_caches()
    return importlib.import_module(name)


def refuses(model: Any, event: Any) -> None:
    try:
        model.model_validate(event)
    except ValueError:
        return
    raise AssertionError(event)


def models_of_pydantic_take_what_is_sent(folder: Path) -> None:
    module = models_of_pydantic(GOLDEN / "shop.schema.json", folder)
    for event in RECEIVED["events"]:
        model = module.Shop.model_validate(event["decoded"])
        assert model.root.event == event["decoded"]["event"]
        assert type(model.root).__name__.startswith("Shop") and type(model.root).__name__.endswith("Event")
        refuses(module.Shop, {**event["decoded"], "event": "no such event"})


def models_of_pydantic_take_what_every_example_sends(folder: Path) -> None:
    def taken(name: str) -> None:
        schema = folder / f"{name}.schema.json"
        schema.write_text(json.dumps(xtask("schema", name)))
        title = json.loads(schema.read_text())["title"]
        model = getattr(models_of_pydantic(schema, folder), title)
        for event in LIVE["examples"][name]["events"]:
            received = {"event": event["event"], "data": json.loads(event["data"])}
            # All of it is in the model, and nothing else.
            dumped = model.model_validate(received).model_dump(mode="json", by_alias=True, exclude_unset=True)
            assert dumped == received, (dumped, received)
            refuses(model, {**received, "event": "no such event"})
            refuses(model, {**received, "data": {"nothing": []}})
            refuses(model, {"event": event["event"]})

    for_each_example(taken)


def the_modules_of_every_example_decode_what_it_sends(folder: Path) -> None:
    printed = run(LIVE["xtask"], "typings", "--lang", "python", "--stdout")
    _, *files = re.split(r"^# (\w+_sse)\.py\n", printed, flags=re.MULTILINE)
    modules = dict(zip(files[::2], files[1::2]))
    assert len(modules) == len(LIVE["examples"])
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text)
    importlib.invalidate_caches()
    run(BIN / "mypy", "--strict", "--cache-dir", folder / "mypy", *folder.glob("*.py"))
    for example, name in zip(sorted(LIVE["examples"]), modules):
        module, sent = importlib.import_module(name), LIVE["examples"][example]
        assert {event["event"] for event in sent["events"]} == set(module.EVENTS)
        for event in sent["events"]:
            expected = {"event": event["event"], "data": json.loads(event["data"])}
            assert module.decode(event["event"], event["data"]) == expected
        assert all(module.decode(event["event"], event["data"]) is None for event in sent["control"])


def schemathesis_takes_what_every_server_sends(folder: Path) -> None:
    def taken(name: str) -> None:
        example, document = LIVE["examples"][name], xtask("openapi", name)
        for connection in example["connections"]:
            response = call(request(document, example, connection), example)
            # Who falls behind is told so, and another reader is not.
            for event in {event["event"] for event in connection["events"]} - {"stream-reset", "stream-position"}:
                assert f"event: {event}\n".encode() in response.content, (name, event)
        # The id is of no use any more, and what was asked for is no event stream.
        for status, more in ((200, {"Last-Event-ID": "anotherepoch-5"}), (406, {"Accept": "application/json"})):
            response = call(request(document, example, example["connections"][0], **more), example)
            assert response.status_code == status, (name, response.status_code)

    for_each_example(taken)


def schemathesis_finds_no_request_that_the_document_does_not_foresee(folder: Path) -> None:
    from hypothesis import HealthCheck, Phase, given, settings

    example, document = LIVE["examples"]["chat"], xtask("openapi", "chat")
    operation = operation_of(document, most=2)
    answers = []

    @given(case=operation.as_strategy())
    @settings(
        max_examples=60, deadline=None, database=None, derandomize=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def refuted(case: Any) -> None:
        answers.append(call(case, example))

    refuted()
    assert {answer.status_code for answer in answers} == {200}
    resets = [answer for answer in answers if b"event: stream-reset" in answer.content]
    assert len(answers) == 60 and 10 < len(resets) < 60, (len(answers), len(resets))


def schemathesis_refuses_what_another_document_says(folder: Path) -> None:
    right = json.dumps(xtask("openapi", "stock-prices"))
    example = LIVE["examples"]["stock-prices"]
    [trades] = [connection for connection in example["connections"] if connection["target"] == "/prices"]
    wrong = {
        "another name": ('"const": "trade"', '"const": "sale"'),
        "another type": ('"cents": {"format": "uint32", "minimum": 0, "type": "integer"}', '"cents": {"type": "string"}'),
        "another property": ('"required": ["cents", "number", "symbol"]', '"required": ["cents", "number", "share"]'),
        "another control event": ('"const": "stream-open"', '"const": "stream-begin"'),
        "another content type": ('"text/event-stream": {', '"application/x-ndjson": {'),
    }
    for what, (old, new) in {"nothing": ("", ""), **wrong}.items():
        assert right.count(old) == 1 or not old, (what, right)
        document = json.loads(right.replace(old, new) if old else right)
        try:
            call(request(document, example, trades), example)
            refused = False
        except BaseExceptionGroup:
            refused = True
        assert refused == (what != "nothing"), what


def the_documents_are_valid(folder: Path) -> None:
    from jsonschema.exceptions import ValidationError
    from openapi_spec_validator import validate

    documents = [json.loads(name.read_text()) for name in GOLDEN.glob("openapi-*.json")]
    for name in LIVE["examples"]:
        documents += [xtask("openapi", name, "--version", version) for version in ("3.1", "3.2")]
    assert len(documents) == 4 + 2 * 7
    for document in documents:
        validate(document)
    documents[0]["components"]["schemas"] = []
    try:
        validate(documents[0])
    except ValidationError:
        return
    raise AssertionError("whatever it is, it is valid")


def main() -> int:
    passed = failed = 0
    tests = [
        # What needs the servers goes first: some forget what they have sent, and what follows takes its time.
        schemathesis_takes_what_every_server_sends,
        schemathesis_finds_no_request_that_the_document_does_not_foresee,
        schemathesis_refuses_what_another_document_says,
        typed_dicts_are_what_mypy_knows,
        every_event_is_decoded,
        models_of_pydantic_take_what_is_sent,
        models_of_pydantic_take_what_every_example_sends,
        the_modules_of_every_example_decode_what_it_sends,
        the_documents_are_valid,
    ]
    servers = subprocess.Popen(["node", HERE / "captured.mjs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    line = servers.stdout.readline()
    assert line, "the servers of the examples have not started"
    LIVE.update(json.loads(line))
    for test in tests:
        with tempfile.TemporaryDirectory() as folder:
            sys.path.insert(0, folder)
            start = time.monotonic()
            try:
                test(Path(folder))
                passed += 1
                print(f"{test.__name__} in {time.monotonic() - start:.1f} s")
            except Exception as error:
                failed += 1
                print(f"{test.__name__}: {type(error).__name__}: {error} {getattr(error, 'exceptions', '')}")
            finally:
                sys.path.remove(folder)
    servers.communicate()
    print(f"{passed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
