/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_site.h: Slurm's configuration as scheckpoint doctor judges it.  What
 * ctl.h says of all calls holds here. */
#ifndef CTL_SITE_H
#define CTL_SITE_H

#include "requeue/policy/site_conf.h"
#include "requeue/slurm/ctl.h"

/* Fill what this machine's libslurm has read; no call is made. */
void ctl_host_conf(struct site_conf *conf);

/*
 * Fill the rest: two or three calls to slurmctld, for its configuration, its
 * partitions and, where Slurm preempts by it, its QOS.
 *
 * conf  as ctl_host_conf() left it; the fields of slurmctld's are set on CTL_OK
 * text  as of ctl_load()
 */
enum ctl_result ctl_site_conf(struct site_conf *conf, char *text);

#endif
