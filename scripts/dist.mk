# make dist: the sources as a site gets them; included by the Makefile.
# configure.ac alone says which version they are.
SOURCE_VERSION := $(shell sed -n '/^AC_INIT/s/.*, \[\([0-9.]*\)\].*/\1/p' configure.ac)
DIST := slurm-checkpoint-$(SOURCE_VERSION)
TARBALL := dist/$(DIST).tar.gz

# All files are of one time, that of the last commit: make then takes configure
# for newer than configure.ac, and the same sources give the same tarball.
## dist: the sources with configure, as dist/slurm-checkpoint-VERSION.tar.gz
dist: configure slurm-checkpoint.spec
	@git rev-parse --git-dir >/dev/null || { \
		echo 'make dist needs git, and a clone of the repository'; \
		exit 1; }
	@mkdir -p dist
	@{ git ls-files -z -- . ':!.ci' ':!.gitignore'; printf '%s\0' $^; } | \
		tar -c --null --files-from=- --transform='s|^|$(DIST)/|S' \
			--mtime="@$$(git log -1 --format=%ct)" --format=gnu \
			--owner=0 --group=0 --numeric-owner \
			--mode=u=rwX,go=rX | gzip -n >$(TARBALL).new
	@mv -f $(TARBALL).new $(TARBALL)
	@echo $(TARBALL)

slurm-checkpoint.spec: slurm-checkpoint.spec.in configure.ac
	sed 's/@VERSION@/$(SOURCE_VERSION)/' $< >$@

# As a site does it that has no autoconf.
## check-dist: the tarball builds without autoconf and passes its unit tests
check-dist: dist
	@rm -rf dist/check && mkdir -p dist/check/bin
	@printf '#!/bin/sh\necho "autoconf was called" >&2\nexit 1\n' \
		>dist/check/bin/autoconf && chmod +x dist/check/bin/autoconf
	tar -x -f $(TARBALL) -C dist/check
	cd dist/check/$(DIST) && PATH=$(CURDIR)/dist/check/bin:$$PATH \
		$(MAKE) --no-print-directory B=build all check-unit
	rm -rf dist/check

## deb: Debian packages for the Slurm of this machine, in dist/
deb: dist
	scripts/deb $(TARBALL) dist
	@ls dist/*.deb

# Debian's rpmbuild can't know what is installed.
RPMBUILD_FLAGS ?= $(if $(wildcard /etc/debian_version),--nodeps)

## rpm: RPM packages for the Slurm of this machine, in dist/rpm/RPMS/
rpm: dist
	rpmbuild -ta $(RPMBUILD_FLAGS) --define '_topdir $(CURDIR)/dist/rpm' \
		$(TARBALL)
	@find dist/rpm -name '*.rpm'

.PHONY: dist check-dist deb rpm
