/* bb-jobs.h: jobs for schedulers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean bb_jobs_is_scheduler (const char *name);
char *bb_jobs_new (const char *scheduler, const char *program, const char *folder, guint n_segments,
                   GError **error);

G_END_DECLS
