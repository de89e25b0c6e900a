# SPDX-License-Identifier: Apache-2.0
# The only front door: every target works on a fresh Debian 12 with nothing but git and make.

MVN ?= mvn
MAVEN := $(MVN) -B -ntp
JAVA := $(if $(JAVA_HOME),$(JAVA_HOME)/bin/)java
XLVS := target/xlvs
SOURCES := $(shell find pom.xml proto loader bpf controller perf-tests -name target -prune -o -type f -print)

# Debian's packages that building, testing and the lab need beside what every Debian has.
PACKAGES := maven clang-19 libbpf1 libbpf-dev bpftool gcc libc6-dev linux-libc-dev make iproute2 nftables ethtool iputils-ping mount util-linux curl
# What `make bench' measures with and beside. Debian's start themselves as services: bench-setup does not let them.
BENCH_PACKAGES := wrk nginx libnginx-mod-stream haproxy iperf3
BENCH_SERVICES := nginx haproxy
# What running another kernel needs on top of that.
VM_PACKAGES := qemu-system-x86 busybox-static cpio kmod xz-utils
VM := perf-tests/src/main/sh/vm
KERNELS ?= 6.1 6.12
# Any JDK from this version on will do; Debian's is installed only where there is none.
JDK_VERSION := 17

# Where root's programs are, for those who became root without root's PATH.
export PATH := $(PATH):/usr/sbin:/sbin

.DEFAULT_GOAL := help
.PHONY: help setup bench-setup build run test test-kernels verifier-stats bench bench-quick bench-compare bench-publish bench-ipvs bench-scale bench-sweep bench-picks conformance clean assemble

# Programs of perf-tests.
PERF = $(JAVA) --enable-native-access=ALL-UNNAMED -Dxlvs.home="$(XLVS)" -cp "perf-tests/target/classes:$$(cat perf-tests/target/runtime.classpath)" io.xlvs.perf

help: ## show this list
	@echo "xlvs: LVS rebuilt on XDP, controlled from Java. As root:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# $(call missing,PACKAGES): a line of shell that leaves in $$missing those that are not installed.
missing = missing=; for package in $(1); do \
	  dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null | grep -qx installed || missing="$$missing $$package"; \
	done
# $(call install,TARGET): installs what $$missing names, as root, and says little unless that fails.
install = if [ "$$(id -u)" != 0 ]; then \
	  echo "$(1): missing:$$missing: run \`make $(1)' as root, or install them by other means" >&2; exit 1; \
	fi; \
	echo "$(1): installing$$missing"; \
	log=$$(mktemp); \
	if apt-get -qq update > $$log 2>&1 \
	    && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $$missing >> $$log 2>&1; then \
	  rm -f $$log; \
	else \
	  cat $$log >&2; rm -f $$log; echo "$(1): apt-get could not install$$missing" >&2; exit 1; \
	fi

setup: ## install with apt what is missing, and only that
	@$(call missing,$(PACKAGES)); \
	version=$$("$(JAVA)c" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p'); \
	[ "$${version:-0}" -ge $(JDK_VERSION) ] || missing="$$missing openjdk-$(JDK_VERSION)-jdk-headless"; \
	[ -n "$$missing" ] || exit 0; \
	$(call install,setup)

# Installing nginx or HAProxy starts it as a service, now and at each boot: not where this target installs it.
bench-setup: ## install what only benchmarks need: wrk, nginx, HAProxy, iperf3; no service starts
	@$(call missing,$(BENCH_PACKAGES)); \
	[ -n "$$missing" ] || exit 0; \
	services=; \
	for service in $(BENCH_SERVICES); do \
	  case " $$missing " in *" $$service "*) services="$$services $$service";; esac; \
	done; \
	policy=/usr/sbin/policy-rc.d; made=; \
	trap '[ -z "$$made" ] || rm -f $$policy' EXIT; trap 'exit 1' INT TERM; \
	if [ "$$(id -u)" = 0 ] && [ ! -e $$policy ]; then \
	  made=yes; printf '#!/bin/sh\nexit 101\n' > $$policy; chmod 755 $$policy; \
	fi; \
	$(call install,bench-setup); \
	for service in $$services; do \
	  ! command -v systemctl >/dev/null || systemctl -q disable $$service 2>/dev/null || update-rc.d $$service disable; \
	done

build: setup $(XLVS)/.built ## build everything into target/xlvs/{bin,lib}

$(XLVS)/.built: $(SOURCES) Makefile
	rm -rf $(XLVS)
	$(MAVEN) -q -DskipTests package
	@touch $@

