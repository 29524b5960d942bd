/* test-source.c: what a source's frames look like, against what the ffmpeg program decodes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-error.h"
#include "bb-format-ffmpeg.h"
#include "bb-source-private.h"
#include "bb-test-media.h"

#include <libavutil/display.h>
#include <libavutil/pixdesc.h>

#include <math.h>
#include <string.h>

#define SAMPLE(data, i, wide)                                                                      \
  ((wide) ? ((const guint16 *) (gconstpointer) (data))[i] : ((const guint8 *) (data))[i])

static BbSource *
open_source (const char *name)
{
  g_autofree char *path = bb_test_media_path (name);
  g_autoptr (GError) error = NULL;
  BbSource *source = bb_source_new (path, &error);

  g_assert_no_error (error);
  return source;
}

static BbFrame *
read_frame (BbSource *source)
{
  g_autoptr (GError) error = NULL;
  BbFrame *frame = bb_source_read (source, NULL, &error);

  g_assert_no_error (error);
  return frame;
}

/* All frames, one after the other, without padding. */
static GBytes *
read_all (BbSource *source)
{
  GByteArray *bytes = g_byte_array_new ();
  BbFrame *frame;

  while ((frame = read_frame (source)) != NULL)
    {
      g_autoptr (GBytes) one = bb_test_frame_bytes (frame);

      g_assert_cmpmem (&frame->format, sizeof frame->format, &bb_source_get_info (source)->format,
                       sizeof (BbFormat));
      g_byte_array_append (bytes, g_bytes_get_data (one, NULL), (guint) g_bytes_get_size (one));
      bb_frame_unref (frame);
    }
  return g_byte_array_free_to_bytes (bytes);
}

typedef struct {
  const char *pixel_format;
  const char *codec;
  const char *file;
  int depth;
  int shift_x;
  int shift_y;
  gboolean full_range;
  const char *reference; /* the samples must be those of this format, exactly */
} Layout;

static const Layout layouts[] = {
  /* As they are. */
  { "yuv420p", "ffv1", "a.mkv", 8, 1, 1, FALSE, "yuv420p" },
  { "yuv422p", "ffv1", "a.mkv", 8, 1, 0, FALSE, "yuv422p" },
  { "yuv444p", "ffv1", "a.mkv", 8, 0, 0, FALSE, "yuv444p" },
  { "yuv440p", "ffv1", "a.mkv", 8, 0, 1, FALSE, "yuv440p" },
  { "yuv411p", "ffv1", "a.mkv", 8, 2, 0, FALSE, "yuv411p" },
  { "yuv420p10le", "ffv1", "a.mkv", 10, 1, 1, FALSE, "yuv420p10le" },
  { "yuv422p10le", "ffv1", "a.mkv", 10, 1, 0, FALSE, "yuv422p10le" },
  { "yuv444p10le", "ffv1", "a.mkv", 10, 0, 0, FALSE, "yuv444p10le" },
  { "yuv440p10le", "ffv1", "a.mkv", 10, 0, 1, FALSE, "yuv440p10le" },
  { "yuv420p", "libx264 -qp 0", "a.mp4", 8, 1, 1, FALSE, "yuv420p" },
  { "yuv420p", "ffv1 -color_range pc", "a.mkv", 8, 1, 1, TRUE, "yuvj420p" },
  { "yuvj420p", "mjpeg", "a.mkv", 8, 1, 1, TRUE, "yuvj420p" },
  { "yuvj422p", "mjpeg", "a.mkv", 8, 1, 0, TRUE, "yuvj422p" },
  { "yuvj444p", "mjpeg", "a.mkv", 8, 0, 0, TRUE, "yuvj444p" },
  /* Without their alpha plane. */
  { "yuva420p", "ffv1", "a.mkv", 8, 1, 1, FALSE, "yuv420p" },
  { "yuva444p10le", "ffv1", "a.mkv", 10, 0, 0, FALSE, "yuv444p10le" },
  /* Samples in another order. */
  { "nv12", "rawvideo", "a.nut", 8, 1, 1, FALSE, "yuv420p" },
  { "nv12", "rawvideo -color_range pc", "a.mkv", 8, 1, 1, TRUE, "yuvj420p" },
  { "yuyv422", "rawvideo", "a.nut", 8, 1, 0, FALSE, "yuv422p" },
  { "uyvy422", "rawvideo", "a.nut", 8, 1, 0, FALSE, "yuv422p" },
  { "yuv420p10be", "rawvideo", "a.nut", 10, 1, 1, FALSE, "yuv420p10le" },
  /* More bits. */
  { "yuv420p9le", "ffv1", "a.mkv", 10, 1, 1, FALSE, NULL },
  { "yuv420p12le", "ffv1", "a.mkv", 10, 1, 1, FALSE, NULL },
  { "yuv422p12le", "ffv1 -color_range pc", "a.mkv", 10, 1, 0, TRUE, NULL },
  { "yuv444p16le", "ffv1", "a.mkv", 10, 0, 0, FALSE, NULL },
};

