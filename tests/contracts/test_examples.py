"""Every example in a docstring runs and answers what it says."""

import doctest
import importlib

import pytest

from tests.contracts.sources import Module, modules

WITH_EXAMPLES = [each for each in modules("server", "client_sync", "schemas") if ">>> " in each.text]


@pytest.mark.parametrize("module", WITH_EXAMPLES, ids=lambda module: module.name)
def test_the_examples_of_a_module_are_true(module: Module) -> None:
    result = doctest.testmod(importlib.import_module(module.name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert (result.attempted > 0, result.failed) == (True, 0)
