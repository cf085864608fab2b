"""Requests that are nearly right: a relay of its own is played, with fields that are wrong in all ways.

Nothing of the honest load is touched: its jobs, programs and leases have names that are never drawn here.
"""

import argparse
import copy
import hashlib
import json
import random
import time

import wire

# A line that would be one of the coordinator's own, if it came to stand at a line's start.
FORGED = "2026-01-01T00:00:00.000Z INFO  forged by the siege"

TEXTS = [
    f"a\n{FORGED}",
    f"a\r\n{FORGED}",
    f"a\u2028{FORGED}",
    f"a\u0085{FORGED}",
    "\x1b[2J\x1b[31mred",
    "\u202egnp.exe",
    "",
    " ",
    "x" * 10_000,
    "\ud800",
    "\x00",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "'; DROP TABLE jobs; --",
    "\U0001f3c3" * 50,
    "%0a%00",
]
NUMBERS = [-1, 0, 1, 2**31 - 1, 2**31, 2**53 - 1, 2**53, 2**63, 10**40, 0.5, -0.0, 1e308]
RAW = ["1e400", "-1e400", "NaN", "Infinity", "1e-400", "0x10", "01", "1." + "0" * 500 + "1"]
OTHERS = [None, True, [], {}, [[]], {"a": {"b": {}}}, ["x"] * 300]
MARK = "@raw@"


