/* bb-job-text.h: texts on the state of an export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-job.h"

G_BEGIN_DECLS

char *bb_job_text_state (BbJob *job);
char *bb_job_text_figures (BbJob *job);

G_END_DECLS
