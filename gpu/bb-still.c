/* bb-still.c: what is the same in each frame
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Made once for a plan, on the host, in FP32; devices read it in place of what they would make of each frame.
 */

#include "bb-still.h"

#include "bb-color.h"
#include "bb-logo.h"
#include "bb-plane.h"
#include "media/bb-image.h"

#include <math.h>
#include <string.h>

/* Pictures that are kept as backgrounds, since most changes of a recipe leave them what they are. */
#define N_KEPT 2

typedef struct {
  BbImage *image; /* compared by address: kept, so that it is no other's */
  BbFormat target;
  int canvas_width;
  guint32 color;
  double blur;
  double background_zoom;
  double dim;
  double saturation;
} Key;

typedef struct {
  Key key;
  float *plane[BB_N_PLANES]; /* of g_atomic_rc_box_alloc() */
} Kept;

static GMutex kept_lock;
static Kept kept[N_KEPT]; /* the newest comes first */

static float *
new_plane (const BbFormat *format, int plane)
{
  return g_atomic_rc_box_alloc ((gsize) bb_format_get_plane_width (format, plane) *
                                (gsize) bb_format_get_plane_height (format, plane) *
                                sizeof (float));
}

/* A gradient as CSS has it (CSS Images 3, 3.1): its line goes through the canvas' centre and is so long
 * that the corners get the two colors as they are. Between them R'G'B' changes evenly, as the format
 * has it, and with it each plane. */
static void
make_gradient (const BbRecipeValues *values, const BbFormat *target, float *planes[BB_N_PLANES])
{
  double angle = values->gradient_angle * G_PI / 180.0;
  double length = target->width * fabs (sin (angle)) + target->height * fabs (cos (angle));
  double along_x = sin (angle) / length;
  double along_y = -cos (angle) / length;
  double first[BB_N_PLANES], second[BB_N_PLANES];

  bb_color_to_codes (values->color, target, first);
  bb_color_to_codes (values->gradient_color, target, second);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      int width = bb_format_get_plane_width (target, p);
      int height = bb_format_get_plane_height (target, p);
      int step_x = p == 0 ? 1 : 1 << target->chroma_shift_x;
      int step_y = p == 0 ? 1 : 1 << target->chroma_shift_y;
      double site_x = bb_format_get_site (target, p, FALSE);
      double site_y = bb_format_get_site (target, p, TRUE);
      float *to = planes[p] = new_plane (target, p);

      for (int y = 0; y < height; y++)
        {
          double across = 0.5 + (y * step_y + site_y - target->height / 2.0) * along_y;

          for (int x = 0; x < width; x++)
            {
              double part = across + (x * step_x + site_x - target->width / 2.0) * along_x;

              *to++ = (float) (first[p] + (second[p] - first[p]) * part);
            }
        }
    }
}

/* The part of a picture that becomes background, in the canvas' codes; the color shows through. */
static void
convert_crop (const BbImage *image, const BbPlanPlane *crop, const BbFormat *target, guint32 color,
              float *planes[BB_N_PLANES])
{
  gsize n = (gsize) crop->crop_width * (gsize) crop->crop_height;
  double below[BB_N_PLANES];
  BbColorMap map;
  gsize at = 0;

  bb_color_map_init (&map, target);
  bb_color_to_codes (color, target, below);
  for (int p = 0; p < BB_N_PLANES; p++)
    planes[p] = g_new (float, n);
  for (int y = 0; y < crop->crop_height; y++)
    for (int x = 0; x < crop->crop_width; x++, at++)
      {
        float codes[BB_N_PLANES];
        int pixel[4];

        bb_image_get_pixel (
          image, (gsize) (crop->crop_y + y) * (gsize) image->width + (gsize) (crop->crop_x + x),
          pixel);
        bb_color_map_pixel (&map, pixel, codes);
        for (int p = 0; p < BB_N_PLANES; p++)
          planes[p][at] = pixel[3] == 65535 ? codes[p]
                                            : (float) below[p] + (codes[p] - (float) below[p]) *
                                                                   (float) pixel[3] / 65535.0f;
      }
  bb_color_map_clear (&map);
}

/* All stages of a background, as a plan has them. */
static float *
make_plane (const BbPlan *plan, int p, const float *crop)
{
  const BbPlanPlane *plane = &plan->plane[p];
  g_autofree float *reduced = NULL;
  g_autofree float *blurred = NULL;
  int reduced_width, reduced_height, blurred_width, blurred_height;

  if (plane->direct)
    return bb_plane_resample (&plane->reduce_y, &plane->up_x, crop, plane->crop_width,
                              plane->crop_height, plane->bias);
  bb_plan_get_intermediate (plan, p, &reduced_width, &reduced_height, &blurred_width,
                            &blurred_height);
  if (plane->reduce_x.n_taps > 0 || plane->reduce_y.n_taps > 0)
    reduced = bb_plane_resample (&plane->reduce_y, &plane->reduce_x, crop, plane->crop_width,
                                 plane->crop_height, 0.0f);
  blurred = bb_plane_resample (&plane->blur_y, &plane->blur_x, reduced != NULL ? reduced : crop,
                               reduced_width, reduced_height, 0.0f);
  return bb_plane_resample (&plane->up_y, &plane->up_x, blurred, blurred_width, blurred_height,
                            plane->bias);
}

/* The background of a picture is planned as that of a video whose frames are of the canvas' codes, without subsampled
 * chroma. */
