#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole life of a job under proctrack/linuxproc.
# shellcheck source=t/cluster/lib.sh
# core
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 2
# shellcheck source=t/cluster/chain.sh
. "$TOP/t/cluster/chain.sh"
done_testing
