/* bb-job-render.h: a job's render on a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-job.h"

G_BEGIN_DECLS

/**
 * BbJobRender:
 *
 * A running render. Its functions belong to the thread that began it, and so do its callbacks; none
 * comes after bb_job_render_end().
 */
typedef struct _BbJobRender BbJobRender;

/**
 * BbJobRenderFunc:
 * @work: the render
 * @user_data: data of bb_job_render_begin()
 *
 * Tells what a render has come to.
 */
typedef void (*BbJobRenderFunc) (BbJobRender *work, gpointer user_data);

BbJobRender *bb_job_render_begin (BbJob *job, BbJobRenderFunc progressed, BbJobRenderFunc cancelled,
                                  BbJobRenderFunc ended, gpointer user_data);
void bb_job_render_end (BbJobRender *work);
BbJob *bb_job_render_get_job (BbJobRender *work);
void bb_job_render_set_paused (BbJobRender *work, gboolean paused);
void bb_job_render_cancel (BbJobRender *work);
gboolean bb_job_render_stop (BbJobRender *work, int patience);
void bb_job_render_get_stats (BbJobRender *work, BbRenderStats *stats);
const char *bb_job_render_get_shortfall (BbJobRender *work);
GStrv bb_job_render_get_notices (BbJobRender *work);
GFile *bb_job_render_get_output (BbJobRender *work);
gboolean bb_job_render_take_result (BbJobRender *work, GError **error);
void bb_job_render_discard (BbJob *job);

G_END_DECLS
