/* bb-guides.h: what platforms lay over a video
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * BbGuides:
 *
 * What a platform lays over a video: buttons, captions and the margins to stay clear of.
 */
typedef struct _BbGuides BbGuides;

const BbGuides *bb_guides_get (guint index);
const BbGuides *bb_guides_find (const char *id);
const char *bb_guides_get_id (const BbGuides *guides);
char *bb_guides_get_name (const BbGuides *guides);
gboolean bb_guides_get_safe_area (const BbGuides *guides, int width, int height,
                                  graphene_rect_t *area);
void bb_guides_snapshot (const BbGuides *guides, GtkWidget *widget, GtkSnapshot *snapshot,
                         const graphene_rect_t *canvas);

G_END_DECLS
