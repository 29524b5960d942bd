/* bb-input.c: the one place where files are opened for reading
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file that somebody sent may be anything, whatever its name says. So a container is taken for what its contents
 * say, never for its name, and none may open a further file: neither playlists and manifests, which consist
 * of names, nor films that refer to parts of theirs elsewhere.
 */

#include "config.h"

#include "bb-input.h"

#include "bb-ffmpeg.h"
#include "bb-memory-left.h"

#include <glib/gi18n-lib.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <libavutil/avstring.h>
#include <string.h>

/* How far to read for a track that begins late. */
#define FAR_BYTES (64 * 1024 * 1024)
#define FAR_DURATION (60 * AV_TIME_BASE)

/* Pictures that are held at least, and bytes of a pixel of most. */
#define PICTURES_HELD 8
#define PIXEL_BYTES 4

/* What demuxers see of the file: the name by which they open it again, and where it is. */
typedef struct {
  char *shown;
  char *url;
  AVIOContext *context; /* what the file is read through, where the demuxer does not open it by itself */
} Input;

/* Demuxers whose files name others, or are programs that do. */
static const char *const lists[] = {
  "avisynth", "concat", "concatf", "dash", "hls",         "imf",    "lavfi",
  "rtp",      "rtsp",   "sap",     "sdp",  "vapoursynth", "vobsub", "webm_dash_manifest",
};

/* Demuxers that make a video of a text. */
static const char *const texts[] = { "tty", "bin", "xbin", "adf", "idf" };

static gboolean
is_among (const AVInputFormat *format, const char *const *names, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (av_match_name (names[i], format->name))
      return TRUE;
  return FALSE;
}

/* Demuxers choose by the ending of a name, and read more into it: one such as “clip%03d.png” means many files to
 * them. */
static char *
get_shown_name (const char *path)
{
  const char *dot = strrchr (path, '.');

  for (const char *c = dot; c != NULL && c[1] != '\0'; c++)
    if (!g_ascii_isalnum (c[1]) && c[1] != '_')
      return g_strdup ("file:video");
  return g_strconcat ("file:video", dot, NULL);
}

/* Instead of FFmpeg's own: the file itself and no other one. */
static int
open_same (AVFormatContext *demuxer, AVIOContext **context, const char *url, int flags,
           AVDictionary **options)
{
  const Input *input = demuxer->opaque;

  if (!g_str_equal (url, input->shown) || (flags & AVIO_FLAG_WRITE) != 0)
    return AVERROR (EPERM);
  return avio_open2 (context, input->url, flags, &demuxer->interrupt_callback, NULL);
}

static int
check_kind (const char *path)
{
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    return AVERROR (errno);
  if (S_ISDIR (status.st_mode))
    return AVERROR (EISDIR);
  /* Opening a pipe would wait for whoever writes to it, and neither it nor a terminal can be sought in. */
  if (S_ISFIFO (status.st_mode) || S_ISSOCK (status.st_mode) || S_ISCHR (status.st_mode))
    return BB_INPUT_ERROR_PIPE;
  if (S_ISREG (status.st_mode) && status.st_size == 0)
    return BB_INPUT_ERROR_EMPTY;
  return 0;
}

static void
free_input (Input *input)
{
  avio_closep (&input->context);
  g_free (input->shown);
  g_free (input->url);
  g_free (input);
}

/**
 * bb_input_get_most_pixels:
 *
 * Decoders hold several pictures at once, and so does whoever converts them.
 *
 * Returns: pixels that a picture may have so that half of the memory that is left is enough
 */
gint64
bb_input_get_most_pixels (void)
{
  guint64 left = bb_memory_left ();

  return left == G_MAXUINT64 ? G_MAXINT : (gint64) MIN (left / 2 / PICTURES_HELD / PIXEL_BYTES, G_MAXINT);
}

static int
check_sizes (const AVFormatContext *demuxer)
{
  for (guint i = 0; i < demuxer->nb_streams; i++)
    {
      const AVCodecParameters *parameters = demuxer->streams[i]->codecpar;

      if (parameters->codec_type == AVMEDIA_TYPE_VIDEO && parameters->width > 0 &&
          parameters->height > 0 &&
          (gint64) parameters->width * parameters->height > bb_input_get_most_pixels ())
        return BB_INPUT_ERROR_LARGE;
    }
  return 0;
}

static int
open_demuxer (AVFormatContext **demuxer, Input *input, gboolean far)
{
  const AVInputFormat *format = NULL;
  AVDictionary *options = NULL;
  int result = avio_open2 (&input->context, input->url, AVIO_FLAG_READ,
                           &(*demuxer)->interrupt_callback, NULL);

  if (result >= 0)
    result = av_probe_input_buffer2 (input->context, &format, input->shown, *demuxer, 0,
                                     (unsigned) (*demuxer)->format_probesize);
  if (result < 0)
    return result;
  if (is_among (format, lists, G_N_ELEMENTS (lists)))
    return BB_INPUT_ERROR_LIST;
  if (is_among (format, texts, G_N_ELEMENTS (texts)))
    return BB_INPUT_ERROR_TEXT;

  /* A picture is itself, not the first of those whose names look like its. */
  av_dict_set (&options, "pattern_type", "none", 0);
  if (far)
    /* Tracks that a transport stream only names later on. */
    av_dict_set (&options, "scan_all_pmts", "1", 0);
  if ((format->flags & AVFMT_NOFILE) != 0)
    avio_closep (&input->context);
  else
    (*demuxer)->pb = input->context;
  result = avformat_open_input (demuxer, input->shown, format, &options);
  av_dict_free (&options);
  /* Finding out decodes; what says its size before that is refused before. */
  if (result >= 0)
    result = check_sizes (*demuxer);
  if (result >= 0)
    result = avformat_find_stream_info (*demuxer, NULL);
  return result < 0 ? result : check_sizes (*demuxer);
}

