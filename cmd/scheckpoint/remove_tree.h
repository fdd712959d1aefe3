/* SPDX-License-Identifier: GPL-2.0-or-later */
/* remove_tree.h: remove a directory with all that is in it. */
#ifndef REMOVE_TREE_H
#define REMOVE_TREE_H

/* Follows no link, and leaves what it may not remove. */
void remove_tree(const char *path);

#endif
