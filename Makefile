# The two commands a newcomer needs are `make demo` and `make test`; `make help` lists the rest.
CARGO ?= cargo
export CARGO_TERM_COLOR ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo build test lint unit end-to-end interop bench-call recovery deny clean

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

test: setup-test lint unit end-to-end interop ## everything that has to pass before a change lands

lint: ## formatting and lints
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

unit: ## every crate's own tests
	$(CARGO) test --locked --workspace --exclude roombox-tests

end-to-end: ## real processes on loopback: box against lab, checked by content
	$(CARGO) build --locked -p roombox
	$(CARGO) test --locked -p roombox-tests

interop: ## the box against Kamailio and a JsSIP page in Chromium
	$(CARGO) build --locked -p roombox
	cd tests/interop && npm ci --no-audit --no-fund --loglevel=error
	$(CARGO) test --locked -p roombox-tests --test interop -- --ignored

recovery: ## 20 server deaths in a row while in a call (about five minutes)
	$(CARGO) build --locked -p roombox
	$(CARGO) test --locked -p roombox-tests --test recovery -- --ignored --nocapture

bench-call: setup ## the figures of docs/figures.md
	$(CARGO) build --release --locked -p roombox
	$(CARGO) run --release --locked -p roombox-tests --bin bench_call

deny: ## licences, banned crates and sources (needs cargo-deny)
	$(CARGO) deny --locked check licenses bans sources

clean: ## remove what was built
	$(CARGO) clean
