/* bb-input.c: the one place where a media file is opened for reading
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Some containers name other files or addresses: playlists, manifests, patterns of pictures, tracks
 * by reference. What others send must not show files of this machine, so nothing but the file itself
 * is read: demuxers that are made to open others are refused by what they are, and the rest get no
 * other file.
 */

#include "config.h"

#include "bb-input.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-memory.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <string.h>

/* Pictures that are held at once at least: by the decoder, its threads, what converts, and queues. */
#define N_HELD_PICTURES 6

/* Demuxers that open what a file names. */
static const char *const referring[] = {
  "concat",
  "dash",
  "hls",
  "imf",
  "rtp",
  "rtsp",
  "sap",
  "sdp",
  "vobsub",
  "lavfi",
  "avisynth",
  "vapoursynth",
  "webm_dash_manifest",
  NULL,
};

/* Demuxers that make a video of a text, and decoders that do. */
static const char *const texts[] = { "tty", "bin", "xbin", "adf", "idf", NULL };
static const enum AVCodecID text_codecs[] = {
  AV_CODEC_ID_ANSI,
  AV_CODEC_ID_BINTEXT,
  AV_CODEC_ID_XBIN,
  AV_CODEC_ID_IDF,
};

/**
 * bb_input_set_error:
 * @path: name of a file
 * @reason: what is wrong with the file, translated
 * @advice: what to do, translated
 * @error: return location for an error
 *
 * Sets %BB_ERROR_INPUT with a sentence that names the file.
 */
void
bb_input_set_error (const char *path, const char *reason, const char *advice, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);

  /* Translators: the name of a file, what is wrong, and what to do, both clauses without a full
   * stop, such as “it is a folder” and “choose a video file” */
  g_set_error (error, BB_ERROR, BB_ERROR_INPUT, _ ("Cannot read “%s”: %s; %s"), name, reason,
               advice);
}

static const char *
get_path (const AVFormatContext *demuxer)
{
  return g_str_has_prefix (demuxer->url, "file:") ? demuxer->url + strlen ("file:") : demuxer->url;
}

static gboolean
refuse (const char *path, const char *reason, const char *advice, GError **error)
{
  bb_input_set_error (path, reason, advice, error);
  return FALSE;
}

static gboolean
check_file (const char *path, GError **error)
{
  GStatBuf status;

  /* FFmpeg says what is wrong. */
  if (g_stat (path, &status) != 0)
    return TRUE;
  if (S_ISDIR (status.st_mode))
    return refuse (path, _ ("it is a folder"), _ ("choose a video file"), error);
  /* Opening a pipe would wait for whoever writes to it, and it cannot be sought in. */
  if (S_ISFIFO (status.st_mode))
    return refuse (path, _ ("it is a pipe"), _ ("save the video as a file first"), error);
  if (!S_ISREG (status.st_mode))
    return refuse (path, _ ("it is a device"), _ ("choose a video file"), error);
  if (status.st_size == 0)
    return refuse (path, _ ("it is empty"), _ ("copy or record it again"), error);
  return TRUE;
}

static gboolean
refuse_no_video (const char *path, GError **error)
{
  return refuse (path, _ ("it is not a video, or it is damaged"),
                 _ ("choose a file that a player can play"), error);
}

static gboolean
fail (const char *path, int result, GCancellable **cancellable, GError **error)
{
  if (*cancellable != NULL && g_cancellable_set_error_if_cancelled (*cancellable, error))
    return FALSE;
  if (result == AVERROR_INVALIDDATA || result == AVERROR_EOF)
    return refuse_no_video (path, error);
  if (result == AVERROR (ENOENT))
    return refuse (path, _ ("there is no such file"), _ ("check its name"), error);
  if (result == AVERROR (EACCES))
    return refuse (path, _ ("reading it is not allowed"), _ ("check its permissions"), error);
  if (result == AVERROR (EMFILE) || result == AVERROR (ENFILE))
    return refuse (path, bb_ffmpeg_reason (result), _ ("allow more open files (ulimit -n)"), error);
  return refuse (path, bb_ffmpeg_reason (result), _ ("check its name and permissions"), error);
}

/* What to call a file while it is asked what it is: only the ending of a name says anything, and
 * other characters would make it a pattern of pictures. */
