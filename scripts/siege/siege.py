"""Besieges a real coordinator in 128 MB of heap while honest holders work, and judges what they saw.

Each attack alone, then all at once. The verdict is the last line; what was wrong stands above it. The
coordinator, the honest load and each attack are processes of their own.
"""

import argparse
import asyncio
import json
import math
import os
import re
import shlex
import signal
import sys
import tempfile
from pathlib import Path

import wire
from attackers import ATTACKS
from fuzz import FORGED

HERE = Path(__file__).parent
CONTRACT = HERE.parents[1] / "protocol/src/main/resources/baton/protocol/openapi.yaml"
HOST = "127.0.0.1"
SLOWEST_RENEWAL_MS = 1000
BACK_TO_NORMAL_WITHIN = 5.0
NORMAL_MS = 250
MOST_TOLD = 20
QUICK = ("half-headers", "half-bodies", "long-polls", "fuzz")


class Coordinator:
    """A coordinator that was started as its users start it, in a folder of its own."""

    def __init__(self, command: str, folder: Path):
        self.command = shlex.split(command)
        self.log = folder / "coordinator.log"
        self.data, self.store = folder / "data", folder / "store"
        self.tokens: dict[str, str] = {}
        self.port = 0
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.store.mkdir()
        (self.store / "baton-store.json").write_text('{"format":1,"id":"siege"}\n')
        options = ["--data", self.data, "--port", "0", "--store-dir", self.store]
        with open(self.log, "wb") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                *map(str, options),
                stdout=log,
                stderr=log,
                preexec_fn=wire.open_many_files,
            )
        for _ in range(3000):
            text = self.log.read_text(errors="replace")
            ready = re.search(r"ready at http://[^:]+:(\d+)", text)
            if ready:
                self.port = int(ready[1])
                self.tokens = dict(
                    re.findall(r"^\s+(admin|worker|viewer)\s+(\S+)$", text, re.MULTILINE)
                )
                return
            if self.process.returncode is not None:
                break
            await asyncio.sleep(0.1)
        raise SystemExit(f"The coordinator did not start; its log is {self.log}.")

    def lives(self) -> bool:
        return self.process.returncode is None

    def resident_mib(self) -> int:
        try:
            text = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0
        resident = re.search(r"VmRSS:\s+(\d+)", text)
        return int(resident[1]) // 1024 if resident else 0

    async def read(self, path: str):
        connection = wire.Connection(HOST, self.port)
        try:
            token = self.tokens["viewer"]
            sent = wire.request("GET", path, token, None, Accept="application/json")
            return (await asyncio.wait_for(connection.send(sent), 30)).json()
        finally:
            connection.close()


