#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Many jobs under a random schedule of faults: each of them counts to its end.
FAULTS=${FAULTS:-60} exec "$(dirname "$0")/../chaos/chaos"
