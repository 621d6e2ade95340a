// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Unique identifiers.
 */
#include <ext/chLib.h>
#include <ipc/chIpc.h>

#include "internal.h"

_Static_assert(K_UISITE == (int)CHORUS_UI_SITE &&
	       K_UIPORT == (int)CHORUS_UI_PORT &&
	       K_UIPORT_STATPORT == (int)CHORUS_UI_STATPORT, "uapi");
_Static_assert(K_UIGROUP_STATUSER == (int)CHORUS_UI_STATGROUP_USER &&
	       K_UIGROUP_STATSYS == (int)CHORUS_UI_STATGROUP_SYS, "uapi");
_Static_assert(sizeof(KnUniqueId) == sizeof(struct chorus_ui), "uapi");
_Static_assert(sizeof(KnCap) == sizeof(struct chorus_cap), "uapi");

int uiBuild(KnUniqueId *ui, int type, unsigned int site, unsigned int stamp)
{
	if (!ui)
		return K_EFAULT;
	switch (type) {
	case K_UISITE:
		/* A site has one name only, */
		if (stamp)
			return K_EINVAL;
		break;
	case K_UIPORT:
	case K_UIPORT_STATPORT:
		break;
	case K_UIGROUP_STATUSER:
	case K_UIGROUP_STATSYS:
		/* and a static group one for all sites. */
		if (site)
			return K_EINVAL;
		break;
	default:
		return K_EINVAL;
	}
	ui->uiHead = (uint64_t)type << CHORUS_UI_TYPE_SHIFT | site;
	ui->uiTail = stamp;
	return K_OK;
}

void uiClear(KnUniqueId *ui)
{
	ui->uiHead = 0;
	ui->uiTail = 0;
}

int uiIsCleared(const KnUniqueId *ui)
{
	return !(ui->uiHead | ui->uiTail);
}

int uiEqual(const KnUniqueId *ui1, const KnUniqueId *ui2)
{
	return ui1->uiHead == ui2->uiHead && ui1->uiTail == ui2->uiTail;
}

int uiGetSite(const KnUniqueId *ui, unsigned int *site)
{
	if (!ui || !site)
		return K_EFAULT;
	if (uiIsCleared(ui))
		return K_EINVAL;
	*site = (uint32_t)ui->uiHead;
	return K_OK;
}

int uiIsLocal(const KnUniqueId *ui)
{
	unsigned int site;
	ChorusInfo info;
	int ret = uiGetSite(ui, &site);

	if (ret)
		return ret;
	ret = chorus_info(&info);
	return ret ? ret : site == info.site;
}

int uiSite(KnUniqueId *ui, unsigned int site)
{
	return uiBuild(ui, K_UISITE, site, 0);
}

int uiLocalSite(KnUniqueId *ui)
{
	ChorusInfo info;
	int ret;

	if (!ui)
		return K_EFAULT;
	ret = chorus_info(&info);
	return ret ? ret : uiSite(ui, info.site);
}
