/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame of a selftest: one program, one behaviour, a few TEST()s.
 *
 * Each TEST runs in a process of its own, bounded in time, so it may open its own
 * actor, die, or hang.  Others it needs are *puppets*: processes or threads that run
 * what the test tells them, one thing at a time, with memory shared with the test:
 *
 *	struct puppet *server = puppet_actor();
 *	begin(client, do_call, arg);	starts it there and returns
 *	wait_blocked(client);		until it sleeps in an ioctl
 *	EXPECT(end(client), -EOWNERDEAD);
 *
 * After the TESTs the frame adds two checks of its own: no line of the kernel log,
 * and no object of the nucleus more than before.
 */
#ifndef SELFTEST_H
#define SELFTEST_H

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/chorus.h>

#ifndef DEVICE
#define DEVICE		"/dev/chorus"
#endif
#define MS		1000000LL		/* nanoseconds */
#define SECOND		1000000000LL
/* So late a loaded machine may be with anything: what has an upper bound has this one. */
#define LATE		(10 * slow() * SECOND)
#define FOREVER		(-1LL)
#define POLL		0LL
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PTR(p)		((__u64)(uintptr_t)(p))
#define POISON		0xcc

/* ---- tests and checks ---- */

void selftest_add(void (*fn)(void), const char *title, int seconds);
/* The same for a row of a table; @title is kept.  For selftest_begin(). */
void selftest_add_row(void (*fn)(const void *row), const void *row, const char *title,
		      int seconds);
/* A program with tables adds its rows here. */
void selftest_begin(void);
/* The frame's own two checks after every so many TESTs, so that it is told who left what. */
void selftest_check_every(unsigned int tests);
/* A line of the kernel log with this word in it is no complaint, unless for another word. */
void selftest_bear(const char *word);

