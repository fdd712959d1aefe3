/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check_site.h: the plugin's line in plugstack.conf, checked. */
#ifndef CHECK_SITE_H
#define CHECK_SITE_H

struct call;

int command_check_site(struct call *call);

#endif
