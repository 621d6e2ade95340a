// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A QEMU plugin for tests/bench/ledger: counts how often each block of guest
 * code runs between the two marks of "chorus-bench --loop".  Debian packages no
 * qemu-plugin.h, so what is used of it is declared here.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*vcpu_udata_cb)(unsigned int vcpu, void *udata);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
		void (*cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, vcpu_udata_cb cb,
		int flags, void *udata);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, vcpu_udata_cb cb,
		int flags, void *udata);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id,
		void (*cb)(qemu_plugin_id_t id, void *udata), void *udata);

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;

struct block {
	struct block *next;
	uint64_t address, runs;
	size_t instructions;
};

static struct block *blocks;
static bool counting;
static const char *path;

static void block_runs(unsigned int vcpu, void *udata)
{
	struct block *block = udata;

	(void)vcpu;
	if (counting)
		block->runs++;
}

static void mark(unsigned int vcpu, void *udata)
{
	(void)vcpu;
	counting = udata != NULL;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	static const unsigned char nop[3] = { 0x0f, 0x1f, 0x80 };
	struct block *block = calloc(1, sizeof(*block));
	const unsigned char *code;
	struct qemu_plugin_insn *insn;
	size_t i;

	(void)id;
	if (!block)
		abort();
	block->address = qemu_plugin_tb_vaddr(tb);
	block->instructions = qemu_plugin_tb_n_insns(tb);
	block->next = blocks;
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_runs, 0, block);
	for (i = 0; i < block->instructions; i++) {
		insn = qemu_plugin_tb_get_insn(tb, i);
		code = qemu_plugin_insn_data(insn);
		if (qemu_plugin_insn_size(insn) != 7 || memcmp(code, nop, 3) ||
		    memcmp(code + 4, "OHC", 3))
			continue;
		if (code[3] == 'R' || code[3] == 'S')
			qemu_plugin_register_vcpu_insn_exec_cb(insn, mark, 0,
					code[3] == 'R' ? &counting : NULL);
	}
}

static void finish(qemu_plugin_id_t id, void *udata)
{
	FILE *f = fopen(path, "w");
	struct block *block;

	(void)id;
	(void)udata;
	if (!f)
		return;
	for (block = blocks; block; block = block->next)
		if (block->runs)
			fprintf(f, "%016" PRIx64 " %" PRIu64 " %zu\n", block->address, block->runs,
				block->instructions);
	fclose(f);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return -1;
	path = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