static void
make_clip (const char *file, const char *pixel_format, const char *codec)
{
  g_autofree char *output =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=72x46:r=10:d=0.3,format=%s -pix_fmt %s -strict -1 "
                    "-c:v %s %s",
                    pixel_format, pixel_format, codec, file);
}

static void
test_layout (gconstpointer data)
{
  const Layout *layout = data;
  g_autoptr (BbSource) source = NULL;
  g_autoptr (GBytes) frames = NULL;
  const BbFormat *format;

  make_clip (layout->file, layout->pixel_format, layout->codec);
  source = open_source (layout->file);
  format = &bb_source_get_info (source)->format;
  g_assert_cmpint (format->width, ==, 72);
  g_assert_cmpint (format->height, ==, 46);
  g_assert_cmpint (format->depth, ==, layout->depth);
  g_assert_cmpint (format->chroma_shift_x, ==, layout->shift_x);
  g_assert_cmpint (format->chroma_shift_y, ==, layout->shift_y);
  g_assert_cmpint (format->full_range, ==, layout->full_range);
  frames = read_all (source);
  g_assert_cmpuint (g_bytes_get_size (frames), ==, 3 * bb_format_get_frame_size (format));

  if (layout->reference != NULL)
    {
      g_autoptr (GBytes) expected =
        bb_test_ffmpeg_raw ("-i %s -pix_fmt %s", layout->file, layout->reference);

      g_assert_true (g_bytes_equal (frames, expected));
    }
  else
    {
      g_autoptr (GBytes) expected =
        bb_test_ffmpeg_raw ("-i %s -pix_fmt %s", layout->file, layout->pixel_format);
      int shift = av_pix_fmt_desc_get (av_get_pix_fmt (layout->pixel_format))->comp[0].depth - 10;
      gsize size;
      const guint8 *wide = g_bytes_get_data (expected, &size);
      const guint8 *got = g_bytes_get_data (frames, NULL);

      g_assert_cmpuint (g_bytes_get_size (frames), ==, size);
      for (gsize i = 0; i < size / 2; i++)
        {
          double scaled = ldexp (SAMPLE (wide, i, TRUE), -shift);

          g_assert_cmpfloat (fabs (SAMPLE (got, i, TRUE) - scaled), <=, 1.5);
        }
    }
}

typedef struct {
  const char *pixel_format;
  const char *codec;
  const char *file;
  int depth;
} Coloring;

static const Coloring rgbs[] = {
  { "rgb24", "png", "a.mkv", 8 },      { "bgr0", "ffv1", "a.mkv", 8 },
  { "gbrp", "ffv1", "a.mkv", 8 },      { "rgba", "png", "a.mkv", 8 },
  { "gbrp10le", "ffv1", "a.mkv", 10 }, { "gbrp12le", "ffv1", "a.mkv", 10 },
  { "rgb48le", "ffv1", "a.mkv", 10 },  { "pal8", "rawvideo", "a.nut", 8 },
};

/* RGB to limited-range BT.709, with the equations of the standard. */
static void
test_rgb (gconstpointer data)
{
  const Coloring *rgb = data;
  g_autoptr (BbSource) source = NULL;
  g_autoptr (GBytes) frames = NULL;
  g_autoptr (GBytes) reference = NULL;
  const BbFormat *format;
  const guint8 *got, *from;
  gsize n = 72 * 46;
  double unit;
  double sum = 0;

  make_clip (rgb->file, rgb->pixel_format, rgb->codec);
  source = open_source (rgb->file);
  format = &bb_source_get_info (source)->format;
  g_assert_cmpint (format->depth, ==, rgb->depth);
  g_assert_cmpint (format->chroma_shift_x + format->chroma_shift_y, ==, 0);
  g_assert_false (format->full_range);
  g_assert_cmpint (format->matrix, ==, 1);
  frames = read_all (source);
  reference = bb_test_ffmpeg_raw ("-i %s -pix_fmt gbrp16le", rgb->file);
  got = g_bytes_get_data (frames, NULL);
  from = g_bytes_get_data (reference, NULL);
  unit = rgb->depth > 8 ? 4 : 1;
  for (gsize k = 0; k < 3; k++)
    for (gsize i = 0; i < n; i++)
      {
        double g = SAMPLE (from, (3 * k + 0) * n + i, TRUE) / 65535.0;
        double b = SAMPLE (from, (3 * k + 1) * n + i, TRUE) / 65535.0;
        double r = SAMPLE (from, (3 * k + 2) * n + i, TRUE) / 65535.0;
        double y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        double expected[3] = { unit * (16 + 219 * y), unit * (128 + 224 * (b - y) / 1.8556),
                               unit * (128 + 224 * (r - y) / 1.5748) };

        /* libswscale counts in 15 bits. */
        for (gsize p = 0; p < 3; p++)
          {
            double difference =
              fabs (SAMPLE (got, (3 * k + p) * n + i, rgb->depth > 8) - expected[p]);

            g_assert_cmpfloat (difference, <=, rgb->depth > 8 ? 4 : 1.6);
            sum += difference;
          }
      }
  g_assert_cmpfloat (sum / (double) (9 * n), <=, 1);
}

