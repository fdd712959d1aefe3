# make install and make uninstall; included by the Makefile.
# One list says what goes where: MODE:FILE:PLACE, each below DESTDIR.
SNIPPET := $(B)/00-slurm-checkpoint.conf
PC := $(B)/ckptstate.pc
EPILOG := $(B)/epilog
SONAME := libckptstate.so.$(SOVERSION)
snippetdir = $(sysconfdir)/slurm/plugstack.conf.d
# Slurm reads the files of a directory in the order of their names, and stops at
# a required plugin that fails: ours comes first.
snippet = $(DESTDIR)$(snippetdir)/$(notdir $(SNIPPET))
old_snippet = $(DESTDIR)$(snippetdir)/slurm-checkpoint.conf

# The Python module goes where configure was told, or where python3 of this
# machine looks for modules below prefix; where it looks nowhere there, users name
# pythondir in PYTHONPATH.
PYTHON ?= $(or $(wildcard /usr/bin/python3),python3)
pythondir ?= $(or $(with_pythondir),$(shell $(PYTHON) -c 'import site, sys; print(*[ \
	d for d in site.getsitepackages() \
	if d.startswith(sys.argv[1] + "/lib/")][:1])' '$(prefix)' 2>/dev/null),\
	$(datarootdir)/slurm-checkpoint/python)

# bash loads the completion of scheckpoint from here when it is first used.  That
# of sbatch is Slurm's, so that ours, which goes on to it, is loaded at the start.
completionsdir = $(datarootdir)/bash-completion/completions

