/* bb-source.c: pictures out of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-source.h"

#include "bb-chain.h"
#include "bb-device.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-format-ffmpeg.h"
#include "bb-phases.h"
#include "bb-reader.h"
#include "bb-source-filter.h"
#include "bb-source-info.h"
#include "bb-source-probe.h"
#include "bb-source-private.h"
#include "bb-device.h"

#include <libavutil/mem.h>
#include <libavutil/pixdesc.h>

#include <glib/gi18n-lib.h>

/* Of what lies further back than this before a frame that is sought, nanoseconds, only the frames that
 * others refer to are decoded. */
#define HURRY_MARGIN 500000000
/* bwdif looks at the frame before and the one after. */
#define DEINTERLACE_CONTEXT 2
/* Surfaces of a GPU's decoder that are held at once at most, besides those that it needs itself: in queues, 8 that are
 * handed on together and 8 that kernels read; and those that deinterlacing looks at, which may begin anywhere. Where the
 * decoder can have fewer, fewer are handed on together. SURFACES_BESIDE + 2 * FRAMES_AT_ONCE of bb-pipeline.c. */
#define N_HELD_SURFACES 21
#define N_DEINTERLACED_SURFACES 4

/* What the frame does not say is what the first one said or what was guessed of it, so that filters
 * guess no other way and a chain is not made anew where tags come and go. */
static void
tag (BbSource *source, AVFrame *frame)
{
  enum AVPixelFormat pixel_format = bb_frame_get_pixel_format (frame);

  if (!bb_pixel_format_is_rgb (pixel_format))
    {
      BbFormat format;

      bb_format_from_frame (&format, frame, source->parameters);
      if (frame->color_range == AVCOL_RANGE_UNSPECIFIED &&
          bb_pixel_format_is_grey (pixel_format) ==
            bb_pixel_format_is_grey (source->first->format))
        format.full_range |= source->stored.full_range;
      frame->color_range = format.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
      if (frame->colorspace == AVCOL_SPC_UNSPECIFIED || frame->colorspace == AVCOL_SPC_RESERVED ||
          frame->colorspace == AVCOL_SPC_RGB)
        frame->colorspace = source->stored.matrix;
    }
  if (frame->color_primaries == AVCOL_PRI_UNSPECIFIED)
    frame->color_primaries = source->stored.primaries;
  if (frame->color_trc == AVCOL_TRC_UNSPECIFIED)
    frame->color_trc = source->stored.transfer;
  if (frame->chroma_location == AVCHROMA_LOC_UNSPECIFIED)
    frame->chroma_location = source->stored.chroma_location;
  if ((frame->flags & AV_FRAME_FLAG_INTERLACED) != 0 && frame->width >= 3 && frame->height >= 4)
    g_atomic_int_set (&source->deinterlace, TRUE);
}

/**
 * bb_source_free_frame:
 * @data: (transfer full): a frame of FFmpeg's
 */
void
bb_source_free_frame (gpointer data)
{
  AVFrame *frame = data;

  av_frame_free (&frame);
}

/* A sample aspect that is not said is the first frame's. */
static void
note_shape (BbSource *source, AVFrame *frame)
{
  if (frame->sample_aspect_ratio.num <= 0 || frame->sample_aspect_ratio.den <= 0)
    frame->sample_aspect_ratio = source->first->sample_aspect_ratio;
  if (source->shape_notice != NULL ||
      (frame->width == source->stored.width && frame->height == source->stored.height &&
       !bb_chain_is_other_aspect (frame, source->first->sample_aspect_ratio)))
    return;
  source->shape_notice =
    /* Translators: seconds */
    g_strdup_printf (_("The picture changes its shape at %.3f s: what comes is fitted into the "
                       "shape that it begins with"),
                     (double)bb_source_info_get_time (&source->info, frame->pts) * 1e-9);
}