static const Coloring greys[] = {
  { "gray", "ffv1", "a.mkv", 8 },      { "gray10le", "ffv1", "a.mkv", 10 },
  { "gray12le", "ffv1", "a.mkv", 10 }, { "gray16le", "ffv1", "a.mkv", 10 },
  { "monob", "rawvideo", "a.nut", 8 },
};

/* Grey keeps its samples and gets chroma without colour. */
static void
test_grey (gconstpointer data)
{
  const Coloring *grey = data;
  g_autoptr (BbSource) source = NULL;
  g_autoptr (GBytes) reference = NULL;
  const guint8 *from;
  int depth;

  make_clip (grey->file, grey->pixel_format, grey->codec);
  source = open_source (grey->file);
  g_assert_cmpint (bb_source_get_info (source)->format.depth, ==, grey->depth);
  g_assert_cmpint (bb_source_get_info (source)->format.chroma_shift_x, ==, 1);
  g_assert_cmpint (bb_source_get_info (source)->format.chroma_shift_y, ==, 1);
  g_assert_cmpint (bb_source_get_info (source)->format.full_range, ==, TRUE);
  depth = av_pix_fmt_desc_get (av_get_pix_fmt (grey->pixel_format))->comp[0].depth;
  reference =
    bb_test_ffmpeg_raw ("-i %s -pix_fmt %s", grey->file, depth == 1 ? "gray" : grey->pixel_format);
  from = g_bytes_get_data (reference, NULL);
  depth = MAX (depth, 8);
  for (int k = 0; k < 3; k++)
    {
      g_autoptr (BbFrame) frame = read_frame (source);

      g_assert_nonnull (frame);
      for (int y = 0; y < 46; y++)
        for (int x = 0; x < 72; x++)
          {
            double expected =
              ldexp (SAMPLE (from, (k * 46 + y) * 72 + x, depth > 8), grey->depth - depth);
            int got = SAMPLE (frame->data[0] + y * frame->stride[0], x, grey->depth > 8);

            g_assert_cmpfloat (fabs (got - expected), <=, depth > grey->depth ? 1.5 : 0.0);
          }
      for (int p = 1; p < 3; p++)
        for (int y = 0; y < 23; y++)
          for (int x = 0; x < 36; x++)
            g_assert_cmpint (SAMPLE (frame->data[p] + y * frame->stride[p], x, grey->depth > 8), ==,
                             1 << (grey->depth - 1));
    }
}

typedef struct {
  const char *size;
  const char *tags;
  int matrix;
  int primaries;
  int transfer;
} Tagging;

static const Tagging taggings[] = {
  { "320x240", "", 6, 6, 6 },
  { "768x576", "", 5, 5, 6 },
  { "1280x720", "", 1, 1, 1 },
  { "480x854", "", 1, 1, 1 },
  { "320x240", "color_primaries=bt709", 1, 1, 1 },
  { "1280x720", "colorspace=smpte170m", 6, 6, 6 },
  { "320x240", "colorspace=bt2020nc", 9, 9, 1 },
  { "320x240", "color_trc=smpte2084", 9, 9, 16 },
  { "320x240", "colorspace=bt709:color_primaries=smpte432:color_trc=iec61966-2-1", 1, 12, 13 },
};

static void
test_tags (gconstpointer data)
{
  const Tagging *tagging = data;
  g_autoptr (BbSource) source = NULL;
  g_autofree char *output =
    bb_test_ffmpeg ("-f lavfi -i color=gray:s=%s:d=0.1:r=10,format=yuv420p%s%s -c:v ffv1 a.mkv",
                    tagging->size, tagging->tags[0] != '\0' ? ",setparams=" : "", tagging->tags);
  const BbSourceInfo *info;

  source = open_source ("a.mkv");
  info = bb_source_get_info (source);
  g_assert_cmpint (info->format.matrix, ==, tagging->matrix);
  g_assert_cmpint (info->format.primaries, ==, tagging->primaries);
  g_assert_cmpint (info->format.transfer, ==, tagging->transfer);
  g_assert_cmpint (info->format.chroma_location, ==, 1);
  g_assert_cmpint (info->hdr, ==, tagging->transfer == 16);
  g_assert_cmpstr (info->codec, ==, "ffv1");
}

