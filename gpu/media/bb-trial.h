/* bb-trial.h: what a container really takes, before it is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <libavformat/avformat.h>

G_BEGIN_DECLS

int bb_trial_header (const AVFormatContext *muxer, const AVCodecParameters *parameters,
                     const AVStream *like);

G_END_DECLS
