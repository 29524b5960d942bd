/* bb-leftover.h: what renders that were killed left in a folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * BbLeftover:
 * @paths: (element-type filename): where it is: temporary files and a folder of segments
 * @name: name of the target that it would have become, as far as that is known
 * @bytes: what it takes on the disk
 * @in_use: whether a render that is alive writes it
 *
 * What is left of renders of one target.
 */
typedef struct {
  GPtrArray *paths;
  char *name;
  guint64 bytes;
  gboolean in_use;
} BbLeftover;

void bb_leftover_free (BbLeftover *leftover);
GPtrArray *bb_leftover_list (const char *folder);
gboolean bb_leftover_remove (const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbLeftover, bb_leftover_free)

G_END_DECLS
