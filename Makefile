# SPDX-License-Identifier: GPL-2.0-only
# The person's half of the build; Kbuild beside it is the kernel's half. "make help" tells the targets.

KERNEL ?= default
V      ?= 0

override K := $(shell tests/vm/kernel name $(KERNEL))
ifeq ($(K),)
$(error KERNEL=$(KERNEL) names no kernel)
endif

# Everything built lands here: one folder a kernel, one for user space.
B     := $(CURDIR)/build
# A build without a part has a folder of its own.
parts_out := $(if $(filter n,$(CHORUS_SUPERVISOR)),-nosupervisor)
MODB  := $(B)/$(K)$(parts_out)
TESTB := $(B)/$(K)$(parts_out)-test
USERB := $(B)/user

Q := $(if $(filter 1,$(V)),,@)
MAKEFLAGS += --no-print-directory

# The parts of user space, each with a Makefile that takes O= and KERNEL=.
parts := $(patsubst %/Makefile,%,$(wildcard lib/Makefile daemons/Makefile tests/Makefile))
part_args = O=$(USERB) KERNEL=$(K) V=$(V)

export KERNEL = $(K)
export CHORUS_SUPERVISOR ?= y

.PHONY: all
all: modules user

.PHONY: help
help:
	@sed -n 's/^#: \?//p' Makefile

#: chorus.ko: build it, look at it, prove it. Nothing has to be installed first.
#:
#:   make               the modules for one kernel, and user space
#:   make demo          a throw-away guest: the nucleus at work, LRPC against pipes
#:   make check         build, unit tests, tests in a guest, rules of the tree
#:   make check-all     the same on all three kernels: 6.1, 6.12, sid
#:   make check-debug   unit tests and selftests on a kernel with KASAN, lockdep and kmemleak
#:   make check-arm64   the selftests on an emulated arm64 machine, cross-built
#:   make sweep         a party killed at every step of every protocol, every allocation failing once
#:   make check-deep    everything, hours (PARTS='rt kcsan': some of it); writes Documentation/reports/check-deep.rst
#:   make static        sparse, checkpatch, coccinelle, layout of the ABI, licences and so on: nothing runs
#:   make fuzz          programs out of the grammar of the ABI, guided by coverage (FUZZ_SECONDS=300)
#:   make bench         the measurements; build/bench.json and a chart (NATIVE=1: on this box)
#:   make soak          loaded and unloaded under traffic, actors killed at random (N=rounds, BOUNDED=1)
#:   make stress        calls, migrations, groups, forwards, aborts, kills at once under a checker (SECONDS=60)
#:   make size          what the module and its objects take of memory; build/size.json
#:   make vm            a shell in the guest;  make vm CMD='chorusctl stat'  runs one thing
#:
#: Parts of these:
#:   make modules       chorus.ko and the supervisor actors, in build/<kernel>/
#:   make modules-test  the same with the test hooks, in build/<kernel>-test/
#:   make user          libchorus, daemons, test programs, in build/user/
#:   make kunit         the unit tests, under user-mode Linux
#:   make selftest T='fd-*'   some selftests in a guest (HOOKS=1: with the test build)
#:   make check-packages   the Debian packages: installed, upgraded, removed on boxes of their own (root)
#:   make host-setup    install what the build and the guests need (apt, sudo)
#:
#: A development box that can insmod:
#:   make load unload   insert and remove the modules for the running kernel
#:   make install uninstall   library, headers, tools (DESTDIR, PREFIX)
#:   make deb           Debian packages of all that, the modules by DKMS, in build/deb/
#:
#:   make clean         remove build/;  make distclean  also the cached kernels
#:
#: Variables: KERNEL=6.1|6.12|sid|rt|6.12-rt|default|host|debug|kcsan  V=1 (show commands)  CHORUS_CACHE=folder
#:            ONLY='60-* man' (some checks)  JOBS=1 (one at a time)
#:            CHORUS_SUPERVISOR=n (build without supervisor actors and LAPs)

.PHONY: host-setup
host-setup:
	$(Q)tests/vm/host-setup $(if $(filter 1,$(NATIVE)),-n)

