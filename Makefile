# The two commands a newcomer needs are `make demo` and `make test`; `make help` lists the rest.
CARGO ?= cargo
export CARGO_TERM_COLOR ?= auto

.DEFAULT_GOAL := help
.PHONY: contract help setup setup-test demo build build-debug test lint behaviour interop simulate bench-media bench-network leaks fuzz-smoke recovery deny clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the system packages that building and running needs
	@scripts/setup

setup-test: ## that, and the foreign peers the tests talk to
	@scripts/setup test

demo: setup ## a whole room on this machine, no hardware needed: server, box and panel
	$(CARGO) run --release --locked -p roombox -- demo

build: setup ## the binary, optimised: target/release/roombox
	$(CARGO) build --release --locked -p roombox

# Every step builds the whole workspace: one set of features, so that nothing is compiled twice.
TARGET = $(abspath $(or $(CARGO_TARGET_DIR),target))
DEBUG_BINARY = $(TARGET)/debug/roombox

test: setup-test lint behaviour interop ## everything that has to pass before a change lands

lint: ## formatting and lints
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

behaviour: build-debug ## every crate's own tests, and real processes on loopback checked by content
	ROOMBOX_BIN=$(DEBUG_BINARY) $(CARGO) test --workspace --locked

# The peers of signalling mostly wait; browsers keep the machine busy, one at a time.
interop: build-debug ## the user agent and the box against SIPp, Kamailio, and JsSIP, SIP.js and the clients of a vendor in Chromium
	cd tests/interop && npm ci --no-audit --no-fund --loglevel=error
	$(CARGO) test --workspace --locked --test interop -- --ignored --test-threads 8
	ROOMBOX_BIN=$(DEBUG_BINARY) $(CARGO) test --workspace --locked --test browsers -- --ignored --test-threads 1 \
		--skip webrtcbin:: --skip the_contract_is_kept_in_a_call_of_the_page

contract: build-debug ## the whole call contract against Chromium, with each engine and either side calling (about three minutes)
	cd tests/interop && npm ci --no-audit --no-fund --loglevel=error
	$(CARGO) test --workspace --locked --test browsers -- --ignored --test-threads 1 contract::

recovery: build-debug ## 20 server deaths in a row while in a call (about five minutes)
	ROOMBOX_BIN=$(DEBUG_BINARY) $(CARGO) test --workspace --locked --test recovery -- --ignored --nocapture

fuzz-smoke: ## a million broken inputs to every SIP parser and to live user agents (about a minute)
	$(CARGO) run --release --locked -p roombox-fuzz

SEEDS ?= 0..20000
simulate: ## 20 000 seeds of user agents and whole boxes in virtual time, twice, with equal traces (some twenty minutes)
	$(CARGO) build --release --locked -p roombox
	@$(TARGET)/release/roombox simulate --seeds $(SEEDS) > $(TARGET)/simulate-first || { cat $(TARGET)/simulate-first; exit 1; }
	@cat $(TARGET)/simulate-first
	@$(TARGET)/release/roombox simulate --seeds $(SEEDS) > $(TARGET)/simulate-second
	@grep -h runs $(TARGET)/simulate-first > $(TARGET)/simulate-traces
	@grep -h runs $(TARGET)/simulate-second | cmp - $(TARGET)/simulate-traces && echo "both times the same traces"

build-debug:
	$(CARGO) build --workspace --all-targets --locked

# BENCH='--engine webrtc --engine webrtcbin' measures both engines; '--alone' leaves the rivals out.
bench-media: setup-test ## what a call costs, next to the same call by Chromium and by baresip (about three minutes)
	cd tests/interop && npm ci --no-audit --no-fund --loglevel=error
	$(CARGO) build --release --locked -p roombox -p roombox-tests --bins
	ROOMBOX_BIN=$(TARGET)/release/roombox $(TARGET)/release/bench_media $(BENCH)

leaks: setup ## 300 calls in a row in one process, every third with a presentation: memory, threads, descriptors (three to eight minutes)
	$(CARGO) test --workspace --locked --test leaks -- --ignored --nocapture

bench-network: setup ## the figures of a call over a bad network (5 minutes)
	$(CARGO) test --release --locked -p roombox-media --test network_figures -- --ignored --nocapture

deny: ## licences, banned crates and sources (needs cargo-deny)
	$(CARGO) deny --locked check licenses bans sources

clean: ## remove what was built
	$(CARGO) clean
