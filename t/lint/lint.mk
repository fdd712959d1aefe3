# Tests of "make lint" itself; included by t/t.mk.
## check-lint: scripts/lint-* find what they are for
check-lint:
	CC='$(CC)' prove t/lint

lint: check-lint

.PHONY: check-lint
