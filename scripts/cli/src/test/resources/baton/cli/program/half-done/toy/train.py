"""Plain Python with each kind of state that this version restored as it was."""

import math
import random
from collections import Counter, deque

import baton

job = baton.job(epochs=3, rate=0.25)
seen = {
    "w": [random.random() for _ in range(3)],
    "batches": 0,
    "best": math.inf,
    "pair": (0.0, 1.0),
    "recent": deque(),
    "counts": Counter(),
    "kinds": set(),
    "by_epoch": {},
}
run = baton.resume(state=seen)


def shuffled(epoch):
    order = [1.0, 2.0, 3.0, 4.0, 5.0]
    random.shuffle(order)
    return order


for epoch in run.epochs():
    for x in run.batches(shuffled):
        draw = random.random()
        seen["w"] = [w - job.rate * (w - x * draw) for w in seen["w"]]
        seen["batches"] += 1
        seen["best"] = min(seen["best"], draw)
        seen["pair"] = (seen["pair"][1], draw)
        seen["recent"].append(draw)
        if len(seen["recent"]) > 3:
            seen["recent"].popleft()
        seen["counts"]["low" if draw < 0.5 else "high"] += 1
        seen["kinds"].add(int(x))
        seen["by_epoch"][epoch] = seen["by_epoch"].get(epoch, 0) + 1
        run.step(loss=sum(seen["w"]))
    run.evaluated(
        w0=seen["w"][0],
        w1=seen["w"][1],
        w2=seen["w"][2],
        batches=seen["batches"],
        best=seen["best"],
        pair=seen["pair"][0] + 2 * seen["pair"][1],
        recent=sum(seen["recent"]) / len(seen["recent"]),
        low=seen["counts"]["low"],
        kinds=len(seen["kinds"]),
        this_epoch=seen["by_epoch"][epoch],
    )
