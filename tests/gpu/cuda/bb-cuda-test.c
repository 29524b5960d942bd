/* bb-cuda-test.c: batches on a GPU and on the processor, for tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-cuda-test.h"

#include "bb-device.h"
#include "bb-devices.h"
#include "bb-test-device.h"
#include "cuda/bb-cuda-ffmpeg.h"
#include "pam.h"

#include <string.h>

/**
 * bb_cuda_test_open:
 *
 * Returns: (transfer full): the first GPU
 */
BbDevice *
bb_cuda_test_open (void)
{
  g_autoptr (GError) error = NULL;
  BbDevice *device = bb_devices_open ("cuda:0", &error);

  g_assert_no_error (error);
  return device;
}

BbFormat
bb_cuda_test_format (int width, int height, int depth, int shift_x, int shift_y)
{
  return (BbFormat) { width, height, depth, shift_x, shift_y, FALSE, 1, 1, 1, 1 };
}

/* A file of a picture that is partly transparent. */
static const char *
get_picture (void)
{
  static char *path;

  if (path == NULL)
    {
      PamPicture picture = pam_new (61, 47, 8, 5, TRUE);

      path = pam_write (&picture, "picture.pam");
      pam_clear (&picture);
    }
  return path;
}

/**
 * bb_cuda_test_random_look:
 * @c: a case whose formats are set
 * @rand: where the look comes from
 */
void
bb_cuda_test_random_look (BbCudaTestCase *c, GRand *rand)
{
  BbRecipeValues *values = &c->values;

  bb_recipe_values_init (values);
  bb_recipe_values_settle (values, TRUE);
  values->width = c->target.width;
  values->height = c->target.height;
  values->zoom = g_rand_boolean (rand) ? 0.0 : g_rand_double (rand);
  /* Half of the cases are as most recipes are. */
  if (g_rand_boolean (rand))
    {
      values->zoom = g_rand_double_range (rand, -0.9, 8);
      values->position_x = g_rand_double_range (rand, -1, 1);
      values->position_y = g_rand_double_range (rand, -1, 1);
      values->rotate = (BbRotate) g_rand_int_range (rand, 0, 4);
      values->mirror = (BbMirror) g_rand_int_range (rand, 0, 4);
      values->crop_left = g_rand_double_range (rand, 0, 0.6);
      values->crop_top = g_rand_double_range (rand, 0, 0.98);
      values->crop_right = g_rand_double_range (rand, 0, 0.38);
    }
  values->offset_x = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, -150, 150);
  values->offset_y = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, -150, 150);
  values->corner_radius = g_rand_boolean (rand) ? 0.0 : g_rand_double_range (rand, 0, 60);
  values->shadow = g_rand_boolean (rand) ? 0.0 : g_rand_double (rand);
  values->background =
    g_rand_boolean (rand) ? BB_BACKGROUND_BLUR : (BbBackground) g_rand_int_range (rand, 1, 5);
  values->color = 0x3584e4;
  values->gradient_angle = g_rand_double_range (rand, 0, 360);
  values->picture = get_picture ();
  if (g_rand_int_range (rand, 0, 3) == 0)
    {
      values->logo = values->picture;
      values->logo_place = (BbLogoPlace) g_rand_int_range (rand, 0, 5);
      values->logo_x = g_rand_double (rand);
      values->logo_y = g_rand_double (rand);
      values->logo_size = g_rand_double_range (rand, 0.01, 1);
      values->logo_opacity = g_rand_boolean (rand) ? 1.0 : g_rand_double (rand);
    }
  values->blur =
    g_rand_boolean (rand) ? g_rand_double_range (rand, 0, 12) : g_rand_double_range (rand, 0, 400);
  values->background_zoom = g_rand_double_range (rand, 1, 3);
  values->dim = g_rand_double (rand);
  values->saturation = g_rand_double_range (rand, 0, 2);
  values->precision = g_rand_boolean (rand) ? BB_PRECISION_FP16 : BB_PRECISION_FP32;
}

/**
 * bb_cuda_test_plan:
 * @c: a case
 *
 * Returns: (transfer full): its plan
 */
BbPlan *
bb_cuda_test_plan (const BbCudaTestCase *c)
{
  BbRecipeValues values = c->values;
  g_autoptr (GError) error = NULL;
  g_autoptr (BbRecipe) recipe = NULL;
  BbPlan *plan;

  values.width = MAX (c->target.width, 16);
  values.height = MAX (c->target.height, 16);
  recipe = bb_recipe_new (&values, &error);
  g_assert_no_error (error);
  plan = bb_test_plan_new (recipe, &c->source, c->orientation, c->aspect, &c->target, &error);
  g_assert_no_error (error);
  return plan;
}

/**
 * bb_cuda_test_frame:
 * @format: a format
 * @seed: which of all frames
 *
 * Returns: (transfer full): edges and noise
 */
