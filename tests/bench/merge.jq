# SPDX-License-Identifier: GPL-2.0-or-later
# The results of several boots in one mode (slurped) as one object of build/bench.json.
# The median and the spread are over the samples of all boots together.
def quantile($q):
	sort as $s | ($q * (($s | length) - 1)) as $at | ($at | floor) as $i |
	$s[$i] + (if $i + 1 < ($s | length) then ($s[$i + 1] - $s[$i]) * ($at - $i) else 0 end);
def round_to($digits):
	if . == 0 then 0
	else ($digits - 1 - (log10 | floor)) as $e | (. * pow(10; $e) | round) / pow(10; $e) end;

. as $boots
| [ $boots[0].rows[].name ]
| map(. as $name
	| [ $boots[].rows[] | select(.name == $name) | .samples[] ]
	| quantile(0.5) as $m
	| { name: $name, median_ns: ($m * 100 | round / 100),
	    spread: ((quantile(0.9) - quantile(0.1)) / $m | . * 10000 | round / 10000) })
| . as $rows
| map(. as $row | $row + { vs: ($rows | map(select(.name != $row.name)
	| { key: .name, value: ($row.median_ns / .median_ns | round_to(4)) }) | from_entries) })
| { kernel: $boots[0].kernel, mode: $boots[0].mode, flags: $boots[0].flags, rows: .,
    contracts: [ $boots[0].contracts[].name
	| . as $name | [ $boots[].contracts[] | select(.name == $name) ]
	| { name: $name, pass: all(.pass),
	    measured: (map(select(.pass | not)) + . | first | .measured | . * 1000 | round / 1000) } ] }