# The pages in doc/ name directories below /usr/local; the installed pages name
# those of this installation.
PAGES := $(patsubst doc/%,$(B)/man/%,$(wildcard doc/*.[1-8]))
manpages = $(foreach page,$(PAGES),\
	644:$(page):$(mandir)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))

examples = $(shell find examples -type f ! -name '*.mk' ! -name '*.pyc')
is_program = $(shell test -x $(1) && echo yes)

# A user may run the helpers but not read them, and so can't trace them.  A
# package keeps these modes: settle says in slurmd's log where they are others.
INSTALLED = 755:$(SCHECKPOINT):$(bindir)/scheckpoint \
	755:$(PLUGIN):$(slurm_plugindir)/spank_checkpoint.so \
	$(foreach helper,$(LIBEXEC),\
		711:$(helper):$(pkglibexecdir)/$(notdir $(helper))) \
	$(foreach method,$(METHODS),\
		755:$(method):$(pkglibexecdir)/methods/$(notdir $(method))) \
	755:$(EPILOG):$(pkglibexecdir)/epilog \
	755:$(LIBCKPT):$(libdir)/$(SONAME) \
	644:$(LIBCKPT_A):$(libdir)/libckptstate.a \
	644:lib/ckptstate.h:$(includedir)/ckptstate.h \
	644:fortran/ckptstate.f90:$(includedir)/ckptstate.f90 \
	644:$(PC):$(libdir)/pkgconfig/ckptstate.pc \
	$(foreach file,$(wildcard python/ckptstate/*.py) \
		python/ckptstate/py.typed,\
		644:$(file):$(pythondir)/ckptstate/$(notdir $(file))) \
	644:completion/scheckpoint:$(completionsdir)/scheckpoint \
	644:completion/sbatch:$(sysconfdir)/bash_completion.d/slurm-checkpoint \
	$(foreach text,$(wildcard README.md NEWS COPYING lib/COPYING.LESSER \
		doc/*.md),644:$(text):$(docdir)/$(notdir $(text))) \
	$(foreach file,$(examples),\
		$(if $(call is_program,$(file)),755,644):$(file):$(docdir)/$(file)) \
	$(manpages)

# These are written each time: prefix and the like may come from the command
# line of make.
.PHONY: $(SNIPPET) $(PC) $(EPILOG) $(PAGES)

$(SNIPPET): $(B)/config.mk
	@{ \
	echo '# Checkpointed jobs: sbatch --checkpoint.  See the man page'; \
	echo '# spank_checkpoint(8) for what may follow on this line, and for when'; \
	echo '# to say "required".'; \
	echo 'optional $(slurm_plugindir)/spank_checkpoint.so' \
		'helpers=$(pkglibexecdir)'; } >$@

$(PC): $(B)/config.mk
	@{ \
	echo 'fortran=$(includedir)/ckptstate.f90'; \
	echo; \
	echo 'Name: ckptstate'; \
	echo 'Description: versions of a job'\''s state in a store'; \
	echo 'Version: $(VERSION)'; \
	echo 'Libs: -L$(libdir) -lckptstate'; \
	echo 'Libs.private: $(strip $(LIB_LIBS))'; \
	echo 'Cflags: -I$(includedir)'; } >$@

# The epilog finds settle where this installation has it.
$(EPILOG): scripts/epilog $(B)/config.mk
	@sed 's|/usr/local/libexec/slurm-checkpoint|$(pkglibexecdir)|' $< >$@

# as_page PATH: PATH as the source of a page spells it
as_page = $(subst -,\\-,$(1))

$(PAGES): $(B)/man/%: doc/% $(B)/config.mk
	@mkdir -p $(@D)
	@sed -e '/^\.TH/s|"slurm-checkpoint"|"slurm-checkpoint $(VERSION)"|' \
		-e 's|/usr/local/lib/slurm\>|$(call as_page,$(slurm_plugindir))|' \
		-e 's|/usr/local/libexec/slurm\\-checkpoint|$(call as_page,$(pkglibexecdir))|' \
		-e 's|/usr/local/etc/slurm/plugstack.conf.d|$(call as_page,$(snippetdir))|' \
		-e 's|/usr/local/etc/bash_completion.d|$(sysconfdir)/bash_completion.d|' \
		-e 's|/usr/local/share/doc/slurm\\-checkpoint|$(call as_page,$(docdir))|' \
		$< >$@

# An administrator's own settings are not overwritten.  A file of the name that
# it had at first is renamed: with both, Slurm would load the plugin twice.
# Jobs may be running and starting meanwhile: at any moment each file is there
# as a whole, the old or the new one, and a file that is in use is never written
# to.
## install: install below prefix (DESTDIR=DIR for packages)
install: all $(SNIPPET) $(PC) $(EPILOG) $(PAGES)
	@set -e; for entry in $(INSTALLED); do \
		place=$${entry#*:}; \
		file=$${place%%:*}; place=$(DESTDIR)$${place#*:}; \
		echo "install $$place"; \
		install -D -m $${entry%%:*} $$file $$place.new; \
		mv -f $$place.new $$place; \
	done
	ln -sf $(SONAME) $(DESTDIR)$(libdir)/libckptstate.so.new
	mv -f $(DESTDIR)$(libdir)/libckptstate.so.new \
		$(DESTDIR)$(libdir)/libckptstate.so
	@rm -f $(DESTDIR)$(pythondir)/ckptstate.py
	@test -n "$(DESTDIR)" || ldconfig 2>/dev/null || :
	@if test -e $(old_snippet) -a -e $(snippet); then \
		mv -fv $(old_snippet) $(old_snippet).old; \
	elif test -e $(old_snippet); then \
		mv -v $(old_snippet) $(snippet); \
	fi
	@if test -e $(snippet); then \
		echo "kept $(snippet)"; \
	else \
		install -v -D -m 644 $(SNIPPET) $(snippet); \
	fi

# What a line in plugstack.conf looks like that loads the plugin.
loads = ^[[:blank:]]*$(1)[[:blank:]]+([^[:blank:]]*/)?spank_checkpoint\.so

# A line that says "required" makes every sbatch and srun fail, and drains the
# nodes, once the plugin is gone: so the line goes first.
## uninstall: remove what install has installed; an edited line is disabled
uninstall: $(SNIPPET)
	@for file in $(sort $(DESTDIR)$(sysconfdir)/slurm/plugstack.conf \
			$(DESTDIR)/etc/slurm/plugstack.conf); do \
		if grep -q -s -E '$(call loads,required)' $$file; then \
			echo "$$file has a line that requires the plugin:" \
				"remove it on all machines, then uninstall;" \
				"without the plugin no job could be submitted" >&2; \
			exit 1; \
		fi; \
	done
	@for file in $(snippet) $(old_snippet); do \
		if cmp -s $(SNIPPET) $$file; then \
			rm -fv $$file; \
		elif test -e $$file; then \
			sed -E 's%$(call loads,(required|optional))%# &%' \
				$$file >$$file.new && \
				cat $$file.new >$$file && rm $$file.new; \
			echo "kept $$file, which was edited: its line is disabled"; \
		fi; \
	done
	@for entry in $(INSTALLED); do \
		rm -fv $(DESTDIR)$${entry##*:}; \
	done
	rm -f $(DESTDIR)$(libdir)/libckptstate.so
	rm -rf $(DESTDIR)$(pythondir)/ckptstate/__pycache__
	@test ! -d $(DESTDIR)$(docdir)/examples || \
		find $(DESTDIR)$(docdir)/examples -depth -type d -empty -delete
	@for dir in $(pkglibexecdir)/methods $(pkglibexecdir) $(docdir) $(snippetdir) \
			$(pythondir)/ckptstate; do \
		rmdir $(DESTDIR)$$dir 2>/dev/null || :; \
	done

.PHONY: install uninstall
