#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slurmctld hangs: a call to it takes all of MessageTimeout, a minute here.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
away_s=40
# shellcheck source=t/cluster/away.sh
. "$TOP/t/cluster/away.sh"
outage hanging
nodes_idle
done_testing
