/* bb-job-sources.h: what the list of exports shows of their videos
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-project.h"
#include "bb-queue.h"

G_BEGIN_DECLS

#define BB_TYPE_JOB_SOURCES (bb_job_sources_get_type ())
G_DECLARE_FINAL_TYPE (BbJobSources, bb_job_sources, BB, JOB_SOURCES, GObject)

BbJobSources *bb_job_sources_new (BbQueue *queue, BbProject *known);
void bb_job_sources_look (BbJobSources *self);
BbClip *bb_job_sources_get (BbJobSources *self, BbJob *job);
int bb_job_sources_get_seconds_left (BbJobSources *self);

G_END_DECLS
