"""samples.breast-cancer: benign or malignant, from ten measurements of cell nuclei.

Both versions are logistic regression on standardised features.

1.0.0 the ten measurements
1.1.0 the ten measurements, their squares and the products of every two

The data set has thirty columns; the ten means are enough for a form that a person can fill in.
"""

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

import shared

LABELS = ["benign", "malignant"]
COLUMNS = 10
HELD_OUT = 190

# The data set names no unit of length; its shape measures are ratios without one.
FIELDS = {
    "mean radius": ("Mean radius", "data set units", "Mean distance from the centre of a nucleus to its outline."),
    "mean texture": ("Mean texture", "grey levels", "Standard deviation of the grey levels inside a nucleus."),
    "mean perimeter": ("Mean perimeter", "data set units", "Length of a nucleus's outline."),
    "mean area": ("Mean area", "square data set units", "Area of a nucleus."),
    "mean smoothness": ("Mean smoothness", "ratio", "Local variation of the radius."),
    "mean compactness": ("Mean compactness", "ratio", "Perimeter² / area − 1."),
    "mean concavity": ("Mean concavity", "ratio", "How deep the dents of the outline are."),
    "mean concave points": ("Mean concave points", "ratio", "How many dents the outline has."),
    "mean symmetry": ("Mean symmetry", "ratio", "How much the two sides of a nucleus differ."),
    "mean fractal dimension": ("Mean fractal dimension", "ratio", "Coastline approximation of the outline − 1."),
}


def fields(values: np.ndarray, names: list) -> list:
    """Range and start value of every field as the whole data set has them, the range rounded outwards."""
    found = []
    for name, column in zip(names, values.T, strict=True):
        title, unit, text = FIELDS[name]
        places = 1 if column.max() > 1 else 4
        step = 10.0**-places
        found.append({
            "name": name.replace(" ", "_"), "title": title, "unit": unit, "description": text,
            "min": round(float(np.floor(column.min() / step) * step), places),
            "max": round(float(np.ceil(column.max() / step) * step), places),
            "step": round(step, places),
            "default": round(float(np.median(column)), places),
        })
    return found


def saved(model, path) -> None:
    """Writes the steps of a fitted pipeline as nodes, with the same numbers."""
    graph = shared.Graph(
        "breast-cancer", [shared.float_input("measurements", COLUMNS)], [shared.probabilities_output(2)],
        domains=("ai.onnx.ml",),
    )

    *steps, last = [step for _, step in model.steps]
    x = "measurements"
    for step in steps:
        if isinstance(step, StandardScaler):
            x = graph.add("Scaler", x, domain="ai.onnx.ml",
                          offset=step.mean_.tolist(), scale=(1 / step.scale_).tolist())
        else:
            # Each row of the powers is one feature: first the measurements, then the products of two.
            pairs = np.array([np.repeat(np.arange(COLUMNS), row) for row in step.powers_ if row.sum() == 2])
            one, other = (graph.add("Gather", x, graph.constant(side, np.int64), axis=1) for side in pairs.T)
            x = graph.add("Concat", x, graph.add("Mul", one, other), axis=1)
    # Softmax over (0, z) is the logistic function of z, and gives both classes in one tensor.
    weights = np.concatenate([np.zeros_like(last.coef_.T), last.coef_.T], axis=1)
    x = graph.add("Gemm", x, graph.constant(weights), graph.constant([0, last.intercept_[0]]))
    graph.add("Softmax", x, output="probabilities", axis=1)
    graph.save(path)


CARD = {
    "dataset": "190 held-out rows of Breast Cancer Wisconsin (Diagnostic)",
    "use": (
        "Shows how a model of tabular data is registered, measured by segment and served. It tells benign from"
        " malignant breast masses in a well-known teaching data set, from ten measurements of cell nuclei in a picture"
        " of a fine needle aspirate. For people who learn or test such a platform. **Not a medical device: never for a"
        " diagnosis, a screening or any decision about a person.**"
    ),
    "evaluation": (
        "190 rows chosen at random with the classes kept in proportion, none of them in the training data. `nuclei`"
        " divides them by mean radius (small below 12, large from 15), `texture` at the median of the training data."
        " Nearly all large nuclei are malignant, so that there the class malignant alone says little; the middle group"
        " is the hard one."
    ),
    "fairness": (
        "The data set holds no age, origin or other attribute of the patients, all of one hospital, so fairness between"
        " groups of people cannot be assessed, which alone rules out clinical use. The segments show that errors are"
        " not spread evenly: they gather where nuclei are of middle size."
    ),
    "data": (
        "- Source: Breast Cancer Wisconsin (Diagnostic), W. Wolberg, N. Street, O. Mangasarian, UCI Machine Learning"
        " Repository, CC BY 4.0, in the copy that scikit-learn bundles.\n"
        "- Size: 379 of 569 rows, ten of thirty columns (the means).\n"
        "- Date range: donated November 1995; the data set gives no dates of collection."
    ),
}
LIMITS = (
    "- Trained on 379 cases of one hospital, measured with one program in the 1990s; other measurements will not fit.\n"
    "- Values outside the ranges of the fields are extrapolated and answered with confidence all the same.\n"
    "- Radius, perimeter and area hang together; impossible combinations are not refused.\n"
    "- The malignant cases that it misses have mostly nuclei of middle size; the suite holds none with small ones."
)


