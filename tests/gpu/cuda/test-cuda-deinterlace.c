/* test-cuda-deinterlace.c: deinterlacing on a GPU against FFmpeg's filter bwdif
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Films made here go through the deinterlacer on a GPU and through `bwdif=mode=send_frame:deint=interlaced` on the CPU:
 * the same frames to the bit, at the same times. Runs on a GPU, and on the driver for tests.
 */

#include "bb-cuda-test.h"

#include "bb-deinterlacer.h"
#include "bb-ffmpeg.h"
#include "bb-filter.h"
#include "cuda/bb-cuda-ffmpeg.h"

#include <libavutil/hwcontext.h>
#include <libavutil/pixdesc.h>

#define BWDIF "bwdif=mode=send_frame:deint=interlaced"

typedef enum {
  STILL,
  MOVING, /* bars and edges, each field at its own time */
  FALLING,
  NOISE,
  FAINT, /* noise of a few codes */
  CUT,
  EXTREME, /* the least and the greatest code, row by row, changing places */
} Kind;

typedef enum {
  TOP,
  BOTTOM,
  MIXED,      /* interlaced and progressive frames in turn, both orders */
  FILM,       /* progressive frames first, some with repeated fields */
  PROGRESSIVE /* none to deinterlace but the last */
} Order;

typedef struct {
  const char *name;
  int width;
  int height;
  enum AVPixelFormat format; /* on the GPU */
  Kind kind;
  Order order;
  int n_frames;
} Case;

static const Case cases[] = {
  { "moving-top", 322, 182, AV_PIX_FMT_NV12, MOVING, TOP, 8 },
  { "moving-bottom", 162, 90, AV_PIX_FMT_NV12, MOVING, BOTTOM, 8 },
  { "falling", 130, 66, AV_PIX_FMT_NV12, FALLING, TOP, 8 },
  { "still", 66, 50, AV_PIX_FMT_NV12, STILL, TOP, 4 },
  { "noise", 101, 67, AV_PIX_FMT_NV12, NOISE, TOP, 5 },
  { "noise-bottom", 37, 34, AV_PIX_FMT_NV12, NOISE, BOTTOM, 5 },
  { "faint", 64, 36, AV_PIX_FMT_NV12, FAINT, BOTTOM, 5 },
  { "extreme", 63, 51, AV_PIX_FMT_NV12, EXTREME, TOP, 5 },
  { "cut", 70, 50, AV_PIX_FMT_NV12, CUT, BOTTOM, 8 },
  { "mixed", 66, 50, AV_PIX_FMT_NV12, NOISE, MIXED, 12 },
  { "film", 66, 50, AV_PIX_FMT_NV12, NOISE, FILM, 12 },
  { "late", 66, 50, AV_PIX_FMT_NV12, NOISE, PROGRESSIVE, 4 },
  { "one-frame", 66, 34, AV_PIX_FMT_NV12, NOISE, TOP, 1 },
  { "two-frames", 66, 34, AV_PIX_FMT_NV12, NOISE, BOTTOM, 2 },
  { "low", 20, 16, AV_PIX_FMT_NV12, NOISE, TOP, 4 },
  { "lower", 10, 8, AV_PIX_FMT_NV12, NOISE, BOTTOM, 4 },
  { "10-bit-low", 20, 16, AV_PIX_FMT_P010, NOISE, TOP, 4 },
  { "10-bit-lower", 20, 14, AV_PIX_FMT_P010, NOISE, BOTTOM, 4 },
  { "10-bit-moving", 162, 90, AV_PIX_FMT_P010, MOVING, TOP, 6 },
  { "10-bit-noise", 101, 67, AV_PIX_FMT_P010, NOISE, BOTTOM, 5 },
  { "10-bit-noise-top", 66, 50, AV_PIX_FMT_P010, NOISE, TOP, 5 },
  { "10-bit-faint", 66, 38, AV_PIX_FMT_P010, FAINT, TOP, 5 },
  { "10-bit-extreme", 63, 51, AV_PIX_FMT_P010, EXTREME, BOTTOM, 5 },
  { "10-bit-mixed", 66, 50, AV_PIX_FMT_P010, NOISE, MIXED, 9 },
  { "10-bit-one-frame", 66, 34, AV_PIX_FMT_P010, NOISE, TOP, 1 },
  { "444", 67, 45, AV_PIX_FMT_YUV444P, NOISE, TOP, 4 },
  { "planar", 66, 50, AV_PIX_FMT_YUV420P, MOVING, BOTTOM, 4 },
};

