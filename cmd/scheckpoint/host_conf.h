/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_conf.h: what Slurm is installed here, and what its configuration says.
 */
#ifndef HOST_CONF_H
#define HOST_CONF_H

#include <stdbool.h>

#include "requeue/policy/site_conf.h"
#include "requeue/slurm/client.h"

/*
 * Read the configuration of this machine.
 *
 * with_site  query slurmctld as well
 * conf       filled as far as it is known
 * err        why slurmctld, or the helper that reads it, said nothing
 *
 * False: err says why; the fields of this machine may be there all the same.
 */
bool host_conf(bool with_site, struct site_conf *conf,
	       char err[CLIENT_ERROR_MAX]);

#endif
