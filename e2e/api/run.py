#!/usr/bin/env python3
"""Lets Schemathesis drive the OpenAPI document of a demonstration: no 5xx, no status and no shape that is not told.

    TENDREL_PROGRAM=target/debug/tendrel python3 e2e/api/run.py SCHEMATHESIS

The seed is fixed and examples are counted, not seconds: what is found is found again, on a slower machine too.
"""

import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import xml.etree.ElementTree as Junit

SEED = "20261119"
# Who asks, and which addresses: an operator those that an officer may not.
RUNS = [
    ("Karma Wangmo", ".*"),
    ("Dorji Namgay", "^/api/v1/(calendars|import|letters|offices|people|programs|sms|system|webhooks)"),
]
# Made-up values are well formed and still refused by a rule of the desk (422): that is no fault.
NOT_CHECKED = "positive_data_acceptance"


def begin(program, data):
    """Starts the demonstration on a free port and returns it with its address."""
    running = subprocess.Popen(
        [program, "--data", data, "demo", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    for line in running.stdout:
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            return running, found.group()
    sys.exit("the demonstration did not start")


def post(address, path, fields, cookie=""):
    body = urllib.parse.urlencode(fields).encode()
    request = urllib.request.Request(address + path, body, {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"})
    opener = urllib.request.build_opener(Stays)
    with opener.open(request) as answer:
        return answer.headers, answer.read().decode()


class Stays(urllib.request.HTTPRedirectHandler):
    """The answer itself, not where it leads."""

    def http_error_303(self, request, answer, *_):
        return answer


def token(address, name):
    """For everything that the account may."""
    people = urllib.request.urlopen(address + "/demo").read().decode()
    account = re.search(rf'value="([0-9a-f-]{{36}})"[^>]*><b>{name}', people).group(1)
    headers, _ = post(address, "/demo", {"account": account})
    cookie = headers["Set-Cookie"].split(";")[0]
    _, page = post(address, "/me/tokens", {"token_name": "schemathesis", "token_days": "30", "token_scope": "all"}, cookie)
    return re.search(r"[2-9a-hjkmnp-tv-z]{33}", page).group()


def drive(schemathesis, address, report, name, paths):
    """Returns the exit code, and how many operations passed and failed."""
    done = subprocess.run(
        [
            schemathesis, "run", address + "/api/v1/openapi.json",
            "--header", "Authorization: Bearer " + token(address, name),
            "--include-path-regex", paths,
            "--exclude-checks", NOT_CHECKED,
            "--seed", SEED, "--max-examples", "12",
            "--phases", "examples,coverage,fuzzing",
            "--report", "junit", "--report-junit-path", report, "--no-color",
        ],
        cwd=os.path.dirname(report),
        check=False,
    )
    cases = list(Junit.parse(report).getroot().iter("testcase"))
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return done.returncode, len(cases) - len(bad), len(bad)


def main():
    data = tempfile.mkdtemp(prefix="tendrel-api-")
    running, address = begin(os.environ["TENDREL_PROGRAM"], data)
    try:
        report = os.path.join(data, "report.xml")
        came = [drive(os.path.abspath(sys.argv[1]), address, report, *run) for run in RUNS]
        print(f"api pass {sum(good for _, good, _ in came)}\napi fail {sum(bad for _, _, bad in came)}")
        return max(code for code, _, _ in came)
    finally:
        running.terminate()
        running.wait()
        subprocess.run(["rm", "-rf", data], check=False)


if __name__ == "__main__":
    sys.exit(main())
