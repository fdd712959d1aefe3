/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oom.h: what the memory cgroup says of kills for lack of memory. */
#ifndef OOM_H
#define OOM_H

#include <stdint.h>

/*
 * Kills that the memory cgroup of this process has counted (v1:
 * memory.oom_control, v2: memory.events, of the step's cgroup and of the
 * job's above it); 0 where there is none to ask.
 */
uint64_t oom_kills(void);

#endif
