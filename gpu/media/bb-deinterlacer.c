/* bb-deinterlacer.c: frames on a GPU, deinterlaced there
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which frames, and what of their neighbors is looked at, is as in FFmpeg's `bwdif=mode=send_frame:deint=interlaced`
 * (libavfilter/yadif_common.c): that filter does it where frames are in host memory.
 */

#include "config.h"

#include "bb-deinterlacer.h"

#include "bb-ffmpeg.h"

struct _BbDeinterlacer {
  const BbDeviceMedia *media;
  BbDeviceDeinterlacer *filter;
  AVFrame *like;
  AVFrame *previous;
  AVFrame *current;
  AVFrame *next;
  gboolean
    alone; /* nothing was deinterlaced yet: the first frame has no neighbors to compare with */
};

/**
 * bb_deinterlacer_new:
 * @media: of the device that decodes
 * @like: a frame on a GPU such as will be pushed
 * @error: return location for an error
 *
 * Returns: (transfer full): a deinterlacer, or %NULL with %BB_ERROR_DEVICE
 */
BbDeinterlacer *
bb_deinterlacer_new (const BbDeviceMedia *media, const AVFrame *like, GError **error)
{
  g_autoptr (BbDeinterlacer) self = g_new0 (BbDeinterlacer, 1);

  self->alone = TRUE;
  self->like = bb_ffmpeg_copy_properties (like);
  self->like->hw_frames_ctx = av_buffer_ref (like->hw_frames_ctx);
  self->media = media;
  self->filter = media->deinterlacer_new (like, error);
  if (self->filter == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * bb_deinterlacer_free:
 * @self: (transfer full) (nullable): a deinterlacer
 *
 * Frames that came out stay valid.
 */
void
bb_deinterlacer_free (BbDeinterlacer *self)
{
  if (self == NULL)
    return;
  if (self->filter != NULL)
    self->media->deinterlacer_free (self->filter);
  av_frame_free (&self->like);
  av_frame_free (&self->previous);
  av_frame_free (&self->current);
  av_frame_free (&self->next);
  g_free (self);
}

/**
 * bb_deinterlacer_accepts:
 * @self: a deinterlacer
 * @frame: a frame
 *
 * Returns: whether @frame has the size, sample aspect, matrix, range and memory that the deinterlacer was made for
 */
gboolean
bb_deinterlacer_accepts (BbDeinterlacer *self, const AVFrame *frame)
{
  return bb_ffmpeg_is_alike (frame, self->like) && frame->hw_frames_ctx != NULL &&
         frame->hw_frames_ctx->data == self->like->hw_frames_ctx->data;
}

static gboolean
is_interlaced (const AVFrame *frame)
{
  return (frame->flags & AV_FRAME_FLAG_INTERLACED) != 0;
}

/* Film among video: a frame whose fields are repeated has none of another time. */
static gboolean
repeats (const AVFrame *frame)
{
  return !is_interlaced (frame) && frame->repeat_pict != 0;
}

static gboolean
make (BbDeinterlacer *self, AVFrame **out, GError **error)
{
  if (!is_interlaced (self->current) || repeats (self->previous) || repeats (self->next))
    {
      *out = av_frame_clone (self->current);
      return TRUE;
    }
  *out = self->media->deinterlacer_run (
    self->filter, (const AVFrame *const[]) { self->previous, self->current, self->next },
    (self->current->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) != 0, self->alone, error);
  self->alone = FALSE;
  return *out != NULL;
}

/**
 * bb_deinterlacer_push:
 * @self: a deinterlacer
 * @frame: (transfer full) (nullable): the next frame; %NULL is the end
 * @out: (out): the frame before it, deinterlaced where it says that it is interlaced; %NULL where there was none
 * @error: return location for an error
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_DEVICE or %BB_ERROR_MEMORY
 */
gboolean
bb_deinterlacer_push (BbDeinterlacer *self, AVFrame *frame, AVFrame **out, GError **error)
{
  *out = NULL;
  if (frame == NULL)
    {
      if (self->next == NULL)
        return TRUE;
      /* The last frame is its own neighbor. */
      frame = av_frame_clone (self->next);
      self->alone = FALSE;
    }
  av_frame_free (&self->previous);
  self->previous = self->current;
  self->current = self->next;
  self->next = frame;
  if (self->current == NULL)
    self->current = av_frame_clone (frame);
  return self->previous == NULL || make (self, out, error);
}
