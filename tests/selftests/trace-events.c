// SPDX-License-Identifier: GPL-2.0-or-later
/* The tracepoints: each fires where it says, with the fields that are its interface. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>

#include "chorus_probe.h"
#include "scene.h"

#define TRACEFS "/sys/kernel/tracing/"

static void put(const char *file, const char *text)
{
	int fd = MUST_SYS(open(file, O_WRONLY | O_TRUNC | O_CLOEXEC));

	MUST_SYS(write(fd, text, strlen(text)));
	close(fd);
}

static void trace_on(void)
{
	if (access(TRACEFS "events/chorus/enable", W_OK))
		selftest_skip("no tracefs, or a kernel without tracepoints");
	put(TRACEFS "trace", "");
	/* No names of tasks: for them the scheduler is patched too, on its hottest paths, and emulators stumble. */
	put(TRACEFS "options/record-cmd", "0");
	put(TRACEFS "events/chorus/enable", "1");
}

/* What was traced since; the buffer is large enough for these few lines. */
static const char *trace_off(void)
{
	static char text[65536];
	size_t used = 0;
	ssize_t n;
	int fd;

	put(TRACEFS "events/chorus/enable", "0");
	fd = MUST_SYS(open(TRACEFS "trace", O_RDONLY | O_CLOEXEC));
	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += n;
	close(fd);
	text[used] = '\0';
	return text;
}

static bool traced(const char *trace, const char *event, const char *field)
{
	const char *line = trace;

	while ((line = strstr(line, event))) {
		const char *end = strchrnul(line, '\n'), *found = strstr(line, field);

		if (found && found < end)
			return true;
		line = end;
	}
	selftest_note("no line with %s and %s", event, field);
	return false;
}

TEST(call, "a call, its reception and its reply are traced with one transaction id")
{
	struct scene s;
	const char *trace;
	char transid[40];

	trace_on();
	s = scene_served();
	snprintf(transid, sizeof(transid), "transid=%llx ", (unsigned long long)s.receive->msg);
	EXPECT(scene_reply(&s, 5), 0);
	EXPECT(end(s.client), 0);
	trace = trace_off();
	CHECK(traced(trace, "chorus_call:", transid));
	CHECK(traced(trace, "chorus_receive:", transid));
	CHECK(traced(trace, "chorus_reply:", transid));
	CHECK(traced(trace, "chorus_actor_create:", "privilege=0"));
	CHECK(traced(trace, "chorus_port_create:", "li=1"));
}

TEST(lap, "so are LAP invocations with their result")
{
	struct chorus_lap_desc lap;
	const char *trace;
	char name[40];

	actor_open();
	lap = need_lap(ECHO_LAP_NULL);
	snprintf(name, sizeof(name), "lap=%016llx result=0", (unsigned long long)lap.lap.tail);
	trace_on();
	EXPECT(invoke(&lap, NULL, 0), 0);
	trace = trace_off();
	CHECK(traced(trace, "chorus_lap_invoke:", name));
}

TEST(off, "nothing is traced when tracing is off")
{
	struct chorus_lap_desc lap;

	trace_on();
	trace_off();
	put(TRACEFS "trace", "");
	/* No names of tasks: for them the scheduler is patched too, on its hottest paths, and emulators stumble. */
	put(TRACEFS "options/record-cmd", "0");
	actor_open();
	lap = need_lap(ECHO_LAP_NULL);
	EXPECT(invoke(&lap, NULL, 0), 0);
	CHECK(!strstr(trace_off(), "chorus_lap_invoke:"));
}
