"""An independent fit of one small sample: the figures in src/early_warning/tests/independent.rs.

pip install numpy scipy scikit-learn statsmodels; python tests/independent_fit.py
"""
import math
import numpy as np
import statsmodels.api as sm
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

ROWS = 3000


def sample():
    """Three features and outcomes, from a congruential generator that the test has, too."""
    state = 12345
    columns, outcomes = [[], [], []], []

    def draw():
        nonlocal state
        state = (state * 1664525 + 1013904223) % 2**32
        return state // 65536

    for _ in range(ROWS):
        count = max(draw() % 12 - 5, 0)
        minutes = (draw() % 30000) / 100.0
        ratio = draw() % 1000 / 7.0
        missing = draw() % 10 == 0
        risk = 0.05 + 0.05 * count + (0.2 if minutes > 200 else 0.0) + (0.15 if missing else 0.0)
        columns[0].append(float(count))
        columns[1].append(minutes)
        columns[2].append(math.nan if missing else ratio)
        outcomes.append(int(draw() % 1000 < risk * 1000))
    return [np.array(column) for column in columns], np.array(outcomes)


def bins(x):
    """Places of bins, and how many there are; every bin of this sample has 100 customers."""
    present = x[~np.isnan(x)]
    values, counts = np.unique(present, return_counts=True)
    own = values[counts.argmax()] if counts.max() * 5 >= len(present) else math.nan
    rest = np.sort(present[present != own])
    edges = np.unique([rest[math.ceil(len(rest) * j / 5) - 1] for j in range(1, 6)])
    place = np.searchsorted(edges, x) + (not math.isnan(own))
    place[x == own] = 0
    count = len(edges) + (not math.isnan(own))
    place[np.isnan(x)] = count
    count += int(np.isnan(x).any())
    assert np.bincount(place).min() >= 100
    return place, count


columns, y = sample()
design, of_features = [np.ones(ROWS)], []
for x in columns:
    place, count = bins(x)
    reference = np.bincount(place).argmax()
    others = [b for b in range(count) if b != reference]
    design += [(place == b).astype(float) for b in others]
    of_features.append((place, count, others))
X = np.column_stack(design)
K = X.shape[1]


def objective(beta, penalty):
    eta = X @ beta
    p = 1 / (1 + np.exp(-eta))
    value = np.sum(np.logaddexp(0, eta) - y * eta) + penalty / 2 * np.sum(beta[1:] ** 2)
    return value, X.T @ (p - y) + penalty * np.r_[0, beta[1:]]


for penalty in (0.0, 1.0, 50.0):
    beta = minimize(objective, np.zeros(K), args=(penalty,), jac=True, method="BFGS", options={"gtol": 1e-9, "maxiter": 10000}).x
    if penalty == 0:
        other = sm.GLM(y, X, family=sm.families.Binomial()).fit(tol=1e-14).params
    else:
        model = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-12, max_iter=1000).fit(X[:, 1:], y)
        other = np.r_[model.intercept_, model.coef_[0]]
    print("penalty", penalty, "greatest difference of the two fits", np.abs(beta - other).max())
    full, at = [], 1
    for place, count, others in of_features:
        full.append([0.0] * count)
        for b in others:
            full[-1][b] = float(other[at])
            at += 1
    print("intercept", float(other[0]))
    for f in full:
        print([round(b, 10) for b in f])
    score = np.zeros(ROWS)
    for (place, count, others), f in zip(of_features, full):
        score += np.array([math.floor(abs(b) * 20 / math.log(2) + 0.5) * np.sign(b) for b in f])[place]
    print("auc of scores", roc_auc_score(y, score), "outcomes", y.sum())
    for (place, count, others), f in zip(of_features, full):
        print("rows", np.bincount(place).tolist(), "outcomes", np.bincount(place, weights=y).astype(int).tolist())
    p = 1 / (1 + np.exp(-(X @ other)))
    print("brier", brier_score_loss(y, p))