static char *
get_neutral_name (const char *path)
{
  const char *dot = strrchr (path, '.');
  GString *name = g_string_new ("file.");

  for (const char *c = dot != NULL ? dot + 1 : ""; g_ascii_isalnum (*c); c++)
    g_string_append_c (name, *c);
  return g_string_free_and_steal (name);
}

static int
find_format (const char *path, const char *url, const AVIOInterruptCB *interrupt,
             const AVInputFormat **format)
{
  g_autofree char *name = get_neutral_name (path);
  AVDictionary *options = NULL;
  AVIOContext *file = NULL;
  int result;

  av_dict_set (&options, "protocol_whitelist", "file", 0);
  result = avio_open2 (&file, url, AVIO_FLAG_READ, interrupt, &options);
  av_dict_free (&options);
  if (result >= 0)
    result = av_probe_input_buffer2 (file, format, name, NULL, 0, 0);
  avio_closep (&file);
  return result;
}

static gboolean
check_format (const char *path, const AVInputFormat *format, GError **error)
{
  g_auto (GStrv) names = g_strsplit (format->name, ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (g_strv_contains (referring, names[i]) ||
          ((format->flags & AVFMT_NOFILE) != 0 && !g_str_equal (names[i], "image2")))
        return refuse (path, _ ("it is a list that names other files"),
                       _ ("choose the video file itself"), error);
      if (g_strv_contains (texts, names[i]))
        return refuse_no_video (path, error);
    }
  return TRUE;
}

/* Opens the file itself and no other. */
static int
open_only_itself (AVFormatContext *demuxer, AVIOContext **file, const char *url, int flags,
                  AVDictionary **options)
{
  AVDictionary *own = NULL;
  int result;

  if (demuxer->url == NULL || strcmp (url, demuxer->url) != 0 || (flags & AVIO_FLAG_WRITE) != 0)
    {
      g_debug ("%s: names another file, which is not opened", demuxer->url);
      return AVERROR (EPERM);
    }
  /* Readers of single pictures give none. */
  if (options == NULL)
    options = &own;
  av_dict_set (options, "protocol_whitelist", "file", 0);
  result = avio_open2 (file, url, flags, &demuxer->interrupt_callback, options);
  av_dict_free (&own);
  return result;
}

/**
 * bb_input_new:
 * @path: name of a local file
 * @cancellable: where the cancellable of the call at hand is found; must stay
 * @options: (nullable): options of demuxers, in FFmpeg's form
 * @error: return location for an error
 *
 * Opens a media file: the file itself and no other, whatever it names. What is no regular file, is
 * empty, is a text, or is a list or a manifest of other files is refused.
 *
 * Returns: (transfer full): a demuxer that was not probed yet, or %NULL with %BB_ERROR_INPUT or
 *   %G_IO_ERROR_CANCELLED
 */
AVFormatContext *
bb_input_new (const char *path, GCancellable **cancellable, const AVDictionary *options,
              GError **error)
{
  g_autofree char *url = bb_ffmpeg_url (path);
  const AVInputFormat *format = NULL;
  AVDictionary *own = NULL;
  AVFormatContext *demuxer;
  AVIOInterruptCB interrupt;
  int result;

  bb_ffmpeg_init ();
  if (!check_file (path, error))
    return NULL;
  bb_ffmpeg_interrupt_init (&interrupt, cancellable);
  result = find_format (path, url, &interrupt, &format);
  if (result < 0)
    {
      fail (path, result, cancellable, error);
      return NULL;
    }
  if (!check_format (path, format, error))
    return NULL;
  demuxer = avformat_alloc_context ();
  demuxer->interrupt_callback = interrupt;
  demuxer->io_open = open_only_itself;
  av_dict_copy (&own, options, 0);
  av_dict_set (&own, "protocol_whitelist", "file", 0);
  if (g_str_equal (format->name, "image2"))
    av_dict_set (&own, "pattern_type", "none", 0);
  result = avformat_open_input (&demuxer, url, format, &own);
  av_dict_free (&own);
  if (result >= 0)
    return demuxer;
  fail (path, result, cancellable, error);
  return NULL;
}

