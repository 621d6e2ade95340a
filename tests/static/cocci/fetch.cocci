// SPDX-License-Identifier: GPL-2.0-or-later
// What a process passes is fetched once: a second fetch of the same address may find something else than what
// was judged. The one exception is a header whose judged part is written over the second fetch at once.

virtual report

@again exists@
expression source, first, second;
identifier fetch =~ "^(copy_from_user|chorus_copy_in|chorus_buffers_read|body_copy_in|chorus_fetch_words|memdup_user)$";
identifier refetch =~ "^(copy_from_user|chorus_copy_in|chorus_buffers_read|body_copy_in|chorus_fetch_words|memdup_user)$";
position p;
@@
(
fetch(first, source, ...)
|
get_user(first, source)
)
... when != source = ...
    when != source += ...
    when != if (chorus_planted(...)) { ... }
    when any
(
refetch@p(second, source, ...)
|
get_user@p(second, source)
)

@script:python depends on report@
p << again.p;
source << again.source;
@@
coccilib.report.print_report(p[0], "%s is fetched a second time" % source)

@header@
expression e, n, payload;
identifier sz;
type T;
position p;
@@
get_user(sz, (T)e)
... when any
copy_struct_from_user@p(payload, n, e, sz)
... when any
payload->head.size = sz;

@struct_again exists@
expression e, first, payload;
type T;
position p != header.p;
@@
(
get_user(first, (T)e)
|
get_user(first, e)
|
copy_from_user(first, e, ...)
)
... when any
copy_struct_from_user@p(payload, ..., e, ...)

@script:python depends on report@
p << struct_again.p;
e << struct_again.e;
@@
coccilib.report.print_report(p[0], "%s is fetched a second time, and what was judged is not kept" % e)
