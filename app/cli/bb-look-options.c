/* bb-look-options.c: options for the background and the logo
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-look-options.h"

#include <glib/gi18n.h>
#include <string.h>

static gboolean
refuse (GError **error, const char *option, const char *text, const char *advice)
{
  g_autofree char *shown = g_utf8_make_valid (text, -1);

  g_set_error (error, BB_ERROR, BB_ERROR_INVALID, _ ("“--%s” cannot be “%s”: %s"), option, shown,
               advice);
  return FALSE;
}

/* One color, or two with a comma between. */
static gboolean
set_colors (BbRecipeValues *values, const char *text)
{
  g_auto (GStrv) colors = g_strsplit (text, ",", -1);
  guint n = g_strv_length (colors);

  if (n < 1 || n > 2 || colors[0][0] != '#' ||
      !bb_recipe_values_parse (values, "color", colors[0], NULL) ||
      (n == 2 && !bb_recipe_values_parse (values, "gradient-color", colors[1], NULL)))
    return FALSE;
  values->background = n == 1 ? BB_BACKGROUND_COLOR : BB_BACKGROUND_GRADIENT;
  return TRUE;
}

static gboolean
set_background (BbRecipeValues *values, const char *text, GError **error)
{
  if (g_str_equal (text, "blur"))
    values->background = BB_BACKGROUND_BLUR;
  else if (g_str_equal (text, "mirror"))
    values->background = BB_BACKGROUND_MIRROR;
  else if (!set_colors (values, text))
    return refuse (error, "background", text,
                   _ ("write blur, mirror, a color such as #204a87, or two as #204a87,#f5c211"));
  return TRUE;
}

/* A picture lies on a color, where it is transparent. */
static gboolean
set_picture (BbRecipeValues *values, const char *text, const char *background, GError **error)
{
  if (background != NULL && values->background != BB_BACKGROUND_COLOR)
    return refuse (error, "background", background,
                   _ ("with --picture it is the color below the picture, such as #204a87"));
  if (*text == '\0')
    return refuse (error, "picture", text, _ ("name a PNG, JPEG, WebP or SVG file"));
  values->background = BB_BACKGROUND_PICTURE;
  return bb_recipe_values_parse (values, "picture", text, error);
}

/* A corner, or where its center is. */
static gboolean
set_logo_place (BbRecipeValues *values, const char *text, GError **error)
{
  static const char *const keys[] = { "logo-x", "logo-y" };
  const char *advice =
    _ ("write top-left, top-right, bottom-left, bottom-right, or X,Y from 0,0 to 1,1");
  g_auto (GStrv) parts = NULL;

  if (!g_str_equal (text, "free") && bb_recipe_values_parse (values, "logo-place", text, NULL))
    return TRUE;
  parts = g_strsplit (text, ",", -1);
  if (g_strv_length (parts) != 2)
    return refuse (error, "logo-place", text, advice);
  for (int i = 0; i < 2; i++)
    if (!bb_recipe_values_parse (values, keys[i], parts[i], NULL))
      return refuse (error, "logo-place", text, advice);
  values->logo_place = BB_LOGO_FREE;
  return TRUE;
}

/**
 * bb_look_options_set:
 * @values: (inout): a recipe's values
 * @background: (nullable): what was given with `--background`
 * @picture: (nullable): what was given with `--picture`
 * @logo_place: (nullable): what was given with `--logo-place`
 * @error: return location for an error
 *
 * Sets what options say that are more than one value of a recipe.
 *
 * Returns: %TRUE, or %FALSE with %BB_ERROR_INVALID
 */
gboolean
bb_look_options_set (BbRecipeValues *values, const char *background, const char *picture,
                     const char *logo_place, GError **error)
{
  return (background == NULL || set_background (values, background, error)) &&
         (picture == NULL || set_picture (values, picture, background, error)) &&
         (logo_place == NULL || set_logo_place (values, logo_place, error));
}
