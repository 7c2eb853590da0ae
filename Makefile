# SPDX-License-Identifier: GPL-2.0-only
#
# For people; kbuild reads Kbuild. Which kernel to build for is never guessed from a checkout alone: KVER
# defaults to the running one and is printed, KDIR follows from KVER.

KVER	?= $(shell uname -r)
KDIR	?= /lib/modules/$(KVER)/build
VERSION	:= $(shell cat VERSION)

# As for all modules that are not the distribution's. DKMS has a folder of its own beside this one.
MODDIR	:= $(DESTDIR)/lib/modules/$(KVER)/updates/pasid-ctl

# The tool and its pages are the same for every kernel.
PREFIX	?= /usr/local
TOOLDIR	:= $(DESTDIR)$(PREFIX)

.PHONY: all modules install uninstall install-tools uninstall-tools clean demo check lint kunit model bench mutate soak
.PHONY: deb dist matrix foreign states walk help

all: modules

modules: $(KDIR)/Makefile
	@echo "building pasid-ctl $(VERSION) for $(KVER)"
	+$(MAKE) -C $(KDIR) M=$(CURDIR) modules

$(KDIR)/Makefile:
	@echo "No kernel headers for $(KVER) in $(KDIR): install linux-headers-$(KVER)," >&2
	@echo "or say KVER=<release> or KDIR=<folder>." >&2
	@exit 1

install: modules
	@if ls $(DESTDIR)/lib/modules/$(KVER)/updates/dkms/intel-pasid-ctl.ko* >/dev/null 2>&1; then \
		echo "DKMS has installed pasid-ctl for $(KVER): remove it first (dkms remove, or the package)" >&2; exit 1; fi
	install -d $(MODDIR)
	install -m 644 iommu/intel-pasid-ctl.ko pf/pasid-pf.ko vfio/pasid-vfio-pci.ko $(MODDIR)/
	$(if $(DESTDIR),,depmod $(KVER))
	@echo "installed for $(KVER); load them with: modprobe intel-pasid-ctl, modprobe pasid-vfio-pci"

uninstall:
	rm -rf $(MODDIR)
	$(if $(DESTDIR),,depmod $(KVER))

install-tools:
	install -d $(TOOLDIR)/sbin $(TOOLDIR)/lib/pasidctl/lib $(TOOLDIR)/share/man/man5 $(TOOLDIR)/share/man/man8 \
		$(TOOLDIR)/share/bash-completion/completions
	install -m 755 tools/pasidctl $(TOOLDIR)/lib/pasidctl/
	install -m 644 VERSION $(TOOLDIR)/lib/pasidctl/
	install -m 644 tools/lib/*.sh $(TOOLDIR)/lib/pasidctl/lib/
	ln -sf ../lib/pasidctl/pasidctl $(TOOLDIR)/sbin/pasidctl
	install -m 644 man/pasid_ctl.5 $(TOOLDIR)/share/man/man5/
	install -m 644 man/pasidctl.8 $(TOOLDIR)/share/man/man8/
	install -m 644 completions/pasidctl $(TOOLDIR)/share/bash-completion/completions/

uninstall-tools:
	rm -rf $(TOOLDIR)/lib/pasidctl $(TOOLDIR)/sbin/pasidctl $(TOOLDIR)/share/man/man5/pasid_ctl.5 \
		$(TOOLDIR)/share/man/man8/pasidctl.8 $(TOOLDIR)/share/bash-completion/completions/pasidctl

clean:
	+$(MAKE) -C $(KDIR) M=$(CURDIR) clean

# What follows needs no hardware and no headers: it sets a lab up, outside the checkout.
demo:
	@scripts/demo

check:
	@scripts/check

lint:
	@scripts/lint

kunit:
	@scripts/kunit

model:
	@scripts/model

bench:
	@scripts/bench

mutate:
	@scripts/mutate

soak:
	@scripts/soak $(MINUTES)

matrix:
	@scripts/matrix

foreign:
	@scripts/foreign

# What a host goes through, on each kernel that can: make check has each on one kernel.
walk:
	@scripts/check walk

states:
	@scripts/check --kernel 6.12 --kernel newest --kernel lab --kernel debug \
		suspend kexec kdump sriov-load vfio-selftests

deb:
	@scripts/deb

# What is committed.
DIST	?= dist
dist:
	@mkdir -p $(DIST)
	git archive --prefix=pasid-ctl-$(VERSION)/ -o $(DIST)/pasid-ctl-$(VERSION).tar.gz HEAD

help:
	@echo 'make                     build for the running kernel; KVER=<release> for another'
	@echo 'make install|uninstall   into /lib/modules/<release>/updates/pasid-ctl; DESTDIR= is heeded'
	@echo 'make install-tools         pasidctl and its pages into PREFIX, /usr/local; DESTDIR= is heeded; uninstall-tools'
	@echo 'make clean'
	@echo 'make demo                see it work, in a simulated machine'
	@echo 'make check               run all tests, in simulated machines'
	@echo 'make lint                run the static checks alone'
	@echo 'make kunit               run the KUnit suites alone, in a kernel that is a program'
	@echo 'make model               search the model of the engine, every order of every step'
	@echo 'make bench               count descriptors and instructions, in simulated machines'
	@echo 'make mutate              break the module in one place at a time: does a test notice?'
	@echo 'make soak MINUTES=n      everything at the same time, on the debug kernel, for as long'
	@echo 'make matrix              try each kernel that Debian has, and note it in docs/kernels.md'
	@echo 'make foreign             try kernels that are started or built in other ways, and note it in docs/foreign.md'
	@echo 'make walk                README, followed to the letter on a Debian host, from the packages to their purge'
	@echo 'make states              suspend, kexec, crash, SR-IOV under load, Linux'"'"'s tests of VFIO, on each kernel'
	@echo 'make deb                 Debian packages, DKMS does the rest, into dist/'
	@echo 'make dist                a tarball of what is committed, into dist/'
