/* bb-texture.c: GDK textures of pictures
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-texture.h"

#include "bb-device-texture.h"

#include <glib/gi18n.h>

/* BT.709 or BT.601 and an SDR transfer that players show as sRGB, without a conversion. */
static gboolean
is_plain (int primaries, int transfer)
{
  return (primaries == 1 || primaries == 5 || primaries == 6) &&
         (transfer == 1 || transfer == 4 || transfer == 5 || transfer == 6 || transfer == 13);
}

/* The last color state that was made: a clip's frames all have the same. Main thread only. */
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
      g_info ("Colors are shown as sRGB: %s", error->message);
      last = gdk_color_state_ref (gdk_color_state_get_srgb ());
    }
  last_primaries = primaries;
  last_transfer = transfer;
  return last;
}

static GdkMemoryFormat
get_memory_format (BbPictureFormat format)
{
  switch (format)
    {
    case BB_PICTURE_BGRX8:
      /* Cairo knows no other pixels; with ones for alpha these are as good as opaque. */
      return GDK_MEMORY_B8G8R8A8_PREMULTIPLIED;
    case BB_PICTURE_RGBX16:
      return GDK_MEMORY_R16G16B16A16;
    case BB_PICTURE_RGBX8:
    default:
      return GDK_MEMORY_R8G8B8X8;
    }
}

/**
 * bb_texture_new:
 * @picture: a picture
 *
 * Makes a texture of a picture. Pixels in device memory stay there where that can be; those in host
 * memory are not copied, the texture keeps them.
 *
 * Returns: (transfer full) (nullable): a texture of the picture's size, in its colors; %NULL where
 *   the GPU that has the pixels has failed
 */
GdkTexture *
bb_texture_new (BbPicture *picture)
{
  GdkColorState *color_state = get_color_state (picture->primaries, picture->transfer);
  g_autoptr (GdkMemoryTextureBuilder) builder = NULL;
  g_autoptr (GError) error = NULL;
  GdkTexture *texture = bb_device_texture_new (picture, color_state);
  GBytes *pixels;

  if (texture != NULL)
    return texture;
  pixels = bb_picture_get_pixels (picture, &error);
  if (pixels == NULL)
    {
      /* The player hears of it by itself, and says so. */
      g_info ("A picture cannot be shown: %s", error->message);
      return NULL;
    }
  builder = gdk_memory_texture_builder_new ();
  gdk_memory_texture_builder_set_bytes (builder, pixels);
  gdk_memory_texture_builder_set_stride (builder, picture->stride);
  gdk_memory_texture_builder_set_width (builder, picture->width);
  gdk_memory_texture_builder_set_height (builder, picture->height);
  gdk_memory_texture_builder_set_format (builder, get_memory_format (picture->format));
  gdk_memory_texture_builder_set_color_state (builder, color_state);
  return gdk_memory_texture_builder_build (builder);
}

/**
 * bb_texture_describe_path:
 * @texture: a texture of bb_texture_new()
 *
 * Returns: (transfer full): how its pixels reach the screen, for people, with the reason where a GPU
 *   made them and they have to leave it
 */
char *
bb_texture_describe_path (GdkTexture *texture)
{
  const char *reason = bb_device_texture_get_reason ();

  if (GDK_IS_GL_TEXTURE (texture))
    /* Translators: how pictures reach the screen: they never leave the GPU */
    return g_strdup (_ ("GPU memory, no copies"));
  if (reason == NULL)
    return g_strdup (_ ("Host memory"));
  /* Translators: how pictures reach the screen, and why not without leaving the GPU */
  return g_strdup_printf (_ ("Host memory. %s"), reason);
}
