/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the parts of libchorus share; nothing here is exported.
 */
#ifndef CHORUS_INTERNAL_H
#define CHORUS_INTERNAL_H

#include <stdint.h>
#include <linux/chorus.h>
#include <chTypes.h>
#include <ext/chServer.h>
#include <ipc/chIpc.h>
#include <lap/chLap.h>

#define chorus_likely(x)	__builtin_expect(!!(x), 1)
#define chorus_unlikely(x)	__builtin_expect(!!(x), 0)

/* device.c: the descriptor, < 0 while the process is not an actor.  Relaxed
 * loads suffice: nothing but the number itself is published.
 */
extern int chorus_device;

/* Becomes an actor; returns the descriptor or a K_* code. */
int chorus_open(void);

/* The one lock of the library, held across fork(2).  Cold paths only. */
void chorus_lock(void);
void chorus_unlock(void);

/* error.c: maps the errno of a command, or of opening the device. */
int chorus_code(int err);
int chorus_open_code(int err);

/* device.c: explains a failed start for chorus_perror(), or returns 0. */
int chorus_explain(int code, char *line, size_t size);

/* saved.c: forget what belonged to the actor that is gone. */
void chorus_saved_reset(void);

/* saved.c: a message was answered by token; if it was saved its id is used up. */
void chorus_saved_forget(uint64_t token);

/* port.c: K_OK if @actorcap names the calling actor. */
int chorus_own_actor(const KnCap *actorcap);

/* message.c: the one receive; null where a caller has no use for a result. */
int chorus_receive(int portli, int64_t timeout, unsigned int flags);

/* message.c, lap.c: the structures of commands, for batches. */
void chorus_build_send(struct chorus_ipc_send *cmd, const KnMsgDesc *msg, int srcportli,
		       const KnIpcDest *dest);
void chorus_build_call(struct chorus_ipc_call *cmd, const KnMsgDesc *request, int srcportli,
		       const KnIpcDest *dest, const KnMsgDesc *reply, int64_t timeout);
void chorus_build_lap(struct chorus_lap_invoke *cmd, const KnLapDesc *lapdesc, void *arg);
int chorus_take_reply(const struct chorus_ipc_call *cmd, KnMsgDesc *reply);
/* message.c: what a receive by a ring has brought; what a receive returns. */
int chorus_take_request(const struct chorus_ipc_reply_receive *cmd, KnMsgDesc *msg);
/* message.c: of a reply that goes with a receive. */
unsigned int chorus_reply_flags(const KnMsgDesc *reply);

/* ring.c: an io_uring, or NULL where there is none. */
struct chorus_ring;
struct chorus_ring *chorus_ring_open(unsigned int entries);
void chorus_ring_close(struct chorus_ring *ring);
/* @cookie comes back with the completion, and is not NULL.  0 or a K_* code. */
int chorus_ring_add(struct chorus_ring *ring, unsigned int command, void *arg,
		    void *cookie);
/* Completes, too: ENOENT if nothing was found, EALREADY if a worker is at it and has been told. */
int chorus_ring_cancel(struct chorus_ring *ring, void *cookie);
int chorus_ring_submit(struct chorus_ring *ring);
/* Gives what was added, and waits for one: whose, NULL for a cancellation, and 0 or its errno. */
int chorus_ring_next(struct chorus_ring *ring, void **cookie, int *error);

/* server_ring.c: the loop by @ring; the servers are judged. */
#define CHORUS_SERVER_ENTRIES	16	/* of its ring: receives, and what takes them back */
struct chorus_serving {
	const ChorusServer *servers;
	unsigned int count;
	int portli;			/* where all of them receive */
	unsigned int size;		/* bytes of a request buffer */
};

int chorus_serve_by_ring(struct chorus_ring *ring, const struct chorus_serving *serving);

/* server.c: who serves the port; NULL: none of them. */
const ChorusServer *chorus_server_of(const struct chorus_serving *serving, int portli);

/* trap.c: one ioctl(2); returns 0 or a negative errno and leaves errno be. */
int chorus_trap(int fd, unsigned int command, void *arg);

#if defined(__x86_64__) && !defined(__ILP32__) && !defined(CHORUS_FAKE_TRAP)
#define CHORUS_INLINE_TRAP
/*
 * In line, because this is the whole cost of the library on the hot path:
 * ioctl(3) goes through the PLT, walks a va_list, and would overwrite errno.
 * "memory": the nucleus reads and writes through pointers inside @arg.
 */
static inline int chorus_trap_inline(int fd, unsigned int command, void *arg)
{
	long ret;

	__asm__ volatile ("syscall"
			  : "=a" (ret)
			  : "0" (16L /* ioctl */), "D" ((long)fd),
			    "S" ((unsigned long)command), "d" (arg)
			  : "rcx", "r11", "memory");
	return (int)ret;
}

#define chorus_trap chorus_trap_inline
#endif

/*
 * Issues one command.  Returns 0 or a K_* code.
 */
static inline int chorus_command(unsigned int command, void *arg)
{
	int fd = __atomic_load_n(&chorus_device, __ATOMIC_RELAXED);
	int ret;

	if (chorus_unlikely(fd < 0)) {
		fd = chorus_open();
		if (fd < 0)
			return fd;
	}
	ret = chorus_trap(fd, command, arg);
	return chorus_likely(!ret) ? 0 : chorus_code(-ret);
}

static inline uint64_t chorus_address(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static inline struct chorus_ui chorus_ui_out(const KnUniqueId *ui)
{
	return (struct chorus_ui){ .head = ui->uiHead, .tail = ui->uiTail };
}

static inline struct chorus_cap chorus_cap_out(const KnCap *cap)
{
	return (struct chorus_cap){
		.ui = chorus_ui_out(&cap->ui),
		.key = { .k = { cap->key.keyHead, cap->key.keyTail } },
	};
}

/* Fills the pair of fields that designate an actor. */
static inline void chorus_designate(const KnCap *actorcap, struct chorus_cap *cap,
				    __u32 *flags)
{
	if (actorcap == K_MYACTOR)
		*flags |= CHORUS_SELF;
	else
		*cap = chorus_cap_out(actorcap);
}

static inline void chorus_ui_in(KnUniqueId *to, const struct chorus_ui *from)
{
	to->uiHead = from->head;
	to->uiTail = from->tail;
}

static inline struct chorus_protid chorus_pi_out(const KnProtId *pi)
{
	return (struct chorus_protid){
		.uid = pi->uid, .gid = pi->gid, .did = pi->did,
	};
}

static inline void chorus_pi_in(KnProtId *to, const struct chorus_protid *from)
{
	to->uid = from->uid;
	to->gid = from->gid;
	to->did = from->did;
}

/* Milliseconds of the ChorusOS calls to nanoseconds of the device. */
static inline int64_t chorus_ns(int delay)
{
	return delay < 0 ? -1 : (int64_t)delay * 1000000;
}

#endif /* CHORUS_INTERNAL_H */
