/* bb-key-group.h: key files whose groups have checksums
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BbKeyGroupFunc:
 * @file: a key file that has the group alone
 * @group: its name
 * @user_data: data of bb_key_groups_parse()
 *
 * Takes a group that is whole.
 *
 * Returns: whether what it says makes sense
 */
typedef gboolean (*BbKeyGroupFunc) (GKeyFile *file, const char *group, gpointer user_data);

void bb_key_group_close (GKeyFile *file, const char *group);
gboolean bb_key_groups_parse (const char *data, gsize length, BbKeyGroupFunc func,
                              gpointer user_data);

G_END_DECLS
