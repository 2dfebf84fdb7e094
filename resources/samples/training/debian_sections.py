"""samples.debian-sections: the section of the Debian archive that a package belongs to, by its one-line description.

Both versions weigh features of the text by TF-IDF and put multinomial logistic regression behind them.

1.0.0 words between blanks, standard ONNX operators only
1.1.0 words without punctuation, pairs of words and pieces of words (contributed operators of ONNX Runtime)

`python training/debian_sections.py` trains from debian-synopses.tsv. With the path of an uncompressed package index
behind it, it first writes that file anew.
"""

import collections
import hashlib
import re
import sys
from pathlib import Path

import numpy as np
import scipy.sparse
from onnx import TensorProto
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold

import shared

# The largest sections that hold programs, documents or fonts. Left out are libraries and the sections of one
# programming language, which their names give away, and utils, misc and x11, which gather what fits nowhere else.
LABELS = ["admin", "devel", "doc", "fonts", "games", "graphics", "net", "science", "sound", "text"]
PER_SECTION = 800
PER_SOURCE = 3  # packages of one source package describe themselves in nearly the same words
HELD_OUT_PERCENT = 12  # of the source packages
CASES_PER_SECTION = 30

DATA = shared.TRAINING / "debian-synopses.tsv"
# dists/bookworm/main/binary-amd64/Packages of the point release 12.15, named in its signed InRelease file.
INDEX = "sha256:515e692f2c4121c6fcec444ef100cc18f79a991910615f3a88c8b7becfc94d2f"


