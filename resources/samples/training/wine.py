"""samples.wine: which of three growers a wine is of, from thirteen chemical measurements.

Both versions are logistic regression on standardised features.

1.0.0 trained on half of the training rows
1.1.0 trained on all of them, a new version of the data

The smallest of the data sets: this family shows a COMMUNITY license, which does not allow serving on one's own machine.
"""

import numpy as np
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import shared

LABELS = ["grower-1", "grower-2", "grower-3"]
COLUMNS = 13
HELD_OUT = 60

FIELDS = {
    "alcohol": ("Alcohol", "percent by volume", "Alcohol."),
    "malic_acid": ("Malic acid", "g/l", "Malic acid."),
    "ash": ("Ash", "g/l", "What is left after burning."),
    "alcalinity_of_ash": ("Alcalinity of ash", "mEq/l", "How alkaline the ash is."),
    "magnesium": ("Magnesium", "mg/l", "Magnesium."),
    "total_phenols": ("Total phenols", "g/l", "All phenols together."),
    "flavanoids": ("Flavanoids", "g/l", "A family of phenols."),
    "nonflavanoid_phenols": ("Other phenols", "g/l", "Phenols that are no flavanoids."),
    "proanthocyanins": ("Proanthocyanins", "g/l", "Condensed tannins."),
    "color_intensity": ("Color intensity", "absorbance", "How dark the wine is."),
    "hue": ("Hue", "ratio", "Absorbance at 420 nm over that at 520 nm."),
    "od280/od315_of_diluted_wines": ("OD280/OD315", "ratio", "Absorbance of the diluted wine, a measure of protein."),
    "proline": ("Proline", "mg/l", "An amino acid."),
}


def fields(values: np.ndarray, names: list) -> list:
    """Range and start value of every field as the whole data set has them, the range rounded outwards."""
    found = []
    for name, column in zip(names, values.T, strict=True):
        title, unit, text = FIELDS[name]
        places = 0 if column.max() > 50 else 2
        step = 10.0**-places
        found.append({
            "name": name.replace("/", "_"), "title": title, "unit": unit, "description": text,
            "min": round(float(np.floor(column.min() / step) * step), places),
            "max": round(float(np.ceil(column.max() / step) * step), places),
            "step": round(step, places),
            "default": round(float(np.median(column)), places),
        })
    return found


def saved(model, path) -> None:
    """Writes the steps of a fitted pipeline as nodes, with the same numbers."""
    graph = shared.Graph(
        "wine", [shared.float_input("measurements", COLUMNS)], [shared.probabilities_output(3)],
        domains=("ai.onnx.ml",),
    )
    scaler, last = [step for _, step in model.steps]
    x = graph.add("Scaler", "measurements", domain="ai.onnx.ml",
                  offset=scaler.mean_.tolist(), scale=(1 / scaler.scale_).tolist())
    x = graph.add("Gemm", x, graph.constant(last.coef_.T), graph.constant(last.intercept_))
    graph.add("Softmax", x, output="probabilities", axis=1)
    graph.save(path)


CARD = {
    "dataset": f"{HELD_OUT} held-out rows of Wine (UCI)",
    "use": (
        "Shows a model under a COMMUNITY license: what a license refuses, and how that is told. It names the grower of"
        " a wine by thirteen chemical measurements of a well-known teaching data set. For people who learn or test such"
        " a platform; **not for judging wine**."
    ),
    "evaluation": (
        f"{HELD_OUT} rows chosen at random with the classes kept in proportion, none of them in the training data."
        " `strength` divides them at 13 percent of alcohol, `color` at the median of the training data."
    ),
    "fairness": (
        "The data set is about wines and no people. The segments show whether errors gather where wines are light or"
        " pale."
    ),
    "data": (
        "- Source: Wine, S. Aeberhard and M. Forina, UCI Machine Learning Repository, CC BY 4.0, in the copy that"
        " scikit-learn bundles.\n"
        "- Size: 178 rows of three growers of one region.\n"
        "- Date range: donated July 1991; the data set gives no dates of collection."
    ),
}
LIMITS = (
    "- Three growers of one region in Italy, before 1991: any other wine is taken for one of theirs.\n"
    "- Values outside the ranges of the fields are extrapolated and answered with confidence all the same.\n"
    "- The growers differ so clearly that good figures here say little about harder tasks."
)


def main() -> None:
    data = load_wine()
    values, truth = data.data.astype(np.float32), data.target
    train, held = train_test_split(np.arange(len(values)), test_size=HELD_OUT, stratify=truth, random_state=42)
    held = np.sort(held)
    median_color = float(np.median(values[train, 9]))
    cases = []
    for row in held:
        cases.append({
            "id": f"wine-{row:03d}",
            "segments": {
                "strength": "strong" if float(values[row, 0]) >= 13 else "light",
                "color": "dark" if float(values[row, 9]) >= median_color else "pale",
            },
            # The shortest decimal that is the same 32-bit number.
            "inputs": {"measurements": [float(str(value)) for value in values[row]]},
            "expected": {"label": LABELS[truth[row]]},
        })
    half, _ = train_test_split(train, test_size=0.5, stratify=truth[train], random_state=7)

    def package(version: str, rows: np.ndarray, summary: str, data_version: str, change: dict, extra: str) -> None:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=5000, tol=1e-8))
        model.fit(values[rows].astype(np.float64), truth[rows])
        saved(model, shared.SAMPLES / "wine" / version / "model.onnx")
        descriptor = shared.description(
            "wine", version, data_version, "Growers of wine", summary, "tabular-classification",
            ["tabular", "sample", "teaching"], "scikit-learn", ["numpy", "onnx", "scikit-learn"],
            "standard scaling, logistic regression", change,
            [{"tensor": "measurements", "kind": "fields", "title": "Chemical measurements",
              "description": "Of one wine.", "fields": fields(data.data, list(data.feature_names))}],
            3,
            {
                "dataHash": shared.sha256(values[rows].astype("<f4").tobytes(), truth[rows].astype(np.uint8).tobytes()),
                "dataSource": "Wine, UCI Machine Learning Repository (CC BY 4.0), in the copy that scikit-learn bundles",
                "dataSize": f"{len(rows)} rows of {COLUMNS} columns",
                "dataRange": "donated July 1991",
                "hyperparameters": {"C": 1.0, "penalty": "l2", "splitSeed": 42},
            },
        )
        shared.write_package("wine", descriptor, LABELS, cases, values[held], CARD | {"limits": LIMITS + "\n" + extra})

    package(
        "1.0.0", np.sort(half),
        "Names the grower of a wine by thirteen measurements; trained on half of the rows. For teaching only.",
        "uci-wine-half",
        {"type": "major", "releaseNotes": "First version: logistic regression on half of the training rows.",
         "apiVersion": "v1"},
        "- Trained on 59 wines.",
    )
    package(
        "1.1.0", np.sort(train),
        "Names the grower of a wine by thirteen measurements; trained on all rows. For teaching only.",
        "uci-wine",
        {"type": "minor",
         "releaseNotes": "The same model, trained anew on twice as many rows. Architecture, input and output stay as"
         " they were.",
         "improvements": ["Trained on twice as many wines, so its probabilities are closer to the truth"],
         "backwardCompatible": True, "apiVersion": "v1"},
        "- Trained on 118 wines.",
    )


if __name__ == "__main__":
    main()
