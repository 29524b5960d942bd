/* bb-source.c: pictures out of a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-source.h"

#include "bb-converter.h"
#include "bb-declared-duration.h"
#include "bb-decoder.h"
#include "bb-demuxer.h"
#include "bb-device.h"
#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-input.h"
#include "bb-phases.h"
#include "bb-source-info.h"
#include "bb-source-private.h"
#include "bb-source-probe.h"

#include <libavutil/pixdesc.h>

#include <glib/gi18n-lib.h>

/* Of what lies further back than this before a frame that is sought, nanoseconds, only the frames
 * that others refer to are decoded. */
#define NONREF_MARGIN 500000000
/* bwdif looks at the frame before and the one after. */
#define DEINTERLACE_CONTEXT 2
/* Surfaces of a GPU's decoder that are held at once at most, besides those that it needs itself: in
 * queues, 8 that are handed on together and 8 that kernels read; and those that deinterlacing looks
 * at, which may begin anywhere. Where the decoder can have fewer, fewer are handed on together.
 * SURFACES_BESIDE + 2 * FRAMES_AT_ONCE of bb-pipeline.c. */
#define N_HELD_SURFACES 21
#define N_DEINTERLACED_SURFACES 4

struct _BbSource {
  BbSourceInfo info;
  AVCodecParameters *parameters;
  int stream_index;
  AVRational time_base;
  AVFrame *first; /* the first frame, as it was decoded, kept for what it tells */
  BbDeclaredDuration declared;
  char *shape_notice;

  /* One after the other. */
  BbDemuxer *demuxer;
  BbDecoder *decoder;
  GQueue decoded; /* of AVFrame */
  BbConverter *converter;
  AVFrame *next; /* handed out by the next read; kept to tell the duration of the one before */

  /* Since reading began where it did. */
  gboolean ended;      /* the decoder has given all */
  gint64 skip_to;      /* the frame that is shown at this time is next; AV_NOPTS_VALUE: any */
  gboolean skipped;    /* what is decoded before that one was dropped */
  gint64 first_in;     /* time of the first decoded frame, AV_NOPTS_VALUE: none yet */
  gint64 last_out;     /* time of the last converted frame, AV_NOPTS_VALUE: none yet */
  gint64 resume_after; /* frames up to this time came out before the GPU was left */

  const BbSourcePassing *passing; /* (nullable) */

  gint64 last_end; /* of the frames that were read, nanoseconds from the start; G_MININT64: none */
  gint64 last_length; /* of the last frame, nanoseconds */
};

/* At most once: the CPU does not fail. */
static gboolean leave_gpu (BbSource *source, const char *reason, GCancellable *cancellable,
                           GError **error);

static void
note_shape (BbSource *source, const AVFrame *frame)
{
  if (source->shape_notice == NULL && bb_converter_is_other_shape (source->converter, frame))
    source->shape_notice =
      /* Translators: seconds */
      g_strdup_printf (_ ("The picture changes its shape at %.3f s: what comes is fitted into the "
                          "shape that it begins with"),
                       (double) bb_source_info_get_time (&source->info, frame->pts) * 1e-9);
}

/* When reading must begin for the frame that is shown at @time, in the time base, not before the
 * first frame: where deinterlacing looks at frames before that one, which may be a keyframe, so
 * much earlier. */
static gint64
get_lead (BbSource *source, gint64 time)
{
  gint64 lead = bb_converter_get_deinterlace (source->converter)
                  ? DEINTERLACE_CONTEXT * MAX (source->first->duration, 1)
                  : 0;

  return MAX (time - lead, source->first->pts);
}

/* Brings the next frame of the decoder to the end of the queue, or sets `ended`. Where the GPU
 * fails the CPU goes on, and the queue begins anew. */
static gboolean
decode (BbSource *source, GCancellable *cancellable, GError **error)
{
  AVFrame *frame = av_frame_alloc ();
  BbDecoderResult result = bb_decoder_read (source->decoder, frame, cancellable, error);

  if (result != BB_DECODER_FRAME)
    {
      av_frame_free (&frame);
      if (result == BB_DECODER_GPU_FAILED)
        return leave_gpu (source, NULL, cancellable, error);
      source->ended = result == BB_DECODER_END;
      return source->ended;
    }
  bb_converter_complete (source->converter, frame);
  note_shape (source, frame);
  if (source->first_in == AV_NOPTS_VALUE)
    source->first_in = frame->pts;
  g_queue_push_tail (&source->decoded, frame);
  return TRUE;
}

