"""HTTP/1.1 by hand on asyncio: what an attacker sends is no library's idea of a request."""

import asyncio
import json
import resource
import time


class Closed(Exception):
    """The connection ended before a whole answer had come."""


class Answer:
    """What came back: the status, the headers by their small names, the body's bytes."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)


class Connection:
    """One connection, kept while the other side keeps it."""

    def __init__(self, host: str, port: int):
        self.host, self.port = host, port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def open(self) -> None:
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.reader = self.writer = None

    async def send(self, request: bytes) -> Answer:
        """Sends one request and reads one answer; Closed or TimeoutError if none comes."""
        try:
            async with asyncio.timeout(90):
                await self.open()
                self.writer.write(request)
                await self.writer.drain()
                answer = await read_answer(self.reader)
        except (ConnectionError, asyncio.IncompleteReadError, OSError) as e:
            self.close()
            raise Closed(str(e)) from e
        except BaseException:
            self.close()
            raise
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return answer


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as e:
        raise Closed("a header without an end") from e
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {k.strip().lower(): v.strip() for k, _, v in (x.partition(":") for x in lines if x)}
    status = int(first.split(" ")[1])
    if status in (204, 304) or "content-length" in headers:
        length = 0 if status in (204, 304) else int(headers["content-length"])
        return Answer(status, headers, await reader.readexactly(length))
    body = b""
    if headers.get("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    return Answer(status, headers, body)


def request(method: str, path: str, token: str | None = None, body=None, **headers: str) -> bytes:
    """A request as a well-behaved client sends it; body is text of JSON, or a value of it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: siege", "User-Agent: siege"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    data = b""
    if body is not None:
        text = body if isinstance(body, str) else json.dumps(body)
        data = text.encode("utf-8", "surrogatepass")
        lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    elif method == "POST":
        lines.append("Content-Length: 0")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + data


def open_many_files() -> None:
    """Lets this process hold as many connections as the machine permits."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def now() -> float:
    """Seconds of a clock that all processes of this machine share."""
    return time.monotonic()