def main() -> None:
    data = load_breast_cancer()
    values = data.data[:, :COLUMNS].astype(np.float32)
    truth = 1 - data.target  # the data set counts malignant as 0
    train, held = train_test_split(np.arange(len(values)), test_size=HELD_OUT, stratify=truth, random_state=42)
    held = np.sort(held)
    x, y = values[train].astype(np.float64), truth[train]

    median_texture = float(np.median(values[train, 1]))
    cases = []
    for row in held:
        radius, texture = float(values[row, 0]), float(values[row, 1])
        cases.append({
            "id": f"wdbc-{row:03d}",
            "segments": {
                "nuclei": "small" if radius < 12 else "large" if radius >= 15 else "middle",
                "texture": "fine" if texture < median_texture else "coarse",
            },
            # The shortest decimal that is the same 32-bit number.
            "inputs": {"measurements": [float(str(value)) for value in values[row]]},
            "expected": {"label": LABELS[truth[row]]},
        })

    def package(version: str, summary: str, change: dict, hyperparameters: dict, extra: str) -> None:
        descriptor = shared.description(
            "breast-cancer", version, "uci-wdbc", "Breast cancer cell nuclei", summary, "tabular-classification",
            ["tabular", "sample", "teaching"], "scikit-learn", ["numpy", "onnx", "scikit-learn"],
            "standard scaling, logistic regression", change,
            [{"tensor": "measurements", "kind": "fields", "title": "Measurements of cell nuclei",
              "description": "Means over the nuclei of one sample.",
              "fields": fields(data.data[:, :COLUMNS], list(data.feature_names[:COLUMNS]))}],
            2,
            {
                "dataHash": shared.sha256(
                    values[train].astype("<f4").tobytes(), truth[train].astype(np.uint8).tobytes()
                ),
                "dataSource": "Breast Cancer Wisconsin (Diagnostic), UCI Machine Learning Repository (CC BY 4.0), in"
                " the copy that scikit-learn bundles",
                "dataSize": f"{len(train)} rows of {COLUMNS} columns",
                "dataRange": "donated November 1995",
                "hyperparameters": hyperparameters | {"splitSeed": 42},
            },
        )
        card = CARD | {"limits": LIMITS + "\n" + extra}
        shared.write_package("breast-cancer", descriptor, LABELS, cases, values[held], card)

    folds = StratifiedKFold(5, shuffle=True, random_state=5)
    folder = shared.SAMPLES / "breast-cancer"

    plain = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=5000, tol=1e-8)).fit(x, y)
    saved(plain, folder / "1.0.0" / "model.onnx")
    package(
        "1.0.0",
        "Tells benign from malignant by ten measurements of cell nuclei; one weight a measurement. For teaching only.",
        {"type": "major", "releaseNotes": "First version: logistic regression on the ten means.", "apiVersion": "v1"},
        {"C": 1.0, "features": COLUMNS, "penalty": "l2"},
        "- The border between the classes is a straight one.",
    )

    # Chosen by cross-validation inside the training rows; the held-out rows take no part.
    search = GridSearchCV(
        make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False), StandardScaler(),
                      LogisticRegression(max_iter=20000, tol=1e-8)),
        {"logisticregression__C": [0.03, 0.1, 0.3, 1, 3, 10, 30]}, cv=folds, scoring="neg_log_loss",
    ).fit(x, y)
    curved = search.best_estimator_
    saved(curved, folder / "1.1.0" / "model.onnx")
    package(
        "1.1.0",
        "Tells benign from malignant by ten measurements of cell nuclei, their squares and products. For teaching"
        " only.",
        {"type": "minor",
         "releaseNotes": "Logistic regression as before, trained anew on the same rows with more features: the graph"
         " adds the squares of the measurements and the products of every two. Architecture, input and output stay as"
         " they were. Probabilities changed, so thresholds other than one half should be chosen anew.",
         "improvements": [
             "Fewer benign cases taken for malignant, above all where nuclei are of middle size (see the evaluation)",
             "Probabilities closer to the truth: a lower log loss",
         ],
         "backwardCompatible": True, "apiVersion": "v1"},
        {"C": float(curved[-1].C), "features": int(curved[-1].n_features_in_), "penalty": "l2", "searchFolds": 5},
        "- It misses as many malignant cases as 1.0.0 does.\n"
        "- Squares and products grow fast: outside of the ranges of the fields the answers are worth less than those of"
        " 1.0.0.",
    )
    for version, model in (("1.0.0", plain), ("1.1.0", curved)):
        found = {name: round(float(cross_val_score(model, x, y, cv=folds, scoring=name).mean()), 4)
                 for name in ("accuracy", "neg_log_loss")}
        print(f"{version}, cross-validation inside the training rows: {found}")


if __name__ == "__main__":
    main()
