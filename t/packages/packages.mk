# Tests of the packages, in clean roots; included by t/t.mk.
PACKAGES_FOR ?= bookworm trixie forky

## check-packages: build, install, upgrade and remove packages in clean roots (as root)
check-packages: dist
	bash t/packages/debian.t $(PACKAGES_FOR)

.PHONY: check-packages