class Siege:
    def __init__(self, args: argparse.Namespace, folder: Path):
        self.args = args
        self.folder = folder
        self.coordinator = Coordinator(args.coordinator, folder)
        self.ledger = folder / "ledger"
        self.wrong: list[str] = []
        self.requests = self.errors = self.unauthorised = 0
        self.honest_ms = 0.0

    async def run(self) -> None:
        await self.coordinator.start()
        honest = await self.honest()
        try:
            await asyncio.sleep(self.args.seconds)
            quiet = await self.period("nobody attacks", [], self.args.seconds)
            print(f"  Without an attack half of the renewals take {quiet:.0f} ms.")
            for attack in self.args.attacks:
                await self.period(attack, [attack], self.args.seconds)
            if len(self.args.attacks) > 1:
                await self.period("all at once", self.args.attacks, 2 * self.args.seconds)
            if self.args.schemathesis:
                await self.schemathesis()
        finally:
            if honest.returncode is None:
                honest.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(honest.wait(), 60)
            except TimeoutError:
                honest.kill()
        if honest.returncode:
            self.wrong.append(f"the honest load ended with {honest.returncode}")
        if self.coordinator.lives():
            try:
                await self.audit()
            except (wire.Closed, TimeoutError) as e:
                self.wrong.append(f"it answers no more, so what it holds cannot be compared ({e})")
        self.read_log()
        if self.coordinator.lives():
            self.coordinator.process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(30):
                    if await self.coordinator.process.wait() not in (0, 143, -15):
                        self.wrong.append(f"it ended with {self.coordinator.process.returncode}")
            except TimeoutError:
                self.wrong.append("it did not end within 30 s of SIGTERM")
                self.coordinator.process.kill()

    async def spawn(self, program: str, *words: str, out=None) -> asyncio.subprocess.Process:
        tokens = self.coordinator.tokens
        options = ["--host", HOST, "--port", str(self.coordinator.port), "--seed"]
        options += [str(self.args.seed), "--admin", tokens["admin"], "--worker", tokens["worker"]]
        return await asyncio.create_subprocess_exec(
            sys.executable, str(HERE / program), *words, *options, stdout=out
        )

    async def honest(self) -> asyncio.subprocess.Process:
        options = ["--store", str(self.coordinator.store), "--store-id", "siege"]
        return await self.spawn("honest.py", "--ledger", str(self.ledger), *options)

    async def period(self, name: str, attacks: list[str], seconds: float) -> float:
        """Attacks for so long and judges the honest renewals of that time; their median, in ms."""
        viewer = ["--viewer", self.coordinator.tokens["viewer"]]
        begun = wire.now()
        sent = [
            await self.spawn("attackers.py", attack, *viewer, out=asyncio.subprocess.PIPE)
            for attack in attacks
        ]
        outputs = asyncio.gather(*(process.stdout.read() for process in sent))
        await self.progress(name, seconds)
        ended = wire.now()
        for process in sent:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
        statuses: dict[str, int] = {}
        for attack, output in zip(attacks, await outputs):
            self.take(attack, output.decode("utf-8", "replace"), statuses)
        await asyncio.gather(*(process.wait() for process in sent))
        if attacks:
            await asyncio.sleep(BACK_TO_NORMAL_WITHIN + 2)
        times = sorted(1000 * e["took"] for e in self.renewals(begun, ended))
        if not times:
            self.wrong.append(f"{name}: no honest renewal was answered")
            times = [math.inf]
        p50, p99 = times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)]
        rest = " ".join(f"{status}:{count}" for status, count in sorted(statuses.items()))
        print(
            f"  {name:15} {len(times):5} renewals  p50 {p50:5.0f}  p99 {p99:5.0f}"
            f"  worst {times[-1]:5.0f} ms  {self.coordinator.resident_mib():4} MiB  {rest}",
            flush=True,
        )
        self.honest_ms = max(self.honest_ms, p99)
        if p99 >= SLOWEST_RENEWAL_MS:
            self.wrong.append(f"{name}: one of 100 honest renewals took {p99:.0f} ms or longer")
        if attacks:
            self.back_to_normal(name, ended)
        if not self.coordinator.lives():
            self.wrong.append(f"{name}: the coordinator ended")
            raise Over
        return p50

    def take(self, attack: str, output: str, statuses: dict[str, int]) -> None:
        """What an attacker reports in its last line, and any answer above that it must not get."""
        *found, last = output.strip().splitlines() or [""]
        self.wrong += [f"{attack}: {line}" for line in found[:5]]
        try:
            report = json.loads(last)
        except ValueError:
            self.wrong.append(f"{attack}: the attacker ended without a report: {last[:300]}")
            return
        for status, count in report["statuses"].items():
            statuses[status] = statuses.get(status, 0) + count
            self.requests += count
            if status.startswith("5") and status != "503":
                self.errors += count
        self.unauthorised += len(report["unauthorised"])
        self.wrong += [f"{attack}: {line}" for line in report["unauthorised"]]

    def back_to_normal(self, name: str, ended: float) -> None:
        after = self.renewals(ended + BACK_TO_NORMAL_WITHIN, math.inf)
        slow = [e for e in after if 1000 * e["took"] > NORMAL_MS]
        if not after or len(slow) > len(after) // 50:
            self.wrong.append(
                f"{name}: {BACK_TO_NORMAL_WITHIN:.0f} s after its end {len(slow)} of"
                f" {len(after)} renewals took over {NORMAL_MS} ms"
            )

    def entries(self) -> list[dict]:
        lines = self.ledger.read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    def renewals(self, begun: float, ended: float) -> list[dict]:
        """The renewals that were sent in that time; one still unanswered is found by its absence."""
        return [e for e in self.entries() if e["kind"] == "renew" and begun <= e["at"] < ended]

    async def audit(self) -> None:
        """What was acknowledged is there, in its order, and ends at the head."""
        acknowledged: dict[str, list[str]] = {}
        for entry in self.entries():
            if entry["kind"] == "wrong":
                self.wrong.append(entry["what"])
            if entry["kind"] == "commits":
                acknowledged.setdefault(entry["job"], []).append(entry["digest"])
        self.requests += len(self.entries())
        commits = sum(map(len, acknowledged.values()))
        if not commits:
            self.wrong.append("nothing was committed, so nothing is shown")
        print(f"  {commits} commits of {len(acknowledged)} holders were acknowledged.", flush=True)
        for job, digests in acknowledged.items():
            view = await self.coordinator.read(f"/v1/jobs/{job}")
            rows = await self.coordinator.read(f"/v1/jobs/{job}/checkpoints")
            there = {row["checkpoint"]["digest"] for row in rows}
            lost = [digest for digest in digests if digest not in there]
            if lost:
                self.wrong.append(f"job {job}: {len(lost)} acknowledged commits are not there")
            if view["head"]["digest"] != digests[-1]:
                self.wrong.append(f"job {job}: its head is not what was committed last")

    def read_log(self) -> None:
        lines = self.coordinator.log.read_text(errors="replace").split("\n")
        forged = [line for line in lines if line.startswith(FORGED[:20])]
        if forged:
            self.wrong.append(f"{len(forged)} lines of the log were forged: {forged[0]!r}")
        if any("OutOfMemoryError" in line for line in lines):
            self.wrong.append("it ran out of memory")

    async def schemathesis(self) -> None:
        """Another's fuzzer, which knows the contract only: as an admin, then as a worker."""
        for role, choice in (("admin", "--exclude-tag"), ("worker", "--include-tag")):
            log = self.folder / f"schemathesis-{role}.log"
            command = [self.args.schemathesis, "run", str(CONTRACT), choice, "leases"]
            command += ["--checks", "not_a_server_error", "--phases", "fuzzing"]
            command += ["--url", f"http://{HOST}:{self.coordinator.port}"]
            command += ["--max-examples", str(self.args.examples), "--seed", str(self.args.seed)]
            command += ["-H", f"Authorization: Bearer {self.coordinator.tokens[role]}"]
            # What waits for work, or for events, would wait for a minute at each example.
            command += ["--exclude-operation-id", "watchEvents", "--exclude-operation-id"]
            command += ["acquireLease"]
            with open(log, "wb") as out:
                process = await asyncio.create_subprocess_exec(
                    *command, stdout=out, stderr=out, cwd=self.folder
                )
                try:
                    code = await asyncio.wait_for(process.wait(), 900)
                except TimeoutError:
                    process.kill()
                    code = "no end within 15 min"
            cases = re.search(r"(\d+) generated", log.read_text(errors="replace"))
            self.requests += int(cases[1]) if cases else 0
            print(f"  schemathesis as {role}: {cases[0] if cases else 'nothing'}", flush=True)
            if code != 0 or not cases:
                self.errors += 1
                self.wrong.append(f"schemathesis ended with {code}; see {log}")

    async def progress(self, name: str, seconds: float) -> None:
        end = wire.now() + seconds
        while (left := end - wire.now()) > 0 and self.coordinator.lives():
            if sys.stderr.isatty():
                print(f"\r\x1b[K{name}: {left:.0f} s", end="", file=sys.stderr, flush=True)
            await asyncio.sleep(min(1, left))
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


