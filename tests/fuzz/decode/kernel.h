/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of the kernel as the decoders of module/dev need to be compiled for user space.
 *
 * Every <linux/...> header of theirs is this file.  User memory is the fuzzer's input, laid at
 * an address that nothing of this process has: a decoder that would follow a user's pointer by
 * itself crashes, one that copies with a wrong size meets AddressSanitizer.
 */
#ifndef DECODE_KERNEL_H
#define DECODE_KERNEL_H

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <linux/ioctl.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef unsigned long long u64;
typedef __s8 s8;
typedef __s32 s32;
typedef long long s64;
typedef s64 ktime_t;
typedef unsigned int gfp_t;

#define __user
#define __rcu
#define __uninitialized
#define __releases(x)
#define __acquire(x)
#define __release(x)
#define noinline		__attribute__((noinline))
#define __acquires(x)
#define __aligned(x)		__attribute__((aligned(x)))
#undef __always_inline
#define __always_inline		inline __attribute__((always_inline))
#define likely(x)		(x)
#define unlikely(x)		(x)
#define BUILD_BUG_ON(x)		_Static_assert(!(x), #x)
#define BUILD_BUG_ON_ZERO(x)	(0 * sizeof(struct { int : (-!!(x)); }))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define offsetofend(t, m)	(offsetof(t, m) + sizeof(((t *)0)->m))
#define container_of(p, t, m)	((t *)((char *)(p) - offsetof(t, m)))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define min(a, b)		((a) < (b) ? (a) : (b))
#define min_t(t, a, b)		((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define READ_ONCE(x)		(x)
#define WRITE_ONCE(x, v)	((x) = (v))
#define smp_store_release(p, v)	(*(p) = (v))
#define smp_load_acquire(p)	(*(p))
#define lockdep_assert_held(l)	((void)(l))
#define IS_ENABLED(x)		0
#define OPTIMIZER_HIDE_VAR(x)	__asm__("" : "+r"(x))
#define CONFIG_64BIT		1
#define PAGE_SIZE		4096UL
#define PAGE_SHIFT		12
#define PAGE_ALIGN(n)		(((n) + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))
#define BITS_TO_LONGS(n)	(((n) + 63) / 64)
#define THREAD_SIZE		16384UL
#define U16_MAX			0xffff
#define U32_MAX			0xffffffffU
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define struct_size(p, m, n)	(sizeof(*(p)) + sizeof((p)->m[0]) * (n))
#define KTIME_MAX		INT64_MAX
#define ERESTARTSYS		512
#define GFP_KERNEL_ACCOUNT	0
#define __GFP_ZERO		0
#define SLAB_HWCACHE_ALIGN	0
#define EXPORT_SYMBOL_NS_GPL(s, n)
#define MODULE_IMPORT_NS(n)
#define array_index_nospec(i, n) (i)
#define current_stack_pointer	((uintptr_t)(THREAD_SIZE - 1))

static inline void *ERR_PTR(long error) { return (void *)error; }
static inline long PTR_ERR(const void *p) { return (long)p; }
static inline bool IS_ERR(const void *p) { return (uintptr_t)p >= (uintptr_t)-4095; }
static inline int PTR_ERR_OR_ZERO(const void *p) { return IS_ERR(p) ? (int)PTR_ERR(p) : 0; }
static inline void *memchr_inv(const void *p, int c, size_t n)
{
	const u8 *b = p;

	for (; n; n--, b++)
		if (*b != (u8)c)
			return (void *)b;
	return NULL;
}
static inline u32 roundup_pow_of_two(u32 n)
{
	u32 p = 1;

	while (p < n)
		p <<= 1;
	return p;
}

/* ---- what structures are made of; nothing of it moves here ---- */

