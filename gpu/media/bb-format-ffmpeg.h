/* bb-format-ffmpeg.h: formats of pictures in FFmpeg's terms and ours
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-format.h"

#include <libavcodec/avcodec.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

enum AVPixelFormat bb_format_to_pixel_format (const BbFormat *format);
enum AVPixelFormat bb_frame_get_pixel_format (const AVFrame *frame);
gboolean bb_pixel_format_is_grey (enum AVPixelFormat pixel_format);
gboolean bb_pixel_format_is_rgb (enum AVPixelFormat pixel_format);
enum AVPixelFormat bb_pixel_format_find_native (enum AVPixelFormat pixel_format);
enum AVPixelFormat bb_pixel_format_find_nearest (enum AVPixelFormat pixel_format);
void bb_format_from_frame (BbFormat *format, const AVFrame *frame,
                           const AVCodecParameters *parameters);
BbOrientation bb_orientation_from_matrix (const gint32 matrix[9]);

G_END_DECLS
