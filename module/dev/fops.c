// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/nsproxy.h>
#include <linux/slab.h>

#include "dev/fops.h"
#include "dev/ioctl.h"
#include "dev/mmap.h"
#include "dev/uring.h"
#include "ipc/port.h"

struct cloexec_work {
	struct chorus_late late;
	struct file *file;		/* referenced, so that no other has its address */
};

static int mark_cloexec(const void *data, struct file *file, unsigned int fd)
{
	if (file == data)
		__set_bit(fd, files_fdtable(current->files)->close_on_exec);
	return 0;
}

static void cloexec_late(struct chorus_late *late)
{
	struct cloexec_work *work = container_of(late, struct cloexec_work, late);

	/* iterate_fd() holds files->file_lock, which guards the bits. */
	if (current->files)
		iterate_fd(current->files, 0, mark_cloexec, work->file);
	fput(work->file);
	kfree(work);
}

/*
 * The descriptor does not exist yet while the file is being opened, so it is marked
 * on the way back to user mode.  Whoever wants it open across exec can still say so;
 * the actor is dead then all the same.
 */
static int force_cloexec(struct file *file)
{
	struct cloexec_work *work;

	if (file->f_flags & O_CLOEXEC)
		return 0;
	work = kzalloc(sizeof(*work), GFP_KERNEL_ACCOUNT);
	if (!work)
		return -ENOMEM;
	work->file = get_file(file);
	chorus_late_queue(&work->late, cloexec_late, TWA_RESUME);
	return 0;
}

static int chorus_open(struct inode *inode, struct file *file)
{
	struct net *net = get_net(current->nsproxy->net_ns);
	struct chorus_actor *actor = chorus_actor_create_process(chorus_site_of(net));
	int ret = PTR_ERR_OR_ZERO(actor);

	if (ret)
		goto error_net;
	ret = force_cloexec(file);
	if (ret)
		goto error_actor;
	actor->mapping = file->f_mapping;
	file->private_data = actor;
	return stream_open(inode, file);
error_actor:
	chorus_actor_close(actor);
error_net:
	put_net(net);
	return ret;
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
	.mmap = chorus_mmap,
#if IS_ENABLED(CONFIG_IO_URING)
	.uring_cmd = chorus_uring_cmd,
#endif
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
