// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>

#include "dev/fops.h"
#include "dev/ioctl.h"
#include "ipc/port.h"

static int chorus_open(struct inode *inode, struct file *file)
{
	struct net *net = get_net(current->nsproxy->net_ns);
	struct chorus_actor *actor = chorus_actor_create_process(chorus_site_of(net));

	if (IS_ERR(actor)) {
		put_net(net);
		return PTR_ERR(actor);
	}
	file->private_data = actor;
	return stream_open(inode, file);
}

/* current->nsproxy is gone when this runs from exit: the site is the one of the open. */
static int chorus_release(struct inode *inode, struct file *file)
{
	struct chorus_actor *actor = file->private_data;
	struct net *net = actor->object.site->net;

	chorus_actor_close(actor);
	put_net(net);
	return 0;
}

static void chorus_show_fdinfo(struct seq_file *seq, struct file *file)
{
	struct chorus_actor *actor = file->private_data;

	seq_printf(seq, "actor-alive:\t%d\n", chorus_object_alive(&actor->object));
	seq_printf(seq, "site:\t%u\n", actor->object.site->number);
	seq_printf(seq, "ports:\t%u\n", READ_ONCE(actor->nr_ports));
	seq_printf(seq, "threads:\t%u\n", READ_ONCE(actor->nr_threads));
	seq_printf(seq, "messages:\t%d\n", atomic_read(&actor->nr_messages));
}

static const struct file_operations chorus_fops = {
	.owner = THIS_MODULE,
	.open = chorus_open,
	.release = chorus_release,
	.unlocked_ioctl = chorus_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = chorus_show_fdinfo,
	.llseek = noop_llseek,
};

static struct miscdevice chorus_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "chorus",
	.fops = &chorus_fops,
	.mode = 0660,
};

int chorus_dev_init(void)
{
	return misc_register(&chorus_device);
}

void chorus_dev_exit(void)
{
	misc_deregister(&chorus_device);
}