static int
make_sample (const Case *c, GRand *rand, int n, int x, int y, int maximum)
{
  /* The later field lies half a frame later. */
  int later = c->order == BOTTOM ? y % 2 == 0 : y % 2 == 1;
  int time = 2 * n + later;

  switch (c->kind)
    {
    case STILL:
      return ((x * 7) ^ (y * 13)) % (maximum + 1);
    case MOVING:
      return ((x + 3 * time) / 8 % 2 != 0 ? maximum / 4 : maximum * 3 / 4) + (x * y + time) % 5;
    case FALLING:
      return (y + 3 * time) / 7 % 2 != 0 ? maximum / 8 + x % 9 : maximum - y % 11;
    case NOISE:
      return g_rand_int_range (rand, 0, maximum + 1);
    case FAINT:
      return maximum / 2 + g_rand_int_range (rand, -2, 3);
    case CUT:
      return n < 4 ? (x * 3 + y * 2 + time) % (maximum + 1)
                   : maximum - (x * 5 + y + time * 2) % maximum;
    case EXTREME:
      return (y / 2 + n) % 2 != 0 ? maximum : 0;
    }
  return 0;
}

static void
set_fields (const Case *c, AVFrame *frame, int n)
{
  gboolean interlaced = c->order == TOP || c->order == BOTTOM ||
                        (c->order == MIXED && n % 4 != 1) || (c->order == FILM && n % 6 > 2) ||
                        n == c->n_frames - 1;
  gboolean top = c->order != BOTTOM && (c->order != MIXED || n % 3 != 0);

  if (interlaced)
    frame->flags |= AV_FRAME_FLAG_INTERLACED | (top ? AV_FRAME_FLAG_TOP_FIELD_FIRST : 0);
  frame->repeat_pict = c->order == FILM && (n % 6 == 1 || n % 6 == 2);
}

static enum AVPixelFormat
get_planar (const Case *c)
{
  if (c->format == AV_PIX_FMT_NV12)
    return AV_PIX_FMT_YUV420P;
  return c->format == AV_PIX_FMT_P010 ? AV_PIX_FMT_YUV420P10 : c->format;
}

static int
get_sample (const AVFrame *frame, int plane, int x, int y)
{
  const guint8 *row = frame->data[plane] + y * frame->linesize[plane];

  return frame->format == AV_PIX_FMT_YUV420P10 ? ((const guint16 *) (gconstpointer) row)[x]
                                               : row[x];
}

static void
get_size (const AVFrame *frame, int plane, int *width, int *height)
{
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get (frame->format);

  *width = plane == 0 ? frame->width : AV_CEIL_RSHIFT (frame->width, format->log2_chroma_w);
  *height = plane == 0 ? frame->height : AV_CEIL_RSHIFT (frame->height, format->log2_chroma_h);
}

static AVFrame *
make_frame (const Case *c, GRand *rand, int n)
{
  AVFrame *frame = av_frame_alloc ();
  int maximum = c->format == AV_PIX_FMT_P010 ? 1023 : 255;

  frame->format = get_planar (c);
  frame->width = c->width;
  frame->height = c->height;
  frame->pts = 40 * n + n % 3;
  g_assert_cmpint (av_frame_get_buffer (frame, 0), >=, 0);
  set_fields (c, frame, n);
  for (int p = 0; p < 3; p++)
    {
      int width, height;

      get_size (frame, p, &width, &height);
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          {
            guint8 *row = frame->data[p] + y * frame->linesize[p];
            int code = make_sample (c, rand, n, x + 5 * p, y, maximum);

            if (maximum > 255)
              ((guint16 *) (gpointer) row)[x] = (guint16) code;
            else
              row[x] = (guint8) code;
          }
    }
  return frame;
}

/* What a decoder would leave on the GPU: whole blocks, cropped. */
static AVFrame *
bring_up (const Case *c, AVBufferRef *frames, const AVFrame *planar)
{
  g_autoptr (GError) error = NULL;
  AVFrame *host = av_frame_alloc ();
  AVFrame *frame = av_frame_alloc ();

  host->format = c->format;
  host->width = (c->width + 1) & ~1;
  host->height = (c->height + 1) & ~1;
  g_assert_cmpint (av_frame_get_buffer (host, 0), >=, 0);
  for (int p = 0; p < 3; p++)
    {
      gboolean interleaved = get_planar (c) != c->format;
      int step = p > 0 && interleaved ? 2 : 1;
      int to = interleaved ? MIN (p, 1) : p;
      int width, height;

      get_size (planar, p, &width, &height);
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          {
            guint8 *row = host->data[to] + y * host->linesize[to];
            int at = x * step + (interleaved && p == 2);

            if (c->format == AV_PIX_FMT_P010)
              ((guint16 *) (gpointer) row)[at] = (guint16) (get_sample (planar, p, x, y) << 6);
            else
              row[at] = (guint8) get_sample (planar, p, x, y);
          }
    }
  g_assert_cmpint (av_hwframe_get_buffer (frames, frame, 0), >=, 0);
  g_assert_cmpint (av_hwframe_transfer_data (frame, host, 0), >=, 0);
  g_assert_cmpint (av_frame_copy_props (frame, planar), >=, 0);
  frame->width = c->width;
  frame->height = c->height;
  av_frame_free (&host);
  return frame;
}