/**
 * bb_source_decode:
 * @source: a source
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Brings the next frame of the decoder to the end of the queue, or sets `ended`.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_decode (BbSource *source, GCancellable *cancellable, GError **error)
{
  AVFrame *frame = av_frame_alloc ();

  if (!bb_reader_read (source->reader, frame, cancellable, error))
    {
      av_frame_free (&frame);
      return FALSE;
    }
  if (frame->buf[0] == NULL)
    {
      av_frame_free (&frame);
      source->ended = TRUE;
      return TRUE;
    }
  tag (source, frame);
  note_shape (source, frame);
  if (source->first_in == AV_NOPTS_VALUE)
    source->first_in = frame->pts;
  source->last_duration = frame->duration;
  g_queue_push_tail (&source->decoded, frame);
  return TRUE;
}

/**
 * bb_source_get_lead:
 * @source: a source
 * @time: a time in its time base
 *
 * Returns: when reading must begin for the frame that is shown at @time, in the time base, not before the first
 *   frame: where deinterlacing looks at frames before that one, which may be a keyframe, so much earlier
 */
gint64
bb_source_get_lead (BbSource *source, gint64 time)
{
  gint64 lead = source->deinterlace ? DEINTERLACE_CONTEXT * MAX (source->first->duration, 1) : 0;

  return MAX (time - lead, source->first->pts);
}

static void
hurry (BbSource *source)
{
  gint64 margin = av_rescale_q (HURRY_MARGIN, BB_NANOSECONDS, source->time_base);

  source->hurry_until = source->deinterlace ? G_MININT64 : source->skip_to - margin;
  bb_reader_hurry (source->reader, source->hurry_until);
}

/* Whether the frame to skip to may be one that was left out; then it is gone back to, slowly. */
static gboolean
check_hurry (BbSource *source,
             gint64 time,
             gboolean *again,
             GCancellable *cancellable,
             GError **error)
{
  const AVFrame *frame = g_queue_peek_head (&source->decoded);

  *again = source->hurry_until > G_MININT64 &&
           (frame == NULL || frame->pts < source->hurry_until || source->deinterlace);
  if (!*again)
    return TRUE;
  g_queue_clear_full (&source->decoded, bb_source_free_frame);
  source->ended = FALSE;
  source->hurry_until = G_MININT64;
  return bb_reader_seek (source->reader, bb_source_get_lead (source, time), cancellable, error);
}

/**
 * bb_source_skip:
 * @source: a source whose reader was sought
 * @time: a time in the source's time base
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Decodes up to the first frame after the one that is shown at @time, and drops what is not needed before.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_skip (BbSource *source, gint64 time, GCancellable *cancellable, GError **error)
{
  gboolean again = FALSE;

  do
    {
      while (!source->ended)
        {
          AVFrame *frame;
          guint n_kept;

          if (!bb_source_decode (source, cancellable, error))
            return FALSE;
          frame = g_queue_peek_tail (&source->decoded);
          if (frame == NULL || (!source->ended && frame->pts > time))
            {
              /* The keyframe made no picture by itself: gradual refresh, or damage. */
              if (g_queue_get_length (&source->decoded) < 2 &&
                  !bb_reader_is_from_start (source->reader))
                {
                  g_queue_clear_full (&source->decoded, bb_source_free_frame);
                  source->ended = FALSE;
                  source->hurry_until = G_MININT64;
                  if (!bb_reader_restart (source->reader, cancellable, error))
                    return FALSE;
                  continue;
                }
              break;
            }
          n_kept = 1 + (source->deinterlace ? DEINTERLACE_CONTEXT : 0);
          while (g_queue_get_length (&source->decoded) > n_kept)
            bb_source_free_frame (g_queue_pop_head (&source->decoded));
        }
      if (!check_hurry (source, time, &again, cancellable, error))
        return FALSE;
    }
  while (again);
  return TRUE;
}

