/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A harmless and, as far as its fields go, valid example of every command, for tests
 * that sweep over all of them.  Some fail (no current message, an unknown port), but
 * none with an errno that speaks of the structure itself.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include "selftest.h"

struct sample_place {		/* what the samples refer to */
	int li;			/* a port of the caller, nothing queued */
	struct chorus_ui ui;
	char body[16], annex[CHORUS_ANNEX_SIZE];
	struct chorus_batch_entry entry;
};

static inline void sample_prepare(struct sample_place *p)
{
	actor_open();
	p->li = new_port(&p->ui);
}

/* @to: at least 256 bytes.  Returns the result of a plain call: 0 or -errno. */
static inline int sample_fill(struct sample_place *p, const struct command *c, void *to)
{
	memset(to, 0, 256);
	*(__u32 *)to = c->size;
	switch (c->ioc) {
	case CHORUS_IOC_ACTOR_DELETE:
		return -EHOSTUNREACH;
	case CHORUS_IOC_ACTOR_NAME:
		((struct chorus_actor_name *)to)->flags = CHORUS_SELF;
		return 0;
	case CHORUS_IOC_ACTOR_PRIVILEGE:
		((struct chorus_actor_privilege *)to)->flags = CHORUS_SELF;
		return 0;
	case CHORUS_IOC_ACTOR_PI:
		((struct chorus_actor_pi *)to)->flags = CHORUS_SELF;
		return 0;
	case CHORUS_IOC_ACTOR_BAR:
		return -EPERM;
	case CHORUS_IOC_THREAD_ABORT:
		((struct chorus_thread_abort *)to)->flags = CHORUS_SELF;
		((struct chorus_thread_abort *)to)->li = 0x7ffffff0;
		return -ENOENT;
	case CHORUS_IOC_THREAD_DELAY:
		return -ETIMEDOUT;
	case CHORUS_IOC_PORT_DELETE:
		((struct chorus_port_delete *)to)->li = 0x7ffffff0;
		return -ENOENT;
	case CHORUS_IOC_PORT_ENABLE:
	case CHORUS_IOC_PORT_DISABLE:
		((struct chorus_port_enable *)to)->li = p->li;
		return 0;
	case CHORUS_IOC_PORT_UI:
	case CHORUS_IOC_PORT_LI:
		((struct chorus_port_ui *)to)->li = p->li;
		((struct chorus_port_ui *)to)->ui = p->ui;
		return 0;
	case CHORUS_IOC_PORT_PI:
		((struct chorus_port_pi *)to)->li = p->li;
		return 0;
	case CHORUS_IOC_PORT_SEQNUM:
		((struct chorus_port_seqnum *)to)->li = p->li;
		return 0;
	case CHORUS_IOC_PORT_LEND:
		((struct chorus_port_lend *)to)->li = p->li;
		((struct chorus_port_lend *)to)->nice = 19;
		return 0;
	case CHORUS_IOC_PORT_MIGRATE:
		((struct chorus_port_migrate *)to)->flags = CHORUS_SELF;
		((struct chorus_port_migrate *)to)->li = p->li;
		return -EHOSTUNREACH;
	case CHORUS_IOC_IPC_SEND: {
		struct chorus_ipc_send *s = to;

		s->target = (struct chorus_ui){ .head = p->ui.head, .tail = ~p->ui.tail };
		s->body_size = sizeof(p->body);
		s->body = PTR(p->body);
		s->annex = PTR(p->annex);
		return -EHOSTUNREACH;
	}
	case CHORUS_IOC_IPC_RECEIVE: {
		struct chorus_ipc_receive *r = to;

		r->li = p->li;
		r->body_size = sizeof(p->body);
		r->body = PTR(p->body);
		r->annex = PTR(p->annex);
		return -ETIMEDOUT;
	}
	case CHORUS_IOC_IPC_CALL: {
		struct chorus_ipc_call *s = to;

		s->target = (struct chorus_ui){ .head = p->ui.head, .tail = ~p->ui.tail };
		s->body_size = s->rep_size = sizeof(p->body);
		s->body = s->rep_body = PTR(p->body);
		s->annex = s->rep_annex = PTR(p->annex);
		return -EHOSTUNREACH;
	}
	case CHORUS_IOC_IPC_REPLY: {
		struct chorus_ipc_reply *r = to;

		r->body_size = sizeof(p->body);
		r->body = PTR(p->body);
		return -ENOMSG;
	}
	case CHORUS_IOC_IPC_REPLY_RECEIVE: {
		struct chorus_ipc_reply_receive *r = to;

		r->rep_size = r->body_size = sizeof(p->body);
		r->rep_body = r->body = PTR(p->body);
		r->li = p->li;
		return -ENOMSG;
	}
	case CHORUS_IOC_IPC_GET_DATA:
		((struct chorus_ipc_get_data *)to)->body_size = sizeof(p->body);
		((struct chorus_ipc_get_data *)to)->body = PTR(p->body);
		return -ENOMSG;
	case CHORUS_IOC_IPC_SAVE:
	case CHORUS_IOC_IPC_SYSINFO:
		return -ENOMSG;
	case CHORUS_IOC_IPC_RESTORE:
		((struct chorus_ipc_save *)to)->msg = 0x123456;
		return -ENOENT;
	case CHORUS_IOC_IPC_FORWARD:
		((struct chorus_ipc_forward *)to)->target = p->ui;
		return -ENOMSG;
	case CHORUS_IOC_LAP_INVOKE:
		((struct chorus_lap_invoke *)to)->lap.head =
			(__u64)CHORUS_UI_LAP << CHORUS_UI_TYPE_SHIFT;
		((struct chorus_lap_invoke *)to)->lap.tail = 1;
		return has_feature(CHORUS_FEATURE_SUPERVISOR) ? -ENOENT : -EOPNOTSUPP;
	case CHORUS_IOC_LAP_RESOLVE:
		((struct chorus_lap_resolve *)to)->flags = CHORUS_LAP_NOBLOCK;
		strcpy(((struct chorus_lap_resolve *)to)->name, "no_such");
		return has_feature(CHORUS_FEATURE_SUPERVISOR) ? -ENOENT : -EOPNOTSUPP;
	case CHORUS_IOC_GROUP_ALLOCATE:
		((struct chorus_group_allocate *)to)->type = CHORUS_UI_GROUP;
		return 0;
	case CHORUS_IOC_GROUP_INSERT:
	case CHORUS_IOC_GROUP_REMOVE:
		((struct chorus_group_member *)to)->cap.ui.head =
			(__u64)CHORUS_UI_GROUP << CHORUS_UI_TYPE_SHIFT;
		((struct chorus_group_member *)to)->port = p->ui;
		return -EACCES;
	case CHORUS_IOC_WATCH:
		((struct chorus_watch *)to)->object = p->ui;
		((struct chorus_watch *)to)->object.tail ^= 1;
		return -EHOSTUNREACH;
	case CHORUS_IOC_WATCH_CANCEL:
		((struct chorus_watch_cancel *)to)->object = p->ui;
		return -ENOENT;
	case CHORUS_IOC_PORT_POLICY:
		((struct chorus_port_policy *)to)->li = p->li;
		return 0;
	case CHORUS_IOC_WINDOW_OPEN: {
		struct chorus_window_open *w = to;

		w->li = 0x7ffffff0;
		w->slots = w->slot_size = 1;
		return -ENOENT;
	}
	case CHORUS_IOC_WINDOW_CLOSE:
		((struct chorus_window_close *)to)->li = p->li;
		return -ENOENT;
	case CHORUS_IOC_AREA_OPEN:
		((struct chorus_area_open *)to)->length = 1;
		return 0;
	case CHORUS_IOC_AREA_CLOSE:
		((struct chorus_area_close *)to)->offset = 1;
		return -ENOENT;
	case CHORUS_IOC_PORT_BODY_MAX:
		((struct chorus_port_body_max *)to)->li = p->li;
		return 0;
	case CHORUS_IOC_BATCH:
		p->entry.command = CHORUS_IOC_IPC_SEND;
		p->entry.arg = PTR(p->body);	/* too short: its own result */
		((struct chorus_batch *)to)->entries = PTR(&p->entry);
		((struct chorus_batch *)to)->count = 1;
		return 0;
	default:	/* HELLO, ACTOR_SELF, THREAD_SELF, THREAD_ABORTED, PORT_CREATE */
		return 0;
	}
}

#endif /* SAMPLE_H */