static void
pull_all (BbFilter *filter, GPtrArray *frames)
{
  AVFrame *frame = av_frame_alloc ();

  while (bb_filter_pull (filter, frame) >= 0)
    {
      g_ptr_array_add (frames, frame);
      frame = av_frame_alloc ();
    }
  av_frame_free (&frame);
}

static int
get_gpu_sample (const AVFrame *frame, int plane, int x, int y)
{
  gboolean interleaved = frame->format == AV_PIX_FMT_NV12 || frame->format == AV_PIX_FMT_P010;
  int from = interleaved ? MIN (plane, 1) : plane;
  int at = interleaved && plane > 0 ? 2 * x + plane - 1 : x;
  const guint8 *row = frame->data[from] + y * frame->linesize[from];

  /* The bits below the code are 0. */
  return frame->format == AV_PIX_FMT_P010
           ? (((const guint16 *) (gconstpointer) row)[at] >> 6) +
               (((const guint16 *) (gconstpointer) row)[at] & 63) * 1024
           : row[at];
}

static void
compare (const Case *c, AVFrame *got, const AVFrame *wanted, guint n)
{
  /* FFmpeg would leave out a last row of chroma. */
  got->width = (c->width + 1) & ~1;
  got->height = (c->height + 1) & ~1;
  g_assert_cmpint (bb_ffmpeg_to_host (got), >=, 0);
  g_assert_cmpint (got->format, ==, c->format);
  /* bwdif counts in halves of the time base. */
  g_assert_cmpint (2 * got->pts, ==, wanted->pts);
  g_assert_cmpint (got->flags & AV_FRAME_FLAG_INTERLACED, ==,
                   wanted->flags & AV_FRAME_FLAG_INTERLACED);
  for (int p = 0; p < 3; p++)
    {
      int width, height;

      get_size (wanted, p, &width, &height);
      for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
          if (get_gpu_sample (got, p, x, y) != get_sample (wanted, p, x, y))
            {
              g_test_message ("%s: frame %u, plane %d, row %d of %d, column %d: %d instead of %d",
                              c->name, n, p, y, height, x, get_gpu_sample (got, p, x, y),
                              get_sample (wanted, p, x, y));
              g_test_fail ();
              return;
            }
    }
}

static AVBufferRef *
describe_frames (const Case *c, BbDevice *device)
{
  g_autoptr (GError) error = NULL;
  AVBufferRef *hardware = bb_device_get_media (device)->new_context (device, &error);
  AVBufferRef *buffer;
  AVHWFramesContext *frames;

  g_assert_no_error (error);
  buffer = av_hwframe_ctx_alloc (hardware);
  av_buffer_unref (&hardware);
  frames = (AVHWFramesContext *) (gpointer) buffer->data;
  frames->format = AV_PIX_FMT_CUDA;
  frames->sw_format = c->format;
  frames->width = (c->width + 1) & ~1;
  frames->height = (c->height + 1) & ~1;
  g_assert_cmpint (av_hwframe_ctx_init (buffer), >=, 0);
  return buffer;
}

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BbDevice) device = bb_cuda_test_open ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_av_frame_free);
  g_autoptr (GPtrArray) got = g_ptr_array_new_with_free_func ((GDestroyNotify) bb_av_frame_free);
  g_autoptr (BbDeinterlacer) deinterlacer = NULL;
  g_autoptr (BbFilter) filter = NULL;
  AVBufferRef *frames;

  frames = describe_frames (c, device);
  for (int n = 0; n <= c->n_frames; n++)
    {
      AVFrame *planar = n < c->n_frames ? make_frame (c, rand, n) : NULL;
      AVFrame *surface = planar != NULL ? bring_up (c, frames, planar) : NULL;
      AVFrame *out;

      if (n == 0)
        {
          filter = bb_filter_new (planar, (AVRational) { 1, 1000 }, BWDIF, &error);
          g_assert_no_error (error);
          deinterlacer = bb_deinterlacer_new (bb_device_get_media (device), surface, &error);
          g_assert_no_error (error);
        }
      if (surface != NULL)
        g_assert_true (bb_deinterlacer_accepts (deinterlacer, surface));
      bb_deinterlacer_push (deinterlacer, surface, &out, &error);
      g_assert_no_error (error);
      if (out != NULL)
        g_ptr_array_add (got, out);
      g_assert_cmpint (bb_filter_push (filter, planar), >=, 0);
      av_frame_free (&planar);
      pull_all (filter, wanted);
    }
  g_assert_cmpuint (wanted->len, ==, (guint) c->n_frames);
  g_assert_cmpuint (got->len, ==, wanted->len);
  for (guint i = 0; i < got->len; i++)
    compare (c, got->pdata[i], wanted->pdata[i], i);
  av_buffer_unref (&frames);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  bb_ffmpeg_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/deinterlace/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  return g_test_run ();
}
