"""What every sample family does alike: hash its data, measure the finished model, write the package folder.

Every figure in an outpost.json comes from `evaluate`, which runs the finished ONNX file on the finished suite:
a figure taken from the training library would say nothing about the file that people download.
"""

import hashlib
import importlib.metadata
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import threadpoolctl
from onnx import TensorProto, helper, numpy_helper

# One thread: sums in another order end in other last bits, and so in other bytes.
threadpoolctl.threadpool_limits(1)

SAMPLES = Path(__file__).resolve().parent.parent
TRAINING = Path(__file__).resolve().parent

# Written by hand and not taken from the clock, so that a second run gives the same bytes.
TRAINED_AT = "2026-11-20T12:00:00.000Z"
OWNER = {"name": "Sample models team", "contact": "models@samples.example"}

# The newest versions that ONNX Runtime's releases of the last two years all load.
OPSET, ML_OPSET, IR_VERSION = 20, 3, 10


def sha256(*parts: bytes) -> str:
    """The digest of the parts one after the other, in the form outpost.json wants."""
    state = hashlib.sha256()
    for part in parts:
        state.update(part)
    return f"sha256:{state.hexdigest()}"


def libraries(*names: str) -> dict:
    return {name: importlib.metadata.version(name) for name in sorted(names)}


class Graph:
    """A thin notebook over onnx.helper: nodes and constants are named in the order they are added."""

    def __init__(self, name: str, inputs: list, outputs: list, domains: tuple = ()):
        self.name, self.inputs, self.outputs, self.domains = name, inputs, outputs, domains
        self.nodes, self.constants = [], []

    def constant(self, value, dtype=np.float32) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
        return name

    def add(self, op: str, *inputs: str, output: str | None = None, more: int = 0, domain: str = "",
            **attributes) -> str:
        """Adds one node and gives the name of its first output; `more` is how many further ones it has."""
        name = f"{op}_{len(self.nodes)}"
        first = output or name.lower()
        outputs = [first] + [f"{first}_{number}" for number in range(1, more + 1)]
        self.nodes.append(helper.make_node(op, list(inputs), outputs, name=name, domain=domain, **attributes))
        return first

    def save(self, path: Path) -> None:
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.constants)
        opsets = [helper.make_opsetid("", OPSET)]
        opsets += [helper.make_opsetid(domain, ML_OPSET if domain == "ai.onnx.ml" else 1) for domain in self.domains]
        model = helper.make_model(
            graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="outpost-samples", producer_version="1"
        )
        onnx.checker.check_model(model, full_check=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(model.SerializeToString(deterministic=True))


def float_input(name: str, *dimensions):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *dimensions])


def string_input(name: str):
    return helper.make_tensor_value_info(name, TensorProto.STRING, ["batch"])


def probabilities_output(classes: int):
    return helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", classes])


def metrics(truth: np.ndarray, scores: np.ndarray) -> dict:
    """Accuracy, and precision, recall and F1 as plain means over the classes that occur or are answered.

    A class never answered has precision 0, one that never occurs has recall 0.
    """
    answer = scores.argmax(axis=1)
    precisions, recalls, f1s = [], [], []
    for label in sorted(set(truth) | set(answer)):
        right = int(((answer == label) & (truth == label)).sum())
        precision = right / max(1, int((answer == label).sum()))
        recall = right / max(1, int((truth == label).sum()))
        precisions.append(precision)
        recalls.append(recall)
        f1s.append(2 * precision * recall / max(1e-12, precision + recall))
    chosen = np.clip(scores[np.arange(len(truth)), truth].astype(np.float64), 1e-7, 1)
    return {
        "accuracy": round(float((answer == truth).mean()), 4),
        "precision": round(float(np.mean(precisions)), 4),
        "recall": round(float(np.mean(recalls)), 4),
        "custom": {"f1Macro": round(float(np.mean(f1s)), 4), "logLoss": round(float(-np.log(chosen).mean()), 4)},
    }


