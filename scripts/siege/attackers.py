"""What strangers do to a coordinator, and what holders of a token can do who mean harm.

One process an attack; it goes on until SIGTERM and then prints one line of JSON: how many requests it
made, how often each status came back, and which requests succeeded that should not have.
"""

import argparse
import asyncio
import json
import random
import signal
import socket
from collections import Counter

import wire
from fuzz import Fuzzer


class Attack:
    """What every attack has: whom it attacks, what came back, and when it is over."""

    def __init__(self, args: argparse.Namespace):
        self.args = args
        self.random = random.Random(args.seed)
        self.statuses: Counter[str] = Counter()
        self.unauthorised: list[str] = []
        self.over = asyncio.Event()

    def count(self, answer: wire.Answer | None) -> None:
        self.statuses[str(answer.status) if answer else "closed"] += 1

    async def dial(self, buffer: int = 0):
        """A connection; a small buffer for one who does not mean to read."""
        raw = socket.socket()
        raw.setblocking(False)
        if buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        try:
            loop = asyncio.get_running_loop()
            await loop.sock_connect(raw, (self.args.host, self.args.port))
            return await asyncio.open_connection(sock=raw, limit=buffer or 65536)
        except BaseException:
            raw.close()
            raise

    async def held(self, number: int, one, rate: float = 1000.0) -> None:
        """Keeps so many attackers of a kind busy, who begin at no more than so many a second."""
        most = asyncio.Semaphore(int(max(1, rate / 20)))

        async def again():
            while not self.over.is_set():
                async with most:
                    await asyncio.sleep(0.05)
                try:
                    await one()
                except (OSError, wire.Closed, asyncio.IncompleteReadError, TimeoutError):
                    self.count(None)
                    await asyncio.sleep(0.05)

        tasks = [asyncio.create_task(again()) for _ in range(number)]
        await self.over.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def dribble(self, opening: bytes, drop: bytes, every: float) -> None:
        """Sends an opening, then a drop now and then, until the other side has had enough."""
        reader, writer = await self.dial()
        try:
            writer.write(opening)
            while True:
                await writer.drain()
                try:
                    async with asyncio.timeout(every):
                        answer = await wire.read_answer(reader)
                    self.count(answer)
                    return
                except TimeoutError:
                    writer.write(drop)
        finally:
            writer.close()


class HalfHeaders(Attack):
    """8,000 connections that each send a header without an end, a line at a time."""

    async def run(self):
        line = b"X-" + b"a" * 60 + b": " + b"b" * 2000 + b"\r\n"
        start = b"GET /v1/status HTTP/1.1\r\nHost: siege\r\n" + line
        await self.held(8000, lambda: self.dribble(start, line, 3))


class LongHeaders(Attack):
    """Headers of megabytes, as fast as they are taken."""

    async def run(self):
        await self.held(50, self.one, rate=400)

    async def one(self):
        reader, writer = await self.dial()
        try:
            writer.write(b"GET / HTTP/1.1\r\nHost: siege\r\n")
            for _ in range(100):
                writer.write(b"X-" + b"a" * 8000 + b": " + b"b" * 8000 + b"\r\n")
                await writer.drain()
            self.count(await wire.read_answer(reader))
        finally:
            writer.close()


class HalfBodies(Attack):
    """300 bodies of a megabyte, with a worker's token, of which half is ever sent."""

    async def run(self):
        head = wire.request(
            "POST", "/v1/jobs/none/leases/1/commits", self.args.worker, Baton_Lease_Secret="x"
        ).replace(
            b"Content-Length: 0", b"Content-Type: application/json\r\nContent-Length: 1000000"
        )
        await self.held(300, lambda: self.dribble(head + b'"' * 500_000, b"a", 5), rate=200)


class Idle(Attack):
    """10,000 connections on which nothing is ever said."""

    async def run(self):
        await self.held(10_000, lambda: self.dribble(b"", b"", 60))


class LongPolls(Attack):
    """3,000 workers that wait for work that nobody submits."""

    async def run(self):
        await self.held(3000, self.one, rate=400)

    async def one(self):
        name = f"idler-{self.random.getrandbits(64):016x}"
        ask = {
            "secretHash": f"{self.random.getrandbits(256):064x}",
            "session": name,
            "worker": name,
            "programs": ["nobody-submits-this"],
            "stores": [],
            "device": "cpu",
        }
        connection = wire.Connection(self.args.host, self.args.port)
        try:
            answer = await connection.send(
                wire.request("POST", "/v1/leases?wait=60", self.args.worker, ask)
            )
            self.count(answer)
            if answer.status == 503:
                await asyncio.sleep(float(answer.headers.get("retry-after", "1")))
        finally:
            connection.close()