/* A plane of neutral chroma for grey frames, shared by all of them. */
static void
add_chroma (BbSource *source, AVFrame *frame)
{
  int width = bb_format_get_plane_width (&source->info.format, 1);
  int height = bb_format_get_plane_height (&source->info.format, 1);

  if (source->neutral == NULL)
    {
      gsize n_samples;

      source->neutral_stride = (width * (source->info.format.depth > 8 ? 2 : 1) + 63) / 64 * 64;
      n_samples = (gsize)source->neutral_stride * (gsize)height;
      source->neutral = av_buffer_alloc (n_samples + 64);
      if (source->info.format.depth > 8)
        for (gsize i = 0; i < n_samples / 2; i++)
          ((guint16 *)(gpointer)source->neutral->data)[i] = 512;
      else
        memset (source->neutral->data, 128, n_samples);
    }
  for (int p = 1; p < BB_N_PLANES; p++)
    {
      frame->buf[p] = av_buffer_ref (source->neutral);
      frame->data[p] = source->neutral->data;
      frame->linesize[p] = source->neutral_stride;
    }
}

/* Takes @frame. */
static BbFrame *
wrap_samples (BbSource *source, AVFrame *frame)
{
  BbFrame *wrapped;

  if (frame->hw_frames_ctx != NULL)
    return source->media->wrap (frame, &source->info.format);
  /* Stored bottom up: devices want rows in their order. */
  if (frame->linesize[0] < 0)
    {
      AVFrame *copy = av_frame_alloc ();

      copy->format = frame->format;
      copy->width = frame->width;
      copy->height = frame->height;
      if (av_frame_get_buffer (copy, 0) >= 0 && av_frame_copy (copy, frame) >= 0)
        {
          copy->pts = frame->pts;
          copy->duration = frame->duration;
          av_frame_unref (frame);
          av_frame_move_ref (frame, copy);
        }
      av_frame_free (&copy);
    }
  if (bb_pixel_format_is_grey (source->pixel_format))
    add_chroma (source, frame);
  wrapped = bb_frame_new_wrapped (&source->info.format, frame, bb_source_free_frame);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      wrapped->data[p] = frame->data[p];
      wrapped->stride[p] = frame->linesize[p];
    }
  wrapped->pts = frame->pts;
  wrapped->duration = frame->duration;
  return wrapped;
}

/* Takes @frame. */
static BbFrame *
wrap (BbSource *source, AVFrame *frame)
{
  const AVFrameSideData *data = av_frame_get_side_data (frame, AV_FRAME_DATA_A53_CC);
  GBytes *captions = data != NULL ? g_bytes_new (data->data, data->size) : NULL;
  BbFrame *wrapped = wrap_samples (source, frame);

  if (wrapped != NULL)
    wrapped->captions = g_steal_pointer (&captions);
  g_clear_pointer (&captions, g_bytes_unref);
  return wrapped;
}

/**
 * bb_source_new:
 * @path: name of a local file
 * @error: return location for an error
 *
 * Opens a file and decodes its first frame.
 *
 * Returns: (transfer full): a source that stands before its first frame, or %NULL with
 *   %BB_ERROR_INPUT
 */
BbSource *
bb_source_new (const char *path, GError **error)
{
  g_autoptr (BbSource) source = g_new0 (BbSource, 1);
  gint64 begin = bb_phase_begin ();
  AVStream *stream;

  g_queue_init (&source->decoded);
  source->path = g_strdup (path);
  source->skip_to = AV_NOPTS_VALUE;
  source->first_in = source->last_out = AV_NOPTS_VALUE;
  source->resume_after = G_MININT64;
  source->last_end = G_MININT64;
  source->first = av_frame_alloc ();
  source->reader = bb_reader_new (path, error);
  if (source->reader == NULL || !bb_reader_read (source->reader, source->first, NULL, error))
    return NULL;
  if (source->first->buf[0] == NULL || av_pix_fmt_desc_get (source->first->format) == NULL)
    {
      if (bb_reader_get_stream (source->reader)->codecpar->codec_id == AV_CODEC_ID_WEBP)
        bb_reader_set_error (source->reader, _("FFmpeg does not decode animated WebP pictures"),
                             _("convert it to a video or a GIF first"), error);
      else
        bb_reader_set_error (source->reader, _("none of its frames can be decoded"),
                             _("choose a file that a player can play"), error);
      return NULL;
    }
  stream = bb_reader_get_stream (source->reader);
  source->stream_index = stream->index;
  source->time_base = stream->time_base;
  source->parameters = avcodec_parameters_alloc ();
  avcodec_parameters_copy (source->parameters, stream->codecpar);
  bb_source_probe (&source->info, source->reader, source->first, source->parameters);
  bb_source_note_promise (source);
  source->stored = source->info.format;
  source->pixel_format = bb_pixel_format_find_nearest (source->first->format);
  /* bwdif refuses smaller ones. */
  source->deinterlace =
    source->info.interlaced && source->first->width >= 3 && source->first->height >= 4;
  g_queue_push_tail (&source->decoded, av_frame_clone (source->first));
  tag (source, g_queue_peek_tail (&source->decoded));
  source->last_duration = source->first->duration;
  bb_phase_end (BB_PHASE_PROBE, begin, 0);
  return g_steal_pointer (&source);
}

