/* bb-job-private.h: what the queue does with its jobs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-job.h"

G_BEGIN_DECLS

GFile *bb_job_get_wish (BbJob *self);
void bb_job_set_output (BbJob *self, GFile *output);
void bb_job_set_state (BbJob *self, BbJobState state);
void bb_job_set_stats (BbJob *self, const BbRenderStats *stats);
void bb_job_take_notices (BbJob *self, GStrv notices);
void bb_job_add_notice (BbJob *self, char *notice);
void bb_job_fail (BbJob *self, GError *error);
void bb_job_reset (BbJob *self);

G_END_DECLS
