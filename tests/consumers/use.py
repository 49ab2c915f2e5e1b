"""What a user writes with the generated module: mypy must know each type, and miss the wrong one."""

from shop_sse import TERMINAL, Shop, decode


def read(event: str, data: str) -> str | int | float | None:
    received = decode(event, data)
    if received is None or received["event"] in TERMINAL:
        return None
    if received["event"] == "ordered":
        return received["data"]["lines"][0]["article"]
    if received["event"] == "payment" and received["data"]["kind"] == "card":
        return received["data"]["last"]
    if received["event"] == "stock":
        return received["data"]["pear"]
    if received["event"] == "log":
        return received["data"]
    if received["event"] == "picture":
        return received["data"].hex()
    return None


def wrong(received: Shop) -> int:
    if received["event"] == "log":
        return received["data"]  # type: ignore[return-value]
    return 0