/* Whether the frame to skip to may be one that was left out; then it is gone back to, slowly. */
static gboolean
check_nonref (BbSource *source, gint64 time, gboolean *again, GCancellable *cancellable,
              GError **error)
{
  const AVFrame *frame = g_queue_peek_head (&source->decoded);
  gint64 until = bb_decoder_get_skipped_until (source->decoder);

  *again = until > G_MININT64 && (frame == NULL || frame->pts < until ||
                                  bb_converter_get_deinterlace (source->converter));
  if (!*again)
    return TRUE;
  g_queue_clear_full (&source->decoded, bb_ffmpeg_free_frame);
  source->ended = FALSE;
  return bb_decoder_seek (source->decoder, get_lead (source, time), cancellable, error);
}

/* Shows a frame that is decoded on the way to another one to whoever wants to see it. Takes it. */
static void
pass (BbSource *source, AVFrame *frame)
{
  const BbSourcePassing *passing = source->passing;
  g_autoptr (GError) failure = NULL;
  BbConverterResult result;
  AVFrame *out = NULL;
  BbFrame *wrapped;

  if (passing == NULL ||
      !passing->wants (bb_source_info_get_time (&source->info, frame->pts), passing->user_data))
    {
      av_frame_free (&frame);
      return;
    }
  bb_converter_push (source->converter, frame);
  result = bb_converter_pull (source->converter, &out, &failure);
  if (result == BB_CONVERTER_NEEDS_FRAME)
    {
      bb_converter_push (source->converter, NULL);
      result = bb_converter_pull (source->converter, &out, &failure);
    }
  wrapped = result == BB_CONVERTER_FRAME ? bb_converter_wrap (source->converter, out) : NULL;
  bb_converter_reset (source->converter);
  if (wrapped != NULL)
    passing->take (wrapped, passing->user_data);
}

/* After a seek: decodes up to the first frame after the one that is shown at @time, and drops what
 * is not needed before. */
static gboolean
skip (BbSource *source, gint64 time, GCancellable *cancellable, GError **error)
{
  gboolean again = FALSE;

  do
    {
      while (!source->ended)
        {
          AVFrame *frame;
          guint n_kept;

          if (!decode (source, cancellable, error))
            return FALSE;
          frame = g_queue_peek_tail (&source->decoded);
          if (frame == NULL || (!source->ended && frame->pts > time))
            {
              /* The keyframe made no picture by itself: gradual refresh, or damage. */
              if (g_queue_get_length (&source->decoded) < 2 &&
                  !bb_demuxer_is_from_start (source->demuxer))
                {
                  g_queue_clear_full (&source->decoded, bb_ffmpeg_free_frame);
                  source->ended = FALSE;
                  if (!bb_decoder_restart (source->decoder, cancellable, error))
                    return FALSE;
                  continue;
                }
              break;
            }
          n_kept = 1 + (bb_converter_get_deinterlace (source->converter) ? DEINTERLACE_CONTEXT : 0);
          while (g_queue_get_length (&source->decoded) > n_kept)
            pass (source, g_queue_pop_head (&source->decoded));
        }
      if (!check_nonref (source, time, &again, cancellable, error))
        return FALSE;
    }
  while (again);
  return TRUE;
}

/* Lets the CPU decode and deinterlace all frames after those that came out: the GPU does not
 * deinterlace for a
 * @reason, or where that is %NULL it stopped decoding. Begins early enough for what deinterlacing
 * looks at, and decodes at least one frame. */