class Over(Exception):
    """The coordinator is gone; there is nothing left to besiege."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="siege.sh", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="four attacks, each for 8 s")
    parser.add_argument("--seconds", type=float, help="how long each attack lasts (default 45)")
    parser.add_argument("--attacks", help="only these, by commas: " + ", ".join(ATTACKS))
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3)))
    parser.add_argument("--schemathesis", help="the command of an installed schemathesis")
    parser.add_argument("--examples", type=int, default=300, help="its requests for an operation")
    parser.add_argument(
        "--coordinator",
        default=str(HERE.parent / "baton") + " coordinator",
        help="the command that starts another one, such as that of an older version",
    )
    args = parser.parse_args()
    args.seconds = args.seconds or (8 if args.quick else 45)
    names = args.attacks.split(",") if args.attacks else QUICK if args.quick else list(ATTACKS)
    for name in names:
        if name not in ATTACKS:
            parser.error(f"there is no attack {name}; there are: {', '.join(ATTACKS)}")
    args.attacks = list(names)
    return args


async def main() -> int:
    args = arguments()
    wire.open_many_files()
    print(f"Siege with seed {args.seed}: {', '.join(args.attacks)}.", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="baton-siege-"))
    siege = Siege(args, folder)
    try:
        await siege.run()
    except Over:
        siege.read_log()
    for line in siege.wrong[:MOST_TOLD]:
        print("WRONG " + line)
    if len(siege.wrong) > MOST_TOLD:
        print(f"WRONG and {len(siege.wrong) - MOST_TOLD} more")
    failed = siege.wrong or siege.errors or siege.unauthorised
    if failed:
        print(f"The log and the ledger are in {folder}.")
    print(
        f"SIEGE {'FAILED' if failed else 'OK'} requests={siege.requests} errors5xx={siege.errors}"
        f" unauthorised={siege.unauthorised} honest_p99_ms={siege.honest_ms:.0f}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
