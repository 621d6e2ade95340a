#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The netlink specification says what the headers say: spec.py YAML UAPI_FOLDER. Prints what differs."""
import re
import sys

import yaml

DOC_TYPES = {"u16", "u32", "u64", "string", "binary", "flag"}
differences = []


def differ(words):
    differences.append(words)
    print(words)


def enum_of(header, name):
    """[(constant, value, comment)] of an enum without expressions, but for __X_MAX and its like."""
    body = re.search(r"enum %s \{(.*?)\n\};" % name, header, re.S)
    if not body:
        differ("no enum %s in the header" % name)
        return []
    entries, value = [], 0
    for line in body.group(1).splitlines():
        match = re.match(r"\s*(\w+)\s*(?:=\s*([^,]+))?,\s*(?:/\*\s*(.*?)\s*\*/)?", line)
        if not match:
            continue
        if match.group(2) and match.group(2).strip().isdigit():
            value = int(match.group(2))
        elif match.group(2):
            continue
        entries.append((match.group(1), value, match.group(3) or ""))
        value += 1
    return [e for e in entries if not e[0].startswith("__") and not e[0].endswith("_UNSPEC")]


def spec_of(entries, prefix, first=1):
    """The same of a list of the specification."""
    result, value = [], first
    for entry in entries:
        value = entry.get("value", value)
        result.append(((prefix + entry["name"]).upper().replace("-", "_"), value, entry))
        value += 1
    return result


def compare(what, spec, header):
    spec_numbers = {name: value for name, value, _ in spec}
    header_numbers = {name: value for name, value, _ in header}
    for name in sorted(spec_numbers.keys() | header_numbers.keys()):
        if spec_numbers.get(name) != header_numbers.get(name):
            differ("%s %s: %s in the specification, %s in the header" %
                   (what, name, spec_numbers.get(name), header_numbers.get(name)))


with open(sys.argv[1], encoding="utf-8") as file:
    spec = yaml.safe_load(file)
with open(sys.argv[2] + "/linux/chorus_netlink.h", encoding="utf-8") as file:
    netlink = file.read()
with open(sys.argv[2] + "/linux/chorus.h", encoding="utf-8") as file:
    device = file.read()

if '#define CHORUS_FAMILY_NAME\t"%s"' % spec["name"] not in netlink:
    differ("the family is not called %s" % spec["name"])
if "#define CHORUS_FAMILY_VERSION\t%d\n" % spec.get("version", 1) not in netlink:
    differ("the version of the family is another")

attributes = spec["attribute-sets"][0]
attrs_spec = spec_of(attributes["attributes"], attributes["name-prefix"])
attrs_header = enum_of(netlink, attributes["enum-name"].replace("-", "_"))
compare("attribute", attrs_spec, attrs_header)
# The comment of an attribute begins with its type.
comments = {name: comment for name, _, comment in attrs_header}
for name, _, entry in attrs_spec:
    said = re.match(r"\w*", comments.get(name, "")).group(0)
    if said in DOC_TYPES and said != entry["type"]:
        differ("%s is %s in the specification, %s in the header" % (name, entry["type"], said))

operations = spec["operations"]
compare("operation", spec_of(operations["list"], operations["name-prefix"]),
        enum_of(netlink, operations["enum-name"].replace("-", "_")))
# As the header's comment says: a do, or a dump.
comments = {name: comment for name, _, comment in
            enum_of(netlink, operations["enum-name"].replace("-", "_"))}
known = {entry["name"] for entry in attributes["attributes"]}
for name, _, entry in spec_of(operations["list"], operations["name-prefix"]):
    kind = re.match(r"\w*", comments.get(name, "")).group(0)
    if kind not in entry:
        differ("%s is a %s in the header" % (name, kind))
        continue
    for attribute in entry[kind]["reply"]["attributes"]:
        if attribute not in known:
            differ("%s answers %s, which is no attribute" % (name, attribute))

for definition in spec["definitions"]:
    if definition["name"] == "privilege":
        compare("privilege", spec_of(definition["entries"], "chorus-actor-", 0),
                enum_of(device, "chorus_privilege"))
    elif definition["name"] in ("lap-safe", "lap-prompt"):
        macro = "CHORUS_" + definition["name"].upper().replace("-", "_")
        if not re.search(r"#define %s\s+\(1U << %d\)" %
                         (macro, definition["value"].bit_length() - 1), device):
            differ("%s is not %d" % (macro, definition["value"]))
    else:
        differ("no word of the headers for %s" % definition["name"])

sys.exit(bool(differences))
