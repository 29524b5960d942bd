/* bb-device-media.h: what FFmpeg needs of a device that has memory of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "bb-frame.h"

G_BEGIN_DECLS

typedef struct _BbDevice BbDevice;
typedef struct AVBufferRef AVBufferRef;
typedef struct AVFrame AVFrame;

/* What makes whole frames of fields; each device has its own. */
typedef struct _BbDeviceDeinterlacer BbDeviceDeinterlacer;

/**
 * BbDeviceMedia:
 * @new_context: FFmpeg's view of the device, an AVHWDeviceContext, or %NULL with %BB_ERROR_DEVICE
 * @new_frames: describes finished frames in the device's memory to an encoder, an AVHWFramesContext of
 *   which FFmpeg allocates none, or %NULL with %BB_ERROR_ENCODER
 * @wrap: takes a decoded frame for bb_device_upload(), whose samples mean what @format says; %NULL, and
 *   the frame stays the caller's, where the device does not know its layout
 * @deinterlacer_new: gets ready to make whole frames of fields for frames like @like, or %NULL with
 *   %BB_ERROR_DEVICE or %BB_ERROR_MEMORY
 * @deinterlacer_run: makes a frame of the second of @frames, as FFmpeg's bwdif does; @alone where it is
 *   the first one that is made. %NULL with %BB_ERROR_DEVICE or %BB_ERROR_MEMORY
 * @deinterlacer_free: drops a deinterlacer; frames that it made stay valid
 *
 * Decoding to a device's memory, and encoding from there.
 */
typedef struct {
  AVBufferRef *(*new_context) (BbDevice *device, GError **error);
  AVBufferRef *(*new_frames) (BbDevice *device, const BbFormat *format, GError **error);
  BbFrame *(*wrap) (AVFrame *frame, const BbFormat *format);
  BbDeviceDeinterlacer *(*deinterlacer_new) (const AVFrame *like, GError **error);
  AVFrame *(*deinterlacer_run) (BbDeviceDeinterlacer *deinterlacer, const AVFrame *const frames[3],
                                gboolean top_first, gboolean alone, GError **error);
  void (*deinterlacer_free) (BbDeviceDeinterlacer *deinterlacer);
} BbDeviceMedia;

G_END_DECLS
