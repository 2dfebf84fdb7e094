"""samples.digits: handwritten digits, from the scans of a data set to what people draw on a pad.

1.0.0 two hidden layers on 8x8 pixels, trained on the scans alone
1.1.0 the same network, trained on the scans and on redrawn copies of them
2.0.0 convolutional network on 28x28 pixels, trained on scans and redrawn copies of that size
"""

import base64
import io
import itertools
import os

# One thread, for the same bytes at every run (see shared); JAX reads this when it is imported.
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax
import jax.numpy as jnp
import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

import shared
import strokes

LABELS = [str(digit) for digit in range(10)]
# The last 300 are held out: neighbours in the data set often share a writer, so a random choice would leak.
FIRST_HELD_OUT = 1497
REDRAWN = 100  # this many of the held-out ones, the last, are drawn anew for the suite
SMALL_CROP, CROP = 12, 16  # side of the centred digit inside the graphs of 1.x and of 2.0.0
LAYERS = [SMALL_CROP**2, 256, 96, 10]  # of 1.x
SPREAD = 0.26  # the ink's standard deviation as a part of that side
FAINT = 0.1  # a picture whose darkest point is below this is empty and is not stretched to full contrast
LITTLE = 1e-3  # keeps the middle of an empty picture defined
GROUND = 0.2  # part of the darkest point below which ink does not count for the middle


# --- training ---------------------------------------------------------------------------------------------------


def dense(random, inputs: int, outputs: int) -> dict:
    return {
        "w": jnp.asarray(random.normal(0, np.sqrt(2 / inputs), (inputs, outputs)), jnp.float32),
        "b": jnp.zeros(outputs, jnp.float32),
    }


def convolution(random, inputs: int, outputs: int) -> dict:
    return {
        "w": jnp.asarray(random.normal(0, np.sqrt(2 / (9 * inputs)), (outputs, inputs, 3, 3)), jnp.float32),
        "b": jnp.zeros(outputs, jnp.float32),
    }


def layers(parameters: list, x):
    """Dense layers with ReLU between them."""
    for number, layer in enumerate(parameters):
        x = x @ layer["w"] + layer["b"]
        if number < len(parameters) - 1:
            x = jax.nn.relu(x)
    return x


def network(parameters: dict, x):
    for layer in parameters["convolutions"]:
        x = jax.lax.conv(x, layer["w"], (1, 1), "SAME") + layer["b"][None, :, None, None]
        x = jax.nn.relu(x)
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    return layers(parameters["dense"], x.reshape(len(x), -1))


def fit(apply, parameters, inputs: np.ndarray, truth: np.ndarray, epochs: int, rate: float, decay: float,
        smoothing: float, batch: int = 128):
    """Adam with decoupled weight decay and a cosine schedule, on cross-entropy with smoothed labels."""
    target = np.eye(10, dtype=np.float32)[truth] * (1 - smoothing) + smoothing / 10
    steps = epochs * (len(inputs) // batch)

    def loss(p, x, t):
        return -(t * jax.nn.log_softmax(apply(p, x))).sum(axis=1).mean()

    @jax.jit
    def step(p, m, v, i, x, t):
        gradient = jax.grad(loss)(p, x, t)
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, gradient)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, gradient)
        now = rate * 0.5 * (1 + jnp.cos(jnp.pi * i / steps))

        def move(p, m, v):
            return p - now * (m / (1 - 0.9 ** (i + 1)) / (jnp.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8) + decay * p)

        return jax.tree.map(move, p, m, v), m, v

    random = np.random.default_rng(7)
    zero = jax.tree.map(jnp.zeros_like, parameters)
    m, v, i = zero, zero, 0
    for _ in range(epochs):
        order = random.permutation(len(inputs))
        for start in range(0, len(order) - batch + 1, batch):
            rows = order[start : start + batch]
            parameters, m, v = step(parameters, m, v, jnp.float32(i), inputs[rows], target[rows])
            i += 1
    return jax.tree.map(np.asarray, parameters)


def powers(side: int) -> np.ndarray:
    """Ones, distances from the middle and their squares, [side, 3]: a profile times this gives its moments."""
    return (np.arange(side)[:, None] - (side - 1) / 2) ** np.arange(3)