class Watchers(Attack):
    """500 who ask for the stream of events from the first on, and do not read it."""

    async def run(self):
        await self.held(500, self.one, rate=200)

    async def one(self):
        reader, writer = await self.dial(buffer=2048)
        try:
            writer.write(
                wire.request("GET", "/v1/events", self.args.viewer, None, Last_Event_ID="0")
            )
            await writer.drain()
            first = await reader.readline()
            self.statuses[first.decode("latin-1").split(" ")[1] if first else "closed"] += 1
            if b"200" in first:
                await asyncio.sleep(30)
            else:
                await asyncio.sleep(1)
        finally:
            writer.close()


class LargeJobs(Attack):
    """70 jobs with 1,000 files of data each, then whoever reads status and lists all day."""

    async def run(self):
        for number in range(70):
            if self.over.is_set():
                return
            connection = wire.Connection(self.args.host, self.args.port)
            try:
                self.count(await connection.send(self.submission(number)))
            except (wire.Closed, TimeoutError):
                self.count(None)
            finally:
                connection.close()
        await self.held(8, self.look, rate=40)

    def submission(self, number: int) -> bytes:
        files = [
            {
                "path": f"part-{i}.tar",
                "size": 10**9,
                "sha256": f"{self.random.getrandbits(256):064x}",
                "source": f"https://data.example.org/{'x' * 200}/part-{i}.tar",
            }
            for i in range(1000)
        ]
        job = {
            "name": f"large-{number}",
            "program": "nobody-has-this",
            "epochs": 9,
            "data": {"name": "large", "order": 1, "files": files},
        }
        return wire.request("POST", "/v1/jobs", self.args.admin, job)

    async def look(self):
        connection = wire.Connection(self.args.host, self.args.port)
        try:
            for path in ("/v1/status", "/v1/jobs?limit=1000", "/v1/jobs/large-1"):
                for accept in ("application/json", "text/plain"):
                    sent = wire.request("GET", path, self.args.viewer, None, Accept=accept)
                    self.count(await connection.send(sent))
        finally:
            connection.close()


class Strangers(Attack):
    """Requests without a token, with a wrong one, or with one that may not do this."""

    PATHS = (
        ("GET", "/v1/status"),
        ("GET", "/v1/jobs"),
        ("GET", "/v1/events"),
        ("GET", "/openapi.yaml"),
        ("POST", "/v1/jobs"),
        ("POST", "/v1/leases"),
        ("POST", "/v1/jobs/honest-1/cancel"),
        ("POST", "/v1/jobs/honest-1/pause"),
        ("POST", "/v1/jobs/honest-1/leases/1/release"),
    )

    async def run(self):
        await self.held(50, self.one, rate=600)

    async def one(self):
        method, path = self.random.choice(self.PATHS)
        tokens = [None, "baton_admin_" + "A" * 43, "", "x" * 1500, "b\u00e4d"]
        if method == "POST":
            tokens.append(self.args.viewer)
        token = self.random.choice(tokens)
        body = {"why": "COMPLETED"} if path.endswith("release") else None
        connection = wire.Connection(self.args.host, self.args.port)
        try:
            answer = await connection.send(wire.request(method, path, token, body))
        finally:
            connection.close()
        self.count(answer)
        if answer.status < 400:
            self.unauthorised.append(f"{method} {path} with token {token!r}: {answer.status}")


class Fuzz(Attack):
    """Requests of all kinds whose fields are wrong in all ways, in an order that gets somewhere."""

    async def run(self):
        await asyncio.gather(*(self.one(i) for i in range(64)))

    async def one(self, number: int):
        fuzzer = Fuzzer(random.Random(f"{self.args.seed}/{number}"), self.args)
        connection = wire.Connection(self.args.host, self.args.port)
        while not self.over.is_set():
            try:
                answer = await connection.send(fuzzer.next())
            except (wire.Closed, TimeoutError, ValueError):
                self.count(None)
                connection.close()
                continue
            self.count(answer)
            if answer.status >= 500 and answer.status != 503:
                text = answer.body.decode("utf-8", "replace")[:300]
                print(f"{answer.status} to {fuzzer.last!r}: {text}", flush=True)
            fuzzer.heard(answer)
        connection.close()


ATTACKS = {
    "half-headers": HalfHeaders,
    "long-headers": LongHeaders,
    "half-bodies": HalfBodies,
    "idle": Idle,
    "long-polls": LongPolls,
    "watchers": Watchers,
    "large-jobs": LargeJobs,
    "strangers": Strangers,
    "fuzz": Fuzz,
}


async def main(args: argparse.Namespace) -> None:
    wire.open_many_files()
    attack = ATTACKS[args.attack](args)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, attack.over.set)
    await attack.run()
    print(json.dumps({"statuses": attack.statuses, "unauthorised": attack.unauthorised[:10]}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("attack", choices=ATTACKS)
    for option in ("host", "admin", "worker", "viewer"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(main(parser.parse_args()))
