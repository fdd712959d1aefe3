/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor.h: the command "doctor". */
#ifndef DOCTOR_H
#define DOCTOR_H

struct call;

int command_doctor(struct call *call);

#endif