/* The upright picture as the doc comment of BbOrientation defines it. */
static GBytes *
turn_upright (const BbFrame *frame, BbOrientation orientation)
{
  int width = frame->format.width, height = frame->format.height;
  gboolean transposed = (orientation & BB_ORIENTATION_TRANSPOSE) != 0;
  int upright_width = transposed ? height : width;
  int upright_height = transposed ? width : height;
  GByteArray *bytes = g_byte_array_new ();

  for (int p = 0; p < 3; p++)
    for (int y = 0; y < upright_height; y++)
      for (int x = 0; x < upright_width; x++)
        {
          int u = transposed ? y : x;
          int v = transposed ? x : y;

          if ((orientation & BB_ORIENTATION_FLIP_X) != 0)
            u = width - 1 - u;
          if ((orientation & BB_ORIENTATION_FLIP_Y) != 0)
            v = height - 1 - v;
          g_byte_array_append (bytes, frame->data[p] + v * frame->stride[p] + u, 1);
        }
  return g_byte_array_free_to_bytes (bytes);
}

static void
test_orientation (void)
{
  g_autofree char *made =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=64x48:r=10:d=0.1 -pix_fmt yuv444p "
                    "-c:v libx264 -qp 0 upright.mp4");
  guint seen = 0;

  for (int angle = 0; angle < 360; angle += 90)
    for (int flip = 0; flip < 4; flip++)
      {
        static const char *const flips[] = { "", "-display_hflip", "-display_vflip",
                                             "-display_hflip -display_vflip" };
        g_autofree char *turned = bb_test_ffmpeg (
          "-display_rotation:v %d %s -i upright.mp4 -c copy turned.mp4", angle, flips[flip]);
        g_autoptr (BbSource) source = open_source ("turned.mp4");
        g_autoptr (BbFrame) frame = read_frame (source);
        BbOrientation orientation = bb_source_get_info (source)->orientation;
        g_autoptr (GBytes) upright = turn_upright (frame, orientation);
        /* This is what ffmpeg makes of it by itself. */
        g_autofree char *shown = bb_test_ffmpeg ("-i turned.mp4 -f rawvideo shown.raw");
        g_autofree char *path = bb_test_media_path ("shown.raw");
        g_autofree char *expected = NULL;
        gsize size;

        g_assert_cmpint (frame->format.width, ==, 64);
        g_assert_true (g_file_get_contents (path, &expected, &size, NULL));
        g_assert_cmpmem (g_bytes_get_data (upright, NULL), g_bytes_get_size (upright), expected,
                         size);
        seen |= 1u << orientation;
      }
  g_assert_cmphex (seen, ==, 0xff);
}

static void
test_odd_angles (void)
{
  static const struct {
    double angle;
    int nearest;
  } angles[] = { { 0, 0 },     { 30, 0 },    { 44, 0 },    { 46, 90 },   { 100, 90 },  { 134, 90 },
                 { 136, 180 }, { 200, 180 }, { 224, 180 }, { 226, 270 }, { 300, 270 }, { 316, 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (angles); i++)
    {
      gint32 odd[9], right[9];

      av_display_rotation_set (odd, angles[i].angle);
      av_display_rotation_set (right, angles[i].nearest);
      g_assert_cmpint (bb_orientation_from_matrix (odd), ==, bb_orientation_from_matrix (right));
    }
}

static void
test_aspect (void)
{
  g_autofree char *made = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=64x48:r=10:d=0.1,setsar=64/45 "
                                          "-c:v libx264 -pix_fmt yuv420p a.mp4");
  g_autofree char *square =
    bb_test_ffmpeg ("-f lavfi -i testsrc2=s=64x48:r=10:d=0.1,setsar=0 -c:v ffv1 b.mkv");
  g_autoptr (BbSource) source = open_source ("a.mp4");
  g_autoptr (BbSource) unknown = open_source ("b.mkv");

  g_assert_cmpint (bb_source_get_info (source)->sar_num, ==, 64);
  g_assert_cmpint (bb_source_get_info (source)->sar_den, ==, 45);
  g_assert_cmpint (bb_source_get_info (unknown)->sar_num, ==, 1);
  g_assert_cmpint (bb_source_get_info (unknown)->sar_den, ==, 1);
}