def evaluate(model: Path, inputs: np.ndarray, cases: list, labels: list) -> tuple:
    """Runs the ONNX file on the suite's tensors; gives the metrics overall and by segment."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    (scores,) = session.run(["probabilities"], {name: inputs})
    single = np.concatenate([session.run(["probabilities"], {name: inputs[i : i + 1]})[0] for i in range(len(inputs))])
    # Matrix kernels differ by batch size in the last bits of a sum, and in no more than those.
    assert np.abs(scores - single).max() < 1e-5 and (scores.argmax(1) == single.argmax(1)).all()
    assert np.isfinite(scores).all() and np.abs(scores.sum(axis=1) - 1).max() < 1e-4

    truth = np.array([labels.index(case["expected"]["label"]) for case in cases])
    segments = []
    for key in sorted({key for case in cases for key in case["segments"]}):
        for value in sorted({case["segments"][key] for case in cases}):
            rows = np.array([case["segments"][key] == value for case in cases])
            found = metrics(truth[rows], scores[rows])
            segments.append({"name": f"{key}={value}", "cases": int(rows.sum()), "metrics": found})
    return metrics(truth, scores), segments


def results_table(overall: dict, segments: list, cases: int) -> str:
    """The evaluation as the card shows it."""
    lines = ["| Segment | Cases | Accuracy | Precision | Recall | F1 |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name, count, found in [("overall", cases, overall)] + [(s["name"], s["cases"], s["metrics"]) for s in segments]:
        figures = [found["accuracy"], found["precision"], found["recall"], found["custom"]["f1Macro"]]
        lines.append(f"| {name} | {count} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |")
    return "\n".join(lines)


def write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.strip() + "\n", encoding="utf-8", newline="\n")


def write_package(family: str, descriptor: dict, labels: list, cases: list, inputs, card: dict,
                  migration: str | None = None) -> Path:
    """Completes a package folder around its model.onnx: suite, card, license, labels, outpost.json."""
    folder = SAMPLES / family / descriptor["version"]
    write_text(folder / "labels.txt", "\n".join(labels))
    write_text(folder / "suite.jsonl", "\n".join(json.dumps(case, ensure_ascii=False) for case in cases))
    shutil.copyfile(TRAINING / "apache-2.0.txt", folder / "LICENSE")
    shutil.copyfile(SAMPLES / "requirements.txt", folder / "requirements.txt")
    if migration:
        write_text(folder / "MIGRATION.md", migration)
        descriptor["change"]["migrationGuide"] = "MIGRATION.md"

    overall, segments = evaluate(folder / "model.onnx", inputs, cases, labels)
    table = results_table(overall, segments, len(cases))
    write_text(folder / "CARD.md", f"""
# {descriptor["title"]} {descriptor["version"]}

{descriptor["summary"]}

## Intended use

{card["use"]}

## Limitations and failure modes

{card["limits"]}

## Evaluation results

{card["evaluation"]} Precision, recall and F1 are plain means over the classes. The figures are those of the
model file itself, run on the suite in this package; every expected answer is the label of the data set.

{table}

## Fairness

{card["fairness"]}

## Training data

{card["data"]}

## Responsible team and escalation contact

{OWNER["name"]}, {OWNER["contact"]}. Wrong or harmful answers: escalation@samples.example, answered within two
working days.
""")
    descriptor |= {
        "evaluation": {
            "dataset": card["dataset"], "overall": overall, "segments": segments, "fairness": card["fairness"],
        },
        "deploymentTargets": ["cpu"],
        "card": "CARD.md",
        "suite": "suite.jsonl",
        "code": ["requirements.txt"],
    }
    write_text(folder / "outpost.json", json.dumps(descriptor, indent=2, ensure_ascii=False))
    print(f"{descriptor['id']} {descriptor['version']}: accuracy {overall['accuracy']}, {len(cases)} cases,"
          f" model {(folder / 'model.onnx').stat().st_size} bytes")
    for segment in segments:
        print(f"  {segment['name']}: {segment['cases']} cases, accuracy {segment['metrics']['accuracy']}")
    return folder


def description(family_id: str, version: str, data_version: str, title: str, summary: str, task: str, tags: list,
                framework: str, used: list, architecture: str, change: dict, inputs: list, top: int,
                training: dict) -> dict:
    """The part of outpost.json that is known before the model is measured."""
    return {
        "formatVersion": 1,
        "id": f"samples.{family_id}",
        "version": version,
        "dataVersion": data_version,
        "title": title,
        "summary": summary,
        "task": task,
        "tags": tags,
        "owner": OWNER,
        "authors": [OWNER["name"]],
        "license": {"spdx": "Apache-2.0", "file": "LICENSE"},
        "framework": {"name": framework, "version": importlib.metadata.version(framework)},
        "libraries": libraries(*used),
        "architecture": architecture,
        "change": change,
        "model": {"file": "model.onnx"},
        "inputs": inputs,
        "outputs": [{
            "tensor": "probabilities", "kind": "classes", "title": "Probabilities", "activation": "none",
            "topK": top, "labelsFile": "labels.txt",
        }],
        "training": training | {"trainedAt": TRAINED_AT},
    }
