/* gpu-bench-interop.c: a finished frame into a texture, on the GPU and by way of main memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-test-device.h"
#include "bb-device.h"
#include "bb-devices.h"
#include "gl-context.h"
#include "gpu-bench.h"

#include "cuda/bb-gl-ring.h"

#define N_TEXTURES 4

static const GpuColumn columns[] = {
  { "ms_per_frame", "ms a frame", 3, TRUE },
  { "host_mb_per_frame", "MB through main memory a frame", 2, FALSE },
};

/* The frame that is shown: its contents do not matter. */
static BbFrame *
make_finished (GpuBench *bench, BbDevice *device, GError **error)
{
  g_autoptr (BbRecipe) recipe = NULL;
  g_autoptr (BbPlan) plan = NULL;
  g_autoptr (BbBatch) out = NULL;
  BbBatch *batch = bb_batch_new (1);
  BbRecipeValues values;
  BbFormat source;
  BbFormat target;

  gpu_bench_get_sizes (bench, &source, &target);
  bb_recipe_values_init (&values);
  bb_recipe_values_settle (&values, TRUE);
  values.width = target.width;
  values.height = target.height;
  recipe = bb_recipe_new (&values, error);
  plan = bb_test_plan_new (recipe, &source, BB_ORIENTATION_UPRIGHT, 1.0, &target, error);
  batch->frame[0] = bb_frame_new (&source, error);
  if (plan == NULL || batch->frame[0] == NULL || !bb_test_device_prepare (device, plan, 1, error))
    {
      bb_batch_free (batch);
      return NULL;
    }
  for (int p = 0; p < BB_N_PLANES; p++)
    memset (batch->frame[0]->data[p], 100,
            (gsize) batch->frame[0]->stride[p] * (gsize) bb_format_get_plane_height (&source, p));
  batch = bb_device_upload (device, batch, error);
  out = batch != NULL ? bb_test_device_run (device, batch, NULL, error) : NULL;
  return out != NULL ? g_steal_pointer (&out->frame[0]) : NULL;
}

/* A texture as GTK makes it of pixels in main memory. */
static gboolean
upload (BbPicture *picture, GLuint texture, GError **error)
{
  GBytes *pixels = bb_picture_get_pixels (picture, error);

  if (pixels == NULL)
    return FALSE;
  glBindTexture (GL_TEXTURE_2D, texture);
  glTexSubImage2D (GL_TEXTURE_2D, 0, 0, 0, picture->width, picture->height, GL_RGBA,
                   GL_UNSIGNED_BYTE, g_bytes_get_data (pixels, NULL));
  return TRUE;
}

static gboolean
share (BbPicture *picture, BbGlRing *ring, GError **error)
{
  BbGlTexture texture;

  if (!bb_gl_ring_write (ring, picture, &texture, error))
    return FALSE;
  bb_gl_texture_release (&texture);
  return TRUE;
}

/* Seconds a frame, from the finished frame to the texture that GL can draw; NAN with an error. */
static double
measure (GpuBench *bench, BbDevice *device, BbFrame *frame, BbGlRing *ring, GLuint texture,
         GError **error)
{
  const BbPresentOptions options = { .takes_device_memory = ring != NULL };
  gint64 start = 0;
  int n = 0;
  double took = 0.0;

  for (int i = -4; i < 4 || took < bench->seconds; i++)
    {
      g_autoptr (BbPicture) picture = NULL;

      if (i == 0)
        start = g_get_monotonic_time ();
      picture = bb_device_present (device, frame, &options, error);
      if (picture == NULL ||
          !(ring != NULL ? share (picture, ring, error) : upload (picture, texture, error)))
        return -1.0;
      glFinish ();
      if (i >= 0)
        {
          n = i + 1;
          took = (double) (g_get_monotonic_time () - start) * 1e-6;
        }
      if (bench->small && n >= 4)
        break;
    }
  return took / n;
}

static gboolean
measure_kind (GpuBench *bench, GlKind kind, BbDevice *device, BbFrame *frame, GError **error)
{
  static const char *const names[] = { "GL", "GL ES" };
  g_autoptr (GlContext) gl = gl_context_new (kind, error);
  g_autoptr (BbPicture) first = NULL;
  g_autofree char *shared = g_strdup_printf ("%s, on the card", names[kind]);
  g_autofree char *copied = g_strdup_printf ("%s, by way of pinned memory", names[kind]);
  BbGlRing *ring;
  GLuint texture;
  double seconds;
  double bytes;

  if (gl == NULL)
    return FALSE;
  first = bb_device_present (device, frame, &(BbPresentOptions) { .takes_device_memory = TRUE }, error);
  ring = first != NULL ? bb_gl_ring_new (first, N_TEXTURES, error) : NULL;
  if (ring == NULL)
    return FALSE;
  bytes = (double) first->stride * first->height;
  seconds = measure (bench, device, frame, ring, 0, error);
  bb_gl_ring_close (ring);
  bb_gl_ring_unref (ring);
  if (seconds < 0.0)
    return FALSE;
  gpu_report_row (&bench->report, shared, (const double[]) { seconds * 1e3, 0.0 });

  glGenTextures (1, &texture);
  glBindTexture (GL_TEXTURE_2D, texture);
  glTexImage2D (GL_TEXTURE_2D, 0, GL_RGBA8, first->width, first->height, 0, GL_RGBA,
                GL_UNSIGNED_BYTE, NULL);
  seconds = measure (bench, device, frame, NULL, texture, error);
  glDeleteTextures (1, &texture);
  g_clear_pointer (&first, bb_picture_unref);
  if (seconds < 0.0)
    return FALSE;
  gpu_report_row (&bench->report, copied, (const double[]) { seconds * 1e3, 2.0 * bytes * 1e-6 });
  return TRUE;
}

/**
 * gpu_bench_interop:
 * @bench: what to work with
 * @error: return location for an error
 *
 * Measures the way from a finished frame on the GPU to a texture that GL can draw, conversion to
 * R'G'B' included: by sharing, and by a copy to main memory and an upload, in GL and in GL ES.
 *
 * Returns: %TRUE, or %FALSE with an error
 */
gboolean
gpu_bench_interop (GpuBench *bench, GError **error)
{
  g_autoptr (BbDevice) device = bb_devices_open (bench->device, error);
  g_autoptr (BbFrame) frame = device != NULL ? make_finished (bench, device, error) : NULL;
  gboolean done = FALSE;

  if (frame == NULL)
    return FALSE;
  gpu_report_begin (&bench->report, "interop", "a frame into a texture", columns,
                    G_N_ELEMENTS (columns));
  for (int kind = GL_KIND_DESKTOP; kind <= GL_KIND_ES; kind++)
    {
      g_autoptr (GError) problem = NULL;

      if (measure_kind (bench, kind, device, frame, &problem))
        done = TRUE;
      else
        gpu_report_note (&bench->report, "%s: %s", kind == GL_KIND_ES ? "GL ES" : "GL",
                         problem->message);
      if (!done && kind == GL_KIND_ES)
        g_propagate_error (error, g_steal_pointer (&problem));
    }
  return done;
}
