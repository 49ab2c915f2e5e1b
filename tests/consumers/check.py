"""What Python makes of the documents: the generated module, models of pydantic, and Schemathesis."""

import importlib
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
GOLDEN = HERE.parent.parent / "sse-core/tests/it/golden/consumers"
RECEIVED = json.loads((GOLDEN / "events.json").read_text())
BIN = Path(sys.executable).parent


def run(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


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
        assert module.decode(fields["event"], fields["data"]) == expected, fields
        if fields["event"] == "message":
            assert module.decode("", fields["data"]) == expected
    assert all(module.decode(event["fields"]["event"], event["fields"]["data"]) is None for event in RECEIVED["control"])
    try:
        module.decode("pair", "[7,")
    except ValueError:
        return
    raise AssertionError("half of it is not JSON")


def models_of_pydantic_take_what_is_sent(folder: Path) -> None:
    run(
        BIN / "datamodel-codegen", "--input", GOLDEN / "shop.schema.json", "--input-file-type", "jsonschema",
        "--output", folder / "shop.py", "--output-model-type", "pydantic_v2.BaseModel", "--use-title-as-name",
        "--collapse-root-models",
    )  # fmt: skip
    module = importlib.import_module("shop")
    for event in RECEIVED["events"]:
        model = module.Shop.model_validate(event["decoded"])
        assert model.root.event == event["decoded"]["event"]
        assert type(model.root).__name__.startswith("Shop") and type(model.root).__name__.endswith("Event")
        try:
            module.Shop.model_validate({**event["decoded"], "event": "no such event"})
        except ValueError:
            continue
        raise AssertionError(event)


def schemathesis_takes_what_is_sent(folder: Path) -> None:
    import schemathesis
    from schemathesis.checks import CHECKS, load_all_checks

    load_all_checks()
    conformance = CHECKS.get_by_names(["response_schema_conformance"])
    blocks = [event["wire"] for event in RECEIVED["control"][:1] + RECEIVED["events"] + RECEIVED["control"][-1:]]
    wrong = [
        blocks[0] + "event: no such event\ndata: {}\n\n",
        "event: tick\ndata: 7\n\n",
        "event: pair\ndata: [7]\n\n",
        "event: stream-open\ndata: {}\n\n",
    ]
    served = {"right": "".join(blocks), **{f"wrong{n}": text for n, text in enumerate(wrong)}}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = served[self.path.split("/")[2]].encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    document = json.loads((GOLDEN / "openapi-3.2-strict.json").read_text())
    operation = schemathesis.openapi.from_dict(document)["/shops/{shop}/events"]["GET"]
    refused = []
    for shop in served:
        case = operation.Case(path_parameters={"shop": shop})
        response = case.call(base_url=f"http://127.0.0.1:{server.server_port}")
        try:
            case.validate_response(response, checks=conformance)
        except BaseExceptionGroup as error:
            refused.append(shop)
            assert "right" != shop, error.exceptions
    server.shutdown()
    assert refused == list(served)[1:], refused


def the_documents_are_valid(folder: Path) -> None:
    from openapi_spec_validator import validate

    for name in GOLDEN.glob("openapi-*.json"):
        document = json.loads(name.read_text())
        validate(document)


def main() -> int:
    passed = failed = 0
    tests = [
        typed_dicts_are_what_mypy_knows,
        every_event_is_decoded,
        models_of_pydantic_take_what_is_sent,
        schemathesis_takes_what_is_sent,
        the_documents_are_valid,
    ]
    for test in tests:
        with tempfile.TemporaryDirectory() as folder:
            sys.path.insert(0, folder)
            try:
                test(Path(folder))
                passed += 1
            except Exception as error:
                failed += 1
                print(f"{test.__name__}: {type(error).__name__}: {error}")
            finally:
                sys.path.remove(folder)
    print(f"{passed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