static void
forget_frames (BbSource *source)
{
  g_queue_clear_full (&source->decoded, bb_source_free_frame);
  bb_source_forget_filter (source);
  av_frame_free (&source->next);
  source->ended = FALSE;
  source->first_in = source->last_out = AV_NOPTS_VALUE;
  source->resume_after = G_MININT64;
}

/**
 * bb_source_free:
 * @source: (transfer full): a source
 *
 * Closes the file. Frames that are still held stay valid.
 */
void
bb_source_free (BbSource *source)
{
  forget_frames (source);
  av_buffer_unref (&source->neutral);
  av_frame_free (&source->first);
  avcodec_parameters_free (&source->parameters);
  bb_reader_free (source->reader);
  g_free (source->shape_notice);
  g_free (source->path);
  g_free (source);
}

/**
 * bb_source_get_path:
 * @source: a source
 *
 * Returns: the file's name
 */
const char *
bb_source_get_path (BbSource *source)
{
  return source->path;
}

/**
 * bb_source_get_info:
 * @source: a source
 *
 * Returns: what is known of it; only its format changes, in bb_source_set_tone_map()
 */
const BbSourceInfo *
bb_source_get_info (BbSource *source)
{
  return &source->info;
}

/**
 * bb_source_get_n_corrupt:
 * @source: a source
 *
 * Returns: packets and frames that were found damaged since the file was opened or the last seek
 */
guint
bb_source_get_n_corrupt (BbSource *source)
{
  return bb_reader_get_n_corrupt (source->reader);
}

/**
 * bb_source_get_codecpar:
 * @source: a source
 *
 * Returns: parameters of the picture's stream. Its side data holds also what only the first frame
 *   says of mastering display, light level, viewing environment and orientation
 */
const AVCodecParameters *
bb_source_get_codecpar (BbSource *source)
{
  return source->parameters;
}

/**
 * bb_source_get_stream_index:
 * @source: a source
 *
 * Returns: number of the picture's stream in the file
 */
int
bb_source_get_stream_index (BbSource *source)
{
  return source->stream_index;
}

/**
 * bb_source_get_index:
 * @source: a source
 *
 * Returns: (nullable): index of the file, where its demuxer needs one
 */
BbIndex *
bb_source_get_index (BbSource *source)
{
  return bb_reader_get_index (source->reader);
}

/**
 * bb_source_peek:
 * @source: a source
 *
 * Returns: the first frame of the file as it was decoded
 */
const AVFrame *
bb_source_peek (BbSource *source)
{
  return source->first;
}

/**
 * bb_source_set_tone_map:
 * @source: a source before its first read, or right after a seek
 * @tone_map: whether to bring PQ and HLG pictures to BT.709
 * @error: return location for an error
 *
 * Chooses whether frames of an HDR source come as they are, or tone-mapped to SDR: 10 bit,
 * limited range, 4:2:0, BT.709. The format in the info changes with it. Does nothing to an SDR
 * source. The curve is Hable's, up to the peak that the file tells of.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT where FFmpeg lacks the filters, and with
 *   %BB_ERROR_INVALID between reads
 */
