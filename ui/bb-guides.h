/* bb-guides.h: safe areas of platforms
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * BbGuides:
 * @id: what settings and actions call it
 * @name: name of the platform, for people
 * @top: part of the height that is covered at the top
 * @bottom: part of the height that is covered at the bottom
 * @left: part of the width that is covered on the left
 * @right: part of the width that is covered on the right
 *
 * Where a platform lays captions and buttons over a 9:16 video.
 */
typedef struct {
  const char *id;
  const char *name;
  float top;
  float bottom;
  float left;
  float right;
} BbGuides;

const BbGuides *bb_guides_get (guint index);
const BbGuides *bb_guides_find (const char *id);
gboolean bb_guides_fit (int width, int height);
void bb_guides_snapshot (const BbGuides *guides, GtkSnapshot *snapshot,
                         const graphene_rect_t *canvas);

G_END_DECLS
