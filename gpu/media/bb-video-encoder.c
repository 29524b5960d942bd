/* bb-video-encoder.c: frames in, packets out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-video-encoder.h"

#include "bb-encoder-open.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-thread.h"

#include <glib/gi18n-lib.h>

struct _BbVideoEncoder {
  const BbEncoder *encoder;
  char *name; /* of the target, for people */
  AVCodecContext *context;
  AVPacket *packet;
  gboolean captions_lost;
};

/**
 * bb_video_encoder_new:
 * @setup: what to open
 * @device: (nullable): what makes the frames
 * @source: where the picture comes from
 * @error: return location for an error
 *
 * Returns: (transfer full): an encoder that has got no frame yet, or %NULL with %BB_ERROR_ENCODER or
 *   %BB_ERROR_DEVICE
 */
BbVideoEncoder *
bb_video_encoder_new (const BbEncoderSetup *setup, BbDevice *device, BbSource *source,
                      GError **error)
{
  AVCodecContext *context = bb_encoder_open (setup->encoder, setup->recipe, &setup->input,
                                             &setup->pins, device, source, setup->container, error);
  BbVideoEncoder *self;

  if (context == NULL)
    return NULL;
  self = g_new0 (BbVideoEncoder, 1);
  self->encoder = setup->encoder;
  self->name = g_strdup (setup->name);
  self->context = context;
  self->packet = av_packet_alloc ();
  return self;
}

/**
 * bb_video_encoder_free:
 * @self: (transfer full) (nullable): an encoder
 */
void
bb_video_encoder_free (BbVideoEncoder *self)
{
  if (self == NULL)
    return;
  avcodec_free_context (&self->context);
  av_packet_free (&self->packet);
  g_free (self->name);
  g_free (self);
}

static gpointer
close_thread (gpointer data)
{
  bb_video_encoder_free (data);
  return NULL;
}

/**
 * bb_video_encoder_abandon:
 * @self: (transfer full) (nullable): an encoder
 *
 * Closes it as bb_video_encoder_free() does, without waiting: one that is not drained may finish what
 * it has begun before it lets go (SVT-AV1 takes tens of seconds for 3840×2160), and whoever cancelled
 * does not wait for that.
 */
void
bb_video_encoder_abandon (BbVideoEncoder *self)
{
  GThread *thread = self != NULL ? bb_thread_new ("encoder-close", close_thread, self, NULL) : NULL;

  if (thread != NULL)
    g_thread_unref (thread);
  else
    bb_video_encoder_free (self);
}

static void
set_error (BbVideoEncoder *self, int result, GError **error)
{
  g_set_error (error, BB_ERROR, BB_ERROR_ENCODER,
               /* Translators: the name of an encoder, that of a file, and what is wrong */
               _ ("%s cannot encode “%s”: %s; choose another encoder"), self->encoder->name,
               self->name, bb_ffmpeg_reason (result));
}

static void
release_frame (void *opaque, guint8 *data)
{
  bb_frame_unref (opaque);
}

static void
add_captions (BbVideoEncoder *self, AVFrame *wrapped, const BbFrame *frame)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (frame->captions, &size);
  AVFrameSideData *data;

  if (!bb_encoder_has_captions (self->encoder))
    {
      self->captions_lost = TRUE;
      return;
    }
  data = av_frame_new_side_data (wrapped, AV_FRAME_DATA_A53_CC, size);
  if (data != NULL)
    memcpy (data->data, bytes, size);
}

/* An AVFrame on the samples of @frame, without a copy. */
static AVFrame *
wrap (BbVideoEncoder *self, BbFrame *frame)
{
  AVFrame *wrapped = av_frame_alloc ();

  wrapped->format = self->context->pix_fmt;
  wrapped->width = frame->format.width;
  wrapped->height = frame->format.height;
  wrapped->sample_aspect_ratio = (AVRational) { 1, 1 };
  wrapped->color_range = self->context->color_range;
  wrapped->colorspace = self->context->colorspace;
  wrapped->color_primaries = self->context->color_primaries;
  wrapped->color_trc = self->context->color_trc;
  wrapped->chroma_location = self->context->chroma_sample_location;
  if (self->context->hw_frames_ctx != NULL)
    wrapped->hw_frames_ctx = av_buffer_ref (self->context->hw_frames_ctx);
  for (int p = 0; p < (frame->format.interleaved ? 2 : BB_N_PLANES); p++)
    {
      wrapped->data[p] = frame->data[p];
      wrapped->linesize[p] = frame->stride[p];
    }
  wrapped->buf[0] = av_buffer_create (frame->data[0], bb_format_get_frame_size (&frame->format),
                                      release_frame, bb_frame_ref (frame), AV_BUFFER_FLAG_READONLY);
  if (frame->captions != NULL)
    add_captions (self, wrapped, frame);
  return wrapped;
}

static gboolean
receive (BbVideoEncoder *self, BbPacketFunc func, gpointer user_data, GError **error)
{
  while (TRUE)
    {
      int result = avcodec_receive_packet (self->context, self->packet);
      gboolean taken;

      if (result == AVERROR (EAGAIN) || result == AVERROR_EOF)
        return TRUE;
      if (result < 0)
        {
          set_error (self, result, error);
          return FALSE;
        }
      taken = func (self->packet, user_data, error);
      av_packet_unref (self->packet);
      if (!taken)
        return FALSE;
    }
}

/**
 * bb_video_encoder_send:
 * @self: an encoder
 * @frame: (nullable): a frame in the format of its setup; %NULL ends the video
 * @pts: its time, in the source's time base, later than that of the frame before
 * @duration: how long it is shown, in the source's time base
 * @func: takes the packets that are ready
 * @user_data: data for @func
 * @error: return location for an error
 *
 * Encodes a frame.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_ENCODER or the error of @func
 */
gboolean
bb_video_encoder_send (BbVideoEncoder *self, BbFrame *frame, gint64 pts, gint64 duration,
                       BbPacketFunc func, gpointer user_data, GError **error)
{
  AVFrame *wrapped = frame != NULL ? wrap (self, frame) : NULL;
  int result;

  if (wrapped != NULL)
    {
      wrapped->pts = pts;
      wrapped->duration = duration;
    }
  result = avcodec_send_frame (self->context, wrapped);
  av_frame_free (&wrapped);
  if (result < 0)
    {
      set_error (self, result, error);
      return FALSE;
    }
  return receive (self, func, user_data, error);
}

/**
 * bb_video_encoder_get_context:
 * @self: an encoder
 *
 * Returns: its context, which says what its packets are
 */
const AVCodecContext *
bb_video_encoder_get_context (BbVideoEncoder *self)
{
  return self->context;
}

/**
 * bb_video_encoder_has_lost_captions:
 * @self: an encoder
 *
 * Returns: whether frames had captions, which this encoder does not write
 */
gboolean
bb_video_encoder_has_lost_captions (BbVideoEncoder *self)
{
  return self->captions_lost;
}
