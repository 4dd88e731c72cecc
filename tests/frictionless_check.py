"""Validates a run's datapackage.json, and the files that it describes, with the Frictionless validator.

Called by tests/cli/data_package.rs where Python has the module: python3 frictionless_check.py RUN/datapackage.json
"""

import os
import sys

from frictionless import Package, system


def main(path: str) -> int:
    # Paths in the package are relative to its folder.
    folder, name = os.path.split(os.path.abspath(path))
    os.chdir(folder)
    with system.use_context(trusted=False):
        report = Package(name).validate()
    for task in report.tasks:
        print(f"{task.name}: {'valid' if task.valid else 'invalid'}, {task.stats.get('rows')} rows")
    for code, message in report.flatten(["type", "message"]):
        print(f"{code}: {message}")
    return 0 if report.valid else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
