/* bb-resampler.h: sample rate, format and channels of decoded sound
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

typedef struct _BbResampler BbResampler;

void bb_resampler_guess_layout (AVChannelLayout *known, const AVChannelLayout *stored);
guint bb_resampler_count_kept (const AVChannelLayout *from, const AVChannelLayout *to);

BbResampler *bb_resampler_new (const AVChannelLayout *layout, enum AVSampleFormat format, int rate);
void bb_resampler_free (BbResampler *resampler);
gboolean bb_resampler_is_for (BbResampler *resampler, const AVFrame *frame);
int bb_resampler_set_input (BbResampler *resampler, const AVFrame *frame);
void bb_resampler_forget_input (BbResampler *resampler);
gint64 bb_resampler_get_delay (BbResampler *resampler);
int bb_resampler_get_n_out (BbResampler *resampler, const AVFrame *frame);
int bb_resampler_convert (BbResampler *resampler, guint8 **out, int n_out, const AVFrame *frame);

G_END_DECLS