def drawn(name: str) -> int:
    """A number that looks random but depends on the name alone, so that no order of files changes a choice."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:12], 16)


def extract(index: Path) -> None:
    content = index.read_bytes()
    if shared.sha256(content) != INDEX:
        raise SystemExit(f"{index} is not the package index of Debian 12.15")
    found = []
    for stanza in content.decode().split("\n\n"):
        entry = dict(line.split(": ", 1) for line in stanza.split("\n") if re.match(r"[A-Z][\w-]*: ", line))
        if entry.get("Section") in LABELS:
            source = entry.get("Source", entry["Package"]).split(" ")[0]
            found.append((entry["Section"], source, entry["Package"], " ".join(entry["Description"].split())))
    found.sort(key=lambda row: drawn(row[2]))
    known, by_source, by_section, kept = set(), collections.Counter(), collections.Counter(), []
    for section, source, package, synopsis in found:
        if synopsis.lower() in known or by_source[source] == PER_SOURCE or by_section[section] == PER_SECTION:
            continue
        known.add(synopsis.lower())
        by_source[source] += 1
        by_section[section] += 1
        kept.append((section, source, package, synopsis))
    shared.write_text(DATA, "\n".join("\t".join(row) for row in sorted(kept)))


# --- features ---------------------------------------------------------------------------------------------------


def lower(text: str) -> str:
    """What StringNormalizer does in locale C: ASCII letters only."""
    return re.sub("[A-Z]+", lambda found: found[0].lower(), text)


def grams(tokens: list, sizes: range) -> list:
    return [tuple(tokens[i : i + size]) for size in sizes for i in range(len(tokens) - size + 1)]


WORD = "[a-z0-9+#]+"


def blank_words(text: str) -> list:
    return grams(lower(text).split(), range(1, 2))


def words_and_pairs(text: str) -> list:
    return grams(re.findall(WORD, lower(text)), range(1, 3))


def pieces(text: str) -> list:
    return grams(list(lower(text)), range(3, 6))


class Features:
    """TF-IDF over the most frequent grams, with the node that computes the same."""

    def __init__(self, analyzer, least: int, size: int):
        self.vectorizer = TfidfVectorizer(analyzer=analyzer, min_df=least, max_features=size)

    def fit(self, texts: list):
        matrix = self.vectorizer.fit_transform(texts)
        found = self.vectorizer.vocabulary_
        # TfIdfVectorizer wants its pool by length; the columns stay where scikit-learn put them.
        self.pool = sorted(found.items(), key=lambda item: (len(item[0]), item[0]))
        return matrix

    def add(self, graph: shared.Graph, tokens: str) -> str:
        lengths = [len(gram) for gram, _ in self.pool]
        starts, position = [], 0
        for size in range(1, max(lengths) + 1):
            starts.append(position)
            position += size * lengths.count(size)
        columns = [int(column) for _, column in self.pool]
        counted = graph.add(
            "TfIdfVectorizer", tokens, mode="TFIDF", min_gram_length=min(lengths), max_gram_length=max(lengths),
            max_skip_count=0, ngram_counts=starts, ngram_indexes=columns,
            weights=[float(self.vectorizer.idf_[column]) for column in columns],
            pool_strings=[token for gram, _ in self.pool for token in gram],
        )
        return graph.add("LpNormalization", counted, axis=-1, p=2)


# --- graphs -----------------------------------------------------------------------------------------------------


def started(domains: tuple = ()) -> tuple:
    graph = shared.Graph("debian-sections", [shared.string_input("description")],
                         [shared.probabilities_output(len(LABELS))], domains)
    # Locale C exists on every system; others must be installed where the model runs.
    return graph, graph.add("StringNormalizer", "description", case_change_action="LOWER", locale="C")


def finished(graph: shared.Graph, features: str, model: LogisticRegression, path: Path) -> None:
    # Half precision halves the file; the sums are made in single precision.
    weights = graph.add("Cast", graph.constant(model.coef_.T, np.float16), to=TensorProto.FLOAT)
    x = graph.add("Gemm", features, weights, graph.constant(model.intercept_))
    graph.add("Softmax", x, output="probabilities", axis=1)
    graph.save(path)


def blank_graph(words: Features, model: LogisticRegression, path: Path) -> None:
    graph, text = started()
    tokens = graph.add("StringSplit", text, more=1)
    finished(graph, words.add(graph, tokens), model, path)


def gram_graph(words: Features, parts: Features, model: LogisticRegression, path: Path) -> None:
    graph, text = started(("com.microsoft",))
    settings = {"domain": "com.microsoft", "mark": 0, "mincharnum": 1, "pad_value": ""}
    tokens = graph.add("Tokenizer", text, tokenexp=WORD, **settings)
    characters = graph.add("Tokenizer", text, separators=[""], **settings)
    features = graph.add("Concat", words.add(graph, tokens), parts.add(graph, characters), axis=1)
    finished(graph, features, model, path)


# --- packages ---------------------------------------------------------------------------------------------------

CARD = {
    "dataset": "300 held-out package descriptions of Debian 12.15, 30 a section",
    "use": (
        "Sorts the one-line description of a program, in English, into one of ten sections of the Debian archive, for"
        " example `fast-paced platform game with penguins` into games. Shows how a model that takes plain text is"
        " registered and served; useful for a first guess when software is catalogued."
    ),
    "evaluation": (
        "300 descriptions, 30 of each section, from source packages none of whose packages took part in the training."
        " `words` counts the words of the description (few: up to 4, many: 8 and more); `package` tells whether the"
        " package bears the name of its source or is a companion of it (documentation, data, a plugin)."
    ),
    "fairness": (
        "The texts describe software, not people. English only: other languages and other alphabets carry nothing that"
        " the model knows, so it must not rank software by the language of its description. The sections are of equal"
        " weight in the suite, while the archive is dominated by a few of them."
    ),
    "data": (
        "- Source: the package index of Debian 12.15 (bookworm), main, amd64; the descriptions belong to the packages"
        " and stand under their free licenses.\n"
        "- Size: {size} of 7150 descriptions: at most 800 a section and 3 of one source package, each text once.\n"
        "- Date range: the stable release of June 2023 as it stood at the point release of 11 July 2026."
    ),
}
LIMITS = (
    "- Every text gets one of the ten sections, also one that fits none of them or is empty.\n"
    "- admin, devel, net and text overlap in the archive itself; a person would often choose another one, too.\n"
    "- English words in ASCII; accented letters are not brought to lower case and match nothing.\n"
    "- One line as Debian writes it; long prose is outside of what the training has seen.\n"
    "- Words that came up after 2023 are unknown to it."
)
PLACEHOLDER = "fast-paced platform game with penguins"


def main() -> None:
    if len(sys.argv) > 1:
        extract(Path(sys.argv[1]))
    rows = [line.split("\t") for line in DATA.read_text(encoding="utf-8").splitlines()]
    train = [row for row in rows if drawn(row[1]) % 100 >= HELD_OUT_PERCENT]
    held = sorted((row for row in rows if drawn(row[1]) % 100 < HELD_OUT_PERCENT), key=lambda row: drawn(row[2]))

    cases, texts = [], []
    for label in LABELS:
        for _, source, package, synopsis in [row for row in held if row[0] == label][:CASES_PER_SECTION]:
            count = len(synopsis.split())
            cases.append({
                "id": f"{label}-{package}",
                "segments": {
                    "words": "few" if count <= 4 else "many" if count >= 8 else "some",
                    "package": "main" if package == source else "companion",
                },
                "inputs": {"description": synopsis},
                "expected": {"label": label},
            })
            texts.append(synopsis)

    truth = np.array([LABELS.index(row[0]) for row in train])
    sources = [row[1] for row in train]
    descriptions = [row[3] for row in train]

    def fit(features: list) -> tuple:
        """Logistic regression, its strength chosen by cross-validation over whole source packages."""
        matrix = scipy.sparse.hstack([feature.fit(descriptions) for feature in features]).tocsr()
        search = GridSearchCV(LogisticRegression(max_iter=1000), {"C": [1, 2, 4, 8]}, cv=GroupKFold(4))
        search.fit(matrix, truth, groups=sources)
        return search.best_estimator_, {"C": search.best_params_["C"], "features": matrix.shape[1]}

    def package(version: str, summary: str, change: dict, hyperparameters: dict) -> None:
        content = "".join("\t".join(row) + "\n" for row in train).encode()
        descriptor = shared.description(
            "debian-sections", version, "debian.12.15", "Debian sections", summary, "text-classification",
            ["text", "english", "software", "sample"], "scikit-learn", ["numpy", "onnx", "scikit-learn", "scipy"],
            "TF-IDF, multinomial logistic regression", change,
            [{"tensor": "description", "kind": "text", "title": "Description",
              "description": "What a program does, in one line of English.", "charsMax": 1000,
              "placeholder": PLACEHOLDER}],
            3,
            {
                "dataHash": shared.sha256(content),
                "dataSource": "Package index of Debian 12.15 (bookworm), main, amd64",
                "dataSize": f"{len(train)} descriptions of one line",
                "dataRange": "June 2023 to July 2026",
                "hyperparameters": hyperparameters,
            },
        )
        card = CARD | {"limits": LIMITS, "data": CARD["data"].format(size=len(train))}
        shared.write_package("debian-sections", descriptor, LABELS, cases,
                             np.array(texts, dtype=object), card)

    folder = shared.SAMPLES / "debian-sections"
    words = Features(blank_words, 3, 3000)
    model, chosen = fit([words])
    blank_graph(words, model, folder / "1.0.0" / "model.onnx")
    package(
        "1.0.0", "Sorts a one-line description of a program into a section of the Debian archive, by its single words.",
        {"type": "major", "releaseNotes": "First version: single words, in standard ONNX operators only.",
         "apiVersion": "v1"},
        chosen | {"grams": "words", "minimumFrequencyWords": 3},
    )

    words, parts = Features(words_and_pairs, 2, 6000), Features(pieces, 3, 8000)
    model, chosen = fit([words, parts])
    gram_graph(words, parts, model, folder / "1.1.0" / "model.onnx")
    package(
        "1.1.0",
        "Sorts a one-line description of a program into a section of the Debian archive, by words, pairs and pieces"
        " of words.",
        {"type": "minor",
         "releaseNotes": "Trained anew on the same descriptions with more features: punctuation no longer sticks to"
         " words, and pairs and pieces of words count as well. Architecture, input and output stay as they were. The"
         " graph now uses the operator com.microsoft.Tokenizer, which every build of ONNX Runtime with the contributed"
         " operators holds, other runtimes often not.",
         "improvements": [
             "More descriptions sorted rightly, above all those of companion packages (see the evaluation)",
             "Inflected and compound words are recognised by their pieces",
         ],
         "backwardCompatible": True, "apiVersion": "v1"},
        chosen | {"grams": "words, pairs of words, pieces of 3 to 5 characters", "minimumFrequencyWords": 2,
                  "minimumFrequencyPieces": 3},
    )


if __name__ == "__main__":
    main()