def centre(pictures: np.ndarray, crop: int) -> np.ndarray:
    """Each picture's digit, moved to the middle of a crop x crop square and brought to one size.

    Middle and size are the mean and the standard deviation of the ink along either side, which stay steady where a
    single faint pixel would move a bounding box. `centred` puts exactly this into a graph.
    """
    side = pictures.shape[-1]
    ink = pictures / np.maximum(pictures.max(axis=(1, 2), keepdims=True), FAINT)
    mass = np.maximum(0, ink - GROUND)

    def place(profile):
        moments = profile @ powers(side)
        mean, square = (moments[:, 1:] / (moments[:, :1] + LITTLE)).T
        return mean + (side - 1) / 2, np.sqrt(np.maximum(0, square - mean**2) + 0.05)

    def reading(middle, step):
        """How much of each row (or column) goes into each of the crop's: a triangle, wide when shrinking."""
        position = middle[:, None] + step[:, None] * (np.arange(crop) - (crop - 1) / 2)
        reach = np.maximum(step, 1)[:, None, None]
        distance = np.abs(position[:, :, None] - np.arange(side))
        return np.maximum(0, 1 - distance / reach) / reach

    y, height = place(mass.sum(axis=2))
    x, width = place(mass.sum(axis=1))
    step = np.maximum(height, width) / (crop * SPREAD)
    return (reading(y, step) @ ink @ reading(x, step).transpose(0, 2, 1)).astype(np.float32)


# --- graphs -----------------------------------------------------------------------------------------------------


def centred(graph: shared.Graph, picture: str, side: int, crop: int) -> str:
    """The nodes of `centre`: from [batch, side, side] to [batch, crop, crop]."""
    add, constant = graph.add, graph.constant

    def axes(*numbers):
        return constant(numbers, np.int64)

    peak = add("ReduceMax", picture, axes(1, 2), keepdims=1)
    ink = add("Div", picture, add("Max", peak, constant(FAINT)))
    mass = add("Relu", add("Sub", ink, constant(GROUND)))
    numbers = constant(np.arange(side))

    def place(lines: str) -> tuple:
        # Products with constant matrices sum a picture in the same order alone and in a batch; ReduceSum does not.
        profile = add("Squeeze", add("MatMul", lines, constant(np.ones((side, 1)))), axes(2))
        total = add("MatMul", profile, constant(powers(side)[:, :1]))
        both = add("Div", add("MatMul", profile, constant(powers(side)[:, 1:])), add("Add", total, constant(LITTLE)))
        mean = add("Gather", both, axes(0), axis=1)
        square = add("Sub", add("Gather", both, axes(1), axis=1), add("Mul", mean, mean))
        spread = add("Sqrt", add("Add", add("Relu", square), constant(0.05)))
        return add("Add", mean, constant((side - 1) / 2)), spread

    def reading(middle: str, step: str) -> str:
        position = add("Add", middle, add("Mul", step, constant(np.arange(crop) - (crop - 1) / 2)))
        reach = add("Unsqueeze", add("Max", step, constant(1)), axes(2))
        distance = add("Abs", add("Sub", add("Unsqueeze", position, axes(2)), numbers))
        return add("Div", add("Relu", add("Sub", constant(1), add("Div", distance, reach))), reach)

    y, height = place(mass)
    x, width = place(add("Transpose", mass, perm=[0, 2, 1]))
    step = add("Div", add("Max", height, width), constant(crop * SPREAD))
    rows = add("MatMul", reading(y, step), ink)
    return add("MatMul", rows, add("Transpose", reading(x, step), perm=[0, 2, 1]))


def classified(graph: shared.Graph, x: str, parameters: list) -> None:
    x = graph.add("Flatten", x, axis=1)
    for number, layer in enumerate(parameters):
        x = graph.add("Gemm", x, graph.constant(layer["w"]), graph.constant(layer["b"]))
        if number < len(parameters) - 1:
            x = graph.add("Relu", x)
    graph.add("Softmax", x, output="probabilities", axis=1)


def layered_graph(parameters: list, path) -> None:
    graph = shared.Graph("digits", [shared.float_input("pixels", 64)], [shared.probabilities_output(10)])
    # Training saw 0 to 1; the input keeps the data set's own range of 0 to 16.
    picture = graph.add("Reshape", graph.add("Div", "pixels", graph.constant(16)), graph.constant([-1, 8, 8], np.int64))
    classified(graph, centred(graph, picture, 8, SMALL_CROP), parameters)
    graph.save(path)


