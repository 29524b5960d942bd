/* bb-converter.h: frames that all look alike out of decoded ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-device-media.h"
#include "bb-source-info.h"

#include <libavcodec/codec_par.h>
#include <libavutil/frame.h>

G_BEGIN_DECLS

/**
 * BbConverter:
 *
 * Frames of one size, sample aspect, pixel format, matrix and range out of what a decoder gives,
 * deinterlaced and tone-mapped where that is wanted. What needs none of it goes through as it is.
 * Frames in device memory stay there where a GPU can do all that they need. Used by one thread at a
 * time, apart from what says otherwise.
 */
typedef struct _BbConverter BbConverter;

/**
 * BbConverterResult:
 * @BB_CONVERTER_ERROR: nothing, and an error is set
 * @BB_CONVERTER_FRAME: a frame
 * @BB_CONVERTER_NEEDS_FRAME: nothing before the next frame, or the end, is pushed
 * @BB_CONVERTER_END: nothing, as there are no more
 * @BB_CONVERTER_GPU_FAILED: nothing, and an error says why the GPU does not deinterlace;
 * bb_converter_reset() is next
 *
 * What came of pulling.
 */
typedef enum {
  BB_CONVERTER_ERROR,
  BB_CONVERTER_FRAME,
  BB_CONVERTER_NEEDS_FRAME,
  BB_CONVERTER_END,
  BB_CONVERTER_GPU_FAILED,
} BbConverterResult;

BbConverter *bb_converter_new (const char *path, const BbSourceInfo *info, const AVFrame *first,
                               const AVCodecParameters *parameters);
void bb_converter_free (BbConverter *converter);
const BbFormat *bb_converter_get_format (BbConverter *converter);
gboolean bb_converter_get_tone_map (BbConverter *converter);
gboolean bb_converter_set_tone_map (BbConverter *converter, gboolean tone_map, GError **error);
const BbDeviceMedia *bb_converter_get_media (BbConverter *converter);
void bb_converter_set_media (BbConverter *converter, const BbDeviceMedia *media);
gboolean bb_converter_get_deinterlace (BbConverter *converter);
gboolean bb_converter_is_busy (BbConverter *converter);
gboolean bb_converter_is_other_shape (BbConverter *converter, const AVFrame *frame);
void bb_converter_complete (BbConverter *converter, AVFrame *frame);
void bb_converter_reset (BbConverter *converter);
void bb_converter_push (BbConverter *converter, AVFrame *frame);
BbConverterResult bb_converter_pull (BbConverter *converter, AVFrame **out, GError **error);
BbFrame *bb_converter_wrap (BbConverter *converter, AVFrame *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BbConverter, bb_converter_free)

G_END_DECLS