static BbPlan *
plan_picture (const BbRecipeValues *values, const BbImage *image, const BbFormat *target,
              GError **error)
{
  BbSourceInfo info = { .format = *target, .sar_num = 1, .sar_den = 1 };
  g_autoptr (BbRecipe) recipe = NULL;
  BbRecipeValues plain;

  info.format.interleaved = FALSE;
  info.format.width = image->width;
  info.format.height = image->height;
  info.format.chroma_shift_x = info.format.chroma_shift_y = 0;
  bb_recipe_values_init (&plain);
  plain.width = values->width;
  plain.height = values->height;
  plain.blur = values->blur;
  plain.background_zoom = values->background_zoom;
  plain.dim = values->dim;
  plain.saturation = values->saturation;
  recipe = bb_recipe_new (&plain, error);
  return recipe != NULL ? bb_plan_new (recipe, &info, target, error) : NULL;
}

static gboolean
make_picture (const BbRecipeValues *values, const BbImage *image, const BbFormat *target,
              float *planes[BB_N_PLANES], GError **error)
{
  g_autoptr (BbPlan) plan = plan_picture (values, image, target, error);
  float *crop[BB_N_PLANES];

  if (plan == NULL)
    return FALSE;
  convert_crop (image, &plan->plane[0], target, values->color, crop);
  for (int p = 0; p < BB_N_PLANES; p++)
    {
      g_autofree float *made = make_plane (plan, p, crop[p]);

      planes[p] = new_plane (target, p);
      memcpy (planes[p], made, g_atomic_rc_box_get_size (planes[p]));
      g_free (crop[p]);
    }
  return TRUE;
}

static void
acquire (float *const from[BB_N_PLANES], float *to[BB_N_PLANES])
{
  for (int p = 0; p < BB_N_PLANES; p++)
    to[p] = g_atomic_rc_box_acquire (from[p]);
}

static gboolean
find_kept (const Key *key, float *planes[BB_N_PLANES])
{
  for (int i = 0; i < N_KEPT && kept[i].key.image != NULL; i++)
    if (memcmp (&kept[i].key, key, sizeof *key) == 0)
      {
        acquire (kept[i].plane, planes);
        return TRUE;
      }
  return FALSE;
}

static void
keep (const Key *key, float *const planes[BB_N_PLANES])
{
  Kept *last = &kept[N_KEPT - 1];

  if (last->key.image != NULL)
    {
      for (int p = 0; p < BB_N_PLANES; p++)
        g_atomic_rc_box_release (last->plane[p]);
      bb_image_unref (last->key.image);
    }
  memmove (kept + 1, kept, (N_KEPT - 1) * sizeof *kept);
  kept[0].key = *key;
  bb_image_ref (key->image);
  acquire (planes, kept[0].plane);
}

/* The background of a picture, made as one of a video is: it covers the canvas at the recipe's zoom, is blurred with
 * the same gaussian, dimmed and saturated. Its colors are sRGB. */
static gboolean
get_picture (const BbRecipeValues *values, const BbFormat *target, float *planes[BB_N_PLANES],
             GError **error)
{
  int cover_width = (int) ceil (target->width * values->background_zoom);
  int cover_height = (int) ceil (target->height * values->background_zoom);
  g_autoptr (BbImage) image =
    bb_image_new_from_file (values->picture, cover_width, cover_height, error);
  gboolean good;
  Key key;

  if (image == NULL)
    return FALSE;
  /* With what lies between its members. */
  memset (&key, 0, sizeof key);
  key.image = image;
  key.target = *target;
  key.canvas_width = values->width;
  key.color = values->color;
  key.blur = values->blur;
  key.background_zoom = values->background_zoom;
  key.dim = values->dim;
  key.saturation = values->saturation;
  g_mutex_lock (&kept_lock);
  good = find_kept (&key, planes);
  if (!good)
    {
      good = make_picture (values, image, target, planes, error);
      if (good)
        keep (&key, planes);
    }
  g_mutex_unlock (&kept_lock);
  return good;
}

/**
 * bb_still_add:
 * @plan: a plan of bb_plan_new() that nobody else has yet
 * @recipe: the recipe that it was made of
 * @error: return location for an error
 *
 * Makes what is the same in each frame: a gradient, a picture behind, a logo. Where a file is read for
 * the first time this takes its time; the latest pictures are kept. Any thread may call.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INPUT or %BB_ERROR_MEMORY where a file of the recipe cannot
 *   be read
 */
gboolean
bb_still_add (BbPlan *plan, const BbRecipe *recipe, GError **error)
{
  const BbRecipeValues *values = bb_recipe_get (recipe);
  BbLogoPlane logo[BB_N_PLANES] = { 0 };
  float *planes[BB_N_PLANES] = { NULL };

  if (values->background == BB_BACKGROUND_GRADIENT)
    make_gradient (values, &plan->finished, planes);
  if (values->background == BB_BACKGROUND_PICTURE &&
      !get_picture (values, &plan->finished, planes, error))
    return FALSE;
  for (int p = 0; p < BB_N_PLANES; p++)
    plan->plane[p].still = planes[p];
  if (*values->logo == '\0' || values->logo_opacity == 0.0)
    return TRUE;
  if (!bb_logo_make (values, &plan->finished, logo, error))
    return FALSE;
  for (int p = 0; p < BB_N_PLANES; p++)
    plan->plane[p].logo = logo[p];
  return TRUE;
}
