/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock.c: the supervisor's clock. */
#include <time.h>

#include "requeue/supervise/clock.h"

static int64_t read_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	static int64_t offset_ms;

	if (!offset_ms)
		offset_ms = read_ms(CLOCK_REALTIME) - read_ms(CLOCK_BOOTTIME);
	return read_ms(CLOCK_BOOTTIME) + offset_ms;
}

int64_t clock_on_wall_ms(int64_t at_ms)
{
	return at_ms + read_ms(CLOCK_REALTIME) - clock_now_ms();
}
