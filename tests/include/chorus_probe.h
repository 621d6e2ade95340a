/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two supervisor actors that tests talk to offer.
 *
 * chorus_echo.ko is always there (demo, benchmark, tutorial); chorus_probe.ko
 * is built with the test build only and exists to be misused.
 */
#ifndef CHORUS_PROBE_H
#define CHORUS_PROBE_H

#include <linux/chorus.h>
#include <linux/types.h>

/* ---- chorus_echo.ko ---- */

#define ECHO_LAP_NULL		"null"		/* no argument block, does nothing */
#define ECHO_LAP_ECHO		"echo"		/* struct echo_arg, increments sequence */
#define ECHO_PORT_STAMP		0x6563686fULL	/* static port with a handler: the reply has
						 * the annex and the body of the request
						 */
struct echo_arg {
	__u64 sequence;
	__u8 data[56];
};

/* ---- chorus_probe.ko ---- */

#define PROBE_LAP_FAIL		"p_fail"	/* no argument; the handler fails: EREMOTEIO */
#define PROBE_LAP_WAIT		"p_wait"	/* struct probe_wait: abortable sleep inside */
#define PROBE_LAP_DELETE	"p_del"		/* struct probe_arg: deletes PROBE_LAP_WAIT and
						 * creates and binds it anew; out: result of
						 * the deletion as -errno
						 */
#define PROBE_LAP_SUICIDE	"p_self"	/* struct probe_arg: tries to delete itself from
						 * inside; out: the result (-EDEADLK)
						 */
#define PROBE_LAP_NEST		"p_nest"	/* struct probe_arg: in: how often to invoke itself
						 * recursively; out: result of the innermost
						 * refused invocation, or 0
						 */
#define PROBE_LAP_COPY		"p_copy"	/* struct probe_copy: copyin, reverse, copyout */
#define PROBE_LAP_WHO		"p_who"		/* struct probe_who */
#define PROBE_LAP_LATE		"p_late"	/* struct probe_arg: in: milliseconds after which
						 * PROBE_LAP_BOUND is bound (to the "p_fail" LAP),
						 * 0 unbinds it at once
						 */
#define PROBE_LAP_BOUND		"p_bound"
#define PROBE_LAP_BIND		"p_bind"	/* struct probe_arg: in: 1 binds PROBE_LAP_BOUND, 0
						 * unbinds it; out: 0 or -errno
						 */
#define PROBE_LAP_CONNECT	"p_conn"	/* struct probe_arg: in: 1 connects the handler of
						 * PROBE_SPARE_STAMP, 0 disconnects it; out: 0 or
						 * -errno
						 */
#define PROBE_LAP_PROTECTED	"p_prot"	/* bound as a protected name; no argument */
#define PROBE_LAP_RAW		"p_raw"		/* not CHORUS_LAP_SAFE: EPERM from a process */
#define PROBE_LAP_BIG		"p_big"		/* 256-byte block: every byte is inverted */
#define PROBE_LAP_CALL		"p_call"	/* struct probe_call: ipcCall from the handler */
#define PROBE_LAP_API		"p_api"		/* struct probe_api: one of the calls of supervisor.h */
#define PROBE_LAP_RECOVER	"p_recov"	/* struct probe_recover: the same, death and recovery */
#define PROBE_LAP_NOTICE	"p_note"	/* struct probe_notice: what PROBE_PORT_STAMP was told */

#define PROBE_PORT_STAMP	0x70726f62ULL	/* static port with a handler; first byte of the
						 * annex says what it does: enum probe_command
						 */

#define PROBE_SPARE_STAMP	0x73706172ULL	/* another one, with the same handler while it is
						 * connected; at first it is not
						 */

