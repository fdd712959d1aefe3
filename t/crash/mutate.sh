#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# mutate.sh: show that the crash harness would notice.  Each mutation leaves
# one sync or one check out of a copy of the library; the harness must fail.
# Output is TAP.  CC, CFLAGS and LIBS are as for the library itself.
set -u
here=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
number=0
failed=0
: "${CC:=cc}" "${CFLAGS:=-O1}" "${LIBS:=-ljson-c -lxxhash}"

build() {
	# shellcheck disable=SC2086
	(cd "$work" && $CC -std=gnu11 -D_GNU_SOURCE -I. -It/crash $CFLAGS -w \
		-o crash lib/*.c t/crash/*.c $LIBS)
}

# notices SCENARIO: does the harness fail, in one of ten runs?  One may not do:
# whether the end of an old manifest shows behind a new one depends on their
# lengths, and so on the digits of the time that the commit took.
notices() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		"$work/crash" --quick "$1" >"$work/out" 2>&1 || return 0
	done
	return 1
}

# mutate WHAT SCENARIO FILE SED-SCRIPT
mutate() {
	number=$((number + 1))
	rm -rf "${work:?}/lib" "$work/t"
	mkdir "$work/t"
	cp -r "$here/lib" "$work/lib"
	cp -r "$here/t/crash" "$work/t/crash"
	sed -i "$4" "$work/lib/$3"
	if cmp -s "$here/lib/$3" "$work/lib/$3"; then
		echo "not ok $number - $1: lib/$3 has no such place any more"
		failed=1
	elif ! build; then
		echo "not ok $number - $1: it doesn't compile"
		failed=1
	elif ! notices "$2"; then
		echo "not ok $number - $1: not noticed"
		failed=1
	else
		echo "ok $number - $1: $(grep -c '^not ok' "$work/out") of" \
			"$(grep -c 'ok ' "$work/out") tests notice"
	fi
}

mutate "a file isn't synced before the rename" commit seal.c \
	'/^static enum ckpt_status seal_file/,/^}/s/ckpt_fs_sync(fd) < 0/0/'
mutate "a failed sync of a file is overlooked" commit seal.c \
	'/^static enum ckpt_status seal_file/,/^}/s/ckpt_fs_sync(fd) < 0/ckpt_fs_sync(fd) < -1/'
mutate "a directory in a stage isn't synced" commit seal.c \
	'/^static enum ckpt_status seal_dir/,/^}/s/ckpt_fs_sync_dir(dirfd) < 0/0/'
mutate "the manifest isn't synced" commit manifest.c \
	'/^int ckpt_listing_seal/,/^}/s/ckpt_fs_sync(list->fd) < 0/0/'
mutate "a manifest is sealed again over its old end" "commit that is overtaken" \
	manifest.c 's/ftruncate(list->fd, (off_t)list->end) < 0/0/; s/lseek(list->fd, 0, SEEK_END)/lseek(list->fd, (off_t)list->end, SEEK_SET)/'
mutate "small files aren't synced, only their directory" "done" fsutil.c \
	'/^static int write_temporary/,/^}/s/is_synced && ckpt_fs_sync(fd) < 0/0/'
mutate "the stage isn't synced" commit seal.c \
	'/^enum ckpt_status ckpt_seal_manifest/,/^}/s/ckpt_fs_sync_dir(stage->fd) < 0/0/'
mutate "the store isn't synced after a fact is replaced" "done" fsutil.c \
	'/^int ckpt_fs_replace/,/^}/s/is_synced ? ckpt_fs_sync_dir(dirfd) : 0/0/'
mutate "the store isn't synced after the rename" commit commit.c \
	'/^enum ckpt_status ckpt_commit/,/^}/s/ckpt_fs_sync_dir(store->fd) < 0/0/'
mutate "a failed last sync is overlooked" commit commit.c \
	'/^enum ckpt_status ckpt_commit/,/^}/s/ckpt_fs_sync_dir(store->fd) < 0/ckpt_fs_sync_dir(store->fd) < -1/'
mutate "a short write is taken for a whole one" commit fsutil.c \
	'/^int ckpt_fs_write/,/^}/s/len_bytes -= (size_t)put/len_bytes = 0/'
mutate "a failed write is overlooked" commit fsutil.c \
	'/^int ckpt_fs_write/,/^}/s/if (put < 0)/if (put < 0) return 0; if (0)/'
mutate "a short read of a small file ends it" "strike and set aside" \
	fsutil.c 's/len += (size_t)got;/len += (size_t)got; size = len;/'
mutate "a short read of a manifest ends it" "restore of a damaged version" \
	manifest.c 's/from += (uint64_t)got;/from = end;/'
mutate "a lost reply to the rename counts as a failure" commit commit.c \
	's/ckpt_fs_is_at(stage->fd, store->fd, name)/0/'
mutate "the version is published without a manifest" commit commit.c \
	's/status = ckpt_seal_manifest(s, \*number);/status = CKPT_OK;/'
mutate "no look for a later run before the rename" fence commit.c \
	'/The fence is as late/,/status = /s/status = ckpt_fence(store, \&newest, s->err)/newest = 0/'
mutate "late versions are seen by a run that had begun" fence restore.c \
	's/version->number > base/0/'
mutate "the journal that shuts out earlier runs isn't synced" claim journal.c \
	'/^static enum ckpt_status write_claim/,/^}/s/ckpt_fs_sync_dir(store->fd) < 0/0/'
mutate "two programs in one store share a run" fence journal.c \
	's/\*is_new = fd >= 0/*is_new = true/'
mutate "a journal's line isn't synced" journal journal.c \
	's/TEMP_FAILURE_RETRY(fdatasync(fd)) < 0/0/'
mutate "a torn line isn't ended before the next" journal journal.c \
	'/^static bool ends_torn/,/^}/s/return pread.*/return false;/'
mutate "a line that was cut short isn't written again" journal journal.c \
	's/rc = (size_t)put == len ? 0 : -1/rc = 0/'
mutate "a version is removed in place" retain retain.c \
	'/^static enum ckpt_status remove_version/,/^}/s/ckpt_gone_name(gone);/strcpy(gone, name);/'
mutate "retention goes by number kept alone, and one too few" retain retain.c \
	's/while (!status && count > kept)/while (!status \&\& count + 1 > kept)/'
mutate "a strike isn't synced" "strike and set aside" marks.c \
	'/^enum ckpt_status ckpt_strike/,/^}/s/rec, true, err/rec, false, err/'
mutate "cleared marks aren't synced" "clear marks" marks.c \
	'/^enum ckpt_status ckpt_clear_marks/,/^}/s/ckpt_fs_sync_dir(store->fd) < 0/0/'
mutate "restore doesn't compare digests" "restore of a damaged version" \
	version.c 's/bytes != file->bytes || strcmp(hex, file->digest)/0/; s/(uint64_t)st.st_size != file->bytes/0/'
mutate "a shard is published with one missing" "first shard" shard.c \
	's/count == stage->shards/count \&\& (stage->shards = count)/'
mutate "a failed rename of the shards counts as another's" "last shard" \
	shard.c 's/return ckpt_fs_is_at(\*gather, store->fd, name)/return 0/'
mutate "a commit removes more than it may" "commit that prunes" retain.c \
	's/usable < keep + PRUNE_SPARE/usable < keep/'
mutate "a request stays when it is taken" request request.c \
	's/!unlinkat(store->fd, name, 0)/1/'
echo "1..$number"
exit $failed
