"""Reads what `tendrel export events` wrote with PM4Py, and fails unless the three formats tell the same.

    tendrel export events --format xes --out LOG/log.xes
    tendrel export events --format csv --out LOG/log.csv
    tendrel export events --format ocel2 --out LOG/log.json
    python3 -m venv VENV && VENV/bin/pip install pm4py && VENV/bin/python e2e/pm4py_check.py LOG
"""
import sys
import pandas as pd
import pm4py

def told(df):
    cases = df["case:concept:name"].nunique()
    return cases, len(df), len(pm4py.get_variants(df))

folder = sys.argv[1]
xes = pm4py.read_xes(f"{folder}/log.xes")
if not isinstance(xes, pd.DataFrame):
    xes = pm4py.convert_to_dataframe(xes)
flat = pd.read_csv(f"{folder}/log.csv", keep_default_na=False)
flat["time"] = pd.to_datetime(flat["time"], format="ISO8601")
flat = pm4py.format_dataframe(flat, case_id="case", activity_key="activity", timestamp_key="time")
ocel = pm4py.read_ocel2_json(f"{folder}/log.json")
objects = pm4py.ocel_flattening(ocel, "request")
# get_variants wants the events of a case one after the other; within a case the log's own order stays.
objects = objects.sort_values(["case:concept:name", "time:timestamp"], kind="stable")
results = {"XES": told(xes), "CSV": told(flat), "OCEL 2.0": told(objects)}
for name, result in results.items():
    print(f"{name}: {result[0]} cases, {result[1]} events, {result[2]} variants")
print(ocel)
sys.exit(0 if len(set(results.values())) == 1 else 1)
