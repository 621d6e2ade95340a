# SPDX-License-Identifier: GPL-2.0-or-later
# Is this what build/bench.json must be? true, or an error that says what is wrong.
def must(ok; what): if ok then . else error(what) end;

must(type == "array" and length > 0; "not an array of modes")
| all(.[];
	must((keys - ["contracts", "flags", "kernel", "mode", "rows"]) == [] and (keys | length) == 5;
		"keys of a mode: \(keys)")
	| must(.mode == "icount" or .mode == "wall"; "mode \(.mode)")
	| must((.kernel | type) == "string" and (.flags | type) == "string"; "kernel, flags")
	| must(.rows | length > 0; "no rows")
	| all(.rows[];
		must(keys == ["median_ns", "name", "spread", "vs"]; "keys of a row: \(keys)")
		| must((.name | test("^[a-z0-9_]+$")) and .median_ns > 0 and .spread >= 0; "row \(.name)")
		| must([.vs[] | numbers | select(. > 0)] | length > 0; "ratios of \(.name)"))
	and all(.contracts[];
		must(keys == ["measured", "name", "pass"]; "keys of a contract: \(keys)")
		| must((.pass | type) == "boolean" and (.measured | type) == "number"; "contract \(.name)")))
