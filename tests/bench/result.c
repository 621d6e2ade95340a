// SPDX-License-Identifier: GPL-2.0-or-later
/* The result of a run, as JSON: one object, with all samples. */
#ifdef __x86_64__
#include <cpuid.h>
#endif
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench.h"

static void print_text(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', f);
		fputc((unsigned char)*s < ' ' ? ' ' : *s, f);
	}
	fputc('"', f);
}

/* Does the CPU, as this kernel sees it, have @flag? */
static bool cpu_has(const char *flag)
{
	static char line[8192];
	FILE *f = fopen("/proc/cpuinfo", "re");
	bool found = false;
	char *word, *rest;

	while (f && !found && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "flags", 5))
			continue;
		for (word = strtok_r(line, " \t\n", &rest); word && !found;
		     word = strtok_r(NULL, " \t\n", &rest))
			found = !strcmp(word, flag);
		break;
	}
	if (f)
		fclose(f);
	return found;
}

/* Who runs this machine: emulation, KVM, another hypervisor, or nobody. */
static const char *machine(void)
{
#ifdef __x86_64__
	static char name[13];
	unsigned int a, b, c, d;

	if (!cpu_has("hypervisor"))
		return "metal";
	__cpuid(0x40000000, a, b, c, d);
	memcpy(name, &b, 4);
	memcpy(name + 4, &c, 4);
	memcpy(name + 8, &d, 4);
	if (!strcmp(name, "TCGTCGTCGTCG"))
		return "tcg";
	if (!strncmp(name, "KVMKVMKVM", 9))
		return "kvm";
	return name;
#else
	return "unknown";
#endif
}

/* How it was measured: what the caller says, and what can be seen from here. */
static void print_flags(FILE *f, const char *flags)
{
	char line[4096] = "", text[4096], *word, *rest;
	FILE *cmdline = fopen("/proc/cmdline", "re");
	size_t at;

	at = snprintf(text, sizeof(text), "%s%smachine=%s policy=%s cpus=%ld erms=%s fsrm=%s",
		      flags, *flags ? " " : "", machine(), bench_policy, sysconf(_SC_NPROCESSORS_ONLN),
		      cpu_has("erms") ? "on" : "off", cpu_has("fsrm") ? "on" : "off");
	if (cmdline && fgets(line, sizeof(line), cmdline))
		for (word = strtok_r(line, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
			if (!strncmp(word, "clearcpuid=", 11) && at < sizeof(text))
				at += snprintf(text + at, sizeof(text) - at, " %s", word);
	if (cmdline)
		fclose(cmdline);
	print_text(f, text);
}

/* One object, with the samples: tests/bench/run merges several of them. */
int result_write(const char *path, const char *mode, const char *flags, unsigned int rounds,
		 bool checked)
{
	FILE *f = fopen(path, "we");
	struct utsname uts;
	const char *comma = "";
	unsigned int i, r;

	if (!f || uname(&uts)) {
		fprintf(stderr, "chorus-bench: %s: %s\n", path, strerror(errno));
		return -1;
	}
	fprintf(f, "{\"kernel\": \"%s\", \"mode\": ", uts.release);
	print_text(f, mode);
	fprintf(f, ", \"flags\": ");
	print_flags(f, flags);
	fprintf(f, ",\n\"rows\": [");
	for (i = 0; i < nr_rows; i++) {
		if (rows[i].absent)
			continue;
		fprintf(f, "%s\n{\"name\": \"%s\", \"body\": %u, \"batch\": %u, \"samples\": [",
			comma, rows[i].name, rows[i].body, rows[i].batch);
		for (r = 0; r < rounds; r++)
			fprintf(f, "%s%.2f", r ? ", " : "", rows[i].sample[r]);
		fprintf(f, "]}");
		comma = ",";
	}
	fprintf(f, "],\n\"absent\": [");
	comma = "";
	for (i = 0; i < nr_rows; i++) {
		if (!rows[i].absent)
			continue;
		fprintf(f, "%s\n{\"name\": \"%s\", \"why\": ", comma, rows[i].name);
		print_text(f, rows[i].why);
		fprintf(f, "}");
		comma = ",";
	}
	fprintf(f, "],\n\"contracts_why\": ");
	print_text(f, checked ? "" : contracts_why);
	fprintf(f, ",\n\"contracts\": [");
	for (i = 0; checked && i < nr_contracts; i++)
		fprintf(f, "%s\n{\"name\": \"%s\", \"pass\": %s, \"measured\": %.4f, \"min\": %g, \"max\": %g}",
			i ? "," : "", contracts[i].name, contracts[i].pass ? "true" : "false",
			contracts[i].measured, contracts[i].min, contracts[i].max);
	fprintf(f, "]}\n");
	if (fclose(f)) {
		fprintf(stderr, "chorus-bench: %s: %s\n", path, strerror(errno));
		return -1;
	}
	return 0;
}