BbFrame *
bb_cuda_test_frame (const BbFormat *format, guint32 seed)
{
  BbFrame *frame = bb_frame_new (format, NULL);
  guint32 state = seed * 2654435761u + 1;
  int most = (1 << format->depth) - 1;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
        {
          guint8 *row = frame->data[p] + (gssize) y * frame->stride[p];
          int code;

          state = state * 1664525u + 1013904223u;
          code = (x / 7 + y / 5 + (int) seed) % 3 == 0 ? (int) (state >> 20) % (most + 1)
                 : (x + y + (int) seed) / 11 % 2 != 0  ? most
                                                       : 0;
          if (format->depth > 8)
            ((guint16 *) (gpointer) row)[x] = (guint16) code;
          else
            row[x] = (guint8) code;
        }
  frame->pts = (gint64) seed * 100;
  frame->duration = 100;
  return frame;
}

/**
 * bb_cuda_test_run:
 * @device: a device
 * @c: a case
 * @error: return location for an error
 *
 * Returns: (transfer full): its finished frames in host memory, or %NULL with an error
 */
BbBatch *
bb_cuda_test_run (BbDevice *device, const BbCudaTestCase *c, GError **error)
{
  g_autoptr (BbPlan) plan = bb_cuda_test_plan (c);
  BbBatch *batch;

  if (!bb_test_device_prepare (device, plan, c->n_frames, error))
    return NULL;
  batch = bb_batch_new (c->n_frames);
  for (guint i = 0; i < c->n_frames; i++)
    batch->frame[i] = bb_cuda_test_frame (&c->source, i);
  batch = bb_device_upload (device, batch, error);
  if (batch != NULL)
    batch = bb_test_device_run (device, batch, NULL, error);
  if (batch != NULL)
    batch = bb_device_download_batch (device, batch, error);
  for (guint i = 0; batch != NULL && i < batch->n_frames; i++)
    if (!bb_frame_wait (batch->frame[i], error))
      {
        bb_batch_free (batch);
        return NULL;
      }
  return batch;
}

static int
get_code (const BbFrame *frame, int p, int x, int y)
{
  const guint8 *row = frame->data[p] + (gssize) y * frame->stride[p];
  gboolean interleaved = frame->format.interleaved;

  if (p > 0 && interleaved)
    x *= 2;
  if (frame->format.depth <= 8)
    return row[x];
  return ((const guint16 *) (gconstpointer) row)[x] >> (interleaved ? 16 - frame->format.depth : 0);
}

/**
 * bb_cuda_test_difference:
 * @a: a frame in host memory
 * @b: another one of the same format
 *
 * Returns: the largest difference of their samples
 */
int
bb_cuda_test_difference (const BbFrame *a, const BbFrame *b)
{
  int largest = 0;

  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (&a->format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (&a->format, p); x++)
        {
          int difference = ABS (get_code (a, p, x, y) - get_code (b, p, x, y));

          if (difference > MAX (largest, 1))
            g_test_message ("plane %d, column %d, row %d: %d and %d", p, x, y,
                            get_code (a, p, x, y), get_code (b, p, x, y));
          largest = MAX (largest, difference);
        }
  return largest;
}

static void
describe (const BbCudaTestCase *c)
{
  const BbRecipeValues *v = &c->values;

  g_test_message (
    "%d×%d of %d bit, %d:%d to %d×%d of %d bit, %d:%d; orientation %d, aspect %g, %u "
    "frames; zoom %g, offset %g %g, radius %g, shadow %g, background %d, blur %g, %g, "
    "dim %g, saturation %g, precision %d",
    c->source.width, c->source.height, c->source.depth, c->source.chroma_shift_x,
    c->source.chroma_shift_y, c->target.width, c->target.height, c->target.depth,
    c->target.chroma_shift_x, c->target.chroma_shift_y, c->orientation, c->aspect, c->n_frames,
    v->zoom, v->offset_x, v->offset_y, v->corner_radius, v->shadow, v->background, v->blur,
    v->background_zoom, v->dim, v->saturation, v->precision);
}

/**
 * bb_cuda_test_compare:
 * @card: a GPU
 * @cpu: the processor
 * @c: a case
 * @most: how much their frames may differ, in codes
 */
void
bb_cuda_test_compare (BbDevice *card, BbDevice *cpu, const BbCudaTestCase *c, int most)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BbBatch) made = bb_cuda_test_run (card, c, &error);
  g_autoptr (BbBatch) expected = NULL;
  BbCudaTestCase planar = *c;

  g_assert_no_error (error);
  planar.target.interleaved = FALSE;
  expected = bb_cuda_test_run (cpu, &planar, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (made->n_frames, ==, expected->n_frames);
  for (guint i = 0; i < made->n_frames; i++)
    {
      int difference = bb_cuda_test_difference (made->frame[i], expected->frame[i]);

      g_assert_cmpint (made->frame[i]->pts, ==, expected->frame[i]->pts);
      g_assert_cmpint (made->frame[i]->duration, ==, expected->frame[i]->duration);
      if (difference > most)
        describe (c);
      g_assert_cmpint (difference, <=, most);
    }
}

