/* bb-filter.h: frames through libavfilter
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

typedef struct _BbFilter BbFilter;

BbFilter *bb_filter_new (const AVFrame *like, AVRational time_base, const char *description,
                         GError **error);
void bb_filter_free (BbFilter *filter);
gboolean bb_filter_accepts (BbFilter *filter, const AVFrame *frame);
int bb_filter_push (BbFilter *filter, AVFrame *frame);
int bb_filter_pull (BbFilter *filter, AVFrame *frame);
AVRational bb_filter_get_time_base (BbFilter *filter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbFilter, bb_filter_free)

G_END_DECLS
