// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * send_ports_1, send_ports_100, send_ports_10000: an ipcSend to a port, when so many ports
 * are alive in the site: what it costs must not depend on that.
 *
 * The targets are ports of the program itself, in turn, up to a hundred; all others belong
 * to a crowd of processes, for one actor may not have so many.  These rows are measured
 * after all others and in this order, because what one makes stays for the next.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench.h"
#include "chorus.h"

#define TARGETS	100u
#define CROWD	16u		/* actors that own the rest */
#define CHUNK	8u		/* messages that lie in the queues, at most */

static struct {
	struct chorus_ui ui[TARGETS];
	int li[TARGETS];
	unsigned int nr, alive;
	unsigned int next, oldest;	/* whose turn it is to get a message, to give it back */
} ports;

static int port_make(int fd, struct chorus_port_create *port)
{
	memset(port, 0, sizeof(*port));
	port->size = sizeof(*port);
	return ioctl(fd, CHORUS_IOC_PORT_CREATE, port);
}

/* ---- the crowd ---- */

static void crowd_member(unsigned int n)
{
	int fd = open("/dev/chorus", O_RDWR | O_CLOEXEC);
	struct chorus_port_create port;

	if (fd < 0)
		server_die("open /dev/chorus");
	while (n--)
		if (port_make(fd, &port))
			server_die("portCreate");
}

/* In the server: row->data[0] ports, each actor has its share. */
static void crowd_main(struct row *row)
{
	struct server_word word = { .data = { 0 } };
	unsigned int n = row->data[0], i;
	pid_t parent = getpid();
	int done[2];
	char c = 0;

	if (pipe(done))
		server_die("pipe");
	for (i = 0; i < CROWD; i++) {
		if (fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		crowd_member(n * (i + 1) / CROWD - n * i / CROWD);
		if (write(done[1], &c, 1) != 1)
			_exit(1);
		close(done[1]);
		for (;;)
			pause();
	}
	/* Who is done closes it, too: if one dies before, the last read finds the end. */
	close(done[1]);
	for (i = 0; i < CROWD; i++)
		if (read(done[0], &c, 1) != 1)
			server_die("somebody of the crowd");
	server_ready(&word);
	for (;;)
		pause();
}

/* ---- the row ---- */

static int ports_drain(struct row *row);

static int ports_open(struct row *row)
{
	unsigned int want = strtoul(strrchr(row->name, '_') + 1, NULL, 10);
	struct chorus_port_create port;
	struct server_word word;
	struct chorus_hello hello;

	row->fd[0] = chorus_door(row, &hello);
	if (row->fd[0] < 0)
		return -1;
	row->drain = ports_drain;
	row->chunk = CHUNK;
	for (; ports.nr < TARGETS && ports.alive < want; ports.nr++, ports.alive++) {
		if (port_make(row->fd[0], &port))
			return row_absent(row, "portCreate: %s", strerror(errno));
		ports.li[ports.nr] = port.out_li;
		ports.ui[ports.nr] = port.out_ui;
	}
	if (ports.alive >= want)
		return 0;
	row->data[0] = want - ports.alive;
	if (server_start(row, crowd_main, &word))
		return -1;
	ports.alive = want;
	return 0;
}

static int ports_run(struct row *row, unsigned int n)
{
	struct chorus_ipc_send send = {
		.size = sizeof(send), .body = (uintptr_t)&row->seq,
		.body_size = sizeof(row->seq),
	};

	while (n--) {
		row->seq++;
		send.target = ports.ui[ports.next];
		ports.next = (ports.next + 1) % ports.nr;
		if (ioctl(row->fd[0], CHORUS_IOC_IPC_SEND, &send))
			return row_wrong(row, "ipcSend");
	}
	return 0;
}

/* Each has got what it was sent, and all of it is taken out; row->data[1] is the last that was. */
static int ports_drain(struct row *row)
{
	struct chorus_ipc_receive receive = {
		.size = sizeof(receive), .body = (uintptr_t)&row->data[0],
		.body_size = sizeof(row->data[0]),
	};

	for (; row->data[1] != row->seq; row->data[1]++) {
		receive.li = ports.li[ports.oldest];
		ports.oldest = (ports.oldest + 1) % ports.nr;
		if (ioctl(row->fd[0], CHORUS_IOC_IPC_RECEIVE, &receive))
			return row_wrong(row, "ipcReceive");
		if (row->data[0] != row->data[1] + 1)
			return row_wrong(row, "a port has another message");
	}
	return 0;
}

static const struct row_ops ports_ops = { ports_open, ports_run };

void ports_rows(void)
{
	row_add("send_ports_1", &ports_ops, 8)->late = true;
	row_add("send_ports_100", &ports_ops, 8)->late = true;
	row_add("send_ports_10000", &ports_ops, 8)->late = true;
}