gboolean
bb_source_set_tone_map (BbSource *source, gboolean tone_map, GError **error)
{
  g_autoptr (BbFilter) trial = NULL;
  AVFrame *like;

  if (!source->info.hdr || source->tone_map == tone_map)
    return TRUE;
  if (source->next != NULL || source->filter != NULL || source->deinterlacer != NULL)
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INVALID,
                           "Tone mapping cannot change between frames; seek first");
      return FALSE;
    }
  source->tone_map = FALSE;
  source->info.format = source->stored;
  source->pixel_format = bb_pixel_format_find_nearest (source->first->format);
  av_buffer_unref (&source->neutral);
  if (!tone_map)
    return TRUE;

  source->tone_map = TRUE;
  source->pixel_format = AV_PIX_FMT_YUV420P10;
  source->info.format.depth = 10;
  source->info.format.chroma_shift_x = source->info.format.chroma_shift_y = 1;
  source->info.format.full_range = FALSE;
  source->info.format.matrix = AVCOL_SPC_BT709;
  source->info.format.primaries = AVCOL_PRI_BT709;
  source->info.format.transfer = AVCOL_TRC_BT709;
  source->info.format.chroma_location = AVCHROMA_LOC_LEFT;

  /* Say now, not at the first frame, if the filters are not there. */
  like = av_frame_clone (source->first);
  tag (source, like);
  trial = bb_source_open_filter (source, like, error);
  av_frame_free (&like);
  if (trial != NULL)
    return TRUE;
  source->tone_map = FALSE;
  source->info.format = source->stored;
  source->pixel_format = bb_pixel_format_find_nearest (source->first->format);
  return FALSE;
}

/**
 * bb_source_set_device:
 * @source: a source
 * @device: (nullable): where frames are wanted; %NULL is the host's memory
 * @keeps: whether more frames are held than a decoder has surfaces for (21) at once, which takes a copy of each on the card
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Lets a card decode and deinterlace, and leave frames in its memory, where it can: frames that must be
 * tone-mapped or converted come in the host's memory, and so do all others where the card refuses or
 * fails, see bb_source_get_notice(). With a device that has no memory of its own nothing changes. The
 * source stands before its first frame afterwards; its info stays.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_set_device (BbSource *source,
                      BbDevice *device,
                      gboolean keeps,
                      GCancellable *cancellable,
                      GError **error)
{
  const BbDeviceMedia *media = device != NULL ? bb_device_get_media (device) : NULL;
  guint n_held = keeps ? 0 : N_HELD_SURFACES + N_DEINTERLACED_SURFACES;
  AVBufferRef *hardware = NULL;
  gboolean done;

  if (media != NULL && !source->tone_map && bb_reader_has_hardware (source->reader))
    {
      g_autoptr (GError) failure = NULL;

      hardware = media->new_context (device, &failure);
      if (hardware == NULL)
        g_debug ("%s", failure->message);
    }
  if (hardware == NULL && source->media == NULL)
    return TRUE;
  source->media = hardware != NULL ? media : NULL;
  forget_frames (source);
  source->skip_to = AV_NOPTS_VALUE;
  done = bb_reader_set_hardware (source->reader, hardware, n_held, cancellable, error);
  av_buffer_unref (&hardware);
  return done;
}

/**
 * bb_source_get_n_held:
 * @source: a source that a GPU decodes
 *
 * Returns: frames that may be held at once, on any thread; 0 where they are as many as memory has room for
 */
guint
bb_source_get_n_held (BbSource *source)
{
  guint n_held = bb_reader_get_n_held (source->reader);

  if (n_held > N_DEINTERLACED_SURFACES && g_atomic_int_get (&source->deinterlace))
    n_held -= N_DEINTERLACED_SURFACES;
  return n_held;
}

/**
 * bb_source_get_notice:
 * @source: a source
 *
 * Returns: (nullable): why the processor decodes and deinterlaces although a card was to, a sentence
 */
