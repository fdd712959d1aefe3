/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mimic.h: end as another process did. */
#ifndef MIMIC_H
#define MIMIC_H

/* Returns the exit code of that wait status, for this process to end with; one
 * that a signal ended is followed by the same signal, without a core dump. */
int mimic_end(int wait_status);

#endif
