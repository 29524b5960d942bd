/* bb-job-private.h: what the queue does with its jobs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-job.h"

G_BEGIN_DECLS

BbJob *bb_job_new_restored (GFile *input, GFile *wish, GFile *output, BbRecipe *recipe,
                            BbJobName name, gboolean begun, const char *source);
GFile *bb_job_get_wish (BbJob *self);
void bb_job_set_begun (BbJob *self);
const char *bb_job_get_source (BbJob *self);
void bb_job_note_source (BbJob *self);
gboolean bb_job_has_other_source (BbJob *self);
void bb_job_set_output (BbJob *self, GFile *output);
void bb_job_set_state (BbJob *self, BbJobState state);
void bb_job_set_stats (BbJob *self, const BbRenderStats *stats);
void bb_job_note_size (BbJob *self);
void bb_job_take_notices (BbJob *self, GStrv notices);
void bb_job_add_notice (BbJob *self, char *notice);
void bb_job_fail (BbJob *self, GError *error);
void bb_job_reset (BbJob *self);

G_END_DECLS