/* Bytes of a picture as the decoder makes it. */
static guint64
get_picture_bytes (const AVCodecParameters *parameters)
{
  guint64 pixels;
  int size = -1;

  if (parameters->width <= 0 || parameters->height <= 0)
    return 0;
  pixels = (guint64) parameters->width * (guint64) parameters->height;
  if (parameters->format != AV_PIX_FMT_NONE)
    size = av_image_get_buffer_size (parameters->format, parameters->width, parameters->height, 1);
  /* Not known before it is decoded, or too large to be counted: 4:2:0 is the least. */
  return size > 0 ? (guint64) size : pixels * 3 / 2;
}

static gboolean
check_memory (AVFormatContext *demuxer, guint64 left, GError **error)
{
  for (guint i = 0; i < demuxer->nb_streams; i++)
    {
      const AVCodecParameters *parameters = demuxer->streams[i]->codecpar;
      guint64 needed;

      if (parameters->codec_type != AVMEDIA_TYPE_VIDEO)
        continue;
      needed = get_picture_bytes (parameters) * N_HELD_PICTURES;
      if (needed > left)
        {
          g_autofree char *name = g_filename_display_name (get_path (demuxer));
          g_autofree char *needed_text = g_format_size_full (needed, G_FORMAT_SIZE_IEC_UNITS);
          g_autofree char *left_text = g_format_size_full (left, G_FORMAT_SIZE_IEC_UNITS);

          g_set_error (error, BB_ERROR, BB_ERROR_MEMORY,
                       /* Translators: the name of a file, a size in pixels, two sizes in bytes */
                       _ ("Not enough memory to decode “%s”: its pictures of %d×%d need %s, and %s "
                          "are left; close other programs, or make it smaller first"),
                       name, parameters->width, parameters->height, needed_text, left_text);
          return FALSE;
        }
    }
  return TRUE;
}

/* What decoders may make while the file is probed, of the bytes that are @left. */
static AVDictionary **
new_limits (AVFormatContext *demuxer, guint64 left)
{
  AVDictionary **limits = g_new0 (AVDictionary *, demuxer->nb_streams + 1);
  guint64 pixels = left / N_HELD_PICTURES;

  for (guint i = 0; i < demuxer->nb_streams; i++)
    av_dict_set_int (&limits[i], "max_pixels", (gint64) MIN (pixels, G_MAXINT), 0);
  return limits;
}

/**
 * bb_input_probe:
 * @demuxer: a demuxer of bb_input_new()
 * @error: return location for an error
 *
 * Reads what the streams of a file are. A file whose pictures do not fit into the memory that is
 * left, or that are made of a text, is refused.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT, %BB_ERROR_MEMORY or %G_IO_ERROR_CANCELLED
 */
gboolean
bb_input_probe (AVFormatContext *demuxer, GError **error)
{
  GCancellable **cancellable = demuxer->interrupt_callback.opaque;
  guint n_limits = demuxer->nb_streams;
  guint64 left = bb_memory_get_left ();
  AVDictionary **limits;
  int result;

  if (!check_memory (demuxer, left, error))
    return FALSE;
  limits = new_limits (demuxer, left);
  result = avformat_find_stream_info (demuxer, limits);
  for (guint i = 0; i < n_limits; i++)
    av_dict_free (&limits[i]);
  g_free (limits);
  if (result < 0)
    return fail (get_path (demuxer), result, cancellable, error);
  for (guint i = 0; i < demuxer->nb_streams; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (text_codecs); j++)
      if (demuxer->streams[i]->codecpar->codec_id == text_codecs[j])
        return fail (get_path (demuxer), AVERROR_INVALIDDATA, cancellable, error);
  return check_memory (demuxer, left, error);
}

/**
 * bb_input_is_same_program:
 * @demuxer: a demuxer
 * @index: number of a stream
 * @picture: number of the picture's stream
 *
 * A broadcast holds several programs.
 *
 * Returns: whether the stream is of the picture's program, or the file has no such thing
 */
gboolean
bb_input_is_same_program (AVFormatContext *demuxer, int index, int picture)
{
  AVProgram *program = NULL;
  gboolean has_other = av_find_program_from_stream (demuxer, NULL, index) != NULL;
  gboolean has_own = FALSE;

  while ((program = av_find_program_from_stream (demuxer, program, picture)) != NULL)
    {
      has_own = TRUE;
      for (guint i = 0; i < program->nb_stream_indexes; i++)
        if (program->stream_index[i] == (guint) index)
          return TRUE;
    }
  return !has_own || !has_other;
}