# (+ : it calls make, which shares our job slots.)
.PHONY: modules modules-test
modules: host-setup
	$(Q)+tests/vm/modules $(K) $(MODB) V=$(V)

modules-test: host-setup
	$(Q)+tests/vm/modules $(K) $(TESTB) V=$(V) CHORUS_TEST=1

.PHONY: user $(parts:%=user-%)
user: $(parts:%=user-%)

$(parts:%=user-%): user-%: host-setup
	$(Q)mkdir -p $(USERB)
	$(Q)$(MAKE) -C $* $(part_args)

# The daemons and the tests link against the library.
$(filter-out user-lib,$(parts:%=user-%)): $(filter user-lib,$(parts:%=user-%))

.PHONY: kunit
kunit: host-setup
	$(Q)tests/vm/uml

.PHONY: check check-all check-debug check-arm64 check-deep
check: all modules-test
	$(Q)BUILD=$(B) MODULES=$(MODB) MODULES_TEST=$(TESTB) tests/check $(foreach name,$(ONLY),'$(name)')

check-all:
	$(Q)tests/check-all

check-debug:
	$(Q)tests/check-debug $(filter kcsan,$(K))

check-arm64:
	$(Q)tests/check-arm64

check-deep:
	$(Q)tests/check-deep $(PARTS)

# What a tool can see without running anything. A tool that apt cannot give is a test skipped.
.PHONY: static
static: host-setup
	$(Q)tests/vm/host-setup @static || true
	$(Q)BUILD=$(B) MODULES=$(MODB) MODULES_TEST=$(TESTB) tests/check --static

# (SECONDS is what the tiers of CI call it.)
.PHONY: fuzz
fuzz: host-setup
	$(Q)+FUZZ_KERNEL=$(if $(filter command,$(firstword $(origin KERNEL))),$(K),debug) FUZZ_SECONDS=$(or $(FUZZ_SECONDS),$(SECONDS),300) tests/fuzz/run
.PHONY: sweep
sweep: host-setup
	$(Q)+BUILD=$(B) KERNEL=$(K) tests/sweep/run $(if $(filter 1,$(BOUNDED)),--bounded)

# While working on something: one behaviour, or a few, in a guest. T= takes shell patterns.
.PHONY: selftest
selftest: all $(if $(filter 1,$(HOOKS)),modules-test)
	$(Q)BUILD=$(B) MODULES=$(MODB) MODULES_TEST=$(TESTB) T='$(T)' \
		tests/selftests/boot $(if $(filter 1,$(HOOKS)),hooks,shipped)

.PHONY: demo bench soak stress size vm
demo: all
	$(Q)BUILD=$(B) MODULES=$(MODB) tests/vm/demo

# On this box itself the guest's modules are not needed.
bench: $(if $(filter 1,$(NATIVE)),user,all)
	$(Q)BUILD=$(B) MODULES=$(MODB) NATIVE=$(NATIVE) tests/bench/run

soak: modules
	$(Q)BUILD=$(B) MODULES=$(MODB) tests/soak/run $(if $(filter 1,$(BOUNDED)),bounded,full)

stress: modules
	$(Q)BUILD=$(B) MODULES=$(MODB) SECONDS_MAX=$(or $(SECONDS),60) tests/soak/run stress

size: modules
	$(Q)BUILD=$(B) MODULES=$(MODB) tests/size/run

vm: all
	$(Q)BUILD=$(B) MODULES=$(MODB) tests/vm/shell $(if $(CMD),'$(subst ','\'',$(CMD))')

# On this box itself, for the kernel that runs.
# (Through a variable: a line that begins with "load" is a directive of make's own.)
box := load unload
.PHONY: $(box)
$(box):
	$(Q)tests/vm/box $@ $(B)/host

.PHONY: install uninstall
install uninstall: user
	$(Q)set -e; for part in $(filter-out tests,$(parts)); do $(MAKE) -C $$part $(part_args) $@; done

.PHONY: deb check-packages
deb:
	$(Q)tests/packages/build $(B)/deb

check-packages: host-setup
	$(Q)BUILD=$(B) tests/packages/run

.PHONY: clean distclean
clean:
	$(Q)rm -rf $(B)

distclean: clean
	$(Q)tests/vm/kernel forget