static void
test_odd_size (gconstpointer data)
{
  g_autofree char *made = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=72x46:r=10:d=0.3,scale=71:45 "
                                          "-pix_fmt %s -c:v ffv1 odd.mkv",
                                          (const char *) data);
  g_autoptr (BbSource) source = open_source ("odd.mkv");
  g_autoptr (GBytes) frames = read_all (source);
  g_autoptr (GBytes) expected = bb_test_ffmpeg_raw ("-i odd.mkv");

  g_assert_cmpint (bb_source_get_info (source)->format.width, ==, 71);
  g_assert_cmpint (bb_source_get_info (source)->format.height, ==, 45);
  g_assert_true (g_bytes_equal (frames, expected));
}

/* What Matroska says is to be cut off. */
static void
test_container_crop (void)
{
  g_autofree char *mkvpropedit = g_find_program_in_path ("mkvpropedit");
  g_autofree char *path = bb_test_media_path ("crop.mkv");
  g_autofree char *made = NULL;
  g_autofree char *command = NULL;
  g_autoptr (BbSource) source = NULL;
  g_autoptr (GBytes) frames = NULL;
  g_autoptr (GBytes) expected = NULL;

  if (mkvpropedit == NULL)
    {
      g_test_skip ("mkvpropedit is not here");
      return;
    }
  made = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=72x46:r=10:d=0.3 -pix_fmt yuv420p -c:v ffv1 "
                         "crop.mkv");
  command = g_strdup_printf ("mkvpropedit -q %s --edit track:v1 --set pixel-crop-left=4 "
                             "--set pixel-crop-top=6 --set pixel-crop-right=4",
                             path);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  source = open_source ("crop.mkv");
  g_assert_cmpint (bb_source_get_info (source)->format.width, ==, 64);
  g_assert_cmpint (bb_source_get_info (source)->format.height, ==, 40);
  frames = read_all (source);
  expected = bb_test_ffmpeg_raw ("-i crop.mkv");
  g_assert_true (g_bytes_equal (frames, expected));
}

static void
test_interlaced (gconstpointer data)
{
  const char *codec = data;
  g_autofree char *made = bb_test_ffmpeg (
    "-f lavfi -i testsrc2=s=96x64:r=50:d=1.2,format=yuv420p,tinterlace=interleave_top,setfield=tff "
    "-pix_fmt yuv420p -c:v %s i.mkv",
    codec);
  g_autoptr (BbSource) source = open_source ("i.mkv");
  g_autoptr (GBytes) frames = NULL;
  g_autoptr (GBytes) expected =
    bb_test_ffmpeg_raw ("-i i.mkv -vf bwdif=mode=send_frame:deint=interlaced,format=yuv420p");
  g_autoptr (GBytes) woven = bb_test_ffmpeg_raw ("-i i.mkv");
  g_autofree char *path = bb_test_media_path ("i.mkv");
  g_autoptr (GArray) times = bb_test_ffprobe_times (path);
  g_autoptr (GError) error = NULL;
  gsize size;

  g_assert_true (bb_source_get_info (source)->interlaced);
  frames = read_all (source);
  g_assert_cmpuint (g_bytes_get_size (frames), ==, g_bytes_get_size (woven));
  g_assert_true (g_bytes_equal (frames, expected));
  g_assert_false (g_bytes_equal (frames, woven));

  /* The neighbours that deinterlacing looks at are there after a seek as well. */
  size = bb_format_get_frame_size (&bb_source_get_info (source)->format);
  for (guint i = 0; i < times->len; i++)
    {
      gint64 time = g_array_index (times, gint64, i) * 1000000 - bb_source_get_info (source)->start;
      g_autoptr (BbFrame) frame = NULL;
      g_autoptr (GBytes) bytes = NULL;

      g_assert_true (bb_source_seek (source, time, NULL, &error));
      frame = read_frame (source);
      g_assert_nonnull (frame);
      g_assert_cmpint (frame->pts, ==, g_array_index (times, gint64, i));
      bytes = bb_test_frame_bytes (frame);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), size,
                       (const guint8 *) g_bytes_get_data (expected, NULL) + i * size, size);
    }
}

/* Light in cd/m2 of a PQ or HLG code, per SMPTE ST 2084 and ITU-R BT.2100 (a screen of 1000 cd/m2).
 */
static double
to_light (double code, gboolean pq)
{
  double e = (code - 64) / 876;

  if (pq)
    {
      double p = pow (e, 1 / 78.84375);

      return 10000 * pow (MAX (p - 0.8359375, 0) / (18.8515625 - 18.6875 * p), 1 / 0.1593017578125);
    }
  e = e <= 0.5 ? e * e / 3 : (exp ((e - 0.55991073) / 0.17883277) + 0.28466892) / 12;
  return 1000 * pow (e, 1.2);
}

/* The curve of John Hable's "Uncharted 2: HDR Lighting" (GDC 2010). */
static double
hable (double x)
{
  return (x * (0.15 * x + 0.05) + 0.004) / (x * (0.15 * x + 0.5) + 0.06) - 0.02 / 0.3;
}

