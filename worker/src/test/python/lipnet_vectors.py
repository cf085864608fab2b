"""Writes what PyTorch computes, for the tests of lipnet: ctc.json and gru.json.

    pip install torch
    python worker/src/test/python/lipnet_vectors.py worker/programs/src/test/resources/baton/programs/lipnet
"""

import json
import pathlib
import sys

import torch
from torch.nn import functional


def ctc(name, frames, classes, labels, scale=2.0):
    """One clip: its loss, and the gradient by the network's raw outputs."""
    outputs = (torch.randn(frames, 1, classes, dtype=torch.float64) * scale).round(decimals=3)
    outputs.requires_grad_()

    def loss(zero_infinity):
        return functional.ctc_loss(
            outputs.log_softmax(2),
            torch.tensor([labels], dtype=torch.long),
            torch.tensor([frames]),
            torch.tensor([len(labels)]),
            blank=0,
            reduction="sum",
            zero_infinity=zero_infinity,
        )

    # With infinite losses counted as zero, so are their gradients.
    loss(True).backward()
    value = loss(False).item()
    return {
        "name": name,
        "classes": classes,
        "labels": labels,
        "outputs": outputs.detach().flatten().tolist(),
        "feasible": value != float("inf"),
        "loss": 0 if value == float("inf") else round(value, 9),
        "gradient": [round(number, 9) for number in outputs.grad.flatten().tolist()],
    }


def ctc_cases():
    sentence = [3, 1, 7, 7, 2, 9, 4, 4, 11, 5, 1, 6, 10, 8, 8, 2, 3, 1, 5, 9]
    return [
        ctc("one label", 12, 6, [3]),
        ctc("three labels", 12, 6, [1, 2, 3]),
        ctc("a repeat", 12, 6, [4, 4]),
        ctc("a repeat within", 12, 6, [1, 5, 5, 2]),
        ctc("three times the same", 12, 6, [2, 2, 2]),
        ctc("back and forth", 12, 6, [1, 2, 1, 2, 1]),
        ctc("as many labels as frames", 6, 8, [1, 2, 3, 4, 5, 6]),
        ctc("repeats that just fit", 5, 4, [1, 1, 1]),
        ctc("one frame", 1, 4, [2]),
        ctc("nothing said", 7, 4, []),
        ctc("nothing said in one frame", 1, 4, []),
        ctc("a sentence", 40, 12, sentence),
        ctc("a sentence that is sure of itself", 40, 12, sentence, scale=40.0),
        ctc("too many labels", 2, 5, [1, 2, 3]),
        ctc("a repeat without room for a blank", 2, 5, [1, 1]),
        ctc("many repeats that just do not fit", 12, 6, [2] * 7),
    ]


def gru():
    """A bidirectional layer: its parameters in PyTorch's order, an input and the output."""
    layer = torch.nn.GRU(3, 2, batch_first=True, bidirectional=True)
    sequence = torch.randn(2, 5, 3)
    return {
        "units": 2,
        "shape": [2, 5, 3],
        "parameters": {
            name: parameter.detach().flatten().tolist()
            for name, parameter in layer.named_parameters()
        },
        "input": sequence.flatten().tolist(),
        "output": layer(sequence)[0].detach().flatten().tolist(),
    }


def write(path, value):
    path.write_text(json.dumps(value).replace('{"name"', '\n{"name"') + "\n")


if __name__ == "__main__":
    torch.manual_seed(4)
    folder = pathlib.Path(sys.argv[1])
    write(folder / "ctc.json", ctc_cases())
    write(folder / "gru.json", gru())