enum probe_command {
	PROBE_CMD_ECHO = 0,	/* reply with annex and body */
	PROBE_CMD_WAIT = 1,	/* abortable sleep until aborted, then fail */
	PROBE_CMD_SILENT = 2,	/* return 0 without a reply: an empty reply */
	PROBE_CMD_FAIL = 3,	/* return an error: EREMOTEIO */
	PROBE_CMD_INFO = 4,	/* reply body: struct probe_info */
	PROBE_CMD_COUNT = 5,	/* reply body: __u64, asynchronous messages handled so far */
	PROBE_CMD_CLOSE = 6,	/* deletes PROBE_LAP_WAIT and makes it anew, from inside */
};

struct probe_arg {
	__s64 value;
};

#define PROBE_WAIT_CLOSE	(-2)	/* instead of a timeout: away with the handler of
					 * PROBE_SPARE_STAMP, from inside
					 */
struct probe_wait {
	__s64 timeout;		/* in: nanoseconds, < 0 for ever */
	__s64 result;		/* out: -ETIMEDOUT or another -errno (if it gets back at all) */
};

struct probe_copy {
	__u64 address;		/* in: address in the caller's memory */
	__u64 size;		/* in: bytes, at most 128 */
	__s64 result;		/* out: 0 or -errno */
};

struct probe_who {
	__u64 self[2];		/* out: unique identifier of the execution actor */
	__u64 invoker[2];	/* out: unique identifier of the invoker */
	__s32 tid;		/* out: Linux thread id the handler ran on */
	__u32 depth;		/* out: frame depth, 1 for a direct call */
};

struct probe_call {
	__u64 target[2];	/* in: unique identifier of the port to call */
	__s64 timeout;		/* in: nanoseconds */
	__s64 result;		/* out: 0 or -errno */
	__u64 in;		/* in: 8-byte body of the request */
	__u64 out;		/* out: first 8 bytes of the reply */
};

/* Which one, and its arguments, made harmless. */
enum probe_api_call {
	PROBE_API_PORT = 0,	/* creates and deletes a port: a: its stamp, 0 for none */
	PROBE_API_DELETE = 1,	/* deletes a port that cannot be deleted */
	PROBE_API_RESOLVE = 2,	/* a: the name, eight letters; b: options */
	PROBE_API_INVOKE = 3,	/* PROBE_LAP_NEST; a: size of the block */
	PROBE_API_LAP = 4,	/* creates, binds, deletes; a: size; b: 1 no handler, options from
				 * 2 on, 8 a good name, options of the name from 16 on
				 */
	PROBE_API_SEND = 5,	/* a: stamp of a static port; b: size of the body */
	PROBE_API_DELAY = 6,	/* a: nanoseconds, below a millisecond */
};

struct probe_api {
	__u64 call;		/* in: enum probe_api_call */
	__u64 a, b;
	__s64 result;		/* out: 0 or -errno */
};

enum probe_recover_call {
	PROBE_WATCH = 0,	/* ui: the object; number: the cookie; for PROBE_PORT_STAMP */
	PROBE_WATCH_MEMBERS = 1,	/* the same, and departures */
	PROBE_UNWATCH = 2,	/* as PROBE_WATCH */
	PROBE_HOLD = 3,		/* PROBE_SPARE_STAMP holds; ui: the heir; number: nanoseconds */
	PROBE_BAR = 4,		/* actor: whom; number: what; ui: the mediator */
};

struct probe_recover {
	__u64 call;			/* in: enum probe_recover_call */
	struct chorus_cap actor;
	struct chorus_ui ui;
	__u64 number;
	__u64 departures;		/* in, out */
	__s64 result;			/* out: 0 or -errno */
};

struct probe_notice {
	__u64 count;			/* out: notices so far; of the last one: */
	__u32 flags, body_size;
	struct chorus_ui src;
	struct chorus_death death;
};

struct probe_info {
	__u64 src[2];
	__u64 target[2];
	__u64 invoker[2];
	__s32 tid;		/* Linux thread id the handler ran on */
	__u32 flags;
	__u16 actor_pi[3];
	__u16 port_pi[3];
	__u32 body_size;
};

#endif /* CHORUS_PROBE_H */
