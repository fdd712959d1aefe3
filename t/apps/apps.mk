# Tests with real applications, stopped in the middle; included by t/t.mk.
# "make check" runs those with a line "# small".  T picks by part of the name,
# as in check-cluster.
APPS_TESTS = $(sort $(wildcard t/apps/*$(T)*.t))
APPS_SMALL = $(shell grep -l '^\# small$$' /dev/null $(APPS_TESTS))

# One test runs at a time: the applications use all of the processors.
PROVE_APPS = B=$(B) prove --timer --exec 'timeout -k 60 $(TEST_TIMEOUT)'

# scripts/deps names what it can't install; its tests say that they are skipped.
## check-apps: real applications, stopped and continued
check-apps: setup
	-scripts/deps apps
	$(MAKE) --no-print-directory B=$(B) check-apps-installed

check-apps-installed: all
	$(PROVE_APPS) $(APPS_TESTS)

## check-apps-small: the quick ones of these
check-apps-small: all
	$(if $(APPS_SMALL),$(PROVE_APPS) $(APPS_SMALL))

.PHONY: check-apps check-apps-installed check-apps-small
