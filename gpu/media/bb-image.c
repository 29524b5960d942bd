/* bb-image.c: still pictures out of files
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-image.h"

#include "bb-error.h"
#include "bb-ffmpeg.h"
#include "bb-filter.h"
#include "bb-format-ffmpeg.h"
#include "bb-input.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <string.h>

/* Pictures that are kept decoded: a recipe has two, and plans are made again and again while it is
 * tuned. */
#define N_KEPT 4

/* What a file was when it was read, and how large it was drawn. */
typedef struct {
  char *path;
  int width;
  int height;
  gint64 size;
  gint64 seconds;
  gint64 nanoseconds;
  BbImage *image;
} Kept;

static GMutex kept_lock;
static Kept kept[N_KEPT]; /* the one used last comes first */

static gboolean
refuse (const char *path, const char *reason, GError **error)
{
  bb_input_set_error (path, reason, _ ("choose a PNG, JPEG, WebP or SVG file"), error);
  return FALSE;
}

/* The stored picture of @frame, turned upright. */
static BbImage *
turn_upright (const AVFrame *frame, BbOrientation orientation, gboolean deep)
{
  gboolean transposed = (orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  gsize pixel = deep ? 8 : 4;
  BbImage *image = g_new0 (BbImage, 1);
  guint8 *to;

  g_atomic_ref_count_init (&image->refs);
  image->width = transposed ? frame->height : frame->width;
  image->height = transposed ? frame->width : frame->height;
  image->deep = deep;
  image->rgba = to = g_malloc_n ((gsize) image->width * (gsize) image->height, pixel);
  for (int y = 0; y < image->height; y++)
    for (int x = 0; x < image->width; x++, to += pixel)
      {
        int u = transposed ? y : x;
        int v = transposed ? x : y;

        if ((orientation & BB_ORIENTATION_FLIP_X) != 0)
          u = frame->width - 1 - u;
        if ((orientation & BB_ORIENTATION_FLIP_Y) != 0)
          v = frame->height - 1 - v;
        memcpy (to, frame->data[0] + (gssize) v * frame->linesize[0] + (gssize) u * (gssize) pixel,
                pixel);
      }
  return image;
}

/* librsvg multiplies colors by the opacity, and FFmpeg leaves them so. */
static void
divide_by_opacity (BbImage *image)
{
  guint8 *pixel = image->rgba;

  for (gsize n = (gsize) image->width * (gsize) image->height; n > 0; n--, pixel += 4)
    for (int i = 0; i < 3 && pixel[3] > 0; i++)
      pixel[i] = (guint8) MIN ((pixel[i] * 255 + pixel[3] / 2) / pixel[3], 255);
}

static BbImage *
convert (AVFrame *frame, GError **error)
{
  static const char limit[] =
    "scale=w='min(iw," G_STRINGIFY (BB_IMAGE_LONGEST) ")':h='min(ih," G_STRINGIFY (
      BB_IMAGE_LONGEST) ")':force_original_aspect_ratio=decrease:"
                        "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp";
  const AVPixFmtDescriptor *layout = av_pix_fmt_desc_get (frame->format);
  const AVFrameSideData *matrix = av_frame_get_side_data (frame, AV_FRAME_DATA_DISPLAYMATRIX);
  gboolean deep = layout != NULL && layout->comp[0].depth > 8;
  g_autofree char *chain = g_strdup_printf ("%s,format=%s", limit, deep ? "rgba64" : "rgba");
  g_autoptr (BbFilter) filter = NULL;
  g_autoptr (AVFrame) upright = av_frame_alloc ();
  BbOrientation orientation = BB_ORIENTATION_UPRIGHT;

  if (matrix != NULL)
    orientation = bb_orientation_from_matrix ((const gint32 *) (gconstpointer) matrix->data);
  frame->pts = 0;
  filter = bb_filter_new (frame, (AVRational) { 1, 25 }, chain, error);
  if (filter == NULL)
    return NULL;
  if (bb_filter_push (filter, frame) < 0 || bb_filter_push (filter, NULL) < 0 ||
      bb_filter_pull (filter, upright) < 0)
    {
      g_set_error_literal (error, BB_ERROR, BB_ERROR_INPUT, "FFmpeg cannot convert the picture");
      return NULL;
    }
  return turn_upright (upright, orientation, deep);
}

/* A drawing is made as large as it is needed. */
static void
set_drawn_size (AVDictionary **options, const AVCodecParameters *parameters, int width, int height)
{
  double scale;

  if (parameters->codec_id != AV_CODEC_ID_SVG || parameters->width <= 0 || parameters->height <= 0)
    return;
  scale = MAX ((double) width / parameters->width, (double) height / parameters->height);
  scale = MIN (scale, (double) BB_IMAGE_LONGEST / MAX (parameters->width, parameters->height));
  av_dict_set_int (options, "width", MAX (lround (parameters->width * scale), 1), 0);
  av_dict_set_int (options, "height", MAX (lround (parameters->height * scale), 1), 0);
  av_dict_set_int (options, "keep_ar", 0, 0);
}

/* The first frame of a file that is open. */
static gboolean
decode (AVFormatContext *demuxer, const char *path, int width, int height, AVFrame *frame,
        gboolean *drawn, GError **error)
{
  const AVCodec *codec = NULL;
  int index = av_find_best_stream (demuxer, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
  AVCodecContext *decoder = NULL;
  AVDictionary *options = NULL;
  AVPacket *packet;
  gboolean good = FALSE;
  int result = 0;

  if (index < 0)
    return refuse (path,
                   index == AVERROR_DECODER_NOT_FOUND ? _ ("the FFmpeg here cannot decode it")
                                                      : _ ("it is not a picture"),
                   error);
  *drawn = codec->id == AV_CODEC_ID_SVG;
  decoder = avcodec_alloc_context3 (codec);
  set_drawn_size (&options, demuxer->streams[index]->codecpar, width, height);
  packet = av_packet_alloc ();
  if (avcodec_parameters_to_context (decoder, demuxer->streams[index]->codecpar) < 0 ||
      avcodec_open2 (decoder, codec, &options) < 0)
    result = AVERROR_EXTERNAL;
  while (result >= 0 && !good)
    {
      result = av_read_frame (demuxer, packet);
      if (result >= 0 && packet->stream_index != index)
        {
          av_packet_unref (packet);
          continue;
        }
      /* The end of the file has what is left come out. */
      result = avcodec_send_packet (decoder, result >= 0 ? packet : NULL);
      av_packet_unref (packet);
      good = avcodec_receive_frame (decoder, frame) >= 0;
    }
  av_packet_free (&packet);
  av_dict_free (&options);
  avcodec_free_context (&decoder);
  return good ? TRUE : refuse (path, _ ("it is not a picture, or it is damaged"), error);
}

static BbImage *
read_file (const char *path, int width, int height, GError **error)
{
  GCancellable *none = NULL;
  g_autoptr (AVFrame) frame = av_frame_alloc ();
  g_autoptr (GError) reason = NULL;
  AVFormatContext *demuxer = bb_input_new (path, &none, NULL, &reason);
  gboolean good = demuxer != NULL && bb_input_probe (demuxer, &reason);
  BbImage *image = NULL;
  gboolean drawn = FALSE;

  if (good && decode (demuxer, path, width, height, frame, &drawn, error))
    image = convert (frame, &reason);
  if (image != NULL && drawn)
    {
      image->drawn = TRUE;
      divide_by_opacity (image);
    }
  avformat_close_input (&demuxer);
  if (g_error_matches (reason, BB_ERROR, BB_ERROR_MEMORY))
    g_propagate_error (error, g_steal_pointer (&reason));
  else if (reason != NULL)
    refuse (path, _ ("it is not a picture, or it is damaged"), error);
  return image;
}

static void
forget (Kept *entry)
{
  g_free (entry->path);
  bb_image_unref (entry->image);
}

/* What was read of a file that has not changed since. The lock is held. */
static BbImage *
find_kept (const Kept *wanted)
{
  for (int i = 0; i < N_KEPT && kept[i].image != NULL; i++)
    {
      Kept found = kept[i];

      if (!g_str_equal (found.path, wanted->path) || found.size != wanted->size ||
          found.seconds != wanted->seconds || found.nanoseconds != wanted->nanoseconds ||
          (found.image->drawn && (found.width != wanted->width || found.height != wanted->height)))
        continue;
      memmove (kept + 1, kept, (gsize) i * sizeof *kept);
      kept[0] = found;
      return bb_image_ref (found.image);
    }
  return NULL;
}

/**
 * bb_image_new_from_file:
 * @path: name of a local file
 * @width: least width that a drawing (SVG) is made
 * @height: least height that it is made
 * @error: return location for an error
 *
 * Reads a picture: the first one that the file has, turned upright as its EXIF data says, and at most
 * %BB_IMAGE_LONGEST long. Pictures are kept for a while: as long as the file does not change, the
 * next call is fast. Any thread may call.
 *
 * Returns: (transfer full): the picture, or %NULL with %BB_ERROR_INPUT or %BB_ERROR_MEMORY
 */
BbImage *
bb_image_new_from_file (const char *path, int width, int height, GError **error)
{
  Kept entry = { .width = width, .height = height };
  BbImage *image = NULL;
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    {
      bb_input_set_error (path, _ ("there is no such file"), _ ("choose the picture again"), error);
      return NULL;
    }
  entry.path = g_strdup (path);
  entry.size = status.st_size;
  entry.seconds = status.st_mtim.tv_sec;
  entry.nanoseconds = status.st_mtim.tv_nsec;
  /* Held while it is read: others mostly want the same picture. */
  g_mutex_lock (&kept_lock);
  image = find_kept (&entry);
  if (image == NULL)
    image = read_file (path, width, height, error);
  else
    g_clear_pointer (&entry.path, g_free);
  if (image != NULL && entry.path != NULL)
    {
      if (kept[N_KEPT - 1].image != NULL)
        forget (&kept[N_KEPT - 1]);
      memmove (kept + 1, kept, (N_KEPT - 1) * sizeof *kept);
      entry.image = bb_image_ref (image);
      kept[0] = entry;
    }
  else
    g_free (entry.path);
  g_mutex_unlock (&kept_lock);
  return image;
}

/**
 * bb_image_ref:
 * @image: a picture
 *
 * Returns: (transfer full): @image
 */
BbImage *
bb_image_ref (BbImage *image)
{
  g_atomic_ref_count_inc (&image->refs);
  return image;
}

/**
 * bb_image_unref:
 * @image: (transfer full): a picture
 */
void
bb_image_unref (BbImage *image)
{
  if (!g_atomic_ref_count_dec (&image->refs))
    return;
  g_free (image->rgba);
  g_free (image);
}