#define TEST_TIMEOUT(ident, title, seconds)						\
	static void test_##ident(void);							\
	static __attribute__((constructor)) void register_##ident(void)		\
	{										\
		selftest_add(test_##ident, title, seconds);				\
	}										\
	static void test_##ident(void)
/* Only who hangs meets it: ten times what the slowest needs on a slow machine. */
#define TEST(ident, title)	TEST_TIMEOUT(ident, title, 60)

void selftest_at(const char *where);
void selftest_fail(const char *where, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void selftest_skip(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
void selftest_stop(void) __attribute__((noreturn));
void selftest_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool selftest_failed(void);		/* anything, so far */
bool selftest_expect(const char *where, long got, long want);
const char *error_name(long error);

#define SELFTEST_STR_(x)	#x
#define SELFTEST_STR(x)		SELFTEST_STR_(x)
#define HERE(what)		(__FILE__ ":" SELFTEST_STR(__LINE__) ": " what)

/* The test goes on after a CHECK or an EXPECT that fails; it ends at a REQUIRE or a MUST. */
#define CHECK(cond, ...) ({								\
	bool ok_;									\
	selftest_at(HERE(#cond));							\
	ok_ = !!(cond);									\
	if (!ok_)									\
		selftest_fail(HERE(#cond), "" __VA_ARGS__);				\
	ok_;										\
})
#define REQUIRE(cond, ...) do {								\
	if (!CHECK(cond, ##__VA_ARGS__))						\
		selftest_stop();							\
} while (0)
/* Results are 0 or more, or a negative errno. */
#define EXPECT(expr, want) ({								\
	selftest_at(HERE(#expr));							\
	selftest_expect(HERE(#expr), (expr), (want));					\
})
#define EXPECT_EITHER(expr, one, other) ({						\
	long either_;									\
	selftest_at(HERE(#expr));							\
	either_ = (expr);								\
	either_ == (other) || selftest_expect(HERE(#expr), either_, (one));		\
})
#define MUST(expr) ({									\
	long must_;									\
	selftest_at(HERE(#expr));							\
	must_ = (expr);									\
	if (must_ < 0) {								\
		selftest_fail(HERE(#expr), "%s", error_name(must_));			\
		selftest_stop();							\
	}										\
	must_;										\
})
/* For plain system calls: -1 and errno. */
#define MUST_SYS(expr) ({								\
	long must_;									\
	selftest_at(HERE(#expr));							\
	must_ = (long)(expr);								\
	if (must_ == -1) {								\
		selftest_fail(HERE(#expr), "%s", error_name(-errno));			\
		selftest_stop();							\
	}										\
	must_;										\
})

/* What the program does when it is run with "--helper" as its first argument. */
int selftest_helper(int argc, char **argv);
#define HELPER_PROGRAM	"/proc/self/exe"

/* ---- time, memory, files ---- */

long long now_ns(void);
int slow(void);				/* the factor of this kernel on all limits of time */
void sleep_ms(int ms);
void *shared(size_t size);		/* zeroed; seen by all processes of the TEST */
#define SHARED(type)	((type *)shared(sizeof(type)))
long long read_number(const char *path);	/* or -1 */
int write_text(const char *path, const char *text);	/* 0 or -errno */
/* Every cache of the nucleus as "name count" lines; number of caches. */
int object_counts(char *text, size_t size);

/* ---- the nucleus ---- */

/* The actor of this process: what the wrappers below talk to.  -1: none yet. */
extern int dev;

int actor_open(void);			/* opens the device into dev; ends the TEST if it cannot */
int try_open(void);			/* the descriptor, or -errno; touches no dev */
void actor_close(void);

/*
 * One command.  Fills in size if it is 0, poisons what the nucleus shall write, and
 * checks that a failure left the structure as it was.
 */
int nucleus(int fd, unsigned int command, void *arg);
/* The same without any help. */
int raw_ioctl(int fd, unsigned long command, void *arg);

struct command {
	unsigned int ioc;
	unsigned int size;
	const char *name;
	struct { unsigned short from, to; } out[2];	/* bytes the nucleus writes */
	short restart, deadline;			/* offsets, or -1 */
};
extern const struct command commands[];
extern const unsigned int commands_count;
const struct command *command_of(unsigned int ioc);

#define WRAP(name, ioc, type)								\
	static inline int name(struct type *arg)					\
	{										\
		return nucleus(dev, ioc, arg);						\
	}										\
	static inline long do_##name(void *arg)		/* for puppets */		\
	{										\
		return nucleus(dev, ioc, arg);						\
	}
WRAP(hello, CHORUS_IOC_HELLO, chorus_hello)
WRAP(actor_self, CHORUS_IOC_ACTOR_SELF, chorus_actor_self)
WRAP(actor_delete, CHORUS_IOC_ACTOR_DELETE, chorus_actor_delete)
WRAP(actor_name, CHORUS_IOC_ACTOR_NAME, chorus_actor_name)
WRAP(actor_privilege, CHORUS_IOC_ACTOR_PRIVILEGE, chorus_actor_privilege)
WRAP(actor_pi, CHORUS_IOC_ACTOR_PI, chorus_actor_pi)
WRAP(actor_bar, CHORUS_IOC_ACTOR_BAR, chorus_actor_bar)
WRAP(thread_self, CHORUS_IOC_THREAD_SELF, chorus_thread_self)
WRAP(thread_abort, CHORUS_IOC_THREAD_ABORT, chorus_thread_abort)
WRAP(thread_aborted, CHORUS_IOC_THREAD_ABORTED, chorus_thread_aborted)
WRAP(thread_delay, CHORUS_IOC_THREAD_DELAY, chorus_thread_delay)
WRAP(port_create, CHORUS_IOC_PORT_CREATE, chorus_port_create)
WRAP(port_delete, CHORUS_IOC_PORT_DELETE, chorus_port_delete)
WRAP(port_enable, CHORUS_IOC_PORT_ENABLE, chorus_port_enable)
WRAP(port_disable, CHORUS_IOC_PORT_DISABLE, chorus_port_enable)
WRAP(port_ui, CHORUS_IOC_PORT_UI, chorus_port_ui)
WRAP(port_li, CHORUS_IOC_PORT_LI, chorus_port_ui)
WRAP(port_pi, CHORUS_IOC_PORT_PI, chorus_port_pi)
WRAP(port_seqnum, CHORUS_IOC_PORT_SEQNUM, chorus_port_seqnum)
WRAP(port_migrate, CHORUS_IOC_PORT_MIGRATE, chorus_port_migrate)
WRAP(port_lend, CHORUS_IOC_PORT_LEND, chorus_port_lend)
WRAP(ipc_send, CHORUS_IOC_IPC_SEND, chorus_ipc_send)
WRAP(ipc_receive, CHORUS_IOC_IPC_RECEIVE, chorus_ipc_receive)
WRAP(ipc_call, CHORUS_IOC_IPC_CALL, chorus_ipc_call)
WRAP(ipc_reply, CHORUS_IOC_IPC_REPLY, chorus_ipc_reply)
WRAP(ipc_reply_receive, CHORUS_IOC_IPC_REPLY_RECEIVE, chorus_ipc_reply_receive)
WRAP(ipc_get_data, CHORUS_IOC_IPC_GET_DATA, chorus_ipc_get_data)
WRAP(ipc_save, CHORUS_IOC_IPC_SAVE, chorus_ipc_save)
WRAP(ipc_restore, CHORUS_IOC_IPC_RESTORE, chorus_ipc_save)
WRAP(ipc_sysinfo, CHORUS_IOC_IPC_SYSINFO, chorus_ipc_sysinfo)
WRAP(ipc_forward, CHORUS_IOC_IPC_FORWARD, chorus_ipc_forward)
WRAP(lap_invoke, CHORUS_IOC_LAP_INVOKE, chorus_lap_invoke)
WRAP(lap_resolve, CHORUS_IOC_LAP_RESOLVE, chorus_lap_resolve)
WRAP(group_allocate, CHORUS_IOC_GROUP_ALLOCATE, chorus_group_allocate)
WRAP(group_insert, CHORUS_IOC_GROUP_INSERT, chorus_group_member)
WRAP(group_remove, CHORUS_IOC_GROUP_REMOVE, chorus_group_member)
WRAP(watch, CHORUS_IOC_WATCH, chorus_watch)
WRAP(watch_cancel, CHORUS_IOC_WATCH_CANCEL, chorus_watch_cancel)
WRAP(port_policy, CHORUS_IOC_PORT_POLICY, chorus_port_policy)
WRAP(window_open, CHORUS_IOC_WINDOW_OPEN, chorus_window_open)
WRAP(window_close, CHORUS_IOC_WINDOW_CLOSE, chorus_window_close)
WRAP(port_body_max, CHORUS_IOC_PORT_BODY_MAX, chorus_port_body_max)
WRAP(area_open, CHORUS_IOC_AREA_OPEN, chorus_area_open)
WRAP(area_close, CHORUS_IOC_AREA_CLOSE, chorus_area_close)
WRAP(batch, CHORUS_IOC_BATCH, chorus_batch)
#undef WRAP

/* Messages whose body is one number, for tests that do not care about bodies. */
struct note {
	struct chorus_ui to;	/* send, call */
	int li;			/* receive, reply_receive */
	unsigned int flags;
	long long timeout;
	__u64 value;		/* what is sent or replied */
	__u64 got;		/* what came */
	__u64 msg;		/* token: came with a receive; replied to, 0 the current one */
	unsigned int got_flags, got_size;
	int got_li;
	__u64 got_seqnum;
	int kind;
	union {			/* as left by the nucleus, to enter again */
		struct chorus_ipc_call call;
		struct chorus_ipc_receive receive;
		struct chorus_ipc_reply_receive reply_receive;
		struct chorus_lap_resolve resolve;
		struct chorus_thread_delay delay;
	};
};
long note_send(void *note);
long note_call(void *note);
long note_receive(void *note);
long note_reply(void *note);
long note_reply_receive(void *note);
long note_again(void *note);	/* enter the interrupted call or receive once more */

int send_number(struct chorus_ui to, __u64 value);
int call_number(struct chorus_ui to, __u64 value, __u64 *reply, long long timeout);
int receive_number(int li, __u64 *value, long long timeout);
int reply_number(__u64 msg, __u64 value);

int new_port(struct chorus_ui *ui);	/* its li; ends the TEST on failure */
struct chorus_cap own_capability(void);
struct chorus_ui default_port(void);
struct chorus_ui static_port(__u64 stamp);	/* of this site */
int set_privilege(unsigned int privilege);
static inline bool same_ui(struct chorus_ui a, struct chorus_ui b)
{
	return a.head == b.head && a.tail == b.tail;
}
static inline bool same_bytes(const void *p, size_t size, int byte)
{
	const unsigned char *c = p;

	while (size && *c == (unsigned char)byte)
		c++, size--;
	return !size;
}

bool has_feature(__u64 feature);	/* needs the actor of this process, or anybody's descriptor */
int find_lap(const char *name, unsigned int flags, struct chorus_lap_desc *desc);
struct chorus_lap_desc need_lap(const char *name);	/* skips the TEST if it is not there */
int invoke(const struct chorus_lap_desc *desc, void *arg, unsigned int size);
struct lap_call {
	struct chorus_lap_desc desc;
	void *arg;
	unsigned int size;
};
long do_invoke(void *lap_call);

/* ---- puppets ---- */

struct puppet;
#define DIED	(-0x7fffffffL)			/* result of a puppet that was killed */

struct puppet *puppet_process(void);		/* a process without an actor */
struct puppet *puppet_actor(void);		/* a process with one */
struct puppet *puppet_thread(struct puppet *of);	/* one more thread of it, or of the TEST */
void begin(struct puppet *puppet, long (*fn)(void *), void *arg);
long end(struct puppet *puppet);
static inline long run(struct puppet *puppet, long (*fn)(void *), void *arg)
{
	begin(puppet, fn, arg);
	return end(puppet);
}
bool ended(struct puppet *puppet);		/* end() would not wait */
void kill_puppet(struct puppet *puppet);	/* SIGKILL, and wait until it is gone */
int puppet_status(struct puppet *puppet);	/* exit status of one that ends by itself */
void exit_thread(struct puppet *puppet);	/* the thread ends, its process goes on */
void wait_blocked(struct puppet *puppet);	/* until it sleeps in an ioctl */
bool try_wait_blocked(struct puppet *puppet);	/* false: it came back before it was seen to */
void wait_state(struct puppet *puppet, const char *states);
pid_t puppet_pid(struct puppet *puppet);
pid_t puppet_tid(struct puppet *puppet);
void puppet_signal(struct puppet *puppet, int signal);	/* to the thread */

/* A new port of a puppet, and its actor. */
int puppet_port(struct puppet *puppet, struct chorus_ui *ui);
struct chorus_cap puppet_capability(struct puppet *puppet);
struct chorus_ui puppet_default_port(struct puppet *puppet);
long do_open(void *unused);
long do_close(void *unused);
long do_setuid(void *uid);			/* and every other id, and the capabilities */
long do_drop(void *unused);			/* become nobody */

/* A caught signal counts here; restart: with SA_RESTART. */
extern volatile unsigned int *signals_seen;
struct catch {
	int signal;
	bool restart;
	void (*action)(void);			/* run in the handler, may be NULL */
};
long do_catch(void *catch);
void wait_signals(unsigned int count);

#endif /* SELFTEST_H */
