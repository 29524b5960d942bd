/* bb-job.h: one render of the queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "blurbox.h"

G_BEGIN_DECLS

/**
 * BbJobState:
 * @BB_JOB_WAITING: has not begun
 * @BB_JOB_RENDERING: is the one that runs
 * @BB_JOB_PAUSED: is the one that runs, held
 * @BB_JOB_STOPPED: ended with an earlier session, and begins or goes on when it is told to
 * @BB_JOB_DONE: the file is there, whole
 * @BB_JOB_FAILED: there is no file, and an error says why
 * @BB_JOB_CANCELLED: there is no file, as its user wished
 *
 * Where a job stands.
 */
typedef enum {
  BB_JOB_WAITING,
  BB_JOB_RENDERING,
  BB_JOB_PAUSED,
  BB_JOB_STOPPED,
  BB_JOB_DONE,
  BB_JOB_FAILED,
  BB_JOB_CANCELLED,
} BbJobState;

#define BB_TYPE_JOB_STATE (bb_job_state_get_type ())
GType bb_job_state_get_type (void);

/**
 * BbJobName:
 * @BB_JOB_NAME_PROPOSED: nobody chose it, so that another one is as good where it is taken
 * @BB_JOB_NAME_CHOSEN: somebody chose it: the job fails where it is taken
 * @BB_JOB_NAME_REPLACE: somebody chose it and agreed that the file that is there is replaced
 *
 * How much the name of a target matters.
 */
typedef enum {
  BB_JOB_NAME_PROPOSED,
  BB_JOB_NAME_CHOSEN,
  BB_JOB_NAME_REPLACE,
} BbJobName;

#define BB_TYPE_JOB (bb_job_get_type ())
G_DECLARE_FINAL_TYPE (BbJob, bb_job, BB, JOB, GObject)

BbJob *bb_job_new (GFile *input, GFile *output, BbRecipe *recipe, BbJobName name);
BbJob *bb_job_repeat (BbJob *self);
GFile *bb_job_get_input (BbJob *self);
GFile *bb_job_get_output (BbJob *self);
char *bb_job_get_output_name (BbJob *self);
BbRecipe *bb_job_get_recipe (BbJob *self);
BbJobName bb_job_get_name (BbJob *self);
BbJobState bb_job_get_state (BbJob *self);
gboolean bb_job_has_begun (BbJob *self);
gboolean bb_job_is_running (BbJob *self);
gboolean bb_job_is_over (BbJob *self);
double bb_job_get_fraction (BbJob *self);
const BbRenderStats *bb_job_get_stats (BbJob *self);
gint64 bb_job_get_size (BbJob *self);
const GError *bb_job_get_error (BbJob *self);
const char *const *bb_job_get_notices (BbJob *self);

G_END_DECLS
