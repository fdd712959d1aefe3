#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole life of a job under proctrack/cgroup, where Slurm's TERM reaches
# only the first process.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'proctrack/cgroup needs root'
cluster_up --nodes 2 --proctrack cgroup
# shellcheck source=t/cluster/chain.sh
. "$TOP/t/cluster/chain.sh"
done_testing