typedef struct { int counter; } atomic_t;
typedef struct { long counter; } atomic_long_t;
typedef struct { int x; } spinlock_t;
typedef struct { int refs; } refcount_t;
typedef struct { int x; } raw_spinlock_t;
typedef struct { unsigned int val; } kuid_t;
struct list_head { struct list_head *next, *prev; };
struct hlist_node { struct hlist_node *next, **pprev; };
struct hlist_head { struct hlist_node *first; };
struct rb_node { int x; };
struct rb_root { int x; };
struct rb_root_cached { int x; };
struct xarray { int x; };
struct rhash_head { int x; };
struct rhashtable { int x; };
struct kref { refcount_t refcount; };
struct mutex { int x; };
struct rcu_head { int x; };
struct callback_head { int x; };
struct work_struct { int x; };
struct completion { int x; };
struct wait_queue_head { int x; };
struct percpu_ref { int x; };
struct pid { int x; };
struct mm_struct { int x; };
struct user_namespace { int x; };
struct net { struct user_namespace *user_ns; };
struct task_struct { struct mm_struct *mm; struct pid *tgid; unsigned int flags; };
struct module;
struct file { void *private_data; };
struct wait_queue_entry { void *private; };
struct rhashtable_compare_arg { const void *key; };
struct rhashtable_params {
	size_t head_offset, key_offset, key_len;
	u32 (*hashfn)(const void *data, u32 len, u32 seed);
	u32 (*obj_hashfn)(const void *data, u32 len, u32 seed);
	int (*obj_cmpfn)(struct rhashtable_compare_arg *arg, const void *data);
	bool automatic_shrinking;
};
enum task_work_notify_mode { TWA_NONE, TWA_RESUME };
struct kmem_cache;

extern struct task_struct *current;
static inline struct pid *task_tgid(const struct task_struct *task) { return task->tgid; }

#define LIST_HEAD(name)			struct list_head name = { &name, &name }
#define TASK_NORMAL			3
#define TASK_INTERRUPTIBLE		1
#define TASK_FREEZABLE			4
#define TASK_RUNNING			0
#define SIGKILL				9
#define CAP_SYS_ADMIN			21

/* One thread of control: locks and orders are nothing. */
static inline void spin_lock(spinlock_t *l) { (void)l; }
static inline void spin_unlock(spinlock_t *l) { (void)l; }
static inline void spin_lock_init(spinlock_t *l) { (void)l; }
#define MAX_RT_PRIO		100
#define MIN_NICE		(-20)
#define MAX_NICE		19
static inline void preempt_disable(void) { }
static inline void preempt_enable(void) { }
static inline void rcu_read_lock(void) { }
static inline void rcu_read_unlock(void) { }
static inline long atomic_long_read(const atomic_long_t *a) { return a->counter; }
struct page;
static inline int page_ref_count(const struct page *page) { (void)page; return 1; }
static inline int atomic_read(const atomic_t *a) { return a->counter; }
static inline void atomic_set(atomic_t *a, int v) { a->counter = v; }
static inline void atomic_inc(atomic_t *a) { a->counter++; }
static inline int atomic_inc_return(atomic_t *a) { return ++a->counter; }
static inline void atomic_dec(atomic_t *a) { a->counter--; }
static inline void atomic_add(int n, atomic_t *a) { a->counter += n; }
static inline void refcount_set(refcount_t *r, int n) { r->refs = n; }
static inline void refcount_add(int n, refcount_t *r) { r->refs += n; }
static inline bool refcount_dec_and_test(refcount_t *r) { return !--r->refs; }
static inline int atomic_dec_return(atomic_t *a) { return --a->counter; }
static inline int atomic_cmpxchg(atomic_t *a, int from, int to)
{
	int was = a->counter;

	if (was == from)
		a->counter = to;
	return was;
}
static inline bool atomic_inc_unless_negative(atomic_t *a)
{
	return a->counter < 0 ? false : (a->counter++, true);
}
static inline void kref_get(struct kref *k) { (void)k; }
static inline bool kref_get_unless_zero(struct kref *k) { (void)k; return true; }
static inline void INIT_LIST_HEAD(struct list_head *h) { h->next = h->prev = h; }
static inline void INIT_HLIST_NODE(struct hlist_node *n) { n->next = NULL; n->pprev = NULL; }
static inline void list_add(struct list_head *n, struct list_head *h)
{
	n->next = h->next;
	n->prev = h;
	h->next->prev = n;
	h->next = n;
}
static inline void list_del(struct list_head *n)
{
	n->next->prev = n->prev;
	n->prev->next = n->next;
}
static inline void list_move(struct list_head *n, struct list_head *h)
{
	list_del(n);
	list_add(n, h);
}
static inline bool list_empty(const struct list_head *h) { return h->next == h; }
static inline void list_splice(const struct list_head *from, struct list_head *to)
{
	(void)from; (void)to;
}
static inline void list_splice_init(struct list_head *from, struct list_head *to)
{
	(void)to;
	INIT_LIST_HEAD(from);
}
#define list_first_entry_or_null(h, t, m) \
	((h)->next == (h) ? NULL : container_of((h)->next, t, m))
