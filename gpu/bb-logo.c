/* bb-logo.c: the logo over each frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "bb-logo.h"

#include "bb-color.h"
#include "bb-plane.h"
#include "media/bb-image.h"

#include <math.h>

/* Where the whole logo is along an axis of the canvas, in luma samples. */
typedef struct {
  int start;
  int size;
} Extent;

static int
round_to (double value, int step)
{
  return (int) floor (value / step + 0.5) * step;
}

/* In whole chroma samples, so that its edges are sharp in all planes. */
static void
place (const BbRecipeValues *values, const BbImage *image, const BbFormat *target, Extent *x,
       Extent *y)
{
  const int step_x = 1 << target->chroma_shift_x;
  const int step_y = 1 << target->chroma_shift_y;
  double margin = values->logo_margin * MIN (target->width, target->height);
  gboolean right =
    values->logo_place == BB_LOGO_TOP_RIGHT || values->logo_place == BB_LOGO_BOTTOM_RIGHT;
  gboolean bottom =
    values->logo_place == BB_LOGO_BOTTOM_LEFT || values->logo_place == BB_LOGO_BOTTOM_RIGHT;
  double width = values->logo_size * target->width;
  double height = width * image->height / image->width;
  double left = right ? target->width - margin - width : margin;
  double top = bottom ? target->height - margin - height : margin;

  if (values->logo_place == BB_LOGO_FREE)
    {
      left = values->logo_x * target->width - width / 2.0;
      top = values->logo_y * target->height - height / 2.0;
    }
  *x = (Extent) { round_to (left, step_x), MAX (round_to (width, step_x), step_x) };
  *y = (Extent) { round_to (top, step_y), MAX (round_to (height, step_y), step_y) };
}

/* Samples of a plane, @shift subsampled, that the logo takes along an axis of @canvas luma samples, and the taps that
 * make them of @n_in pixels. */
static void
plan_axis (BbTaps *taps, const Extent *extent, int canvas, int shift, double site, int n_in,
           int *first, int *n)
{
  double scale = (double) n_in / extent->size;
  double step = scale * (1 << shift);
  int last = -((-CLAMP (extent->start + extent->size, 0, canvas)) >> shift);

  *first = CLAMP (extent->start, 0, canvas) >> shift;
  *n = last - *first;
  if (*n <= 0)
    return;
  bb_taps_init (taps, BB_WINDOW_CUBIC,
                &(BbAxis) {
                  .n_out = *n,
                  .origin = (*first * (1 << shift) + site - extent->start) * scale - 0.5,
                  .step = step,
                  .first = 0,
                  .last = n_in,
                  .scale = MAX (1.0, step),
                  .gain = 1.0,
                });
}

/* Opacity, and codes times opacity, of all pixels. */
static void
multiply (const BbImage *image, const BbFormat *target, float *opacity, float *planes[BB_N_PLANES])
{
  gsize n = (gsize) image->width * (gsize) image->height;
  BbColorMap map;

  bb_color_map_init (&map, target);
  for (gsize i = 0; i < n; i++)
    {
      float codes[BB_N_PLANES];
      int pixel[4];

      bb_image_get_pixel (image, i, pixel);
      bb_color_map_pixel (&map, pixel, codes);
      opacity[i] = (float) pixel[3] / 65535.0f;
      for (int p = 0; p < BB_N_PLANES; p++)
        planes[p][i] = codes[p] * opacity[i];
    }
  bb_color_map_clear (&map);
}

/* A cubic overshoots at sharp edges: there is neither more than all of a pixel nor less than none. */
static void
finish (BbLogoPlane *plane, double strength)
{
  for (gsize i = 0; i < (gsize) plane->width * (gsize) plane->height; i++)
    {
      float opacity = plane->keep[i];

      if (opacity > 1.0f)
        plane->ink[i] /= opacity;
      if (opacity <= 0.0f)
        plane->ink[i] = 0.0f;
      plane->ink[i] *= (float) strength;
      plane->keep[i] = 1.0f - CLAMP (opacity, 0.0f, 1.0f) * (float) strength;
    }
}

/**
 * bb_logo_make:
 * @values: a recipe's values, with a logo
 * @target: format of the canvas
 * @logo: (out caller-allocates): the logo in each plane, whose arrays are the caller's
 * @error: return location for an error
 *
 * Makes the logo as it lies over each frame: its pixels, multiplied by their opacity, are resampled
 * for each plane with an anti-aliased cubic. Its colors are sRGB and become the canvas' as
 * bb_color_to_codes() has them.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %BB_ERROR_MEMORY
 */
gboolean
bb_logo_make (const BbRecipeValues *values, const BbFormat *target, BbLogoPlane logo[BB_N_PLANES],
              GError **error)
{
  g_autoptr (BbImage) image =
    bb_image_new_from_file (values->logo, (int) ceil (values->logo_size * target->width), 1, error);
  float *premultiplied[BB_N_PLANES];
  g_autofree float *opacity = NULL;
  Extent x, y;
  gsize n;

  if (image == NULL)
    return FALSE;
  place (values, image, target, &x, &y);
  n = (gsize) image->width * (gsize) image->height;
  opacity = g_new (float, n);
  for (int p = 0; p < BB_N_PLANES; p++)
    premultiplied[p] = g_new (float, n);
  multiply (image, target, opacity, premultiplied);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      BbLogoPlane *plane = &logo[p];
      BbTaps taps_x = { 0 };
      BbTaps taps_y = { 0 };

      plan_axis (&taps_x, &x, target->width, p == 0 ? 0 : target->chroma_shift_x,
                 bb_format_get_site (target, p, FALSE), image->width, &plane->left, &plane->width);
      plan_axis (&taps_y, &y, target->height, p == 0 ? 0 : target->chroma_shift_y,
                 bb_format_get_site (target, p, TRUE), image->height, &plane->top, &plane->height);
      if (plane->width > 0 && plane->height > 0)
        {
          plane->keep =
            bb_plane_resample (&taps_y, &taps_x, opacity, image->width, image->height, 0.0f);
          plane->ink = bb_plane_resample (&taps_y, &taps_x, premultiplied[p], image->width,
                                          image->height, 0.0f);
          finish (plane, values->logo_opacity);
        }
      else
        plane->width = plane->height = 0;
      bb_taps_clear (&taps_x);
      bb_taps_clear (&taps_y);
      g_free (premultiplied[p]);
    }
  return TRUE;
}
