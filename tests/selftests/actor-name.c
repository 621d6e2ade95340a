// SPDX-License-Identifier: GPL-2.0-or-later
/* CHORUS_IOC_ACTOR_NAME. */
#include "scene.h"

static int set_name(const char *bytes, size_t size, char *before)
{
	struct chorus_actor_name n = { .flags = CHORUS_SET | CHORUS_SELF };
	int result;

	memcpy(n.name, bytes, size);
	result = actor_name(&n);
	if (before)
		memcpy(before, n.out_name, 16);
	return result;
}

static void expect_name(const char *name)
{
	struct chorus_actor_name n = { .flags = CHORUS_SELF };

	EXPECT(actor_name(&n), 0);
	CHECK(!strncmp(n.out_name, name, 16), "the name is %.16s, not %s", n.out_name, name);
	CHECK(same_bytes(n.out_name + strlen(name), 16 - strlen(name), 0));
}

TEST(set, "a name is set and read, the old one comes back")
{
	char before[16];

	actor_open();
	EXPECT(set_name("alpha", 5, NULL), 0);
	expect_name("alpha");
	EXPECT(set_name("beta-2", 6, before), 0);
	CHECK(!strcmp(before, "alpha"));
	expect_name("beta-2");
}

TEST(limit, "15 characters fit, 16 do not")
{
	actor_open();
	EXPECT(set_name("123456789012345", 15, NULL), 0);
	expect_name("123456789012345");
	EXPECT(set_name("1234567890123456", 16, NULL), -EINVAL);
	expect_name("123456789012345");
}

TEST(printable, "unprintable characters and dirty padding are EINVAL")
{
	actor_open();
	EXPECT(set_name("good", 4, NULL), 0);
	EXPECT(set_name("a\nb", 3, NULL), -EINVAL);
	EXPECT(set_name("a\x1b[m", 5, NULL), -EINVAL);
	EXPECT(set_name("a\x7f", 2, NULL), -EINVAL);
	EXPECT(set_name("a\0b", 3, NULL), -EINVAL);
	expect_name("good");
}

TEST(other, "with its capability another actor is named; a wrong key is EACCES")
{
	struct puppet *p = puppet_actor();
	struct chorus_actor_name n = { .cap = puppet_capability(p) };

	actor_open();
	n.flags = CHORUS_SET;
	strcpy(n.name, "named");
	EXPECT(actor_name(&n), 0);
	n.flags = 0;
	EXPECT(actor_name(&n), 0);
	CHECK(!strcmp(n.out_name, "named"));
	n.cap.key.k[1] ^= 1;
	EXPECT(actor_name(&n), -EACCES);
	n.flags = CHORUS_SET;
	EXPECT(actor_name(&n), -EACCES);
	n.cap.key.k[1] ^= 1;
	n.cap.ui.tail ^= 1;
	EXPECT(actor_name(&n), -EHOSTUNREACH);
	n.cap.ui.tail ^= 1;
	kill_puppet(p);
	EXPECT(actor_name(&n), -EHOSTUNREACH);
}