static gboolean
leave_gpu (BbSource *source, const char *reason, GCancellable *cancellable, GError **error)
{
  gint64 last = source->last_out;
  gint64 time = last;
  char *notice = NULL;

  if (time == AV_NOPTS_VALUE)
    time = source->skip_to;
  if (time == AV_NOPTS_VALUE)
    time = source->first_in;
  if (reason != NULL && last != AV_NOPTS_VALUE)
    notice =
      /* Translators: seconds, and a sentence that says what is wrong */
      g_strdup_printf (_ ("The GPU stopped deinterlacing at %.3f s, and the CPU decodes "
                          "from there: %s"),
                       (double) last * av_q2d (source->time_base), reason);
  else if (reason != NULL)
    notice =
      /* Translators: a sentence that says what is wrong */
      g_strdup_printf (_ ("The GPU does not deinterlace this video, and the CPU decodes "
                          "it: %s"),
                       reason);
  g_queue_clear_full (&source->decoded, bb_ffmpeg_free_frame);
  bb_converter_reset (source->converter);
  source->ended = FALSE;
  if (!bb_decoder_leave_gpu (source->decoder,
                             time != AV_NOPTS_VALUE ? get_lead (source, time) : AV_NOPTS_VALUE,
                             notice, cancellable, error))
    return FALSE;
  if (last != AV_NOPTS_VALUE)
    source->resume_after = last;
  else if (source->first_in != AV_NOPTS_VALUE)
    source->resume_after = source->first_in - 1;
  return time != AV_NOPTS_VALUE ? skip (source, time, cancellable, error)
                                : decode (source, cancellable, error);
}

/* Next frame in the size and the pixel format of all; %NULL is the end. */
static gboolean
convert (BbSource *source, AVFrame **out, GCancellable *cancellable, GError **error)
{
  while (TRUE)
    {
      g_autoptr (GError) failure = NULL;

      switch (bb_converter_pull (source->converter, out, &failure))
        {
        case BB_CONVERTER_FRAME:
          if ((*out)->pts > source->resume_after)
            {
              source->last_out = (*out)->pts;
              return TRUE;
            }
          av_frame_free (out);
          break;

        case BB_CONVERTER_END:
          return TRUE;

        case BB_CONVERTER_NEEDS_FRAME:
          if (g_queue_is_empty (&source->decoded) && !source->ended &&
              !decode (source, cancellable, error))
            return FALSE;
          bb_converter_push (source->converter, g_queue_pop_head (&source->decoded));
          break;

        case BB_CONVERTER_GPU_FAILED:
          if (!leave_gpu (source, failure->message, cancellable, error))
            return FALSE;
          break;

        case BB_CONVERTER_ERROR:
        default:
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
    }
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
  BbDecoderResult result;
  AVStream *stream;

  g_queue_init (&source->decoded);
  source->skip_to = AV_NOPTS_VALUE;
  source->first_in = source->last_out = AV_NOPTS_VALUE;
  source->resume_after = G_MININT64;
  source->last_end = G_MININT64;
  source->first = av_frame_alloc ();
  source->demuxer = bb_demuxer_new (path, error);
  if (source->demuxer == NULL)
    return NULL;
  source->decoder = bb_decoder_new (source->demuxer, error);
  if (source->decoder == NULL)
    return NULL;
  result = bb_decoder_read (source->decoder, source->first, NULL, error);
  if (result == BB_DECODER_ERROR)
    return NULL;
  stream = bb_demuxer_get_stream (source->demuxer);
  if (result != BB_DECODER_FRAME || av_pix_fmt_desc_get (source->first->format) == NULL)
    {
      if (stream->codecpar->codec_id == AV_CODEC_ID_WEBP)
        bb_input_set_error (path, _ ("FFmpeg does not decode animated WebP pictures"),
                            _ ("convert it to a video or a GIF first"), error);
      else
        bb_input_set_error (path, _ ("none of its frames can be decoded"),
                            _ ("choose a file that a player can play"), error);
      return NULL;
    }
  source->stream_index = stream->index;
  source->time_base = stream->time_base;
  source->parameters = avcodec_parameters_alloc ();
  avcodec_parameters_copy (source->parameters, stream->codecpar);
  bb_source_probe (&source->info, source->demuxer, source->first, source->parameters);
  bb_declared_duration_init (&source->declared, source->demuxer, &source->info, source->first);
  source->converter = bb_converter_new (bb_demuxer_get_path (source->demuxer), &source->info,
                                        source->first, source->parameters);
  g_queue_push_tail (&source->decoded, av_frame_clone (source->first));
  bb_converter_complete (source->converter, g_queue_peek_tail (&source->decoded));
  bb_phase_end (BB_PHASE_PROBE, begin, 0);
  return g_steal_pointer (&source);
}

static void
forget_frames (BbSource *source)
{
  g_queue_clear_full (&source->decoded, bb_ffmpeg_free_frame);
  bb_converter_reset (source->converter);
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
  g_queue_clear_full (&source->decoded, bb_ffmpeg_free_frame);
  av_frame_free (&source->next);
  bb_converter_free (source->converter);
  av_frame_free (&source->first);
  avcodec_parameters_free (&source->parameters);
  bb_decoder_free (source->decoder);
  bb_demuxer_free (source->demuxer);
  g_free (source->shape_notice);
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
  return bb_demuxer_get_path (source->demuxer);
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
  return bb_decoder_get_n_corrupt (source->decoder);
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
  return bb_demuxer_get_index (source->demuxer);
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
  if (!source->info.hdr || bb_converter_get_tone_map (source->converter) == tone_map)
    return TRUE;
  if (source->next != NULL || bb_converter_is_busy (source->converter))
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INVALID,
                           "Tone mapping cannot change between frames; seek first");
      return FALSE;
    }
  if (!bb_converter_set_tone_map (source->converter, tone_map, error))
    return FALSE;
  source->info.format = *bb_converter_get_format (source->converter);
  return TRUE;
}

