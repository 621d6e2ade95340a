/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: events/chorus/ in tracefs.  Field names are part of the interface.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM chorus

#if !defined(_CHORUS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _CHORUS_TRACE_H

#include <linux/tracepoint.h>

#include "chorus/supervisor.h"
#include "executive/actor.h"
#include "ipc/group.h"
#include "ipc/message.h"
#include "ipc/port.h"

DECLARE_EVENT_CLASS(chorus_actor,
	TP_PROTO(const struct chorus_actor *actor),
	TP_ARGS(actor),
	TP_STRUCT__entry(
		__field(u64, head)
		__field(u64, tail)
		__field(pid_t, pid)
		__field(u32, privilege)
	),
	TP_fast_assign(
		__entry->head = actor->object.ui.head;
		__entry->tail = actor->object.ui.tail;
		__entry->pid = pid_nr(actor->tgid);
		__entry->privilege = actor->privilege;
	),
	TP_printk("actor=%016llx:%016llx pid=%d privilege=%u",
		  __entry->head, __entry->tail, __entry->pid, __entry->privilege)
);

DEFINE_EVENT(chorus_actor, chorus_actor_create,
	TP_PROTO(const struct chorus_actor *actor), TP_ARGS(actor));
DEFINE_EVENT(chorus_actor, chorus_actor_kill,
	TP_PROTO(const struct chorus_actor *actor), TP_ARGS(actor));

DECLARE_EVENT_CLASS(chorus_port,
	TP_PROTO(const struct chorus_port *port),
	TP_ARGS(port),
	TP_STRUCT__entry(
		__field(u64, head)
		__field(u64, tail)
		__field(u64, actor)
		__field(int, li)
	),
	TP_fast_assign(
		__entry->head = port->object.ui.head;
		__entry->tail = port->object.ui.tail;
		__entry->actor = port->actor->object.ui.tail;
		__entry->li = port->li;
	),
	TP_printk("port=%016llx:%016llx actor=%016llx li=%d",
		  __entry->head, __entry->tail, __entry->actor, __entry->li)
);

DEFINE_EVENT(chorus_port, chorus_port_create,
	TP_PROTO(const struct chorus_port *port), TP_ARGS(port));
DEFINE_EVENT(chorus_port, chorus_port_delete,
	TP_PROTO(const struct chorus_port *port), TP_ARGS(port));

TRACE_EVENT(chorus_port_migrate,
	TP_PROTO(const struct chorus_port *port, const struct chorus_actor *from,
		 const struct chorus_actor *to),
	TP_ARGS(port, from, to),
	TP_STRUCT__entry(
		__field(u64, head)
		__field(u64, tail)
		__field(u64, from)
		__field(u64, to)
		__field(int, li)
	),
	TP_fast_assign(
		__entry->head = port->object.ui.head;
		__entry->tail = port->object.ui.tail;
		__entry->from = from->object.ui.tail;
		__entry->to = to->object.ui.tail;
		__entry->li = port->li;
	),
	TP_printk("port=%016llx:%016llx from=%016llx to=%016llx li=%d",
		  __entry->head, __entry->tail, __entry->from, __entry->to, __entry->li)
);

DECLARE_EVENT_CLASS(chorus_group,
	TP_PROTO(const struct chorus_group *group, const struct chorus_port *port),
	TP_ARGS(group, port),
	TP_STRUCT__entry(
		__field(u64, head)
		__field(u64, tail)
		__field(u64, port)
		__field(u32, members)
	),
	TP_fast_assign(
		__entry->head = group->object.ui.head;
		__entry->tail = group->object.ui.tail;
		__entry->port = port->object.ui.tail;
		__entry->members = group->nr_members;
	),
	TP_printk("group=%016llx:%016llx port=%016llx members=%u",
		  __entry->head, __entry->tail, __entry->port, __entry->members)
);

DEFINE_EVENT(chorus_group, chorus_group_insert,
	TP_PROTO(const struct chorus_group *group, const struct chorus_port *port),
	TP_ARGS(group, port));