/**
 * bb_input_open:
 * @demuxer: (out): the demuxer, to be closed by bb_input_close(); %NULL where it fails
 * @path: name of a local file
 * @far: whether to look for tracks far into the file, which takes longer
 * @cancellable: where the cancellable of the call at hand is found; must stay as long as the demuxer
 *
 * Opens a file for reading and finds out what its streams are. Only that file is read, whatever is in
 * it.
 *
 * Returns: 0, one of BB_INPUT_ERROR_…, or another negative FFmpeg error; see bb_input_reason()
 */
int
bb_input_open (AVFormatContext **demuxer, const char *path, gboolean far,
               GCancellable **cancellable)
{
  int result = check_kind (path);
  Input *input;

  *demuxer = NULL;
  if (result < 0)
    return result;
  bb_ffmpeg_init ();
  input = g_new0 (Input, 1);
  input->shown = get_shown_name (path);
  input->url = bb_ffmpeg_url (path);
  *demuxer = avformat_alloc_context ();
  (*demuxer)->opaque = input;
  (*demuxer)->io_open = open_same;
  (*demuxer)->protocol_whitelist = av_strdup ("file");
  bb_ffmpeg_interrupt_init (&(*demuxer)->interrupt_callback, cancellable);
  if (far)
    {
      (*demuxer)->probesize = FAR_BYTES;
      (*demuxer)->max_analyze_duration = FAR_DURATION;
    }
  result = open_demuxer (demuxer, input, far);
  if (result >= 0)
    return 0;
  avformat_close_input (demuxer);
  free_input (input);
  return result;
}

/**
 * bb_input_close:
 * @demuxer: (inout): a demuxer of bb_input_open(), or %NULL; becomes %NULL
 */
void
bb_input_close (AVFormatContext **demuxer)
{
  Input *input = *demuxer != NULL ? (*demuxer)->opaque : NULL;

  avformat_close_input (demuxer);
  if (input != NULL)
    free_input (input);
}

/**
 * bb_input_reason:
 * @result: what bb_input_open() gave
 * @advice: (out): what to do, a clause
 *
 * Returns: what is wrong, a clause
 */
const char *
bb_input_reason (int result, const char **advice)
{
  *advice = _("choose a file that a player can play");
  switch (result)
    {
    case BB_INPUT_ERROR_LIST:
      *advice = _("choose one of the files that it names");
      return _("it is a list of other files, not a video");
    case BB_INPUT_ERROR_PIPE:
      *advice = _("save the video as a file first");
      return _("it is a pipe or a device");
    case BB_INPUT_ERROR_EMPTY:
      *advice = _("copy or record it again");
      return _("it is empty");
    case BB_INPUT_ERROR_LARGE:
      *advice = _("close other programs, or make it smaller first");
      return _("its pictures are too large for the memory that is left");
    case BB_INPUT_ERROR_TEXT:
    case AVERROR_INVALIDDATA:
    case AVERROR_EOF:
      return _("it is not a video, or it is damaged");
    case AVERROR (EISDIR):
      *advice = _("choose a video file");
      return _("it is a folder");
    case AVERROR (ENOENT):
    case AVERROR (ENOTDIR):
      *advice = _("check its name");
      return _("there is no such file");
    case AVERROR (EACCES):
    case AVERROR (EPERM):
      *advice = _("check its permissions");
      return _("reading it is not allowed");
    default:
      *advice = _("check its name and permissions");
      return bb_ffmpeg_reason (result);
    }
}

/**
 * bb_input_find_picture:
 * @demuxer: a demuxer
 *
 * Of the video streams that are no cover picture: what FFmpeg thinks best, else the first.
 *
 * Returns: its number, or -1
 */
int
bb_input_find_picture (AVFormatContext *demuxer)
{
  int wanted = av_find_best_stream (demuxer, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
  int best = -1;

  for (guint i = 0; i < demuxer->nb_streams; i++)
    {
      const AVStream *stream = demuxer->streams[i];

      if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO ||
          (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0)
        continue;
      if (best < 0 || (int) i == wanted)
        best = (int) i;
    }
  return best;
}

/**
 * bb_input_is_beside:
 * @demuxer: a demuxer
 * @stream: number of a stream
 * @picture: number of the picture's stream, or -1
 *
 * Broadcasts have several programs in one file, each with sounds of its own.
 *
 * Returns: whether a stream belongs to the picture: to its program, or both to none
 */
gboolean
bb_input_is_beside (AVFormatContext *demuxer, int stream, int picture)
{
  const AVProgram *program = NULL;

  while (picture >= 0 && (program = av_find_program_from_stream (
                            demuxer, (AVProgram *) program, picture)) != NULL)
    {
      for (guint i = 0; i < program->nb_stream_indexes; i++)
        if ((int) program->stream_index[i] == stream)
          return TRUE;
    }
  return picture < 0 || av_find_program_from_stream (demuxer, NULL, picture) == NULL ||
         av_find_program_from_stream (demuxer, NULL, stream) == NULL;
}
