/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsutil.h: system calls on files, for directories that another program may
 * have filled.  Each function returns -1 and sets errno when it fails, unless
 * it says otherwise.
 */
#ifndef CKPT_FSUTIL_H
#define CKPT_FSUTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

/* So many bytes are written before the disk begins with them. */
#define CKPT_FLUSH_BYTES (8 << 20)

/* Does the file of this name stay inside of the version that it is in? */
bool ckpt_fs_is_name(const char *name);

/* openat() that follows no link at the end of name. */
int ckpt_fs_open(int dirfd, const char *name, int flags, mode_t mode);
/* Open a directory below dirfd, no symbolic link; -1 with errno. */
int ckpt_fs_open_dir(int dirfd, const char *name);
/* Open for reading what the user named, through links: a source of a copy. */
int ckpt_fs_open_users(int dirfd, const char *name);
/* Open a regular file of owner below dirfd and fill *st; name may have
 * components.  errno EPERM: another user owns it, EMEDIUMTYPE: it is no regular
 * file. */
int ckpt_fs_open_file(int dirfd, const char *name, int flags, uid_t owner,
		      struct stat *st);
/* Close *fd if it is open, and set it to -1; errno is kept. */
void ckpt_fs_close(int *fd);

/* Read a file of at most max bytes (else EFBIG).  *text: ends with a NUL, which
 * *len_bytes doesn't count; free() it. */
int ckpt_fs_read_small(int dirfd, const char *name, uid_t owner, size_t max,
		       char **text, size_t *len_bytes);
/* read() that goes on after a signal. */
ssize_t ckpt_fs_read(int fd, void *data, size_t size_bytes);
/* write() that goes on until all is written; 0, or -1 with errno. */
int ckpt_fs_write(int fd, const void *data, size_t len_bytes);
/* fsync() that goes on after a signal; 0, or -1 with errno. */
int ckpt_fs_sync(int fd);
/* The same for a directory; succeeds where the file system has no such
 * operation. */
int ckpt_fs_sync_dir(int fd);

/* Replace a file in one step.  is_synced: durable once it returns 0. */
int ckpt_fs_replace(int dirfd, const char *name, const char *text,
		    size_t len_bytes, bool is_synced);
/* Create a whole file in one step, durably; EEXIST: there is one. */
int ckpt_fs_create(int dirfd, const char *name, const char *text,
		   size_t len_bytes);
/* Rename a directory; EEXIST: there is one of the name `to` that isn't empty,
 * which is never replaced. */
int ckpt_fs_publish(int from_fd, const char *from, int to_fd, const char *to);
/*
 * Is the open file or directory fd the one called name?  errno is kept.  For
 * use after a failed rename: a network file system may report a failure of one
 * that it did carry out, when the reply was lost and the call repeated.
 */
bool ckpt_fs_is_at(int fd, int dirfd, const char *name);

/* Call each() with the names in a directory, in no order.  A non-zero value of
 * each() ends it and is returned.  E2BIG: more than CKPT_ENTRIES_MAX. */
int ckpt_fs_each(int dirfd, int (*each)(const char *name, void *arg),
		 void *arg);
/* Remove a file or a whole tree; 0 too where there is none. */
int ckpt_fs_remove(int dirfd, const char *name);
/* Write prefix-pid-random to name, which no other process uses. */
void ckpt_fs_unique(char *name, size_t size, const char *prefix);

#endif