DEFINE_EVENT(chorus_group, chorus_group_remove,
	TP_PROTO(const struct chorus_group *group, const struct chorus_port *port),
	TP_ARGS(group, port));

TRACE_EVENT(chorus_broadcast,
	TP_PROTO(const struct chorus_group *group, u32 delivered, u32 lost),
	TP_ARGS(group, delivered, lost),
	TP_STRUCT__entry(
		__field(u64, head)
		__field(u64, tail)
		__field(u32, delivered)
		__field(u32, lost)
	),
	TP_fast_assign(
		__entry->head = group->object.ui.head;
		__entry->tail = group->object.ui.tail;
		__entry->delivered = delivered;
		__entry->lost = lost;
	),
	TP_printk("group=%016llx:%016llx delivered=%u lost=%u",
		  __entry->head, __entry->tail, __entry->delivered, __entry->lost)
);

DECLARE_EVENT_CLASS(chorus_message,
	TP_PROTO(const struct chorus_message *message),
	TP_ARGS(message),
	TP_STRUCT__entry(
		__field(u64, transid)
		__field(u64, target)
		__field(u64, src)
		__field(u32, request)
		__field(u32, reply)
		__field(u32, flags)
	),
	TP_fast_assign(
		__entry->transid = chorus_message_token(message);
		__entry->target = message->info.out_target.tail;
		__entry->src = message->info.out_src.tail;
		__entry->request = message->request.size;
		__entry->reply = message->reply.size;
		__entry->flags = message->flags;
	),
	TP_printk("transid=%llx target=%016llx src=%016llx request=%u reply=%u flags=%x",
		  __entry->transid, __entry->target, __entry->src, __entry->request,
		  __entry->reply, __entry->flags)
);

DEFINE_EVENT(chorus_message, chorus_send,
	TP_PROTO(const struct chorus_message *message), TP_ARGS(message));
DEFINE_EVENT(chorus_message, chorus_call,
	TP_PROTO(const struct chorus_message *message), TP_ARGS(message));
DEFINE_EVENT(chorus_message, chorus_receive,
	TP_PROTO(const struct chorus_message *message), TP_ARGS(message));
DEFINE_EVENT(chorus_message, chorus_reply,
	TP_PROTO(const struct chorus_message *message), TP_ARGS(message));

DEFINE_EVENT(chorus_message, chorus_forward,
	TP_PROTO(const struct chorus_message *message), TP_ARGS(message));

TRACE_EVENT(chorus_notice,
	TP_PROTO(const struct chorus_port *port, const struct chorus_death *death),
	TP_ARGS(port, death),
	TP_STRUCT__entry(
		__field(u64, port)
		__field(u64, object)
		__field(u64, cookie)
		__field(u32, members)
	),
	TP_fast_assign(
		__entry->port = port->object.ui.tail;
		__entry->object = death->object.tail;
		__entry->cookie = death->cookie;
		__entry->members = death->members;
	),
	TP_printk("port=%016llx object=%016llx cookie=%llx members=%u",
		  __entry->port, __entry->object, __entry->cookie, __entry->members)
);

TRACE_EVENT(chorus_call_handler,
	TP_PROTO(const struct chorus_message_info *info, int result),
	TP_ARGS(info, result),
	TP_STRUCT__entry(
		__field(u64, transid)
		__field(u64, target)
		__field(u32, request)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->transid = info->transid;
		__entry->target = info->target.tail;
		__entry->request = info->body_size;
		__entry->result = result;
	),
	TP_printk("transid=%llx target=%016llx request=%u result=%d",
		  __entry->transid, __entry->target, __entry->request, __entry->result)
);

TRACE_EVENT(chorus_lap_invoke,
	TP_PROTO(const struct chorus_ui *lap, int result),
	TP_ARGS(lap, result),
	TP_STRUCT__entry(
		__field(u64, lap)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->lap = lap->tail;
		__entry->result = result;
	),
	TP_printk("lap=%016llx result=%d", __entry->lap, __entry->result)
);

#endif /* _CHORUS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH debug
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
