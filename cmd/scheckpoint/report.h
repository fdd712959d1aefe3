/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h: the command report. */
#ifndef SCHECKPOINT_REPORT_H
#define SCHECKPOINT_REPORT_H

struct call;

int command_report(struct call *call);

#endif