class Fuzzer:
    """Draws requests; `heard` tells it what came of the last one, so that it gets somewhere."""

    def __init__(self, random: random.Random, args: argparse.Namespace):
        self.random = random
        self.args = args
        self.jobs: list[tuple[str, str]] = []
        self.leases: list[dict] = []
        self.pending = None
        self.last = b""

    def next(self) -> bytes:
        self.pending = None
        kind = self.random.choice(
            ("submit", "acquire", "renew", "renew", "commit", "commit", "release", "steer")
            + ("read", "read", "odd" if self.random.random() < 0.2 else "read")
        )
        self.last = getattr(self, kind)()
        return self.last

    def heard(self, answer: wire.Answer) -> None:
        try:
            if self.pending and answer.status == 201:
                self.pending(answer.json())
        except (KeyError, ValueError, UnicodeDecodeError):
            pass
        del self.jobs[:-20], self.leases[:-20]

    def word(self) -> str:
        return f"fuzz-{self.random.getrandbits(64):016x}"

    def text(self) -> str:
        return self.random.choice(TEXTS)

    def body(self, value: dict) -> str:
        """The value as JSON; two times of three something in it is wrong."""
        value = copy.deepcopy(value)
        for _ in range(self.random.choice((0, 1, 1))):
            self.spoil(value)
        text = json.dumps(value)
        while f'"{MARK}"' in text:
            text = text.replace(f'"{MARK}"', self.random.choice(RAW), 1)
        if self.random.random() < 0.03:
            text = text[: self.random.randrange(len(text) + 1)]
        if self.random.random() < 0.01:
            text = "[" * 50_000
        return text

    def spoil(self, value) -> None:
        """Changes one field, somewhere."""
        while True:
            keys = list(value) if isinstance(value, dict) else range(len(value))
            if not keys:
                return
            key = self.random.choice(list(keys))
            inner = value[key]
            if isinstance(inner, (dict, list)) and inner and self.random.random() < 0.7:
                value = inner
                continue
            draw = self.random.random()
            if draw < 0.5:
                value[key] = self.text()
            elif draw < 0.7:
                value[key] = self.random.choice(NUMBERS)
            elif draw < 0.8:
                value[key] = MARK
            elif draw < 0.9:
                value[key] = copy.deepcopy(self.random.choice(OTHERS))
            elif isinstance(value, dict):
                del value[key]
                value[self.text()] = inner
            return

    def submit(self) -> bytes:
        name = self.word()
        job = {
            "name": name,
            "program": name,
            "epochs": 3,
            "seed": 7,
            "priority": 1,
            "parameters": {"lr": 0.1, "note": "a"},
            "policy": {
                "ttlSeconds": 2,
                "segmentEpochs": 1,
                "cadence": {"every": 1, "unit": "EPOCHS"},
                "keepBest": {"metric": "loss", "goal": "MIN"},
                "barForSeconds": 1,
                "limits": {"TRAIN": {"withoutProgressSeconds": 5, "wholeSeconds": 9}},
            },
            "data": {
                "name": "d",
                "order": 1,
                "files": [
                    {
                        "path": "a.tar",
                        "size": 3,
                        "sha256": "0" * 64,
                        "source": "https://example.org/a",
                    }
                ],
            },
        }
        self.pending = lambda view: self.jobs.append((view["id"], view["spec"]["program"]))
        key = self.text() if self.random.random() < 0.1 else self.word()
        return wire.request(
            "POST", "/v1/jobs", self.args.admin, self.body(job), Idempotency_Key=key
        )

    def acquire(self) -> bytes:
        program = self.random.choice(self.jobs)[1] if self.jobs else "none"
        secret = self.word()
        ask = {
            "secretHash": hashlib.sha256(secret.encode()).hexdigest(),
            "session": self.word(),
            "worker": self.word(),
            "programs": [program],
            "stores": ["fuzz"],
            "device": "cpu",
            "endsInMs": 10_000,
            "checkpointFormat": 2,
        }

        def granted(lease):
            session = ask["session"]
            self.leases.append(lease | {"secret": secret, "session": session, "batch": 0})

        self.pending = granted
        return wire.request("POST", "/v1/leases?wait=0", self.args.worker, self.body(ask))

    def lease(self) -> dict:
        unknown = {"jobId": "none", "fence": 1, "secret": "x", "session": "x", "batch": 0}
        return self.random.choice(self.leases) if self.leases else unknown

    def of_lease(self, lease: dict, verb: str, body: dict) -> bytes:
        job, fence = lease["jobId"], lease["fence"]
        if self.random.random() < 0.05:
            job = self.random.choice(("a%0ab", "%00", "..%2f..", "x" * 70, "%ff", "a;b"))
        if self.random.random() < 0.05:
            fence = self.random.choice((-1, 2**53, 10**30, "x", "1%0a", "0"))
        secret = "wrong" if self.random.random() < 0.05 else lease["secret"]
        return wire.request(
            "POST",
            f"/v1/jobs/{job}/leases/{fence}/{verb}",
            self.args.worker,
            self.body(body),
            Baton_Lease_Secret=secret,
        )

    def renew(self) -> bytes:
        lease = self.lease()
        saving = {
            "intervalMs": 5000,
            "costMs": 5,
            "uploadMs": 9,
            "hazard": {"meanMs": 9, "lost": 0, "heldMs": 4},
        }
        position = {"epoch": 0, "batch": lease["batch"]}
        body = {"phase": "TRAIN", "position": position, "progress": 3, "loss": 0.5}
        return self.of_lease(lease, "renew", body | {"saving": saving})

    def commit(self) -> bytes:
        lease = self.lease()
        batch = lease["batch"] + 1
        fence, job = lease["fence"], lease["jobId"]
        folder = f"{job}/20260101-000000Z-e0-b{batch}-f{fence}-s{batch}"
        digest = f"{self.random.getrandbits(256):064x}"
        position = {"epoch": 0, "batch": batch}
        manifest = {
            "format": 2,
            "job": job,
            "jobName": lease.get("job", {}).get("name", "x"),
            "store": lease.get("store", "fuzz"),
            "fence": fence,
            "position": position,
            "counter": batch,
            "folder": folder,
            "files": [
                {"name": "m", "size": 3, "sha256": digest, "storeId": f"{folder}/m"},
            ],
            "stateDigest": digest,
            "seed": 7,
            "parameters": {"lr": 0.1},
            "program": lease.get("job", {}).get("program", "x"),
            "architectureHash": digest,
            "numericProfile": {"device": "none"},
            "measurements": [{"position": position, "values": {"loss": 0.5, "gap": None}}],
            "session": lease["session"],
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        if lease.get("head"):
            manifest["parent"] = lease["head"]
        text = self.body(manifest)
        body = {"position": position, "manifest": text}
        if lease.get("head"):
            body["parent"] = lease["head"]

        def committed(answer):
            lease["batch"] = batch
            lease["head"] = answer["head"]

        self.pending = committed
        return self.of_lease(lease, "commits", body)

    def release(self) -> bytes:
        error = {
            "kind": "TRANSIENT",
            "message": f"boom\n{FORGED}",
            "remedy": "none",
            "trace": f"at x\n{FORGED}",
        }
        whole = self.random.random() < 0.3
        body = {"why": "FAILED", "error": error} if whole else {"why": "SESSION_ENDING"}
        return self.of_lease(self.lease(), "release", body)

    def job(self) -> str:
        if self.jobs and self.random.random() < 0.8:
            return self.random.choice(self.jobs)[0]
        return self.random.choice(
            ("none", "a%0a", "%0d%0a", "x" * 70, "%2e%2e", "\u00e4", "%f0%9f")
        )

    def steer(self) -> bytes:
        verb = self.random.choice(("pause", "resume", "resume", "cancel"))
        body = self.body({"acceptChange": True}) if verb == "resume" else None
        return wire.request("POST", f"/v1/jobs/{self.job()}/{verb}", self.args.admin, body)

    def read(self) -> bytes:
        rest = self.random.choice(("", "/segments", "/checkpoints", "/metrics", "/nothing"))
        path = self.random.choice(
            (
                f"/v1/jobs/{self.job()}{rest}",
                f"/v1/jobs?limit={self.random.choice((0, 1, 1000, 1001, 'x', 10**30))}",
                f"/v1/jobs?name={self.job()}",
                "/v1/status?all=" + self.random.choice(("true", "false", "x", "%0a")),
            )
        )
        method = self.random.choice(
            ("GET", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "M" * 9)
        )
        if method == "HEAD":
            method = "GET"  # an answer without the body it announces is for another reader
        tag = self.random.choice(('W/"0"', "*", self.word(), '"' * 900))
        return wire.request(method, path, self.args.viewer, None, If_None_Match=tag)

    def odd(self) -> bytes:
        """What is hardly HTTP."""
        token = f"Authorization: Bearer {self.args.viewer}\r\n"
        return self.random.choice(
            (
                "GET /v1/jobs HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + token + "\r\n",
                "GET /v1/jobs HTTP/9.9\r\nHost: a\r\n\r\n",
                "GET  /v1/jobs\r\n\r\n",
                "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                + "Content-Length: 2\r\n\r\n0\r\n\r\n",
                "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
                "POST /v1/jobs HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
                "GET /v1/jobs HTTP/1.1\r\nHost: a\r\n" + token + token + "\r\n",
                "GET /v1/jobs/\x00\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
                "\r\n\r\n\r\n\r\n",
            )
        ).encode("latin-1")
