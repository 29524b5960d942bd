/* bb-texture.c: from the player's picture to what GTK draws
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-texture.h"

#include <glib/gi18n.h>

/* BT.709 or BT.601 and an SDR transfer that players show as sRGB, without a conversion. */
static gboolean
is_plain (int primaries, int transfer)
{
  return (primaries == 1 || primaries == 5 || primaries == 6) &&
         (transfer == 1 || transfer == 4 || transfer == 5 || transfer == 6 || transfer == 13);
}

/* The last colour state that was made: a clip's frames all have the same. Main thread only. */
static GdkColorState *
get_color_state (int primaries, int transfer)
{
  static GdkColorState *last;
  static int last_primaries, last_transfer;
  g_autoptr (GdkCicpParams) cicp = NULL;
  g_autoptr (GError) error = NULL;

  if (is_plain (primaries, transfer))
    return gdk_color_state_get_srgb ();
  if (last != NULL && primaries == last_primaries && transfer == last_transfer)
    return last;
  cicp = gdk_cicp_params_new ();
  gdk_cicp_params_set_color_primaries (cicp, (guint) primaries);
  gdk_cicp_params_set_transfer_function (cicp, (guint) transfer);
  gdk_cicp_params_set_matrix_coefficients (cicp, 0);
  gdk_cicp_params_set_range (cicp, GDK_CICP_RANGE_FULL);
  g_clear_pointer (&last, gdk_color_state_unref);
  last = gdk_cicp_params_build_color_state (cicp, &error);
  if (last == NULL)
    {
      g_info ("Colours are shown as sRGB: %s", error->message);
      last = gdk_color_state_ref (gdk_color_state_get_srgb ());
    }
  last_primaries = primaries;
  last_transfer = transfer;
  return last;
}

/**
 * bb_texture_new:
 * @picture: a picture with its pixels in host memory
 *
 * Makes a texture of a picture. Nothing is copied; the texture keeps the pixels.
 *
 * Returns: (transfer full): a texture of the picture's size, in its colours
 */
GdkTexture *
bb_texture_new (BbPicture *picture)
{
  g_autoptr (GdkMemoryTextureBuilder) builder = gdk_memory_texture_builder_new ();

  g_return_val_if_fail (picture->pixels != NULL, NULL);

  gdk_memory_texture_builder_set_bytes (builder, picture->pixels);
  gdk_memory_texture_builder_set_stride (builder, picture->stride);
  gdk_memory_texture_builder_set_width (builder, picture->width);
  gdk_memory_texture_builder_set_height (builder, picture->height);
  gdk_memory_texture_builder_set_format (builder, picture->format == BB_PICTURE_RGBX8
                                                    ? GDK_MEMORY_R8G8B8X8
                                                    : GDK_MEMORY_R16G16B16A16);
  gdk_memory_texture_builder_set_color_state (builder, get_color_state (picture->primaries,
                                                                        picture->transfer));
  return gdk_memory_texture_builder_build (builder);
}

/**
 * bb_texture_describe_path:
 * @texture: a texture of bb_texture_new()
 *
 * Returns: how its pixels reach the screen, for people
 */
const char *
bb_texture_describe_path (GdkTexture *texture)
{
  return _("Main memory");
}