/**
 * bb_source_set_device:
 * @source: a source
 * @device: (nullable): where frames are wanted; %NULL is the host's memory
 * @keeps: whether more frames are held than a decoder has surfaces for (21) at once, which takes a
 * copy of each on the GPU
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Lets a GPU decode and deinterlace, and leave frames in device memory, where it can: frames that
 * must be tone-mapped or converted come in host memory, and so do all others where the GPU refuses
 * or fails, see bb_source_get_notice(). With a device that has no memory of its own nothing
 * changes. The source stands before its first frame afterwards; its info stays.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_set_device (BbSource *source, BbDevice *device, gboolean keeps, GCancellable *cancellable,
                      GError **error)
{
  const BbDeviceMedia *media = device != NULL ? bb_device_get_media (device) : NULL;
  guint n_held = keeps ? 0 : N_HELD_SURFACES + N_DEINTERLACED_SURFACES;
  AVBufferRef *hardware = NULL;
  gboolean done;

  if (media != NULL && !bb_converter_get_tone_map (source->converter))
    {
      g_autoptr (GError) failure = NULL;

      hardware = media->new_context (device, &failure);
      if (hardware == NULL)
        g_debug ("%s", failure->message);
      else if (!bb_decoder_supports_device (source->decoder, hardware))
        av_buffer_unref (&hardware);
    }
  if (hardware == NULL && bb_converter_get_media (source->converter) == NULL)
    return TRUE;
  forget_frames (source);
  bb_converter_set_media (source->converter, hardware != NULL ? media : NULL);
  source->skip_to = AV_NOPTS_VALUE;
  done = bb_decoder_set_device (source->decoder, hardware, n_held, cancellable, error);
  av_buffer_unref (&hardware);
  return done;
}

/**
 * bb_source_get_n_held:
 * @source: a source that a GPU decodes
 *
 * Returns: frames that may be held at once, on any thread; 0 where they are as many as memory has
 * room for
 */
guint
bb_source_get_n_held (BbSource *source)
{
  guint n_held = bb_decoder_get_n_held (source->decoder);

  if (n_held > N_DEINTERLACED_SURFACES && bb_converter_get_deinterlace (source->converter))
    n_held -= N_DEINTERLACED_SURFACES;
  return n_held;
}

/**
 * bb_source_get_notice:
 * @source: a source
 *
 * Returns: (nullable): why the CPU decodes and deinterlaces although a GPU was to, a sentence
 */
