/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * DOC: The CHORUS interface of libchorus
 *
 * Includes every header with ChorusOS names, and our extensions.  A process
 * becomes an actor at its first call; chorus_init(3) does it explicitly and
 * says why it cannot.  Start reading at libchorus(7).
 */
#ifndef CHORUS_CHORUS_H
#define CHORUS_CHORUS_H

#include <chError.h>
#include <chTypes.h>
#include <exec/chExec.h>
#include <ext/chArea.h>
#include <ext/chBatch.h>
#include <ext/chLib.h>
#include <ext/chMsg.h>
#include <ext/chRecover.h>
#include <ext/chServer.h>
#include <ext/chWindow.h>
#include <ipc/chIpc.h>
#include <lap/chLap.h>

#endif /* CHORUS_CHORUS_H */
