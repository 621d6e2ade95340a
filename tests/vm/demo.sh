#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the demo shows, inside the guest. The modules are loaded; tools are on PATH; programs in /tests.
set -eu
echo
echo "The nucleus is in the kernel:"
lsmod | grep '^chorus'
ls -l /dev/chorus