/* 1 at 1000 cd/m2, which FFmpeg takes for the peak of files that do not tell theirs. */
static double
roll_off (double x)
{
  return hable (x) / hable (10);
}

typedef struct {
  const char *transfer;
  const char *pixel_format;
} Hdr;

static const Hdr hdrs[] = {
  { "smpte2084", "yuv420p10le" },
  { "arib-std-b67", "yuv420p10le" },
  { "smpte2084", "yuv444p12le" },
};

static void
test_tone_map (gconstpointer data)
{
  const Hdr *hdr = data;
  gboolean pq = strcmp (hdr->transfer, "smpte2084") == 0;
  gboolean twelve = strstr (hdr->pixel_format, "12") != NULL;

  for (int code = 64; code <= 940; code += 146)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *made = bb_test_ffmpeg (
        "-f lavfi -i color=gray:s=64x48:r=10:d=0.2,format=%s,"
        "geq=lum=%d:cb=%d:cr=%d,format=%s,setparams=color_primaries=bt2020:color_trc=%s:"
        "colorspace=bt2020nc:range=limited -c:v ffv1 hdr.mkv",
        twelve ? "yuv444p12le" : "yuv420p10le", code << (twelve ? 2 : 0), 512 << (twelve ? 2 : 0),
        512 << (twelve ? 2 : 0), hdr->pixel_format, hdr->transfer);
      g_autoptr (BbSource) source = open_source ("hdr.mkv");
      const BbFormat *format = &bb_source_get_info (source)->format;
      double light = roll_off (to_light (code, pq) / 100);
      double expected = MIN (64 + 876 * pow (light, 1 / 2.4), 1023);
      g_autoptr (BbFrame) frame = NULL;
      g_autoptr (BbFrame) untouched = NULL;

      g_assert_true (bb_source_get_info (source)->hdr);
      g_assert_cmpint (format->transfer, ==, pq ? 16 : 18);
      g_assert_true (bb_source_set_tone_map (source, TRUE, &error));
      g_assert_no_error (error);
      g_assert_cmpint (format->depth, ==, 10);
      g_assert_cmpint (format->matrix, ==, 1);
      g_assert_cmpint (format->primaries, ==, 1);
      g_assert_cmpint (format->transfer, ==, 1);
      g_assert_cmpint (format->chroma_shift_x, ==, 1);
      g_assert_cmpint (format->chroma_shift_y, ==, 1);
      g_assert_false (format->full_range);
      frame = read_frame (source);
      g_assert_cmpfloat (fabs (SAMPLE (frame->data[0], 5, TRUE) - expected), <=, 2);
      g_assert_cmpint (ABS (SAMPLE (frame->data[1], 5, TRUE) - 512), <=, 1);
      g_assert_cmpint (ABS (SAMPLE (frame->data[2], 5, TRUE) - 512), <=, 1);

      /* Not between frames, but after a seek. */
      g_assert_false (bb_source_set_tone_map (source, FALSE, &error));
      g_assert_error (error, BB_ERROR, BB_ERROR_INVALID);
      g_clear_error (&error);
      g_assert_true (bb_source_seek (source, 0, NULL, &error));
      g_assert_true (bb_source_set_tone_map (source, FALSE, &error));
      g_assert_cmpint (format->transfer, ==, pq ? 16 : 18);
      untouched = read_frame (source);
      g_assert_cmpint (SAMPLE (untouched->data[0], 5, TRUE), ==, code);
    }
}

static double
to_pq (double light)
{
  double p = pow (light / 10000, 0.1593017578125);

  return pow ((0.8359375 + 18.8515625 * p) / (1 + 18.6875 * p), 78.84375);
}