def network_graph(parameters: dict, path) -> None:
    graph = shared.Graph("digits", [shared.float_input("image", 1, 28, 28)], [shared.probabilities_output(10)])
    one = graph.constant([1], np.int64)
    x = graph.add("Unsqueeze", centred(graph, graph.add("Squeeze", "image", one), 28, CROP), one)
    for layer in parameters["convolutions"]:
        x = graph.add("Conv", x, graph.constant(layer["w"]), graph.constant(layer["b"]),
                      kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        x = graph.add("MaxPool", graph.add("Relu", x), kernel_shape=[2, 2], strides=[2, 2])
    classified(graph, x, parameters["dense"])
    graph.save(path)


# --- suite ------------------------------------------------------------------------------------------------------


def held_out_cases(tensor: str, scans: np.ndarray, redrawn: np.ndarray, truth: np.ndarray, field: np.ndarray) -> tuple:
    """The suite's cases, and the model's input as the pictures in them decode: dark strokes on white, 8 bits."""
    cases, pictures = [], []
    # Ink of the scan itself, whatever picture is made of it, divides the pens.
    ink = (field > 0.5).mean(axis=(1, 2))
    thin, bold = np.quantile(ink, [1 / 3, 2 / 3])
    for number, label in enumerate(truth):
        anew = number >= len(truth) - REDRAWN
        pixels = (255 - np.rint(255 * (redrawn if anew else scans)[number])).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG", optimize=True)
        cases.append({
            "id": f"digit-{FIRST_HELD_OUT + number:04d}",
            "segments": {
                "picture": "redrawn" if anew else "scanned",
                "stroke": "thin" if ink[number] < thin else "bold" if ink[number] > bold else "medium",
            },
            "inputs": {tensor: {"base64": base64.b64encode(file.getvalue()).decode()}},
            "expected": {"label": LABELS[label]},
        })
        pictures.append((255 - pixels.astype(np.float32)) / 255)
    pictures = np.stack(pictures)
    return cases, pictures.reshape(-1, 64) * np.float32(16) if tensor == "pixels" else pictures[:, None]


# --- packages ---------------------------------------------------------------------------------------------------

CARD = {
    "dataset": "The last 300 images of the digits data set: 200 as scanned, 100 drawn anew",
    "use": (
        "Reads one handwritten digit, 0 to 9, from a picture or a drawing pad. Made for people who want to try a"
        " model registry and its serving with something they can draw themselves, and as a small example of a model"
        " with a complete record. Dark strokes on a light ground are expected; the digit may stand anywhere in the"
        " picture and need not fill it."
    ),
    "evaluation": (
        "300 images that took no part in the training: the last ones of the data set, since neighbouring images often"
        " come from one writer. `picture=scanned` are the data set's own bitmaps (enlarged where the version"
        " takes a larger picture), `picture=redrawn` such bitmaps drawn anew at another size and place with another"
        " pen; `stroke` divides them by ink."
    ),
    "fairness": (
        "The data set says nothing about its writers but that there were 13, so no group of people can be compared."
        " Segments by stroke width and by kind of picture stand in for writers' habits; regional forms of digits"
        " (a one with a foot, a four closed at the top) are rare in the data and read less reliably."
    ),
    "data": (
        "- Source: Optical Recognition of Handwritten Digits (E. Alpaydin, C. Kaynak; UCI Machine Learning"
        " Repository, CC BY 4.0), in the copy that scikit-learn bundles: the test part of 13 writers.\n"
        "- Size: the first 1497 of 1797 images, 8x8 pixels of 0 to 16, {taken}.\n"
        "- Date range: collected before July 1998, when the data set was donated."
    ),
}
LIMITS = (
    "- One digit a picture; several digits, letters and empty pictures still get a confident answer.\n"
    "- A light stroke on a dark ground is read as its opposite.\n"
    "- A one with a long foot is often taken for a two, a four closed at the top for a nine.\n"
    "- Shadows, ruled paper and strong noise move the middle that the graph looks for."
)


DENSE = "centring, dense layers " + "-".join(map(str, LAYERS)) + " with ReLU"
DESCRIPTIONS = {
    "1.0.0": {
        "dataVersion": "uci-optdigits.scans",
        "summary": "Reads a handwritten digit from 8x8 pixels; trained on scanned digits alone.",
        "architecture": DENSE,
        "limits": "- Trained on scans alone: of digits drawn with another size, place, slant or pen it misreads about"
        " every second one.",
        "change": {
            "type": "major",
            "releaseNotes": "First version: a network of two hidden layers behind a graph that centres the digit,"
            " trained on the data set's scans as they are.",
            "apiVersion": "v1",
        },
    },
    "1.1.0": {
        "dataVersion": "uci-optdigits.redrawn-8x8",
        "summary": "Reads a handwritten digit from 8x8 pixels; trained on scanned and on redrawn digits.",
        "architecture": DENSE,
        "limits": "- 8x8 pixels hold little: digits drawn small are read wrong more often than scanned ones.",
        "change": {
            "type": "minor",
            "releaseNotes": "The same network, trained anew: each scan was also drawn 32 times with another size,"
            " place, slant and pen. Architecture, input and output stay as they were. Probabilities changed, so"
            " thresholds should be chosen anew.",
            "improvements": [
                "Digits drawn small, aside, aslant or with another pen are read far better (segment picture=redrawn)",
                "Scanned digits are read better, too (segment picture=scanned)",
            ],
            "backwardCompatible": True,
            "apiVersion": "v1",
        },
    },
    "2.0.0": {
        "dataVersion": "uci-optdigits.redrawn-28x28",
        "summary": "Reads a handwritten digit from 28x28 pixels: the digit is found and centred, then a small"
        " convolutional network.",
        "architecture": "centring, 3x3 convolutions 16 and 32 with max pooling, dense layers 512-64-10",
        "limits": "- The data set's bitmaps are 8x8; the finer input shows the pen better but brings no finer writing.",
        "change": {
            "type": "major",
            "releaseNotes": "A convolutional network on a 28x28 picture. Digits that are small or stand aside, which"
            " the 8x8 versions often misread, are now read nearly as well as scanned ones.",
            "breakingChanges": [
                "Input tensor renamed from pixels to image",
                "Input shape changed from [batch, 64] to [batch, 1, 28, 28]",
                "Input range changed from 0..16 to 0..1",
            ],
            "improvements": [
                "Digits drawn small or aside are read far better (segment picture=redrawn)",
                "Pictures come in the usual 28x28 layout",
            ],
            "backwardCompatible": False,
            "apiVersion": "v2",
        },
    },
}
MIGRATION = """
# From 1.x to 2.0.0

Labels, their order and the output tensor `probabilities` [batch, 10] stay the same. The input changes.

| | 1.x | 2.0.0 |
| --- | --- | --- |
| Tensor | `pixels` | `image` |
| Shape | [batch, 64] | [batch, 1, 28, 28] |
| Range | 0 (ground) to 16 (stroke) | 0 (ground) to 1 (stroke) |

## Callers that send pictures

Nothing to do where the node turns the picture into the tensor: the new size is part of the package. A picture of 8x8
pixels still works, though one of at least 28x28 is read better.

## Callers that send tensors

Scale the original picture anew to 28x28; enlarging old 8x8 tensors works but gains nothing. In Python:

```python
from PIL import Image
import numpy as np

picture = Image.open("digit.png").convert("L").resize((28, 28), Image.Resampling.BOX)
image = (255 - np.asarray(picture, dtype=np.float32))[None, None] / 255  # dark stroke on white
```

Old tensors, where no picture is left:

```python
image = np.stack([
    np.asarray(Image.fromarray(row.reshape(8, 8) / 16).resize((28, 28), Image.Resampling.BICUBIC))
    for row in pixels.astype(np.float32)
]).clip(0, 1)[:, None]
```

## Thresholds

The new probabilities are surer. Thresholds chosen for 1.x have to be chosen anew on the suite.
"""


def image_input(version: str) -> dict:
    side = 28 if version == "2.0.0" else 8
    return {
        "tensor": "image" if side == 28 else "pixels",
        "kind": "image",
        "title": "Digit",
        "description": "One handwritten digit, a dark stroke on a light ground.",
        "width": side,
        "height": side,
        "channels": "L",
        "resize": "stretch",
        "layout": "CHW" if side == 28 else "flat",
        "scale": 1 / 255 if side == 28 else 16 / 255,
        "invert": True,
        "drawable": True,
    }


def main() -> None:
    data = load_digits()
    bitmaps, truth = data.images.astype(np.float32), data.target
    field = strokes.fields(bitmaps)
    train, held = slice(0, FIRST_HELD_OUT), slice(FIRST_HELD_OUT, None)
    folder = shared.SAMPLES / "digits"

    def training_set(side: int, scans: np.ndarray, copies: int, repeats: int) -> tuple:
        """Pictures, their labels, and what outpost.json and the card say of them."""
        random = np.random.default_rng(11)
        redrawn = [strokes.redraw(field[train], side, random) for _ in range(copies)]
        pictures = np.concatenate([scans[train]] * repeats + redrawn)
        labels = np.tile(truth[train], repeats + copies)
        taken = f"each redrawn {copies} times at {side}x{side} pixels with another size, place, slant and pen"
        return pictures, labels, {
            "taken": taken if copies else "as scanned",
            "dataSize": f"{FIRST_HELD_OUT} images of 8x8 pixels, "
            + (f"each redrawn {copies} times at {side}x{side} pixels" if copies else "as scanned"),
            # Of the pictures in 8 bits, so that the copies count and their last bits do not.
            "dataHash": shared.sha256(np.rint(pictures * 255).astype(np.uint8).tobytes(),
                                      labels.astype(np.uint8).tobytes()),
            "settings": {"redrawnCopies": copies, "scanRepeats": repeats},
        }

    def suite(side: int, tensor: str, scans: np.ndarray) -> tuple:
        redrawn = strokes.redraw(field[held], side, np.random.default_rng(13), size=(0.5, 0.85))
        return held_out_cases(tensor, scans[held], redrawn, truth[held], field[held])

    def package(version: str, trained: dict, hyperparameters: dict, suite: tuple,
                migration: str | None = None) -> None:
        about = DESCRIPTIONS[version]
        descriptor = shared.description(
            "digits", version, about["dataVersion"], "Handwritten digits", about["summary"], "image-classification",
            ["digits", "handwriting", "image", "sample"], "jax", ["jax", "numpy", "onnx", "pillow", "scikit-learn"],
            about["architecture"], about["change"], [image_input(version)], 3,
            {
                "dataHash": trained["dataHash"],
                "dataSource": "Optical Recognition of Handwritten Digits, UCI Machine Learning Repository (CC BY 4.0),"
                " in the copy that scikit-learn bundles",
                "dataSize": trained["dataSize"],
                "dataRange": "collected before July 1998",
                "hyperparameters": hyperparameters | trained["settings"] | {"seeds": "3, 7, 11, 13"},
            },
        )
        card = CARD | {
            "limits": LIMITS + "\n" + about["limits"], "data": CARD["data"].format(taken=trained["taken"]),
        }
        shared.write_package("digits", descriptor, LABELS, *suite, card, migration)

    # 8x8 pixels
    small = bitmaps / 16
    small_suite = suite(8, "pixels", small)
    random = np.random.default_rng(3)
    random.standard_normal(1440)  # passed over, so that the models stay those that were measured first
    dense_start = [dense(random, a, b) for a, b in itertools.pairwise(LAYERS)]  # of both, so that the data alone differ
    for version, copies, repeats, epochs in (("1.0.0", 0, 1, 60), ("1.1.0", 32, 4, 20)):
        pictures, labels, trained = training_set(8, small, copies, repeats)
        crops = centre(pictures, SMALL_CROP).reshape(len(pictures), -1)
        chosen = {"epochs": epochs, "learningRate": 2e-3, "weightDecay": 1e-2, "labelSmoothing": 0.03, "batch": 128}
        fitted = fit(layers, dense_start, crops, labels, *list(chosen.values())[:4])
        layered_graph(fitted, folder / version / "model.onnx")
        package(version, trained, chosen, small_suite)

    # 28x28 pixels
    large = np.clip(strokes.enlarge(bitmaps, 28), 0, 1)
    pictures, labels, trained = training_set(28, large, copies=40, repeats=2)
    chosen = {"epochs": 8, "learningRate": 2e-3, "weightDecay": 2e-2, "labelSmoothing": 0.03, "batch": 128}
    start = {
        "convolutions": [convolution(random, 1, 16), convolution(random, 16, 32)],
        "dense": [dense(random, 32 * (CROP // 4) ** 2, 64), dense(random, 64, 10)],
    }
    convolved = fit(network, start, centre(pictures, CROP)[:, None], labels, *list(chosen.values())[:4])
    network_graph(convolved, folder / "2.0.0" / "model.onnx")
    package("2.0.0", trained, chosen, suite(28, "image", large), MIGRATION)


if __name__ == "__main__":
    main()
