/* bb-work.h: a job's render on a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-job.h"

G_BEGIN_DECLS

/**
 * BbWork:
 *
 * A running render. Its functions belong to the thread that began it, and so do its callbacks; none
 * comes after bb_work_end().
 */
typedef struct _BbWork BbWork;

/**
 * BbWorkFunc:
 * @work: the render
 * @user_data: data of bb_work_begin()
 *
 * Tells what a render has come to.
 */
typedef void (*BbWorkFunc) (BbWork *work, gpointer user_data);

BbWork *bb_work_begin (BbJob *job,
                       BbWorkFunc progressed,
                       BbWorkFunc cancelled,
                       BbWorkFunc ended,
                       gpointer user_data);
void bb_work_end (BbWork *work);
BbJob *bb_work_get_job (BbWork *work);
void bb_work_set_paused (BbWork *work, gboolean paused);
void bb_work_cancel (BbWork *work);
gboolean bb_work_stop (BbWork *work, int patience);
void bb_work_get_stats (BbWork *work, BbRenderStats *stats);
const char *bb_work_get_shortfall (BbWork *work);
GStrv bb_work_get_notices (BbWork *work);
GFile *bb_work_get_output (BbWork *work);
gboolean bb_work_take_result (BbWork *work, GError **error);

G_END_DECLS
