"""What is stored with a model as its requirements is what the model itself comes from."""

import json

import pytest

pytestmark = pytest.mark.slow

ASK = """
import json
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
import numpy as np
from customer_call_list._platform import model_requirements

class Foreign(LogisticRegression):
    __module__ = "yaml.models"

models = (LogisticRegression(), make_pipeline(FunctionTransformer(np.log1p), LogisticRegression()), Foreign())
found = ([name.partition("==")[0].lower() for name in model_requirements.requirements_of(model)] for model in models)
print(json.dumps([sorted(names) for names in found]))
"""


def test_a_model_requires_the_libraries_of_its_own_parts(render_pilot, run_in):
    run = run_in(render_pilot(), ["python", "-c", ASK])
    assert run.code == 0, run.err
    assert json.loads(run.out) == [
        ["pandas", "scikit-learn", "skops"],
        ["numpy", "pandas", "scikit-learn", "skops"],
        ["pandas", "pyyaml", "skops"],
    ]