const char *
bb_source_get_notice (BbSource *source)
{
  return bb_reader_get_notice (source->reader);
}

/**
 * bb_source_get_shape_notice:
 * @source: a source
 *
 * Returns: (nullable): that frames of another shape than the first came so far, a sentence
 */
const char *
bb_source_get_shape_notice (BbSource *source)
{
  return source->shape_notice;
}

/**
 * bb_source_seek:
 * @source: a source
 * @time: nanoseconds from the source's start
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to the frame that is shown at @time, exactly: to the keyframe before it, and with the next
 * read on from there. A frame is shown until the next one, the last one for its duration; where
 * @time lies before the first frame, the first frame is next; where it lies after the last one, the
 * source is at its end. Times up to a microsecond before a frame count as that frame. The count of
 * damaged data starts anew.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_seek (BbSource *source, gint64 time, GCancellable *cancellable, GError **error)
{
  gint64 pts = bb_source_info_get_cut (&source->info, time);

  if (!bb_reader_seek (source->reader, bb_source_get_lead (source, pts), cancellable, error))
    return FALSE;
  forget_frames (source);
  source->skip_to = MAX (pts, source->first->pts);
  source->skipped = FALSE;
  hurry (source);
  return TRUE;
}

/**
 * bb_source_seek_near:
 * @source: a source
 * @time: nanoseconds from the source's start
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to a frame before @time that is quick to reach: to a keyframe, mostly the last one before it.
 * Where there is no index that is the first frame of the file.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_seek_near (BbSource *source, gint64 time, GCancellable *cancellable, GError **error)
{
  gint64 pts = bb_source_info_get_cut (&source->info, time);

  if (!bb_reader_seek (source->reader, MAX (pts, source->first->pts), cancellable, error))
    return FALSE;
  forget_frames (source);
  source->skip_to = AV_NOPTS_VALUE;
  return TRUE;
}

/**
 * bb_source_preroll:
 * @source: a source
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Decodes the frame that bb_source_read() returns next, which opens what decodes; for who has something else to do
 * meanwhile, on another thread. Reading does it by itself.
 *
 * Returns: %TRUE, also at the end, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_preroll (BbSource *source, GCancellable *cancellable, GError **error)
{
  if (source->skip_to != AV_NOPTS_VALUE && !source->skipped)
    {
      if (!bb_source_skip (source, source->skip_to, cancellable, error))
        return FALSE;
      source->skipped = TRUE;
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         (source->next != NULL || bb_source_filter (source, &source->next, cancellable, error));
}

/**
 * bb_source_read:
 * @source: a source
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Reads the next frame in order of presentation. Its time is the one of the file, in the time base
 * of the info, and later than that of the frame before: one that is not comes a tick after it. Its
 * duration is the time to the next frame, for the last frame what the file says or the rate
 * suggests. Damaged data is skipped and counted; where the file ends too early, so do the frames.
 *
 * Returns: (transfer full) (nullable): a frame; %NULL without an error is the end, with one it is
 *   %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
BbFrame *
bb_source_read (BbSource *source, GCancellable *cancellable, GError **error)
{
  if (!bb_source_preroll (source, cancellable, error))
    return NULL;
  while (source->next != NULL)
    {
      AVFrame *frame = source->next;
      AVFrame *next;
      gboolean dropped;

      if (!bb_source_filter (source, &next, cancellable, error))
        return NULL;
      frame->duration = next != NULL ? next->pts - frame->pts : source->last_duration;
      dropped =
        source->skip_to != AV_NOPTS_VALUE && frame->pts + frame->duration <= source->skip_to;
      source->next = next;
      source->last_end =
        bb_source_info_get_time (&source->info, av_sat_add64 (frame->pts, frame->duration));
      source->last_length = bb_ffmpeg_to_nanoseconds (frame->duration, source->time_base);
      if (!dropped)
        {
          source->skip_to = AV_NOPTS_VALUE;
          return wrap (source, frame);
        }
      av_frame_free (&frame);
    }
  return NULL;
}
