"""The honest load: holders that renew and commit, and write down what they were told.

Each holder leases a job of its own, trains nothing, saves small files into the store and commits them.
One line of JSON a request goes to the ledger: {"kind", "at", "took", "tries"}, a commit's with "job" and
"digest", and {"kind": "wrong", "what"} for an answer that an honest holder must never get. Its checkpoints are of
format 1, so that older coordinators take them too.
"""

import argparse
import asyncio
import hashlib
import json
import random
import signal
import time
from pathlib import Path

import wire

RENEWS_EVERY = 1.0
COMMITS_EVERY = 2.5
PROGRAM = "honest"


class Holder:
    def __init__(self, number: int, args: argparse.Namespace, ledger):
        self.name = f"honest-{number}"
        self.args = args
        self.ledger = ledger
        self.random = random.Random(f"{args.seed}/{number}")
        self.connection = wire.Connection(args.host, args.port)
        self.secret = f"{self.random.getrandbits(128):032x}"
        self.lease: dict = {}
        self.head: str | None = None
        self.batch = 0
        self.over = asyncio.Event()

    def write(self, **entry) -> None:
        self.ledger.write(json.dumps(entry) + "\n")
        self.ledger.flush()

    async def asked(self, kind: str, request: bytes, expected: int, **more) -> wire.Answer | None:
        """Sends a request until it is answered as a worker does, and writes down how long that took."""
        at, tries = wire.now(), 0
        while not self.over.is_set() or tries == 0:
            tries += 1
            try:
                answer = await self.connection.send(request)
            except (wire.Closed, TimeoutError):
                await asyncio.sleep(0.05)
                continue
            if answer.status == 503:
                await asyncio.sleep(float(answer.headers.get("retry-after", "1")))
                continue
            if answer.status != expected:
                text = answer.body.decode("utf-8", "replace")[:300]
                self.write(kind="wrong", what=f"{self.name}: {kind} got {answer.status}: {text}")
                return None
            self.write(kind=kind, at=at, took=wire.now() - at, tries=tries, **more)
            return answer
        return None

    async def begin(self) -> None:
        job = {"name": self.name, "program": PROGRAM + self.name, "epochs": 1000}
        job["policy"] = {"segmentEpochs": 1000}
        submit = wire.request("POST", "/v1/jobs", self.args.admin, job, Idempotency_Key=self.secret)
        await self.asked("submit", submit, 201)
        ask = {
            "secretHash": hashlib.sha256(self.secret.encode()).hexdigest(),
            "session": self.name,
            "worker": self.name,
            "programs": [PROGRAM + self.name],
            "stores": [self.args.store_id],
            "device": "cpu",
        }
        granted = await self.asked(
            "acquire", wire.request("POST", "/v1/leases?wait=30", self.args.worker, ask), 201
        )
        if granted is not None:
            self.lease = granted.json()

    def path(self, verb: str) -> str:
        return f"/v1/jobs/{self.lease['jobId']}/leases/{self.lease['fence']}/{verb}"

    async def post(self, verb: str, body: dict, expected: int, **more) -> wire.Answer | None:
        sent = wire.request(
            "POST", self.path(verb), self.args.worker, body, Baton_Lease_Secret=self.secret
        )
        return await self.asked(verb, sent, expected, **more)

    async def renew(self) -> None:
        body = {
            "phase": "TRAIN",
            "position": {"epoch": 0, "batch": self.batch},
            "progress": self.batch,
            "loss": self.random.random(),
        }
        answer = await self.post("renew", body, 200)
        if answer is not None and answer.json()["directive"] != "GO_ON":
            self.write(kind="wrong", what=f"{self.name} was told {answer.json()}")

    def save(self) -> str:
        """Writes a checkpoint into the store; the manifest's text."""
        stamp = time.strftime("%Y%m%d-%H%M%SZ", time.gmtime())
        job, fence = self.lease["jobId"], self.lease["fence"]
        folder = f"{job}/{stamp}-e0-b{self.batch}-f{fence}-s{self.batch}"
        state = self.random.randbytes(512)
        digest = hashlib.sha256(state).hexdigest()
        place = Path(self.args.store) / folder
        place.mkdir(parents=True)
        (place / "model.safetensors").write_bytes(state)
        spec = self.lease["job"]
        manifest = {
            "format": 1,
            "job": job,
            "jobName": self.name,
            "store": self.lease["store"],
            "fence": fence,
            "position": {"epoch": 0, "batch": self.batch},
            "counter": self.batch,
            "folder": folder,
            "files": [
                {
                    "name": "model.safetensors",
                    "size": len(state),
                    "sha256": digest,
                    "storeId": f"{folder}/model.safetensors",
                }
            ],
            "stateDigest": digest,
            "seed": spec.get("seed", 0),
            "parameters": spec.get("parameters", {}),
            "program": spec["program"],
            "architectureHash": digest,
            "numericProfile": {"device": "none"},
            "measurements": [
                {
                    "position": {"epoch": 0, "batch": self.batch},
                    "values": {"loss": self.random.random()},
                }
            ],
            "session": self.name,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        if self.head is not None:
            manifest["parent"] = self.head
        text = json.dumps(manifest)
        (place / "manifest.json").write_text(text)
        return text

    async def commit(self) -> None:
        self.batch += 1
        text = self.save()
        digest = hashlib.sha256(text.encode()).hexdigest()
        body = {"position": {"epoch": 0, "batch": self.batch}, "manifest": text}
        if self.head is not None:
            body["parent"] = self.head
        job = self.lease["jobId"]
        answer = await self.post("commits", body, 201, job=job, digest=digest)
        if answer is not None:
            self.head = digest

    async def run(self) -> None:
        await self.begin()
        if not self.lease:
            return
        commits = wire.now() + self.random.random() * COMMITS_EVERY
        await self.rest(self.random.random() * RENEWS_EVERY)
        while not self.over.is_set():
            await self.renew()
            if wire.now() >= commits:
                commits += COMMITS_EVERY
                await self.commit()
            await self.rest(RENEWS_EVERY)

    async def rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.over.wait(), seconds)
        except TimeoutError:
            pass


async def main(args: argparse.Namespace) -> None:
    wire.open_many_files()
    with open(args.ledger, "w") as ledger:
        holders = [Holder(i, args, ledger) for i in range(args.holders)]
        asyncio.get_running_loop().add_signal_handler(
            signal.SIGTERM, lambda: [holder.over.set() for holder in holders]
        )
        await asyncio.gather(*(holder.run() for holder in holders))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for option in ("host", "admin", "worker", "store", "store-id", "ledger"):
        parser.add_argument(f"--{option}", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--holders", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(main(parser.parse_args()))
