# Two commands: `make demo` shows Lục Đầu with its default province, `make test` proves it.

# Build results live in the user's cache folder: a fresh clone reuses compiled dependencies.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lucdau/target
export PATH := $(HOME)/.cargo/bin:$(PATH)

TWIN ?= twin
BIND ?= 127.0.0.1:8080
SCALE ?= small

.PHONY: demo test quick viewer picture bench

demo:                   ## Install what is missing, build, make the default province, import it, serve it
	@scripts/install-system build
	@$(MAKE) --no-print-directory viewer
	cargo build --release -p server
	"$(CARGO_TARGET_DIR)/release/lucdau" demo --twin "$(TWIN)" --scale $(SCALE) --bind $(BIND)

test:                   ## Install what the tests need and run all of them
	@scripts/test

quick:                  ## Format, tidy and lints only
	@scripts/test quick

viewer:                 ## Build the map viewer into server/viewer/dist (skipped when nothing changed)
	@scripts/build-viewer

picture:                ## Take the README's picture of the running viewer
	@scripts/picture

bench:                  ## Measure opening, querying, tiling and drawing
	cargo bench -p benches -p server --bench spine    # with server: the features, and so the build, of the program