#define list_for_each_entry(p, h, m) \
	for (p = container_of((h)->next, __typeof__(*p), m); &p->m != (h); \
	     p = container_of(p->m.next, __typeof__(*p), m))
#define list_for_each_entry_safe(p, n, h, m) \
	for (p = container_of((h)->next, __typeof__(*p), m), \
	     n = container_of(p->m.next, __typeof__(*p), m); &p->m != (h); \
	     p = n, n = container_of(n->m.next, __typeof__(*n), m))
/* The one list that is walked so is that of the threads. */
extern struct chorus_thread *known_thread;
#define hlist_for_each_entry_rcu(p, h, m) \
	for ((void)(h), p = known_thread; p; p = NULL)
static inline u32 hash_ptr(const void *p, unsigned int bits) { (void)p; (void)bits; return 0; }
static inline u32 hash_64(u64 v, unsigned int bits) { (void)v; (void)bits; return 0; }
static inline u64 get_random_u64(void) { return 1; }
static inline void get_random_bytes(void *p, size_t n) { memset(p, 1, n); }
#define swap(a, b) do { __typeof__(a) t_ = (a); (a) = (b); (b) = t_; } while (0)
static inline void set_bit(int nr, unsigned long *word) { *word |= 1UL << nr; }
static inline unsigned long test_and_clear_bit(int nr, unsigned long *word)
{
	unsigned long was = *word >> nr & 1;

	*word &= ~(1UL << nr);
	return was;
}
static inline bool signal_pending(struct task_struct *t) { (void)t; return false; }
static inline bool fatal_signal_pending(struct task_struct *t) { (void)t; return false; }
static inline void cond_resched(void) { }
static inline void schedule(void) { }
static inline void set_current_state(int s) { (void)s; }
#define __set_current_state	set_current_state
static inline ktime_t ktime_get(void) { return 1000; }
static inline ktime_t ktime_add_safe(ktime_t a, u64 b)
{
	s64 sum;

	return __builtin_add_overflow(a, (s64)b, &sum) ? KTIME_MAX : sum;
}
static inline int default_wake_function(struct wait_queue_entry *e, unsigned int mode, int flags,
					void *key)
{
	(void)e; (void)mode; (void)flags; (void)key;
	return 0;
}
static inline void wake_up_process(struct task_struct *t) { (void)t; }
static inline int task_cpu(const struct task_struct *t) { (void)t; return 0; }
static inline int raw_smp_processor_id(void) { return 0; }
static inline int kill_pid(struct pid *pid, int sig, int priv)
{
	(void)pid; (void)sig; (void)priv;
	return 0;
}
static inline bool percpu_ref_tryget_live_rcu(struct percpu_ref *r) { (void)r; return true; }
static inline void percpu_ref_put(struct percpu_ref *r) { (void)r; }
#undef isascii
#undef isprint
#define isascii(c)		(!((c) & ~0x7f))
#define isprint(c)		((c) >= 32 && (c) < 127)