/**
 * bb_cuda_test_surface:
 * @frames: FFmpeg's frames on a GPU, in one of the layouts that decoders of GPUs give
 * @frame: a frame in host memory
 *
 * Returns: (transfer full): the same in the GPU's memory, on its way there
 */
BbFrame *
bb_cuda_test_surface (AVBufferRef *frames, const BbFrame *frame)
{
  const AVHWFramesContext *context = (gconstpointer) frames->data;
  const BbFormat *format = &frame->format;
  gboolean deep = format->depth > 8;
  gboolean interleaved =
    context->sw_format == AV_PIX_FMT_NV12 || context->sw_format == AV_PIX_FMT_P010;
  AVFrame *host = av_frame_alloc ();
  AVFrame *surface = av_frame_alloc ();
  BbFrame *wrapped;

  host->format = context->sw_format;
  host->width = format->width;
  host->height = format->height;
  g_assert_cmpint (av_frame_get_buffer (host, 0), >=, 0);
  for (int p = 0; p < BB_N_PLANES; p++)
    for (int y = 0; y < bb_format_get_plane_height (format, p); y++)
      for (int x = 0; x < bb_format_get_plane_width (format, p); x++)
        {
          const guint8 *in = frame->data[p] + (gssize) y * frame->stride[p];
          int to = p > 0 && interleaved ? 1 : p;
          guint8 *out = host->data[to] + (gssize) y * host->linesize[to];
          int at = p > 0 && interleaved ? 2 * x + p - 1 : x;

          if (deep)
            ((guint16 *) (gpointer) out)[at] =
              (guint16) (((const guint16 *) (gconstpointer) in)[x] << 6);
          else
            out[at] = in[x];
        }
  g_assert_cmpint (av_hwframe_get_buffer (frames, surface, 0), >=, 0);
  g_assert_cmpint (av_hwframe_transfer_data (surface, host, 0), >=, 0);
  av_frame_free (&host);
  surface->pts = frame->pts;
  surface->duration = frame->duration;
  wrapped = bb_cuda_ffmpeg_wrap (surface, format);
  g_assert_nonnull (wrapped);
  return wrapped;
}

typedef struct {
  BbCudaContext *context;
  guint8 *memory;
  gsize size;
} Surface;

static void
overwrite (const Surface *surface, gconstpointer data)
{
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (surface->context, NULL);
  const BbCuda *cuda = surface->context->cuda;
  CUstream stream;

  g_assert_cmpint (cuda->stream_create (&stream, CU_STREAM_NON_BLOCKING), ==, CUDA_SUCCESS);
  g_assert_cmpint (
    cuda->memcpy_h_to_d_async ((CUdeviceptr) surface->memory, data, surface->size, stream), ==,
    CUDA_SUCCESS);
  g_assert_cmpint (cuda->stream_synchronize (stream), ==, CUDA_SUCCESS);
  cuda->stream_destroy (stream);
}

static void
give_back (gpointer data)
{
  Surface *surface = data;
  g_auto (BbCudaScope) scope = NULL;
  g_autofree guint8 *junk = g_malloc (surface->size);

  memset (junk, 0x5a, surface->size);
  overwrite (surface, junk);
  scope = bb_cuda_context_enter (surface->context, NULL);
  surface->context->cuda->mem_free ((CUdeviceptr) surface->memory);
  g_free (surface);
}

/**
 * bb_cuda_test_decode:
 * @context: a GPU
 * @format: a format
 * @seed: which of all frames
 *
 * Returns: (transfer full): the frame of bb_cuda_test_frame() in the GPU's memory, which is overwritten at
 *   once when it is given back, as a decoder does
 */
BbFrame *
bb_cuda_test_decode (BbCudaContext *context, const BbFormat *format, guint32 seed)
{
  g_autoptr (BbFrame) host = bb_cuda_test_frame (format, seed);
  g_auto (BbCudaScope) scope = bb_cuda_context_enter (context, NULL);
  g_autofree guint8 *samples = NULL;
  Surface *surface = g_new (Surface, 1);
  BbFrame *frame = bb_frame_new_wrapped (format, surface, give_back);
  CUdeviceptr memory = 0;

  surface->context = context;
  surface->size = 0;
  for (int p = 0; p < BB_N_PLANES; p++)
    surface->size += (gsize) host->stride[p] * (gsize) bb_format_get_plane_height (format, p);
  g_assert_cmpint (context->cuda->mem_alloc (&memory, surface->size), ==, CUDA_SUCCESS);
  surface->memory = (guint8 *) memory;
  samples = g_malloc (surface->size);
  for (int p = 0, at = 0; p < BB_N_PLANES; p++)
    {
      int size = host->stride[p] * bb_format_get_plane_height (format, p);

      memcpy (samples + at, host->data[p], (gsize) size);
      frame->data[p] = surface->memory + at;
      frame->stride[p] = host->stride[p];
      at += size;
    }
  overwrite (surface, samples);
  frame->memory = BB_MEMORY_DEVICE;
  frame->producer = context;
  frame->pts = host->pts;
  frame->duration = host->duration;
  return frame;
}