const char *
bb_source_get_notice (BbSource *source)
{
  return bb_decoder_get_notice (source->decoder);
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
 * bb_source_describe_shortfall:
 * @source: a source that was read as far as is wanted
 * @end: how far that is, nanoseconds from the source's start; negative is all
 * @cancellable: (nullable): a cancellable
 *
 * Finds whether the file breaks off: it holds less than its header declares, it could not be read,
 * or it has become shorter meanwhile.
 *
 * Returns: (transfer full) (nullable): how much of how much there was, a sentence that names the
 *   file; %NULL where all was there that is wanted
 */
char *
bb_source_describe_shortfall (BbSource *source, gint64 end, GCancellable *cancellable)
{
  if (!source->ended || source->last_end == G_MININT64)
    return NULL;
  return bb_declared_duration_describe_shortfall (&source->declared, source->demuxer, &source->info,
                                                  source->last_end, source->last_length, end,
                                                  cancellable);
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
  gint64 margin = av_rescale_q (NONREF_MARGIN, BB_NANOSECONDS, source->time_base);

  if (!bb_decoder_seek (source->decoder, get_lead (source, pts), cancellable, error))
    return FALSE;
  forget_frames (source);
  source->skip_to = MAX (pts, source->first->pts);
  source->skipped = FALSE;
  if (!bb_converter_get_deinterlace (source->converter))
    bb_decoder_skip_nonref_until (source->decoder, source->skip_to - margin);
  return TRUE;
}

/* Whether decoding on leads to @pts sooner than a seek, and to the same frame. What is converted already
 * has not been changed, and is decoded once more. */
static gboolean
can_go_on (BbSource *source, gint64 pts)
{
  const AVFrame *last;

  if (source->ended || source->resume_after != G_MININT64 ||
      bb_converter_get_deinterlace (source->converter) ||
      bb_converter_is_busy (source->converter) || !bb_demuxer_is_on_way (source->demuxer, pts))
    return FALSE;
  if (source->next != NULL)
    g_queue_push_head (&source->decoded, g_steal_pointer (&source->next));
  last = g_queue_peek_tail (&source->decoded);
  return last != NULL && last->pts <= pts;
}

/**
 * bb_source_reach:
 * @source: a source
 * @time: nanoseconds from the source's start
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to the frame that is shown at @time as bb_source_seek() does, but decodes on where that is quicker,
 * also after a read that was cancelled. The count of damaged data goes on then.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_reach (BbSource *source, gint64 time, GCancellable *cancellable, GError **error)
{
  gint64 pts = MAX (bb_source_info_get_cut (&source->info, time), source->first->pts);
  gint64 until = pts - av_rescale_q (NONREF_MARGIN, BB_NANOSECONDS, source->time_base);

  /* What was left out is gone. */
  if (bb_decoder_get_skipped_until (source->decoder) > until || !can_go_on (source, pts))
    return bb_source_seek (source, time, cancellable, error);
  source->skip_to = pts;
  source->skipped = FALSE;
  bb_decoder_skip_nonref_until (source->decoder, until);
  return TRUE;
}

/**
 * bb_source_set_passing:
 * @source: a source
 * @passing: (nullable): who wants to see frames that are decoded on the way to one that is sought; stays
 *   valid
 */
void
bb_source_set_passing (BbSource *source, const BbSourcePassing *passing)
{
  source->passing = passing;
}

/**
 * bb_source_seek_near:
 * @source: a source
 * @time: nanoseconds from the source's start
 * @cancellable: (nullable): a cancellable
 * @error: return location for an error
 *
 * Goes to a frame before @time that is quick to reach: to a keyframe, mostly the last one before
 * it. Where there is no index that is the first frame of the file.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_seek_near (BbSource *source, gint64 time, GCancellable *cancellable, GError **error)
{
  gint64 pts = bb_source_info_get_cut (&source->info, time);

  if (!bb_decoder_seek (source->decoder, MAX (pts, source->first->pts), cancellable, error))
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
 * Decodes the frame that bb_source_read() returns next, which opens what decodes; for who has
 * something else to do meanwhile, on another thread. Reading does it by itself.
 *
 * Returns: %TRUE, also at the end, or %FALSE with %BB_ERROR_INPUT or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_source_preroll (BbSource *source, GCancellable *cancellable, GError **error)
{
  if (source->skip_to != AV_NOPTS_VALUE && !source->skipped)
    {
      if (!skip (source, source->skip_to, cancellable, error))
        return FALSE;
      source->skipped = TRUE;
    }
  return !g_cancellable_set_error_if_cancelled (cancellable, error) &&
         (source->next != NULL || convert (source, &source->next, cancellable, error));
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

      if (!convert (source, &next, cancellable, error))
        return NULL;
      frame->duration =
        next != NULL ? next->pts - frame->pts : bb_decoder_get_last_duration (source->decoder);
      dropped =
        source->skip_to != AV_NOPTS_VALUE && frame->pts + frame->duration <= source->skip_to;
      source->next = next;
      source->last_end =
        bb_source_info_get_time (&source->info, av_sat_add64 (frame->pts, frame->duration));
      source->last_length = bb_ffmpeg_to_nanoseconds (frame->duration, source->time_base);
      if (!dropped)
        {
          source->skip_to = AV_NOPTS_VALUE;
          return bb_converter_wrap (source->converter, frame);
        }
      av_frame_free (&frame);
    }
  return NULL;
}
