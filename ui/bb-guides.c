/* bb-guides.c: safe areas of platforms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "bb-guides.h"

#include <glib/gi18n.h>
#include <math.h>

#define PX(part, whole) ((float) (part) / (float) (whole))

/* As the platforms advise advertisers, on a canvas of 1080x1920. They shift things now and then, by
 * device and caption, so that these are margins to stay clear of and no outline of buttons. */
static const BbGuides table[] = {
  /* Translators: no safe areas */
  { "none", NC_ ("guides", "None"), 0, 0, 0, 0 },
  { "tiktok", "TikTok", PX (126, 1920), PX (484, 1920), PX (60, 1080), PX (140, 1080) },
  { "reels", "Instagram Reels", 0.14f, 0.35f, 0.06f, 0.06f },
  { "shorts", "YouTube Shorts", PX (288, 1920), PX (672, 1920), PX (48, 1080), PX (192, 1080) },
};

/**
 * bb_guides_get:
 * @index: number, 0 is none
 *
 * Returns: (nullable): guides, %NULL past the last ones
 */
const BbGuides *
bb_guides_get (guint index)
{
  return index < G_N_ELEMENTS (table) ? &table[index] : NULL;
}

/**
 * bb_guides_find:
 * @id: what settings and actions call them
 *
 * Returns: (nullable): guides
 */
const BbGuides *
bb_guides_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].id, id))
      return &table[i];
  return NULL;
}

/**
 * bb_guides_fit:
 * @width: of a canvas
 * @height: of a canvas
 *
 * Returns: whether it has the shape that guides are for
 */
gboolean
bb_guides_fit (int width, int height)
{
  return fabs (width * 16.0 / (height * 9.0) - 1.0) < 0.02;
}

static void
append_color (GtkSnapshot *snapshot, const GdkRGBA *color, float x, float y, float width,
              float height)
{
  gtk_snapshot_append_color (snapshot, color, &GRAPHENE_RECT_INIT (x, y, width, height));
}

/**
 * bb_guides_snapshot:
 * @guides: guides
 * @snapshot: where to draw
 * @canvas: where the canvas lies
 *
 * Draws a veil over what is covered, and a line around what is not.
 */
void
bb_guides_snapshot (const BbGuides *guides, GtkSnapshot *snapshot, const graphene_rect_t *canvas)
{
  const GdkRGBA veil = { 0.88f, 0.11f, 0.14f, 0.28f };
  const GdkRGBA line = { 1, 1, 1, 0.9f };
  float width = canvas->size.width;
  float height = canvas->size.height;
  float left = roundf (canvas->origin.x + guides->left * width);
  float right = roundf (canvas->origin.x + (1 - guides->right) * width);
  float top = roundf (canvas->origin.y + guides->top * height);
  float bottom = roundf (canvas->origin.y + (1 - guides->bottom) * height);
  GskRoundedRect frame;

  if (guides == &table[0])
    return;
  append_color (snapshot, &veil, canvas->origin.x, canvas->origin.y, width, top - canvas->origin.y);
  append_color (snapshot, &veil, canvas->origin.x, bottom, width,
                canvas->origin.y + height - bottom);
  append_color (snapshot, &veil, canvas->origin.x, top, left - canvas->origin.x, bottom - top);
  append_color (snapshot, &veil, right, top, canvas->origin.x + width - right, bottom - top);

  gsk_rounded_rect_init_from_rect (&frame,
                                   &GRAPHENE_RECT_INIT (left, top, right - left, bottom - top), 0);
  gtk_snapshot_append_border (snapshot, &frame, (float[4]) { 1, 1, 1, 1 },
                              (GdkRGBA[4]) { line, line, line, line });
}