# Maven calls this when all jars are there (controller/lab, phase package): the tree that is installed, run and tested.
assemble:
	@mkdir -p $(XLVS)/bin $(XLVS)/lib
	@for pom in controller/*/pom.xml; do tr ':' '\n' < $${pom%/*}/target/runtime.classpath; echo; done | sort -u | xargs cp -u -t $(XLVS)/lib
	@cp -u controller/lab/target/xlvs-lab-[0-9]*.jar $(XLVS)/lib
	@twice=$$(ls $(XLVS)/lib | sed -E 's/-[0-9][0-9A-Za-z.]*(-SNAPSHOT)?//' | sort | uniq -d); \
	[ -z "$$twice" ] || { echo "assemble: two versions of $$twice: manage one in pom.xml" >&2; exit 1; }
	@install -m 755 -t $(XLVS)/bin controller/*/src/main/sh/*
	@$(XLVS)/bin/lbctl-archive
	@$(XLVS)/bin/xlvsd-archive

run: build ## start the lab and send requests in all four modes; IFACE=eth0[,eth1]: run xlvsd there, no lab
	@[ "$$(id -u)" = 0 ] || { echo "run: needs root, for network namespaces and BPF" >&2; exit 1; }
	@exec $(if $(IFACE),$(XLVS)/bin/xlvsd --interface $(IFACE),$(XLVS)/bin/xlvs-lab)

test: setup ## build and run every ring of tests: unit, packets, end to end
	@[ "$$(id -u)" = 0 ] || { echo "test: needs root, for network namespaces and BPF" >&2; exit 1; }
	@rm -rf $(XLVS)
	$(MAVEN) verify

test-kernels: PACKAGES += $(VM_PACKAGES)
test-kernels: build ## load, verify and forward under kernels 6.1 and 6.12, in QEMU; KERNELS=6.1: one of them; UPDATE=1: record verifier statistics
	@for kernel in $(KERNELS); do \
	  KERNEL=$$kernel VM_SECONDS=1200 WRITABLE=$(CURDIR)/bpf $(VM) perf-tests/src/main/sh/test-kernel $(if $(UPDATE),--update) || exit 1; \
	done

verifier-stats: build ## print how large each program is to the kernel, beside what is recorded; UPDATE=1: record it
	@$(PERF).VerifierStats $(if $(UPDATE),--update)

bench: build bench-setup ## measure all: packets beside floor programs, growth, ...; BENCH_ARGS="--parts packets,growth": some of it
	@$(PERF).Bench $(BENCH_ARGS)

bench-ipvs: PACKAGES += $(VM_PACKAGES) ipvsadm
bench-ipvs: build ## count instructions a packet in xlvs and in real IPVS, under kernel 6.12 in QEMU; writes docs/perf/ipvs.md
	@mkdir -p target/ipvs
	@KERNEL=6.12 WRITABLE=$(CURDIR)/target/ipvs VM_ICOUNT=1 VM_SECONDS=1800 $(VM) $(PERF).IpvsBench measure
	@$(PERF).IpvsBench page

bench-quick: ## the same in two minutes, with fewer repetitions and situations
	@$(MAKE) --no-print-directory bench BENCH_ARGS="--quick $(BENCH_ARGS)"

bench-compare: build ## say what the last run found slower or faster than the stored one; fails if anything got slower
	@$(PERF).BenchCompare $(BENCH_ARGS)

bench-publish: build ## store the last run: its figures and pictures in docs/perf, its tables there and in README.md
	@$(PERF).BenchPublish

bench-scale: build ## print what a table of 10,000 services with 100 servers each, and a million connections, cost to load, change, list and restart
	@$(PERF).Scale $(BENCH_ARGS)

bench-sweep: build ## print what the sweep of a million connections takes, and how often it therefore comes
	@$(PERF).SweepBench

bench-picks: build ## print what a new connection costs by scheduler and number of servers
	@$(PERF).PickBench

conformance: build ## play scenarios recorded from IPVS to xlvs, compare, write docs/conformance.md; RECORD=1: record them anew, where the kernel has ip_vs
	@$(JAVA) -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -Dxlvs.home="$(XLVS)" -cp "$(XLVS)/lib/*" \
	  io.xlvs.lab.conformance.Main $(if $(RECORD),--record,--page docs/conformance.md) controller/lab/src/conformance $(SCENARIOS)

clean: ## remove everything built
	rm -rf target bpf/target loader/target proto/target perf-tests/target controller/target controller/*/target
