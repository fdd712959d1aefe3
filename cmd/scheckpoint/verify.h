/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify.h: compare versions with their manifests. */
#ifndef VERIFY_H
#define VERIFY_H

struct call;

int command_verify(struct call *call);

#endif