/* A colour within BT.709, written as BT.2020 and PQ, comes back with its hue. */
static void
test_tone_map_color (void)
{
  static const double light[3] = { 20, 30, 120 }; /* R, G, B of BT.709 in cd/m2 */
  /* ITU-R BT.2087. */
  double r = to_pq (0.6274 * light[0] + 0.3293 * light[1] + 0.0433 * light[2]);
  double g = to_pq (0.0691 * light[0] + 0.9195 * light[1] + 0.0114 * light[2]);
  double b = to_pq (0.0164 * light[0] + 0.0880 * light[1] + 0.8956 * light[2]);
  double y = 0.2627 * r + 0.678 * g + 0.0593 * b;
  g_autofree char *made = bb_test_ffmpeg (
    "-f lavfi -i color=gray:s=64x48:r=10:d=0.1,format=yuv420p10le,geq=lum=%d:cb=%d:cr=%d,"
    "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=limited "
    "-c:v ffv1 hdr.mkv",
    (int) round (64 + 876 * y), (int) round (512 + 896 * (b - y) / 1.8814),
    (int) round (512 + 896 * (r - y) / 1.4746));
  g_autoptr (GError) error = NULL;
  g_autoptr (BbSource) source = open_source ("hdr.mkv");
  g_autoptr (BbFrame) frame = NULL;
  double scale = roll_off (light[2] / 100) / light[2];

  r = pow (light[0] * scale, 1 / 2.4);
  g = pow (light[1] * scale, 1 / 2.4);
  b = pow (light[2] * scale, 1 / 2.4);
  y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  g_assert_true (bb_source_set_tone_map (source, TRUE, &error));
  frame = read_frame (source);
  g_assert_cmpfloat (fabs (SAMPLE (frame->data[0], 5, TRUE) - (64 + 876 * y)), <=, 4);
  g_assert_cmpfloat (fabs (SAMPLE (frame->data[1], 5, TRUE) - (512 + 896 * (b - y) / 1.8556)), <=,
                     4);
  g_assert_cmpfloat (fabs (SAMPLE (frame->data[2], 5, TRUE) - (512 + 896 * (r - y) / 1.5748)), <=,
                     4);
}

static void
test_hdr_metadata (void)
{
  g_autofree char *made = bb_test_ffmpeg (
    "-f lavfi -i color=gray:s=64x64:r=10:d=0.3,format=yuv420p10le -c:v libx265 -x265-params "
    "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=900,300:"
    "master-display='G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)' "
    "m.hevc");
  g_autoptr (BbSource) source = open_source ("m.hevc");
  const AVCodecParameters *parameters = bb_source_get_codecpar (source);

  g_assert_nonnull (av_packet_side_data_get (parameters->coded_side_data,
                                             parameters->nb_coded_side_data,
                                             AV_PKT_DATA_MASTERING_DISPLAY_METADATA));
  g_assert_nonnull (av_packet_side_data_get (
    parameters->coded_side_data, parameters->nb_coded_side_data, AV_PKT_DATA_CONTENT_LIGHT_LEVEL));
}

/* The size changes in the middle: all frames have the first one's, with the picture fitted into it. */
static void
test_size_change (void)
{
  g_autofree char *one = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=96x64:r=25:d=0.4 -pix_fmt yuv420p "
                                         "-c:v libx264 -qp 0 1.h264");
  g_autofree char *two = bb_test_ffmpeg ("-f lavfi -i testsrc2=s=64x96:r=25:d=0.4 -pix_fmt yuv444p "
                                         "-c:v libx264 -qp 0 2.h264");
  g_autofree char *path = bb_test_media_join ("12.h264", "1.h264", "2.h264", NULL);
  g_autoptr (BbSource) source = NULL;
  g_autoptr (GBytes) frames = NULL;
  g_autoptr (GBytes) first = bb_test_ffmpeg_raw ("-i 1.h264");
  g_autoptr (GBytes) second =
    bb_test_ffmpeg_raw ("-i 2.h264 -vf scale=42:64:flags=bicubic,format=yuv420p,pad=96:64:26:0 "
                        "-pix_fmt yuv420p");
  const guint8 *got, *expected;
  double sum = 0;
  gsize n;

  source = open_source ("12.h264");
  frames = read_all (source);
  n = g_bytes_get_size (first);
  g_assert_cmpuint (g_bytes_get_size (frames), ==, 2 * n);
  got = g_bytes_get_data (frames, NULL);
  g_assert_cmpmem (got, n, g_bytes_get_data (first, NULL), n);
  expected = g_bytes_get_data (second, NULL);
  for (gsize i = 0; i < n; i++)
    sum += fabs ((double) got[n + i] - expected[i]);
  g_assert_cmpfloat (sum / (double) n, <, 1);
}

/* Frames of a file in order, by their samples. */
static GPtrArray *
read_list (BbSource *source)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  BbFrame *frame;

  while ((frame = read_frame (source)) != NULL)
    {
      g_ptr_array_add (list, bb_test_frame_bytes (frame));
      bb_frame_unref (frame);
    }
  return list;
}

typedef struct {
  GCancellable *cancellable;
  gint64 time; /* from when on it is cancelled */
} Overtaking;

static gboolean
wants_cb (gint64 time, gpointer user_data)
{
  Overtaking *overtaking = user_data;

  if (time >= overtaking->time)
    g_cancellable_cancel (overtaking->cancellable);
  return FALSE;
}

/* Goes to and fro in a file: each frame is the one that reading from the beginning gives, however it is
 * reached, also after reads that were cancelled on the way. */
