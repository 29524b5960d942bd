/* bb-job-row.h: row of an export in the list of the queue
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-job-sources.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define BB_TYPE_JOB_ROW (bb_job_row_get_type ())
G_DECLARE_FINAL_TYPE (BbJobRow, bb_job_row, BB, JOB_ROW, GtkListBoxRow)

BbJobRow *bb_job_row_new (BbQueue *queue, BbJob *job, BbJobSources *sources);
BbJob *bb_job_row_get_job (BbJobRow *self);
void bb_job_row_activate (BbJobRow *self);

G_END_DECLS
