#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slurmctld and munged are away for 20 s; with LONG=1 for 10 minutes.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ -z "${LONG:-}" ] || away_s=600
# shellcheck source=t/cluster/away.sh
. "$TOP/t/cluster/away.sh"
outage slurmctld
outage munged
nodes_idle
done_testing