static void
test_reach (gconstpointer data)
{
  g_autofree char *name = g_strdup_printf ("reach.%s", (const char *) data);
  g_autofree char *output = bb_test_ffmpeg (
    "-f lavfi -i testsrc2=s=128x72:r=25:d=12 -c:v libx264 -preset fast -bf 3 -g 125 "
    "-pix_fmt yuv420p %s",
    name);
  g_autoptr (BbSource) plain = open_source (name);
  g_autoptr (BbSource) source = open_source (name);
  g_autoptr (GPtrArray) frames = read_list (plain);
  GRand *rand = g_rand_new_with_seed (5);
  int at = 0;

  g_assert_cmpuint (frames->len, ==, 300);
  for (int i = 0; i < 60; i++)
    {
      g_autoptr (BbFrame) frame = NULL;
      g_autoptr (GBytes) samples = NULL;
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      Overtaking overtaking = { cancellable, 0 };
      const BbSourcePassing passing = { wants_cb, NULL, &overtaking };

      /* On a little, on a lot, back a little, anywhere; every third time something else was begun before. */
      at = i % 4 == 0   ? at + g_rand_int_range (rand, 0, 10)
           : i % 4 == 1 ? at + g_rand_int_range (rand, 10, 100)
           : i % 4 == 2 ? at - g_rand_int_range (rand, 0, 40)
                        : g_rand_int_range (rand, 0, 300);
      at = (at + 300) % 300;
      if (i % 3 == 0)
        {
          BbFrame *none;

          overtaking.time = (at - g_rand_int_range (rand, 2, 12)) * 40000000LL;
          g_assert_true (bb_source_reach (source, MIN (at + 20, 299) * 40000000LL, NULL, NULL));
          bb_source_set_passing (source, &passing);
          none = bb_source_read (source, cancellable, NULL);
          g_clear_pointer (&none, bb_frame_unref);
          bb_source_set_passing (source, NULL);
        }
      g_assert_true (bb_source_reach (source, at * 40000000LL + 5, NULL, &error));
      g_assert_no_error (error);
      frame = read_frame (source);
      samples = bb_test_frame_bytes (frame);
      g_assert_true (g_bytes_equal (samples, frames->pdata[at]));
      g_assert_cmpint (bb_source_info_get_time (bb_source_get_info (source), frame->pts) / 40000000,
                       ==, at);
    }
  g_rand_free (rand);
}

static void
add_tests (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (layouts); i++)
    {
      g_autofree char *name =
        g_strdup_printf ("/source/layout/%" G_GSIZE_FORMAT "-%s", i, layouts[i].pixel_format);

      g_test_add_data_func (name, &layouts[i], test_layout);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rgbs); i++)
    {
      g_autofree char *name = g_strdup_printf ("/source/rgb/%s", rgbs[i].pixel_format);

      g_test_add_data_func (name, &rgbs[i], test_rgb);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (greys); i++)
    {
      g_autofree char *name =
        g_strdup_printf ("/source/grey/%" G_GSIZE_FORMAT "-%s", i, greys[i].pixel_format);

      g_test_add_data_func (name, &greys[i], test_grey);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (taggings); i++)
    {
      g_autofree char *name = g_strdup_printf ("/source/tags/%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (name, &taggings[i], test_tags);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (hdrs); i++)
    {
      g_autofree char *name =
        g_strdup_printf ("/source/tone-map/%s-%s", hdrs[i].transfer, hdrs[i].pixel_format);

      g_test_add_data_func (name, &hdrs[i], test_tone_map);
    }
  g_test_add_func ("/source/tone-map/color", test_tone_map_color);
  g_test_add_func ("/source/hdr-metadata", test_hdr_metadata);
  g_test_add_func ("/source/orientation/right", test_orientation);
  g_test_add_func ("/source/orientation/odd", test_odd_angles);
  g_test_add_func ("/source/aspect", test_aspect);
  g_test_add_data_func ("/source/odd-size/yuv420p", "yuv420p", test_odd_size);
  g_test_add_data_func ("/source/odd-size/yuv411p", "yuv411p", test_odd_size);
  g_test_add_data_func ("/source/odd-size/yuv440p10le", "yuv440p10le", test_odd_size);
  g_test_add_func ("/source/container-crop", test_container_crop);
  g_test_add_data_func ("/source/interlaced/ffv1", "ffv1", test_interlaced);
  g_test_add_data_func ("/source/interlaced/mpeg2", "mpeg2video -flags +ildct+ilme -q:v 2 -bf 2",
                        test_interlaced);
  g_test_add_func ("/source/size-change", test_size_change);
  g_test_add_data_func ("/source/reach/mp4", "mp4", test_reach);
  g_test_add_data_func ("/source/reach/mkv", "mkv", test_reach);
  g_test_add_data_func ("/source/reach/ts", "ts", test_reach);
}

int
main (int argc, char **argv)
{
  return bb_test_media_run (argc, argv, add_tests);
}