#define DECLARE_PER_CPU(t, n)	extern t n
#define DEFINE_PER_CPU(t, n)	t n
#define this_cpu_inc(x)		((x)++)
#define this_cpu_add(x, n)	((x) += (n))
#define this_cpu_add_return(x, n) ((x) += (n))
#define per_cpu(x, cpu)		(x)
#define for_each_possible_cpu(c) for (c = 0; c < 1; c++)
#define nr_cpu_ids		1

/* Nothing in here but what the test lays there. */
void *rhashtable_lookup(struct rhashtable *table, const void *key,
			const struct rhashtable_params params);
bool ns_capable(struct user_namespace *ns, int capability);
static inline u32 ror32(u32 word, unsigned int shift)
{
	return word >> (shift & 31) | word << (-shift & 31);
}
u32 jhash2(const u32 *words, u32 n, u32 seed);

static inline void *kmem_cache_alloc(struct kmem_cache *c, gfp_t f)
{
	(void)c; (void)f;
	return NULL;
}
static inline int kmem_cache_alloc_bulk(struct kmem_cache *c, gfp_t f, size_t n, void **to)
{
	(void)c; (void)f; (void)n; (void)to;
	return 0;
}
static inline void kmem_cache_free(struct kmem_cache *c, void *p) { (void)c; (void)p; }
static inline void kmem_cache_destroy(struct kmem_cache *c) { (void)c; }
#define kmem_cache_create_usercopy(...)	((struct kmem_cache *)8)
static inline void *kvmalloc(size_t n, gfp_t f) { (void)f; return malloc(n); }
static inline void *kmalloc(size_t n, gfp_t f) { (void)f; return malloc(n); }
static inline void kfree(const void *p) { free((void *)p); }
static inline void kvfree(const void *p) { free((void *)p); }

/* ---- registered buffers of a ring: no ring comes here ---- */

struct iov_iter { size_t count; };
#define ITER_SOURCE	1
#define ITER_DEST	0
static inline void iov_iter_advance(struct iov_iter *i, size_t n) { (void)i; (void)n; __builtin_trap(); }
static inline size_t copy_from_iter(void *to, size_t n, struct iov_iter *i)
{
	(void)to; (void)n; (void)i;
	__builtin_trap();
}
static inline size_t copy_to_iter(const void *from, size_t n, struct iov_iter *i)
{
	(void)from; (void)n; (void)i;
	__builtin_trap();
}

/* ---- user memory ---- */

unsigned long user_copy(void *to, const void *from, size_t n, bool out);
static inline unsigned long copy_from_user(void *to, const void *from, size_t n)
{
	return user_copy(to, from, n, false);
}
static inline unsigned long copy_to_user(void *to, const void *from, size_t n)
{
	return user_copy(to, from, n, true);
}
int copy_struct_from_user(void *to, size_t ksize, const void *from, size_t usize);
#define u64_to_user_ptr(x)	((void *)(uintptr_t)(x))
#define get_user(x, p)		(user_copy(&(x), (p), sizeof(*(p)), false) ? -EFAULT : 0)
#define put_user(x, p) \
	({ __typeof__(*(p)) v_ = (x); user_copy((void *)(p), &v_, sizeof(v_), true) ? -EFAULT : 0; })
bool user_range(const void *p, size_t n);
#define user_read_access_begin	user_range
#define user_write_access_begin	user_range
#define user_read_access_end()	((void)0)
#define user_write_access_end()	((void)0)
#define unsafe_get_user(x, p, label) \
	do { if (user_copy(&(x), (p), sizeof(*(p)), false)) goto label; } while (0)
#define unsafe_put_user(x, p, label) \
	do { __typeof__(*(p)) v_ = (x); \
	     if (user_copy((void *)(p), &v_, sizeof(v_), true)) goto label; } while (0)

#endif /* DECODE_KERNEL_H */
