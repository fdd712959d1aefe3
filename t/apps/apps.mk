# Real software, stopped in the middle; included by t/t.mk.  The small ones
# are part of "make check".  T picks by part of the name, as in check-cluster.
APPS_TESTS = $(sort $(wildcard t/apps/*$(T)*.t))
APPS_SMALL = $(shell grep -l '^\# small$$' /dev/null $(APPS_TESTS))

# One at a time: what they compute is short, but all of it computing.
PROVE_APPS = B=$(B) prove --timer --exec 'timeout -k 60 $(TEST_TIMEOUT)'

# What can't be installed is said, and its tests say that they are skipped.
check-apps: setup
	-scripts/deps apps
	$(MAKE) --no-print-directory B=$(B) check-apps-installed

check-apps-installed: all
	$(PROVE_APPS) $(APPS_TESTS)

check-apps-small: all
	$(if $(APPS_SMALL),$(PROVE_APPS) $(APPS_SMALL))

.PHONY: check-apps check-apps-installed check-apps-small
